//! Writes: `insert`, `update`, `del`, `onConflict().merge()`.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;
use trave_source::Origin;

use super::{builder, of_kind};
use crate::clients::build::{self, Scope};
use crate::clients::given::{Given, items};
use crate::library::{LibraryCall, Machine};
use crate::query::{Operation, Query};
use crate::value::{LibraryValue, Object, QueryId, Shape, Value};

/// Reads a method that writes; none for another one.
pub(super) fn step(
    call: &LibraryCall<'_>,
    (id, method): (QueryId, &str),
    machine: &mut dyn Machine,
) -> Option<Value> {
    let again = call.callee.clone();
    match method {
        "insert" => {
            let payload = rows(&call.arg(0), call.callee, machine);
            write(call, (id, Operation::Insert), payload, machine);
        }
        "upsert" => {
            let payload = rows(&call.arg(0), call.callee, machine);
            write(call, (id, Operation::Upsert), payload, machine);
        }
        "update" => {
            let payload = match (call.arg(0).as_text(), call.args.len()) {
                (Some(column), 2..) => {
                    let value = rows(&call.arg(1), call.callee, machine);
                    one(column, value)
                }
                _ => rows(&call.arg(0), call.callee, machine),
            };
            write(call, (id, Operation::Update), payload, machine);
        }
        "increment" | "decrement" => {
            let payload = match call.arg(0).as_text() {
                Some(column) => one(column, Value::of(Shape::Unknown)),
                None => rows(&call.arg(0), call.callee, machine),
            };
            let query = machine.query_mut(id)?;
            query.operation = Some(Operation::Update);
            query.payload = Some(payload);
        }
        "del" | "delete" | "truncate" => {
            let query = machine.query_mut(id)?;
            query.operation = Some(Operation::Delete);
            returns(query, call, 0);
        }
        "returning" => {
            let query = machine.query_mut(id)?;
            returns(query, call, 0);
        }
        "onConflict" => {
            let query = machine.query_mut(id)?;
            query.conflict_columns =
                Some(call.arg(0)).filter(|it| it.library().is_none()).and_then(|columns| {
                    build::list_of_names(&columns).filter(|names| !names.is_empty())
                });
            return Some(of_kind(&again, "conflict"));
        }
        _ => return None,
    }
    Some(again.into_value())
}

fn one(column: &str, value: Value) -> Value {
    Value::record(Object { fields: BTreeMap::from([(SmolStr::new(column), value)]), rest: None })
}

fn write(
    call: &LibraryCall<'_>,
    (id, operation): (QueryId, Operation),
    payload: Value,
    machine: &mut dyn Machine,
) {
    let Some(query) = machine.query_mut(id) else { return };
    query.operation = Some(operation);
    query.payload = Some(payload);
    let at = if call.arg(0).as_text().is_some() { 2 } else { 1 };
    if call.args.len() > at {
        returns(query, call, at);
    }
}

/// `returning('id')`, `returning(['id', 'name'])`, `insert(rows, 'id')`.
fn returns(query: &mut Query, call: &LibraryCall<'_>, at: usize) {
    let (names, known) = items(&call.arg(at));
    if names.is_empty() {
        return;
    }
    let scope = Scope::of(call.callee, query);
    let names: Vec<(Value, Origin)> =
        names.into_iter().map(|(name, _)| (name, call.arg_origin(at))).collect();
    build::returns(query, &scope, &names);
    query.selection.known &= known;
}

/// Rows as they are written; queries inside are sent with them.
fn rows(value: &Value, of: &LibraryValue, machine: &mut dyn Machine) -> Value {
    match &value.shape {
        Shape::Array(all) => Value::array(all.iter().map(|row| rows(row, of, machine)).collect()),
        Shape::List(row) => Value::list(rows(row, of, machine)),
        Shape::Library(_) => {
            builder::inside(value, of, machine);
            Value::unknown().and_dependencies(value)
        }
        Shape::Object(_) | Shape::OneOf(_) => {
            let is_object = |value: &Value| matches!(value.shape, Shape::Object(_));
            if !value.alternatives().iter().any(is_object) {
                return value.clone();
            }
            let given = Given::of(value);
            let mut fields = BTreeMap::new();
            for field in given.fields {
                let written = match field.value.library() {
                    Some(_) => rows(&field.value, of, machine),
                    None => field.value,
                };
                let optional = field.is_optional;
                let written = if optional { written.join(Value::undefined()) } else { written };
                fields.insert(field.name, written);
            }
            let rest = given.rest.map(Arc::new);
            Value::record(Object { fields, rest }).and_dependencies(value)
        }
        _ => value.clone(),
    }
}

/// `onConflict('id').merge()`, `.ignore()`; whatever else is asked of the write.
pub(super) fn conflict(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let builder = LibraryValue { kind: "builder", ..call.callee.clone() };
    let query = machine.query_mut(call.callee.query?)?;
    match method {
        "merge" | "ignore" => {
            build::extend(query, call);
            query.operation = Some(Operation::Upsert);
            query.keeps_existing = method == "ignore";
            Some(builder.into_value())
        }
        _ => builder::call(&LibraryCall { callee: &builder, ..*call }, method, machine),
    }
}
