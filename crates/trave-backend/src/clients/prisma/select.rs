//! `select`, `include` and `omit`: columns, related rows, and the queries that fetch those.

use std::sync::Arc;

use super::filters;
use super::operation::{bounds, new_query, orders};
use crate::clients::given::{Given, GivenField};
use crate::clients::placed::Place;
use crate::declared::Tool;
use crate::effect::Effect;
use crate::library::Machine;
use crate::naming::{NamedRelation, NamedTable};
use crate::query::{Embed, Filter, Operation, SelectedColumn, Selection};
use crate::value::Shape;

/// How deep relations inside relations are followed.
const DEPTH_MAX: usize = 12;

/// What a call asks for; queries for lists that say more than that they come along are sent.
pub(super) fn read(
    args: &Given,
    table: Option<&Arc<NamedTable>>,
    place: &Place,
    machine: &mut dyn Machine,
) -> Selection {
    let mut selection = Selection { known: true, ..Selection::default() };
    let Some(table) = table else {
        selection.known = false;
        return selection;
    };
    let (select, include) = (args.value("select"), args.value("include"));
    selection.star = select.is_none();
    if select.is_none()
        && let Some(omitted) = args.value("omit")
    {
        leave_out(&mut selection, &Given::of(omitted), (table, place, &*machine));
    }
    for (name, chosen) in [("select", select), ("include", include)] {
        let Some(chosen) = chosen else { continue };
        let place = place.inside(name);
        let given = Given::of(chosen);
        selection.known &= given.rest.is_none();
        for field in &given.fields {
            choose(&mut selection, field, (table, &place.inside(&field.name)), machine);
        }
    }
    selection
}

fn leave_out(
    selection: &mut Selection,
    omitted: &Given,
    (table, place, machine): (&NamedTable, &Place, &dyn Machine),
) {
    let is_out = |property: &str| {
        omitted.value(property).is_some_and(|value| value.shape == Shape::Bool(true))
    };
    let origin = place.inside("omit").origin(machine);
    let left = table.columns.iter().filter(|(property, _)| !is_out(property));
    selection.star = false;
    selection.columns = left
        .map(|(_, column)| SelectedColumn { name: column.clone(), origin, alias: None })
        .collect();
}

fn choose(
    selection: &mut Selection,
    field: &GivenField,
    (table, place): (&NamedTable, &Place),
    machine: &mut dyn Machine,
) {
    if field.value.shape == Shape::Bool(false) || place.path.len() > 2 * DEPTH_MAX {
        return;
    }
    if field.name == "_count" {
        return;
    }
    if let Some(column) = table.column(&field.name) {
        let origin = place.origin(machine);
        let alias = (*column != field.name).then(|| field.name.clone());
        selection.columns.push(SelectedColumn { name: column.clone(), origin, alias });
        return;
    }
    match table.relations.get(&field.name) {
        Some(relation) => {
            selection.embeds.extend(embed(field, relation, place, machine));
        }
        None => selection.known = false,
    }
}

/// Related rows that come along.
fn embed(
    field: &GivenField,
    relation: &NamedRelation,
    place: &Place,
    machine: &mut dyn Machine,
) -> Option<Embed> {
    let target = machine.named_table(Tool::Prisma, &relation.target)?;
    let args = Given::of(&field.value);
    let origin = place.origin(machine);
    let own_query = ["where", "orderBy", "take", "cursor"];
    let selection = read(&args, Some(&target), place, machine);
    if relation.is_list && own_query.iter().any(|name| args.field(name).is_some()) {
        send(&args, (relation, &target), (place, &selection), machine);
    }
    let hint = relation.target_columns.first().filter(|_| relation.is_list);
    Some(Embed {
        relation: target.table.name.clone(),
        hint: hint.cloned(),
        alias: Some(field.name.clone()),
        inner: false,
        selection,
        origin,
    })
}

/// The query that fetches the related rows of all parents at once.
fn send(
    args: &Given,
    (relation, table): (&NamedRelation, &Arc<NamedTable>),
    (place, selection): (&Place, &Selection),
    machine: &mut dyn Machine,
) {
    let origin = place.origin(machine);
    let mut query = new_query(Operation::Select, Some(table), (place.call, origin));
    query.nested = true;
    query.selection = selection.clone();
    query
        .filters
        .extend(relation.target_columns.first().map(|column| Filter::of_parent(column, origin)));
    if let Some(given) = args.value("where") {
        filters::read(&mut query, (given, Some(table)), place.inside("where"), machine);
    }
    orders(&mut query, args, (Some(table), place), machine);
    bounds(&mut query, args, place, machine);
    let id = machine.start_query(query);
    machine.record(Effect::Query(id));
}
