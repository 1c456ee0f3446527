//! `include`: rows of other models that come along in a join.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{MAPPER, own};
use crate::clients::entity::Mapper;
use crate::clients::given::{Given, items};
use crate::clients::placed::Place;
use crate::library::Machine;
use crate::naming::{NamedRelation, NamedTable};
use crate::query::{Embed, Query, Selection};
use crate::value::{Shape, Value};

/// Adds what comes along.
pub(super) fn read(
    query: &mut Query,
    (given, table): (&Value, Option<&Arc<NamedTable>>),
    place: &Place,
    machine: &mut dyn Machine,
) {
    for (item, _) in items(given).0 {
        one(query, (&item, table), place, machine);
    }
}

fn one(
    query: &mut Query,
    (item, table): (&Value, Option<&Arc<NamedTable>>),
    place: &Place,
    machine: &mut dyn Machine,
) {
    let options = match item.shape {
        Shape::Object(_) => Given::of(item),
        _ => Given::default(),
    };
    let named = options.value("as").or_else(|| options.value("association"));
    let alias = named.and_then(Value::as_text).or_else(|| item.as_text()).map(SmolStr::new);
    let model = options.value("model").unwrap_or(item);
    let relation = related(alias.as_ref(), model, table, machine);
    let name = match &relation {
        Some((_, relation)) => Some(relation.target.clone()),
        None => name_of(model, machine),
    };
    let Some(target) = name.and_then(|name| MAPPER.table(&name, machine)) else { return };
    let filters = options.field("where");
    let is_required = options.value("required").map(|required| required.shape == Shape::Bool(true));
    let inner = is_required.unwrap_or(filters.is_some());
    let origin = place.origin(&*machine);
    let hint = relation.as_ref().filter(|(_, it)| it.is_list);
    query.selection.embeds.push(Embed {
        relation: target.table.name.clone(),
        hint: hint.and_then(|(_, it)| it.target_columns.first().cloned()),
        alias: alias.or_else(|| relation.as_ref().map(|(property, _)| property.clone())),
        inner,
        selection: Selection { star: true, known: true, ..Selection::default() },
        origin,
    });
    if let Some(field) = filters.filter(|_| inner) {
        let mut scratch = Query::new(query.library, query.client.clone(), query.origin);
        let given = (&field.value, Some(&target));
        MAPPER.filter(&mut scratch, given, (place.inside("where"), false, &mut *machine));
        for mut filter in scratch.filters {
            filter.relation.get_or_insert_with(|| target.table.name.clone());
            filter.conditional |= field.is_optional;
            // Its alternatives are no others of the query.
            filter.any_of = filter.any_of.map(|group| group + 1_000);
            query.filters.push(filter);
        }
        query.spliced.extend(scratch.spliced);
    }
    if let Some(inside) = options.value("include") {
        let mut scratch = Query::new(query.library, query.client.clone(), query.origin);
        read(&mut scratch, (inside, Some(&target)), &place.inside("include"), machine);
        query.filters.extend(scratch.filters);
        query.spliced.extend(scratch.spliced);
        if let Some(embed) = query.selection.embeds.last_mut() {
            embed.selection.embeds = scratch.selection.embeds;
        }
    }
}

/// The association that is meant: by its name, or the only one that leads to the model.
fn related(
    alias: Option<&SmolStr>,
    model: &Value,
    table: Option<&Arc<NamedTable>>,
    machine: &dyn Machine,
) -> Option<(SmolStr, NamedRelation)> {
    let table = table?;
    let found = |property: &SmolStr| {
        table.relations.get(property).map(|relation| (property.clone(), relation.clone()))
    };
    if let Some(alias) = alias {
        return found(alias);
    }
    let name = name_of(model, machine)?;
    let mut leading = table.relations.iter().filter(|(_, relation)| relation.target == name);
    match (leading.next(), leading.next()) {
        (Some((property, _)), None) => found(property),
        _ => None,
    }
}

/// What code calls a model that it hands over.
fn name_of(model: &Value, machine: &dyn Machine) -> Option<SmolStr> {
    match own(model, "model") {
        Some(model) => Some(model.name.clone()),
        // `User.scope('withTeam')`.
        None => match model.library().and_then(|it| it.kept(crate::library::OWNER)) {
            Some(owner) => Mapper::entity_of(owner, machine),
            None if matches!(model.shape, Shape::Instance(_)) => Mapper::entity_of(model, machine),
            None => None,
        },
    }
}
