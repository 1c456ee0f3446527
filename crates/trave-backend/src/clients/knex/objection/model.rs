//! Models: classes that name a table, its key, and what leads to other tables.

use smol_str::SmolStr;
use trave_source::Origin;

use super::{NAME, builder};
use crate::clients::build::{SNAKE, Scope, TableRef};
use crate::clients::given::items;
use crate::clients::placed::target_of;
use crate::library::{Guess, LibraryCall, Machine};
use crate::query::{Filter, FilterOp, Operation, Query};
use crate::value::{LibraryValue, Shape, Value};

/// Where a builder keeps the class of its model.
const MODEL: &str = "model";

/// A relation of a model.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    /// The table that it leads to.
    pub(super) table: TableRef,
    /// The column of that table.
    pub(super) theirs: SmolStr,
    /// The class of that table, if it is known.
    pub(super) class: Option<Value>,
    /// A third table ties the two.
    pub(super) is_through: bool,
}

impl Relation {
    /// Lets a query find the rows that belong to others.
    pub(super) fn tie(&self, query: &mut Query, origin: Origin) {
        if self.is_through {
            query.incomplete = true;
        } else {
            query.filters.push(Filter::of_parent(&self.theirs, origin));
        }
    }
}

/// The class of a builder's model.
pub(super) fn class_of(builder: &LibraryValue) -> Option<Value> {
    builder.kept(MODEL).cloned()
}

/// A static method of a model.
pub(super) fn call(
    call: &LibraryCall<'_>,
    (class, method): (&Value, &str),
    machine: &mut dyn Machine,
) -> Option<Value> {
    match method {
        "query" | "knexQuery" => {
            let at = (call.origin, target_of(call, method));
            Some(begin(class, at, machine).into_value())
        }
        "relatedQuery" => {
            let name = call.arg(0);
            let relation = relation(class, name.as_text()?, machine)?;
            let at = (call.origin, target_of(call, method));
            Some(related(&relation, at, machine).into_value())
        }
        "bindKnex" | "bindTransaction" => Some(class.clone()),
        "knex" if call.args.is_empty() => {
            Some(super::super::client::client(&LibraryValue::new(super::super::NAME, "maker")))
        }
        "knex" => Some(Value::undefined()),
        "transaction" | "startTransaction" => Some(transaction(call, machine)),
        "raw" => Some(super::super::raw::make(call)),
        "fromJson" | "fromDatabaseJson" => Some(call.arg(0)),
        _ => None,
    }
}

/// `transaction(knex, async (trx) => …)`; without a function it gives the client.
pub(super) fn transaction(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let client = super::super::client::client(&LibraryValue::new(super::super::NAME, "maker"));
    let body = call.args.iter().rev().find(|arg| matches!(arg.shape, Shape::Function(_)));
    let Some(body) = body else { return client };
    // What else is given are models, which the function gets bound to the transaction.
    let models = call.args.iter().filter(|arg| matches!(arg.shape, Shape::Instance(_)));
    let mut args: Vec<Value> = models.cloned().collect();
    args.push(client);
    let value = machine.run(body, args);
    machine.awaited(value)
}

/// The table that a class names.
fn table_of(class: &Value, machine: &mut dyn Machine) -> Option<TableRef> {
    let named = machine.member(class, "tableName");
    named.as_text().map(TableRef::of)
}

/// A builder on the table of a class.
pub(super) fn begin(
    class: &Value,
    at: (Origin, Origin),
    machine: &mut dyn Machine,
) -> LibraryValue {
    let table = table_of(class, machine);
    let builder = on_table(table.as_ref(), at, machine);
    let mappers = machine.member(class, "columnNameMappers");
    let turns = mappers.field("wrapIdentifier").is_some();
    let builder = if turns { builder.with(SNAKE, Value::of(Shape::Bool(true))) } else { builder };
    builder.with(MODEL, class.clone())
}

fn on_table(
    table: Option<&TableRef>,
    (call, target): (Origin, Origin),
    machine: &mut dyn Machine,
) -> LibraryValue {
    let mut query = Query::new(NAME, super::super::direct(), call);
    query.operation = Some(Operation::Select);
    query.target_origin = target;
    query.selection.known = true;
    query.table = table.map(|table| table.name.clone());
    query.schema = table.and_then(|table| table.schema.clone());
    let mut builder = LibraryValue::new(NAME, "builder");
    builder.query = Some(machine.start_query(query));
    match table {
        Some(table) => Scope::led(builder, table),
        None => Scope::opened(builder),
    }
}

