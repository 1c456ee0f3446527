//! Entities that are saved and removed: rows that were read, and new ones.

use std::sync::Arc;

use trave_source::Origin;

use super::{MAPPER, operation};
use crate::clients::entity::{is_entity, key_of, row, send};
use crate::clients::given::{Given, items};
use crate::library::{Guess, Machine};
use crate::naming::NamedTable;
use crate::query::{Filter, FilterOp, Operation, Query};
use crate::value::{Shape, Taint, Value};

/// `create(User, fields)`: an object of the class that has these fields.
pub(super) fn create(class: &Value, fields: &Value, machine: &mut dyn Machine) -> Value {
    let made_one = |fields: &Value, machine: &mut dyn Machine| {
        let made = machine.make(class);
        for field in Given::of(fields).fields {
            machine.keep(&made, &field.name, field.value);
        }
        made.and_dependencies(fields)
    };
    match &fields.shape {
        Shape::Array(list) => {
            Value::array(list.iter().map(|fields| made_one(fields, machine)).collect())
        }
        Shape::List(fields) => Value::list(made_one(fields, machine)),
        _ => made_one(fields, machine),
    }
}

/// The table of rows that were read.
pub(super) fn table_of(given: &Value, machine: &mut dyn Machine) -> Option<Arc<NamedTable>> {
    let mut row = None;
    given.visit(&mut |part| {
        if let (Shape::Rows(id), None) = (&part.shape, row) {
            row = Some(*id);
        }
    });
    let query = machine.query_mut(row?)?;
    let (library, schema, name) = (query.library, query.schema.clone(), query.table.clone()?);
    let table = crate::declared::TableName { schema, name };
    (library == super::NAME).then(|| machine.declared_table(MAPPER.tool, &table)).flatten()
}

/// Writes entities, or removes them.
pub(super) fn write(
    method: &str,
    (given, table): (&Value, Option<&Arc<NamedTable>>),
    at: (Origin, Origin),
    machine: &mut dyn Machine,
) -> Option<Value> {
    let (operation, reads) = match method {
        "save" => (operation_of(given, table, machine), false),
        "remove" => (Operation::Delete, false),
        "softRemove" | "recover" => (Operation::Update, false),
        "reload" => (Operation::Select, true),
        _ => return None,
    };
    let mut query = MAPPER.query(operation, table, at);
    if reads {
        query.selection.star = true;
    }
    if matches!(operation, Operation::Update | Operation::Delete | Operation::Select) {
        by_key(&mut query, (given, table), machine);
    }
    if method == "save" {
        query.payload = Some(match operation {
            Operation::Update => Value::unknown().depending_on(std::slice::from_ref(given)),
            _ => row(MAPPER, (given, table), machine),
        });
        query.returning = true;
    } else if operation == Operation::Update {
        query.payload = Some(Value::unknown());
    }
    let is_list = matches!(given.shape, Shape::Array(_) | Shape::List(_));
    let found = send(query, machine);
    Some(if is_list { found } else { found.tainted(Taint::PART) })
}

/// What saving does: rows that were read are changed, new ones without a key are added.
fn operation_of(
    given: &Value,
    table: Option<&Arc<NamedTable>>,
    machine: &mut dyn Machine,
) -> Operation {
    let (entities, _) = items(given);
    let is_read = |value: &Value| is_entity(value);
    if !entities.is_empty() && entities.iter().all(|(entity, _)| is_read(entity)) {
        return Operation::Update;
    }
    let Some(table) = table else { return Operation::Upsert };
    let is_new = |entity: &Value, machine: &mut dyn Machine| {
        let is_made = matches!(entity.shape, Shape::Object(_) | Shape::Instance(_));
        let written = row(MAPPER, (entity, Some(table)), machine);
        let is_closed = match &written.shape {
            Shape::Object(object) => object.rest.as_deref().is_none_or(|it| !is_entity(it)),
            _ => false,
        };
        let counts_up = table.primary.iter().any(|column| written.field(column).is_none());
        is_made && is_closed && counts_up && key_of(&written, table).is_none()
    };
    let all_new =
        !entities.is_empty() && entities.iter().all(|(entity, _)| is_new(entity, machine));
    if all_new { Operation::Insert } else { Operation::Upsert }
}

/// The rows that some entities are.
fn by_key(
    query: &mut Query,
    (given, table): (&Value, Option<&Arc<NamedTable>>),
    machine: &mut dyn Machine,
) {
    let Some(table) = table else {
        query.incomplete = true;
        return;
    };
    let is_list = matches!(given.shape, Shape::Array(_) | Shape::List(_));
    let op = if is_list { FilterOp::In } else { FilterOp::Eq };
    for column in &table.primary {
        let property = table.columns.iter().find(|(_, own)| *own == column);
        let value = match property.filter(|_| !is_list) {
            Some((property, _)) => machine.member(given, property),
            None => Value::of(Shape::Unknown).depending_on(std::slice::from_ref(given)),
        };
        let origin = query.target_origin;
        query.filters.push(Filter { op, value, ..Filter::of_parent(column, origin) });
    }
}

/// `user.save()` of a row that was read.
pub(super) fn on_rows(call: &Guess<'_>, rows: &Value, machine: &mut dyn Machine) -> Option<Value> {
    if !operation::is_save(call.method) || !call.args.is_empty() && call.method == "remove" {
        return None;
    }
    let table = table_of(rows, machine);
    write(call.method, (rows, table.as_ref()), (call.origin, call.origin), machine)
}
