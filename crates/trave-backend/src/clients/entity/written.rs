//! Rows that are written: entities as code puts them together.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::{Mapper, is_embedded};
use crate::clients::given::Given;
use crate::library::Machine;
use crate::naming::{NamedRelation, NamedTable};
use crate::value::{Object, Shape, Taint, Value};

/// Embedded properties inside embedded ones: no deeper than this.
const DEPTH_MAX: u32 = 8;

/// A row, or a list of rows, by column.
pub(crate) fn row(
    mapper: Mapper,
    (given, table): (&Value, Option<&Arc<NamedTable>>),
    machine: &mut dyn Machine,
) -> Value {
    let is_object = |value: &Value| matches!(value.shape, Shape::Object(_));
    match &given.shape {
        Shape::Array(rows) => {
            let rows = rows.iter().map(|one| row(mapper, (one, table), machine)).collect();
            Value::array(rows)
        }
        Shape::List(one) => Value::list(row(mapper, (one, table), machine)),
        Shape::Validated(inner, _) if matches!(inner.shape, Shape::List(_) | Shape::Array(_)) => {
            row(mapper, (inner, table), machine)
        }
        Shape::Instance(_) => match table {
            Some(table) => of_object(given, table, machine),
            None => Value::unknown(),
        },
        _ if given.alternatives().iter().any(is_object) => {
            let mut fields = BTreeMap::new();
            let given_fields = Given::of(given);
            let around = (None, DEPTH_MAX, machine);
            add(mapper, &mut fields, (&given_fields, table), around);
            let rest = given_fields.rest.map(Arc::new);
            Value::record(Object { fields, rest }).and_dependencies(given)
        }
        _ => given.clone(),
    }
}

fn add(
    mapper: Mapper,
    fields: &mut BTreeMap<SmolStr, Value>,
    (given, table): (&Given, Option<&Arc<NamedTable>>),
    (outer, depth, machine): (Option<&str>, u32, &mut dyn Machine),
) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for field in &given.fields {
        let path = match outer {
            Some(outer) => format_smolstr!("{outer}.{}", field.name),
            None => field.name.clone(),
        };
        let mut written = written(&field.value);
        if field.is_optional {
            written = written.join(Value::undefined());
        }
        let Some(named) = table else {
            fields.insert(path, written);
            continue;
        };
        if let Some(column) = named.column(&path) {
            fields.insert(column.clone(), written);
        } else if let Some(relation) = named.relations.get(&path) {
            tie(mapper, fields, (relation, &field.value), machine);
        } else if is_embedded(named, &path) {
            let inner = Given::of(&field.value);
            add(mapper, fields, (&inner, table), (Some(&path), depth, &mut *machine));
        }
    }
}

/// A function that writes SQL: what it gives is not known.
fn written(value: &Value) -> Value {
    match value.shape {
        Shape::Function(_) => Value::of(Shape::Unknown),
        _ => value.clone(),
    }
}

/// `author: { id }`, `author: user`, `author: 5` write the columns that refer.
fn tie(
    mapper: Mapper,
    fields: &mut BTreeMap<SmolStr, Value>,
    (relation, value): (&NamedRelation, &Value),
    machine: &mut dyn Machine,
) {
    if relation.is_list {
        return;
    }
    let target = machine.named_table(mapper.tool, &relation.target);
    for (own, theirs) in relation.columns.iter().zip(&relation.target_columns) {
        let property = target
            .as_ref()
            .and_then(|target| target.columns.iter().find(|(_, column)| *column == theirs))
            .map(|(property, _)| property.clone());
        let is_row = matches!(value.shape, Shape::Object(_) | Shape::Instance(_));
        let key = match property.filter(|_| is_row) {
            Some(property) => machine.member(value, &property),
            None => value.clone(),
        };
        fields.insert(own.clone(), key);
    }
}

/// What is known of the properties of an object of a class; others may have been set too.
fn of_object(object: &Value, table: &NamedTable, machine: &mut dyn Machine) -> Value {
    let mut fields = BTreeMap::new();
    for (property, column) in &table.columns {
        let value = machine.member(object, property);
        let is_set = !matches!(value.shape, Shape::Unknown | Shape::Undefined)
            || value.taint.without(Taint::UNKNOWN) != Taint::NONE;
        if is_set {
            fields.insert(column.clone(), value);
        }
    }
    let all: Vec<Value> = fields.values().cloned().collect();
    let rest = Some(Arc::new(Value::of(Shape::Unknown)));
    Value::record(Object { fields, rest }).depending_on(&all)
}

/// The primary key of a written row, as far as the row has one; none for a list.
pub(crate) fn key_of(row: &Value, table: &NamedTable) -> Option<Vec<(SmolStr, Value)>> {
    let part = |column: &SmolStr| Some((column.clone(), row.field(column)?.clone()));
    let key: Vec<(SmolStr, Value)> = table.primary.iter().map(part).collect::<Option<_>>()?;
    let is_set = |(_, value): &(SmolStr, Value)| value.is_nullish() != Some(true);
    (!key.is_empty() && key.iter().all(is_set)).then_some(key)
}

/// Whether a value is a row that was read, or a part of one.
pub(crate) fn is_entity(value: &Value) -> bool {
    value.alternatives().iter().any(|it| matches!(it.shape, Shape::Rows(_)))
}
