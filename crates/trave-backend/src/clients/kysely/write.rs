//! Writes: `values`, `set`, `onConflict`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{NAME, builder, expression, own};
use crate::clients::build;
use crate::clients::given::Given;
use crate::library::{LibraryCall, Machine};
use crate::query::{Operation, Query};
use crate::value::{LibraryValue, Object, QueryId, Shape, Value};

/// Reads one method of a write.
pub(super) fn step(
    call: &LibraryCall<'_>,
    (id, method): (QueryId, &str),
    machine: &mut dyn Machine,
) {
    match method {
        "expression" => {
            builder::inside(&call.arg(0), call.callee, machine);
            change(id, machine, |query| query.payload = Some(Value::unknown()));
        }
        "onConflict" => {
            change(id, machine, |query| query.operation = Some(Operation::Upsert));
            let mut conflict = LibraryValue::new(NAME, "conflict");
            conflict.query = Some(id);
            let given = call.arg(0);
            if matches!(given.shape, Shape::Function(_)) {
                machine.run(&given, vec![conflict.into_value()]);
            }
        }
        "onDuplicateKeyUpdate" => {
            change(id, machine, |query| query.operation = Some(Operation::Upsert));
        }
        "set" if call.args.len() == 2 => {
            let value = written(&call.arg(1), machine);
            let fields = match call.arg(0).as_text() {
                Some(column) => BTreeMap::from([(column.into(), value)]),
                None => BTreeMap::new(),
            };
            change(id, machine, |query| add(query, fields));
        }
        _ => {
            let given = expression::resolved(&call.arg(0), call.callee, machine);
            let payload = written(&given, machine);
            change(id, machine, |query| {
                let earlier = query.payload.take();
                query.payload = Some(match (&payload.shape, earlier) {
                    (Shape::Object(object), Some(earlier)) => {
                        let mut both = Query::clone(query);
                        both.payload = Some(earlier);
                        add(&mut both, object.fields.clone());
                        both.payload.unwrap_or(payload)
                    }
                    _ => payload,
                });
            });
        }
    }
}

fn change(id: QueryId, machine: &mut dyn Machine, change: impl FnOnce(&mut Query)) {
    if let Some(query) = machine.query_mut(id) {
        change(query);
    }
}

/// Adds columns to what is written.
fn add(query: &mut Query, fields: BTreeMap<smol_str::SmolStr, Value>) {
    let mut object = match query.payload.as_ref().map(|payload| &payload.shape) {
        Some(Shape::Object(object)) => Object::clone(object),
        _ => Object::default(),
    };
    object.fields.extend(fields);
    query.payload = Some(Value::record(object));
}

/// Rows as they are written; queries inside are sent with them.
fn written(value: &Value, machine: &mut dyn Machine) -> Value {
    match &value.shape {
        Shape::Array(rows) => {
            let rows = rows.iter().map(|row| written(row, machine)).collect();
            Value::array(rows)
        }
        Shape::List(row) => Value::list(written(row, machine)),
        Shape::Object(_) | Shape::OneOf(_) => row(value, machine),
        Shape::Library(library) if library.library == NAME => {
            if own(value, "builder").is_some() {
                builder::derive(value, machine);
            }
            let handed = expression::handed(value);
            if handed == *value { Value::unknown().and_dependencies(value) } else { handed }
        }
        _ => value.clone(),
    }
}

fn row(value: &Value, machine: &mut dyn Machine) -> Value {
    let is_object = |value: &Value| matches!(value.shape, Shape::Object(_));
    if !value.alternatives().iter().any(is_object) {
        return value.clone();
    }
    let given = Given::of(value);
    let mut fields = BTreeMap::new();
    for field in given.fields {
        let value = match field.value.library() {
            Some(_) => written(&field.value, machine),
            None => field.value,
        };
        let optional = field.is_optional;
        let value = if optional { value.join(Value::undefined()) } else { value };
        fields.insert(field.name, value);
    }
    let rest = given.rest.map(Arc::new);
    Value::record(Object { fields, rest }).and_dependencies(value)
}

/// `oc.column('id').doUpdateSet(…)`, `oc.columns([…]).doNothing()`.
pub(super) fn conflict(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let query = machine.query_mut(call.callee.query?)?;
    match method {
        "column" | "columns" => {
            let mut columns = query.conflict_columns.take().unwrap_or_default();
            match build::list_of_names(&call.arg(0)) {
                Some(names) => {
                    columns.extend(names);
                    query.conflict_columns = Some(columns);
                }
                None => query.conflict_columns = None,
            }
        }
        "doNothing" => query.keeps_existing = true,
        // A key of some of the rows, or none that columns name.
        "where" | "expression" | "constraint" => query.conflict_columns = None,
        _ => {}
    }
    Some(call.callee.clone().into_value())
}
