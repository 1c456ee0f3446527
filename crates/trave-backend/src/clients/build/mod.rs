//! What query builders have in common that name tables and columns by texts:
//! `db.selectFrom('users as u').where('u.id', '=', id)`, `knex('users').where({ id })`.
//!
//! A builder is a value with a query under construction. What belongs to the builder and not to
//! the query, it keeps in fields of its own: see [`Scope`].

mod filter;
mod fork;
mod name;
mod scope;
mod snake;
mod step;
#[cfg(test)]
mod tests;

pub(crate) use filter::{Around, Comparison, compare, condition, free_group, pair, take_over};
pub(crate) use fork::{fork, is_outdated, marked};
pub(crate) use name::TableRef;
pub(crate) use scope::Scope;
pub(crate) use snake::{SNAKE, forget_others, respell};
pub(crate) use step::{bound, join, list_of_names, order, returns, select};

use crate::clients::sql::rows;
use crate::effect::Effect;
use crate::library::{LibraryCall, Machine};
use crate::query::{Bound, Operation, Query};
use crate::value::{LibraryValue, QueryId, Shape, Taint, Value};

/// A builder on a table, with the query that it begins.
pub(crate) fn begin(
    mut query: Query,
    table: &TableRef,
    like: &LibraryValue,
    machine: &mut dyn Machine,
) -> LibraryValue {
    query.table = Some(table.name.clone());
    query.schema.clone_from(&table.schema);
    let id = machine.start_query(query);
    let mut builder = LibraryValue::new(like.library, "builder");
    builder.fields.clone_from(&like.fields);
    builder.query = Some(id);
    Scope::led(builder, table)
}

/// A query that stands inside another one: it is sent with that one, and what it finds stays there.
pub(crate) fn nest(id: QueryId, machine: &mut dyn Machine) {
    if let Some(query) = machine.query_mut(id) {
        query.nested = true;
    }
    machine.record(Effect::Query(id));
}

/// Sends a query: its rows.
pub(crate) fn sent(id: QueryId, machine: &mut dyn Machine) -> Value {
    machine.record(Effect::Query(id));
    rows(Some(id), machine)
}

/// What a query inside another one finds.
pub(crate) fn found_inside() -> Value {
    Value::of(Shape::Unknown).tainted(Taint::ROWS.and(Taint::UNKNOWN))
}

/// Lets the query's place grow with its chain. A write that a wrapper around the client began in
/// another file stands where the chain goes on.
pub(crate) fn extend(query: &mut Query, call: &LibraryCall<'_>) {
    let is_same = query.origin.file == call.origin.file;
    let is_write = query.operation != Some(Operation::Select);
    let says_nothing = query.payload.is_none() && query.filters.is_empty();
    if is_same && call.origin.span.holds(query.origin.span) {
        query.origin.span = call.origin.span;
    } else if !is_same && is_write && says_nothing {
        query.origin = call.origin;
        query.target_origin = call.origin;
        let end = call.method_origin.span.start;
        if end > call.origin.span.start {
            query.target_origin.span.end = end.saturating_sub(1);
        }
    }
}

/// What takes the first row and leaves the others.
pub(crate) fn one(call: &LibraryCall<'_>) -> Bound {
    let value = Value::of(Shape::Number(1.0));
    Bound { value, conditional: false, origin: call.method_origin }
}
