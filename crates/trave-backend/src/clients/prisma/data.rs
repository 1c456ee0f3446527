//! `data`: the columns that are written, and what is written to related tables with them.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::filters;
use super::operation::new_query;
use crate::clients::given::{Given, GivenField, items};
use crate::clients::placed::Place;
use crate::declared::Tool;
use crate::effect::Effect;
use crate::library::Machine;
use crate::naming::{NamedRelation, NamedTable};
use crate::query::{Filter, Operation};
use crate::value::{Object, Shape, Value};

/// How deep writes inside writes are followed.
const DEPTH_MAX: usize = 16;

/// What is written, by column; what is written to related tables is sent as queries of their own.
pub(super) fn read(
    data: &Value,
    table: Option<&Arc<NamedTable>>,
    place: &Place,
    machine: &mut dyn Machine,
) -> Value {
    match &data.shape {
        Shape::Array(rows) => {
            let rows: Vec<Value> =
                rows.iter().map(|row| read(row, table, place, machine)).collect();
            Value::array(rows)
        }
        Shape::List(row) => Value::list(read(row, table, place, machine)),
        Shape::Validated(inner, _) if matches!(inner.shape, Shape::List(_) | Shape::Array(_)) => {
            read(inner, table, place, machine)
        }
        _ if !data.alternatives().iter().any(|it| matches!(it.shape, Shape::Object(_))) => {
            data.clone()
        }
        _ => row(&Given::of(data), table, place, machine).and_dependencies(data),
    }
}

fn row(
    given: &Given,
    table: Option<&Arc<NamedTable>>,
    place: &Place,
    machine: &mut dyn Machine,
) -> Value {
    let mut fields: BTreeMap<SmolStr, Value> = BTreeMap::new();
    for field in &given.fields {
        let relation = table.and_then(|table| table.relations.get(&field.name));
        if let Some(relation) = relation {
            related(&mut fields, (field, relation), &place.inside(&field.name), machine);
            continue;
        }
        let column = match table {
            Some(table) => table.column(&field.name),
            None => Some(&field.name),
        };
        if let Some(column) = column {
            let value = written(&field.value);
            let value = if field.is_optional { value.join(Value::undefined()) } else { value };
            fields.insert(column.clone(), value);
        }
    }
    let rest = given.rest.clone().map(Arc::new);
    Value::record(Object { fields, rest })
}

/// `{ set: x }` writes `x`, `{ increment: 1 }` something that is not known.
fn written(value: &Value) -> Value {
    let Shape::Object(object) = &value.shape else { return value.clone() };
    let mut names = object.fields.keys().map(SmolStr::as_str);
    match (names.next(), names.next()) {
        (Some("set"), None) => value.field("set").cloned().unwrap_or_else(Value::unknown),
        (Some("increment" | "decrement" | "multiply" | "divide" | "push"), None) => {
            Value::of(Shape::Unknown).and_dependencies(value)
        }
        _ => value.clone(),
    }
}

/// What a relation writes: the key that ties the rows, and rows of the other table.
fn related(
    fields: &mut BTreeMap<SmolStr, Value>,
    (field, relation): (&GivenField, &NamedRelation),
    place: &Place,
    machine: &mut dyn Machine,
) {
    let Some(target) = machine.named_table(Tool::Prisma, &relation.target) else { return };
    if place.path.len() > DEPTH_MAX {
        return;
    }
    let given = Given::of(&field.value);
    for verb in &given.fields {
        let place = place.inside(&verb.name);
        match verb.name.as_str() {
            "connect" if !relation.is_list => connect(fields, verb, (relation, &target)),
            "disconnect" if !relation.is_list => {
                for column in &relation.columns {
                    fields.insert(column.clone(), Value::of(Shape::Null));
                }
            }
            "create" => insert(&verb.value, (&target, &place), machine),
            "createMany" => {
                let rows = Given::of(&verb.value).value("data").cloned();
                let rows = rows.unwrap_or_else(Value::unknown);
                insert(&rows, (&target, &place.inside("data")), machine);
            }
            "connectOrCreate" => {
                for (item, _) in items(&verb.value).0 {
                    let created = Given::of(&item).value("create").cloned();
                    let created = created.unwrap_or_else(Value::unknown);
                    insert(&created, (&target, &place.inside("create")), machine);
                }
            }
            "update" | "updateMany" | "delete" | "deleteMany" => {
                change(verb, (relation, &target), &place, machine);
            }
            _ => {}
        }
        if !relation.is_list && matches!(verb.name.as_str(), "create" | "connectOrCreate") {
            for column in &relation.columns {
                fields.entry(column.clone()).or_insert_with(Value::unknown);
            }
        }
    }
}

/// `author: { connect: { id } }` writes the key.
fn connect(
    fields: &mut BTreeMap<SmolStr, Value>,
    verb: &GivenField,
    (relation, target): (&NamedRelation, &NamedTable),
) {
    let given = Given::of(&verb.value);
    for (own, theirs) in relation.columns.iter().zip(&relation.target_columns) {
        let property = target.columns.iter().find(|(_, column)| *column == theirs);
        let value = property.and_then(|(property, _)| given.value(property));
        fields.insert(own.clone(), value.cloned().unwrap_or_else(Value::unknown));
    }
}

fn insert(rows: &Value, (target, place): (&Arc<NamedTable>, &Place), machine: &mut dyn Machine) {
    let origin = place.origin(machine);
    let mut query = new_query(Operation::Insert, Some(target), (place.call, origin));
    query.nested = true;
    query.payload = Some(read(rows, Some(target), place, machine));
    let id = machine.start_query(query);
    machine.record(Effect::Query(id));
}

/// Rows of another table that are changed or deleted through a relation to them.
fn change(
    verb: &GivenField,
    (relation, target): (&NamedRelation, &Arc<NamedTable>),
    place: &Place,
    machine: &mut dyn Machine,
) {
    let deletes = verb.name.starts_with("delete");
    let operation = if deletes { Operation::Delete } else { Operation::Update };
    let origin = place.origin(machine);
    for (item, _) in items(&verb.value).0 {
        let mut query = new_query(operation, Some(target), (place.call, origin));
        query.nested = true;
        query
            .filters
            .extend(relation.target_columns.first().map(|it| Filter::of_parent(it, origin)));
        let given = Given::of(&item);
        let condition = given.value("where").or((deletes && relation.is_list).then_some(&item));
        if let Some(condition) = condition.filter(|it| matches!(it.shape, Shape::Object(_))) {
            filters::read(&mut query, (condition, Some(target)), place.clone(), machine);
        }
        let data = given.value("data").or((!relation.is_list).then_some(&item));
        if let Some(data) = data.filter(|_| !deletes) {
            query.payload = Some(read(data, Some(target), &place.inside("data"), machine));
        }
        let id = machine.start_query(query);
        machine.record(Effect::Query(id));
    }
}