/// A builder on the rows that a relation leads to.
fn related(relation: &Relation, at: (Origin, Origin), machine: &mut dyn Machine) -> LibraryValue {
    let builder = on_table(Some(&relation.table), at, machine);
    let builder = match &relation.class {
        Some(class) => builder.with(MODEL, class.clone()),
        None => builder,
    };
    if let Some(query) = builder.query.and_then(|id| machine.query_mut(id)) {
        relation.tie(query, at.0);
    }
    builder
}

/// The columns of the key of a model.
pub(super) fn key_of(class: Option<&Value>, machine: &mut dyn Machine) -> Vec<SmolStr> {
    let said = class.map(|class| machine.member(class, "idColumn"));
    let parts = said.as_ref().map(|said| items(said).0).unwrap_or_default();
    let names = parts.iter().filter_map(|(name, _)| name.as_text().map(SmolStr::new));
    let key: Vec<SmolStr> = names.collect();
    if key.is_empty() { vec![SmolStr::new_static("id")] } else { key }
}

/// A relation of a class by its name.
pub(super) fn relation(class: &Value, name: &str, machine: &mut dyn Machine) -> Option<Relation> {
    let mut mappings = machine.member(class, "relationMappings");
    if matches!(mappings.shape, Shape::Function(_)) {
        mappings = machine.run(&mappings, Vec::new());
    }
    let mapping = mappings.field(name)?.clone();
    let join = mapping.field("join")?;
    let (table, theirs) = join.field("to")?.as_text()?.rsplit_once('.')?;
    let class = mapping.field("modelClass").cloned().map(|class| match class.shape {
        Shape::Function(_) => machine.run(&class, Vec::new()),
        _ => class,
    });
    Some(Relation {
        table: TableRef::of(table),
        theirs: SmolStr::new(theirs),
        class: class.filter(|class| matches!(class.shape, Shape::Instance(_))),
        is_through: join.field("through").is_some(),
    })
}

/// A method of an object of a model.
pub(super) fn of_row(
    call: &LibraryCall<'_>,
    (row, method): (&Value, &str),
    machine: &mut dyn Machine,
) -> Option<Value> {
    let at = (call.origin, call.origin);
    match method {
        "$query" => {
            let builder = begin(row, at, machine);
            Some(builder::on_row(builder, row, machine).into_value())
        }
        "$relatedQuery" => {
            let relation = relation(row, call.arg(0).as_text()?, machine)?;
            Some(related(&relation, at, machine).into_value())
        }
        "$fetchGraph" | "$loadRelated" => {
            builder::fetch(row, &call.arg(0), at, machine);
            Some(row.clone())
        }
        "$set" | "$setJson" | "$toJson" | "toJSON" | "$clone" => Some(row.clone()),
        _ => None,
    }
}

/// A method of rows that were read.
pub(super) fn on_rows(call: &Guess<'_>, rows: &Value, machine: &mut dyn Machine) -> Option<Value> {
    let Shape::Rows(id) = rows.shape else { return None };
    let query = machine.query_mut(id)?;
    if query.library != NAME {
        return None;
    }
    let table = query.table.clone();
    let table = table.map(|name| TableRef::of(&name));
    let at = (call.origin, call.origin);
    match call.method {
        "$query" => {
            let builder = on_table(table.as_ref(), at, machine);
            Some(builder::on_row(builder, rows, machine).into_value())
        }
        "$relatedQuery" => {
            let builder = on_table(None, at, machine);
            if let Some(query) = builder.query.and_then(|id| machine.query_mut(id)) {
                query.incomplete = true;
            }
            Some(builder.into_value())
        }
        "$set" | "$setJson" | "$toJson" | "toJSON" | "$clone" | "$fetchGraph" => Some(rows.clone()),
        _ => None,
    }
}

/// A comparison with one row, or with what names it.
pub(super) fn equal(column: &SmolStr, value: Value, origin: Origin) -> Filter {
    Filter { op: FilterOp::Eq, value, ..Filter::of_parent(column, origin) }
}
