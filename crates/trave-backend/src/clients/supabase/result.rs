//! What a query gives back: `{ data, error, count }`.

use crate::effect::Effect;
use crate::library::Machine;
use crate::query::{FilterOp, Operation, Query};
use crate::value::{LibraryValue, QueryId, Shape, Taint, Value};

/// Words in the name of a column that is compared with something only its owner knows.
const SECRET_WORDS: &[&str] =
    &["token", "secret", "api_key", "apikey", "key_hash", "signature", "hashed_key", "password"];

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
    let looked_up = depends(query);
    let gives_rows =
        query.returning || matches!(query.operation, Some(Operation::Select | Operation::Call));
    // A write that asks for nothing gives null; to call it so would make `if (!data)` certain.
    let shape = if gives_rows && !query.head { Shape::Rows(id) } else { Shape::Unknown };
    let part = |shape: Shape| Value::of(shape).depending_on(std::slice::from_ref(&looked_up));
    Value::object([
        ("data", part(shape)),
        ("error", part(Shape::Unknown)),
        ("count", part(Shape::Unknown)),
        ("status", part(Shape::Unknown)),
        ("statusText", part(Shape::Unknown)),
    ])
}

/// What the rows depend on: what they were looked up by. Something that could not be followed
/// takes part in most lookups and says nothing about who is calling, so it is left out.
fn depends(query: &Query) -> Value {
    let mut depends = Value::of(Shape::Unknown).tainted(Taint::ROWS);
    for filter in &query.filters {
        depends = depends.depending_on(std::slice::from_ref(&filter.value));
        let secret = SECRET_WORDS.iter().any(|word| filter.column.contains(word))
            || filter.value.taint.has(Taint::HEADER);
        if filter.op == FilterOp::Eq && !filter.negated && secret {
            depends = depends.tainted(Taint::SECRET);
        }
    }
    if let (Some(Operation::Call), Some(payload)) = (query.operation, &query.payload) {
        depends = depends.depending_on(std::slice::from_ref(payload));
    }
    // What was looked up by one row is a whole answer again.
    depends.taint = depends.taint.without(Taint::UNKNOWN.and(Taint::PART));
    depends
}
