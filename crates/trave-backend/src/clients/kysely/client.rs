//! Clients: `new Kysely({ dialect, plugins })`, transactions, and the beginnings of builders.

use smol_str::SmolStr;

use super::{NAME, SNAKE, builder, of_kind, own, sql, thing};
use crate::clients::build::{self, Scope, TableRef};
use crate::clients::given::items;
use crate::library::{LibraryCall, Machine};
use crate::naming::snake;
use crate::query::{Operation, Query};
use crate::value::{LibraryValue, Shape, Value};

/// Where a client keeps the schema that its tables are in.
const SCHEMA: &str = "schema";

/// Where a client keeps the names of `with`.
const COMMON: &str = "common";

/// What stands inside a query that may have given names to others.
const INSIDE: &str = "inside";

/// The same client as one that stands inside a query which is not known.
pub(super) fn inside(client: LibraryValue) -> LibraryValue {
    client.with(INSIDE, Value::of(Shape::Bool(true)))
}

/// A client with what another value of the library keeps.
pub(super) fn client(of: &LibraryValue) -> Value {
    let mut client = LibraryValue::new(NAME, "client");
    client.fields.clone_from(&of.fields);
    client.client = Some(super::direct());
    client.into_value()
}

/// `new Kysely({ dialect, plugins: [new CamelCasePlugin()] })`.
pub(super) fn make(call: &LibraryCall<'_>) -> Value {
    let options = call.arg(0);
    let plugins = options.field("plugins").cloned().unwrap_or_else(Value::undefined);
    let (plugins, _) = items(&plugins);
    let turns = plugins.iter().any(|(plugin, _)| own(plugin, "camel-case-plugin").is_some());
    client(&if turns { turning(call.callee) } else { call.callee.clone() })
}

fn turning(client: &LibraryValue) -> LibraryValue {
    client.clone().with(SNAKE, Value::of(Shape::Bool(true)))
}

/// A call of a method of a client, or of what it makes to run something inside.
pub(super) fn call(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let callee = call.callee;
    if callee.kind != "client" && callee.kind != "client-method" {
        return around(call, method, machine);
    }
    match method {
        "selectFrom" => Some(select_from(call, machine)),
        "insertInto" | "replaceInto" => Some(start(Operation::Insert, call, machine)),
        "updateTable" => Some(start(Operation::Update, call, machine)),
        "deleteFrom" => Some(start(Operation::Delete, call, machine)),
        "mergeInto" => Some(start(Operation::Upsert, call, machine)),
        "with" | "withRecursive" => Some(with(call, machine)),
        "withSchema" => Some(client(&callee.clone().with(SCHEMA, call.arg(0)))),
        "withPlugin" => {
            let turns = own(&call.arg(0), "camel-case-plugin").is_some();
            Some(client(&if turns { turning(callee) } else { callee.clone() }))
        }
        "withoutPlugins" => {
            let mut plain = callee.clone();
            plain.fields.remove(SNAKE);
            Some(client(&plain))
        }
        "withTables" | "$extendTables" | "$omitTables" | "$pickTables" => Some(client(callee)),
        "transaction" => Some(of_kind(callee, "transaction")),
        "connection" => Some(of_kind(callee, "connection")),
        "startTransaction" => Some(of_kind(callee, "started")),
        "selectNoFrom" => {
            builder::inside(&call.arg(0), callee, machine);
            Some(thing("derived"))
        }
        "executeQuery" => Some(execute(call, machine)),
        "savepoint" | "rollbackToSavepoint" | "releaseSavepoint" | "commit" | "rollback" => {
            Some(of_kind(callee, "started"))
        }
        "destroy" => Some(Value::undefined()),
        _ => None,
    }
}

