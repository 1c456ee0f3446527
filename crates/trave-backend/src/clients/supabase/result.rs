//! What a query gives back: `{ data, error, count }`.

use crate::effect::Effect;
use crate::library::Machine;
use crate::query::Query;
use crate::value::{LibraryValue, QueryId, Shape, Taint, Value};

/// The result of awaiting a query under construction.
pub(super) fn awaited(value: &LibraryValue, machine: &mut dyn Machine) -> Option<Value> {
    let id = value.query?;
    machine.query_mut(id)?.operation?;
    machine.record(Effect::Query(id));
    machine.query_mut(id).map(|query| result(id, query))
}

/// `data`, `error` and the rest of a query that is asked for without being awaited.
pub(super) fn member(value: &LibraryValue, property: &str) -> Option<Value> {
    let id = value.query?;
    match property {
        "data" => Some(Value::of(Shape::Rows(id)).tainted(Taint::ROWS)),
        "error" | "count" | "status" | "statusText" => {
            Some(Value::of(Shape::Unknown).tainted(Taint::ROWS))
        }
        _ => None,
    }
}

fn result(id: QueryId, query: &Query) -> Value {
    let looked_up = query.looked_up_by();
    // A write that asks for nothing gives null; to call it so would make `if (!data)` certain.
    let shape = if query.gives_rows() { Shape::Rows(id) } else { Shape::Unknown };
    let part = |shape: Shape| Value::of(shape).depending_on(std::slice::from_ref(&looked_up));
    Value::object([
        ("data", part(shape)),
        ("error", part(Shape::Unknown)),
        ("count", part(Shape::Unknown)),
        ("status", part(Shape::Unknown)),
        ("statusText", part(Shape::Unknown)),
    ])
}
