//! `leftJoinAndSelect('u.posts', 'p', condition)`: tables that come along under a name.

use smol_str::SmolStr;

use super::MAPPER;
use super::condition::{self, Tables, parameters};
use crate::clients::entity::Mapper;
use crate::clients::sql::text::SqlText;
use crate::library::{LibraryCall, Machine};
use crate::query::{Embed, Selection};
use crate::value::QueryId;

/// Whether a method joins.
pub(super) fn is_join(method: &str) -> bool {
    let rest = method.strip_prefix("left").or_else(|| method.strip_prefix("inner"));
    rest.is_some_and(|rest| {
        matches!(rest, "Join" | "JoinAndSelect" | "JoinAndMapOne" | "JoinAndMapMany" | "JoinAndMap")
    })
}

/// Adds the table that a method joins.
pub(super) fn add(
    call: &LibraryCall<'_>,
    method: &str,
    id: QueryId,
    machine: &mut dyn Machine,
) -> Option<()> {
    let shift = usize::from(method.contains("AndMap"));
    let given = call.arg(shift);
    let alias = call.arg(shift + 1);
    let alias = SmolStr::new(alias.as_text()?);
    let tables = Tables::of(call.callee, machine);
    let led = given.as_text().and_then(|path| {
        let (owner, property) = path.split_once('.')?;
        let (table, _) = tables.as_ref()?.named(owner)?;
        table?.relations.get(property).cloned()
    });
    let target = match &led {
        Some(relation) => MAPPER.table(&relation.target, machine),
        None => Mapper::entity_of(&given, machine).and_then(|name| MAPPER.table(&name, machine)),
    };
    let Some(target) = target else {
        machine.query_mut(id)?.incomplete = true;
        return None;
    };
    let hint = led.filter(|led| led.is_list).and_then(|led| led.target_columns.first().cloned());
    let comes_along = method.contains("AndSelect") || method.contains("AndMap");
    let query = machine.query_mut(id)?;
    query.selection.embeds.push(Embed {
        relation: target.table.name.clone(),
        hint,
        alias: Some(alias),
        inner: method.starts_with("inner"),
        selection: Selection { star: comes_along, known: true, ..Selection::default() },
        origin: call.arg_origin(shift),
    });
    on(call, (shift + 2, method), id, machine)
}

/// What rows are joined under, beside what ties the two tables.
fn on(
    call: &LibraryCall<'_>,
    (at, method): (usize, &str),
    id: QueryId,
    machine: &mut dyn Machine,
) -> Option<()> {
    call.args.get(at)?;
    let tables = Tables::of(call.callee, machine)?;
    let text = SqlText::of_argument(call, at);
    let text = tables.columns_in(parameters(text, &call.arg(at + 1)));
    let filters = condition::read(&text, &tables).map(|(filters, _)| filters);
    let query = machine.query_mut(id)?;
    let spliced = text.spliced();
    query.spliced.extend(
        spliced
            .map(|hole| crate::query::Spliced { value: hole.value.clone(), origin: hole.origin }),
    );
    // Rows of the own table stay whatever stands beside a left join.
    let mut filters = filters.unwrap_or_default();
    filters.retain(|filter| filter.relation.is_some() || method.starts_with("inner"));
    query.filters.extend(filters);
    Some(())
}
