//! The unit of work: what is written when the changes of entities are flushed.

use std::sync::Arc;

use trave_source::Origin;

use super::{MAPPER, NAME};
use crate::clients::entity::{Mapper, row, send};
use crate::clients::given::{Given, items};
use crate::declared::TableName;
use crate::library::{Machine, PutOff};
use crate::naming::NamedTable;
use crate::query::{Filter, FilterOp, Operation};
use crate::value::{Object, QueryId, Shape, Value};

/// More changes than this before a flush are not followed.
const CHANGES_MAX: usize = 200;

/// `create(User, fields)`: an object of the class that has these fields.
pub(super) fn create(class: &Value, fields: &Value, machine: &mut dyn Machine) -> Value {
    let made = machine.make(class);
    for field in Given::of(fields).fields {
        machine.keep(&made, &field.name, field.value);
    }
    made.and_dependencies(fields)
}

/// The table of rows that were read.
pub(super) fn table_of(rows: &Value, machine: &mut dyn Machine) -> Option<Arc<NamedTable>> {
    let reference = rows.library().filter(|it| it.library == NAME && it.kind == "reference");
    if let Some(reference) = reference {
        return MAPPER.table(&reference.name, machine);
    }
    let id = rows_in(rows)?;
    let query = machine.query_mut(id)?;
    let (library, schema, name) = (query.library, query.schema.clone(), query.table.clone()?);
    (library == NAME)
        .then(|| machine.declared_table(MAPPER.tool, &TableName { schema, name }))
        .flatten()
}

fn rows_in(value: &Value) -> Option<QueryId> {
    value.alternatives().iter().find_map(|it| match it.shape {
        Shape::Rows(id) => Some(id),
        _ => None,
    })
}

/// Whether something is an entity: an object of a class that is one, or rows of one.
pub(super) fn is_known(given: &Value, machine: &mut dyn Machine) -> bool {
    items(given).0.iter().any(|(entity, _)| {
        table_of(entity, machine).is_some()
            || Mapper::entity_of(entity, machine)
                .is_some_and(|name| MAPPER.table(&name, machine).is_some())
    })
}

/// New entities are added when changes are flushed; rows that were read are only watched.
pub(super) fn persist(
    (given, of): (&Value, Option<&Arc<NamedTable>>),
    at: (Origin, Origin),
    machine: &mut dyn Machine,
) {
    for (entity, _) in items(given).0 {
        if rows_in(&entity).is_some() {
            continue;
        }
        let named = Mapper::entity_of(&entity, machine);
        let named = named.and_then(|name| MAPPER.table(&name, machine));
        let Some(table) = named.or_else(|| of.cloned()) else { continue };
        let table = Some(table);
        let known = machine.put_off().iter().any(|it| it.entity.is_same(&entity));
        if known || machine.put_off().len() >= CHANGES_MAX {
            continue;
        }
        let mut query = MAPPER.query(Operation::Insert, table.as_ref(), at);
        query.payload = Some(row(MAPPER, (&entity, table.as_ref()), machine));
        machine.put_off().push(PutOff { query, entity });
    }
}

/// Entities are removed when changes are flushed.
pub(super) fn remove(given: &Value, at: (Origin, Origin), machine: &mut dyn Machine) {
    for (entity, _) in items(given).0 {
        let named = Mapper::entity_of(&entity, machine);
        let named = named.and_then(|name| MAPPER.table(&name, machine));
        let table = table_of(&entity, machine).or(named);
        let mut query = MAPPER.query(Operation::Delete, table.as_ref(), at);
        query.incomplete = table.is_none();
        if let Some(table) = &table {
            query.filters = by_key(&entity, table, at.1, machine);
        }
        machine.put_off().push(PutOff { query, entity });
    }
}

/// A property of a row that was read is set: the row is changed when changes are flushed.
pub(super) fn changed(
    rows: &Value,
    (property, value): (&str, &Value),
    origin: Origin,
    machine: &mut dyn Machine,
) {
    let Some(table) = table_of(rows, machine) else { return };
    let tied = || table.relations.get(property)?.columns.first();
    let Some(column) = table.column(property).or_else(tied).cloned() else { return };
    let given = Object { fields: [(column, value.clone())].into(), rest: None };
    change(rows, (&table, given, value), origin, machine);
}

/// `assign(user, data)`, `wrap(user).assign(data)`.
pub(super) fn assign(entity: &Value, data: &Value, origin: Origin, machine: &mut dyn Machine) {
    if rows_in(entity).is_none() {
        for field in Given::of(data).fields {
            machine.keep(entity, &field.name, field.value);
        }
        return;
    }
    let Some(table) = table_of(entity, machine) else { return };
    let written = row(MAPPER, (data, Some(&table)), machine);
    let given = match &written.shape {
        Shape::Object(object) => (**object).clone(),
        _ => Object { rest: Some(Arc::new(written.clone())), ..Object::default() },
    };
    change(entity, (&table, given, data), origin, machine);
}

fn change(
    rows: &Value,
    (table, given, depends): (&Arc<NamedTable>, Object, &Value),
    origin: Origin,
    machine: &mut dyn Machine,
) {
    let Some(id) = rows_in(rows) else { return };
    let is_it = |it: &&mut PutOff| {
        it.query.operation == Some(Operation::Update) && rows_in(&it.entity) == Some(id)
    };
    if let Some(known) = machine.put_off().iter_mut().find(is_it) {
        let payload = known.query.payload.take();
        let mut merged = match payload.as_ref().map(|it| &it.shape) {
            Some(Shape::Object(object)) => (**object).clone(),
            _ => Object::default(),
        };
        merged.fields.extend(given.fields);
        merged.rest = given.rest.or(merged.rest);
        let depends = [payload.unwrap_or_else(Value::undefined), depends.clone()];
        known.query.payload = Some(Value::record(merged).depending_on(&depends));
        return;
    }
    if machine.put_off().len() >= CHANGES_MAX {
        return;
    }
    let mut query = MAPPER.query(Operation::Update, Some(table), (origin, origin));
    query.payload = Some(Value::record(given).and_dependencies(depends));
    query.filters = by_key(rows, table, origin, machine);
    machine.put_off().push(PutOff { query, entity: rows.clone() });
}

fn by_key(
    entity: &Value,
    table: &NamedTable,
    origin: Origin,
    machine: &mut dyn Machine,
) -> Vec<Filter> {
    let mut filters = Vec::new();
    for column in &table.primary {
        let property = table.columns.iter().find(|(_, own)| *own == column);
        let value = match property {
            Some((property, _)) => machine.member(entity, property),
            None => Value::of(Shape::Unknown).depending_on(std::slice::from_ref(entity)),
        };
        filters.push(Filter { op: FilterOp::Eq, value, ..Filter::of_parent(column, origin) });
    }
    filters
}

/// Writes what was put off.
pub(super) fn flush(machine: &mut dyn Machine) {
    let all = std::mem::take(machine.put_off());
    let (own, others): (Vec<PutOff>, Vec<PutOff>) =
        all.into_iter().partition(|it| it.query.library == NAME);
    *machine.put_off() = others;
    for PutOff { mut query, entity } in own {
        if query.operation == Some(Operation::Insert) {
            let named = Mapper::entity_of(&entity, machine);
            if let Some(table) = named.and_then(|name| MAPPER.table(&name, machine)) {
                query.payload = Some(row(MAPPER, (&entity, Some(&table)), machine));
            }
        }
        // Rows of one kind are written together.
        query.nested = true;
        send(query, machine);
    }
}