/// `db.transaction().setIsolationLevel(…).execute(async (trx) => …)`, `startTransaction()`.
fn around(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Option<Value> {
    match (call.callee.kind, method) {
        ("started", "execute") => Some(client(call.callee)),
        (_, "execute") => {
            let value = machine.run(&call.arg(0), vec![client(call.callee)]);
            Some(machine.awaited(value))
        }
        (_, "setIsolationLevel" | "setAccessMode") => Some(call.callee.clone().into_value()),
        _ => None,
    }
}

/// `db.executeQuery(query)`: of a builder or of SQL.
fn execute(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let given = call.arg(0);
    let rows = match own(&given, "builder").and_then(|builder| builder.query) {
        Some(id) => build::sent(id, machine),
        None => sql::send(&given, call, machine),
    };
    sql::result(rows)
}

/// The names that a client gave to queries.
fn common(callee: &LibraryValue) -> Vec<Value> {
    match callee.kept(COMMON).map(|common| &common.shape) {
        Some(Shape::Array(names)) => names.to_vec(),
        _ => Vec::new(),
    }
}

/// `db.with('recent', (db) => db.selectFrom(…))`: what stands in it is sent with the query.
fn with(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let callee = call.callee;
    let written = call.arg(0);
    let name = written.as_text().unwrap_or_default();
    let name = SmolStr::new(name.split('(').next().unwrap_or_default().trim());
    let mut names = common(callee);
    names.push(Value::text(name));
    let made = callee.clone().with(COMMON, Value::array(names));
    let inner = match call.arg(1) {
        function if matches!(function.shape, Shape::Function(_)) => {
            machine.run(&function, vec![client(&made)])
        }
        other => other,
    };
    builder::derive(&inner, machine);
    client(&made)
}

/// The table that an argument names; none for a name of `with`, or something else.
pub(super) fn table_of(
    value: &Value,
    callee: &LibraryValue,
    machine: &dyn Machine,
) -> Option<TableRef> {
    let table = TableRef::of(value.as_text()?);
    let is_named = |name: &Value| name.as_text() == Some(table.name.as_str());
    let names = common(callee);
    // A later name of `with recursive`, or one that code around a function gave.
    let may_be_named = !names.is_empty() || callee.kept(INSIDE).is_some();
    let is_other = may_be_named && machine.knows_table(&table.name) == Some(false);
    let turned = is_other && machine.knows_table(&snake(&table.name)) == Some(true);
    if table.schema.is_none() && (names.iter().any(is_named) || is_other && !turned) {
        return None;
    }
    let schema = callee.kept(SCHEMA).and_then(Value::as_text).map(SmolStr::new);
    Some(TableRef { schema: table.schema.clone().or(schema), ..table })
}

/// `selectFrom('users as u')`, `selectFrom(['a', 'b'])`, `selectFrom((eb) => …)`.
pub(super) fn select_from(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let given = call.arg(0);
    let (sources, known) = items(&given);
    let lead = sources.first().map(|(source, _)| source.clone());
    let table = lead.as_ref().and_then(|source| table_of(source, call.callee, machine));
    let Some(table) = table.filter(|_| known) else {
        for (source, _) in &sources {
            builder::inside(source, call.callee, machine);
        }
        let names_one = given.as_text().is_some() || matches!(given.shape, Shape::Function(_));
        if names_one || given.library().is_some() {
            return of_kind(call.callee, "derived");
        }
        return unknown_table(call, machine);
    };
    let mut query = new_query(Operation::Select, call);
    query.selection.known = true;
    let mut builder = build::begin(query, &table, call.callee, machine);
    for (source, _) in sources.iter().skip(1) {
        let other = table_of(source, call.callee, machine);
        match (other, builder.query.and_then(|id| machine.query_mut(id))) {
            (Some(other), Some(query)) => build::join(query, &other, (true, call.arg_origin(0))),
            _ => builder = Scope::opened(builder),
        }
    }
    builder::remember(builder, machine)
}

/// A read of a table that is not known.
fn unknown_table(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let mut query = new_query(Operation::Select, call);
    query.incomplete = true;
    let mut builder = LibraryValue::new(NAME, "builder");
    builder.fields.clone_from(&call.callee.fields);
    builder.query = Some(machine.start_query(query));
    Scope::opened(builder).into_value()
}

/// `insertInto('users')`, `updateTable('users as u')`, `deleteFrom('users')`, `mergeInto('users')`.
fn start(operation: Operation, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let (given, _) = items(&call.arg(0));
    let table = given.first().and_then(|(table, _)| table_of(table, call.callee, machine));
    let mut query = new_query(operation, call);
    query.selection.known = true;
    let Some(table) = table else {
        query.incomplete = true;
        let mut builder = LibraryValue::new(NAME, "builder");
        builder.fields.clone_from(&call.callee.fields);
        builder.query = Some(machine.start_query(query));
        return Scope::opened(builder).into_value();
    };
    let builder = build::begin(query, &table, call.callee, machine);
    builder::remember(builder, machine)
}

fn new_query(operation: Operation, call: &LibraryCall<'_>) -> Query {
    let mut query = Query::new(NAME, super::direct(), call.origin);
    query.operation = Some(operation);
    query.target_origin = call.arg_origin(0);
    query
}
