//! Clients: `knex({ client, connection })`, transactions, and the beginnings of builders.

use trave_sql::Dialect;

use super::{NAME, builder, of_kind, raw, source, thing};
use crate::clients::build;
use crate::library::{LibraryCall, Machine};
use crate::query::{Operation, Query};
use crate::value::{LibraryValue, Shape, Value};

/// Where a client keeps whose SQL it speaks.
const DIALECT: &str = "dialect";

/// A client with what another value of the library keeps.
pub(super) fn client(of: &LibraryValue) -> Value {
    let mut client = LibraryValue::new(NAME, "client");
    client.fields.clone_from(&of.fields);
    client.client = Some(super::direct());
    client.into_value()
}

/// `knex({ client: 'pg', connection })`.
pub(super) fn make(call: &LibraryCall<'_>) -> Value {
    let settings = call.arg(0);
    let mut made = call.callee.clone();
    let driver = settings.field("client").or_else(|| settings.field("dialect"));
    if let Some(driver) = driver {
        made = made.with(DIALECT, driver.clone());
    }
    let turns = settings.field("wrapIdentifier").and_then(Value::library);
    if turns.is_some_and(|turns| turns.kind == "snake-case") {
        made = made.with(build::SNAKE, Value::of(Shape::Bool(true)));
    }
    client(&made)
}

/// Whose SQL a client speaks.
pub(super) fn dialect(of: &LibraryValue, machine: &dyn Machine) -> Dialect {
    match of.kept(DIALECT).and_then(Value::as_text) {
        Some("mysql" | "mysql2" | "mariadb") => Dialect::MySql,
        Some("sqlite" | "sqlite3" | "better-sqlite3") => Dialect::Sqlite,
        Some("pg" | "pgnative" | "postgres" | "postgresql" | "cockroachdb" | "redshift") => {
            Dialect::Postgres
        }
        _ => machine.dialect(),
    }
}

/// Whether a client has a method of this name that begins a query or sends one.
pub(super) fn has_method(name: &str) -> bool {
    matches!(name, "raw" | "transaction" | "from" | "table" | "select" | "with" | "batchInsert")
}

/// `knex('users')`, `trx('users as u')`, `knex({ u: 'users' })`.
pub(super) fn on_table(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let builder = begin(call, machine);
    source::name(builder, (&call.arg(0), call.arg_origin(0)), machine).into_value()
}

/// A builder that says nothing yet.
pub(super) fn begin(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> LibraryValue {
    let mut query = Query::new(call.callee.library, super::direct(), call.origin);
    query.operation = Some(Operation::Select);
    query.selection.known = true;
    let mut builder = LibraryValue::new(call.callee.library, "builder");
    builder.fields.clone_from(&call.callee.fields);
    builder.query = Some(machine.start_query(query));
    builder
}

/// A call of a method of a client.
pub(super) fn call(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    match method {
        "raw" => Some(raw::make(call)),
        "ref" => Some(LibraryValue::new(NAME, "ref").with("column", call.arg(0)).into_value()),
        "transaction" | "savepoint" => Some(transaction(call, machine)),
        "transactionProvider" => Some(of_kind(call.callee, "provider")),
        "commit" | "rollback" | "destroy" | "initialize" | "on" | "isCompleted" => {
            Some(Value::undefined())
        }
        "withUserParams" => Some(client(call.callee)),
        "queryBuilder" | "withSchema" => {
            let mut builder = begin(call, machine);
            if method == "withSchema" {
                builder = builder.with(source::SCHEMA, call.arg(0));
            }
            Some(builder.into_value())
        }
        "batchInsert" => {
            let builder = begin(call, machine);
            let table = (call.arg(0), call.arg_origin(0));
            let builder = source::name(builder, (&table.0, table.1), machine);
            let id = builder.query?;
            let query = machine.query_mut(id)?;
            query.operation = Some(Operation::Insert);
            query.payload = Some(call.arg(1));
            Some(builder.into_value())
        }
        "schema" | "migrate" | "seed" => None,
        _ => {
            let begun = begin(call, machine);
            let on = LibraryCall { callee: &begun, ..*call };
            builder::call(&on, method, machine)
        }
    }
}

/// `knex.transaction(async (trx) => …)`; without a function it gives the client.
fn transaction(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let inner = client(call.callee);
    match call.arg(0).shape {
        Shape::Function(_) => {
            let value = machine.run(&call.arg(0), vec![inner]);
            machine.awaited(value)
        }
        Shape::Library(_) => thing("client"),
        _ => inner,
    }
}
