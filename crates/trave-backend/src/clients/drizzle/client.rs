//! Clients: `drizzle(pool, { schema })`, transactions, and the beginnings of builders.

use trave_sql::Dialect;

use super::builder;
use super::table::TableFacts;
use super::{NAME, named, text};
use crate::clients::sql::{Params, Sender, rows, send};
use crate::library::{Guess, LibraryCall, Machine};
use crate::query::Operation;
use crate::value::{LibraryValue, Shape, Value};

/// The function that makes a client, by the driver that it comes from.
pub(super) fn maker(driver: &str) -> Value {
    let dialect = match driver {
        "mysql2" | "mysql-proxy" | "planetscale-serverless" | "tidb-serverless" | "singlestore" => {
            "mysql"
        }
        "better-sqlite3" | "d1" | "bun-sqlite" | "sqlite-proxy" | "durable-sqlite"
        | "expo-sqlite" | "op-sqlite" | "sql-js" => "sqlite",
        driver if driver.starts_with("libsql") => "sqlite",
        _ => "",
    };
    LibraryValue::new(NAME, "maker").with("dialect", Value::text(dialect)).into_value()
}

/// A client with what another value of the library keeps.
pub(super) fn client(of: &LibraryValue) -> Value {
    let mut client = LibraryValue::new(NAME, "client");
    client.fields.clone_from(&of.fields);
    client.client = Some(super::direct());
    client.into_value()
}

/// `drizzle(pool, { schema })`, `drizzle({ client, schema })`.
pub(super) fn make(call: &LibraryCall<'_>) -> Option<Value> {
    if call.method.is_some_and(|method| method != "mock") {
        return None;
    }
    let schema = call.args.iter().rev().find_map(|arg| arg.field("schema").cloned());
    let mut made = call.callee.clone();
    if let Some(schema) = schema {
        made = made.with("schema", schema);
    }
    Some(client(&made))
}

/// Whether a client has a method of this name.
pub(super) fn has_method(name: &str) -> bool {
    const METHODS: [&str; 17] = [
        "select",
        "selectDistinct",
        "selectDistinctOn",
        "insert",
        "update",
        "delete",
        "$count",
        "transaction",
        "batch",
        "with",
        "$with",
        "execute",
        "run",
        "all",
        "get",
        "values",
        "refreshMaterializedView",
    ];
    METHODS.contains(&name)
}

/// A call of a method of a client.
pub(super) fn call(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    match call.method? {
        "select" | "selectDistinct" => Some(builder::select(&call.arg(0), call)),
        "selectDistinctOn" => Some(builder::select(&call.arg(1), call)),
        "insert" => Some(builder::start(Operation::Insert, call, machine)),
        "update" => Some(builder::start(Operation::Update, call, machine)),
        "delete" => Some(builder::start(Operation::Delete, call, machine)),
        "$count" => builder::count(call, machine),
        "transaction" => {
            let value = machine.run(&call.arg(0), vec![client(call.callee)]);
            Some(machine.awaited(value))
        }
        "batch" => Some(batch(&call.arg(0), machine)),
        "with" | "$cache" => Some(call.callee.clone().into_value()),
        "$with" => Some(super::of_kind(call.callee, "cte")),
        "execute" | "run" | "all" | "get" | "values" => Some(execute(call, machine)),
        "refreshMaterializedView" => Some(Value::undefined()),
        _ => None,
    }
}

/// `db.execute(sql`…`)`, also of a query that was built.
fn execute(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let given = call.arg(0);
    if given.library().is_some_and(|it| it.library == NAME && it.query.is_some()) {
        return machine.awaited(given);
    }
    let text = text::of_argument(call, 0);
    let dialect = match call.callee.kept("dialect").and_then(Value::as_text) {
        Some("mysql") => Dialect::MySql,
        Some("sqlite") => Dialect::Sqlite,
        _ => machine.dialect(),
    };
    let sender = Sender { library: NAME, dialect, origin: call.origin };
    let id = send(&sender, &text, &Params::default(), machine);
    rows(id, machine)
}

fn batch(list: &Value, machine: &mut dyn Machine) -> Value {
    let queries = match &list.shape {
        Shape::Array(items) => items.to_vec(),
        Shape::List(item) => vec![Value::clone(item)],
        _ => Vec::new(),
    };
    let results: Vec<Value> = queries.into_iter().map(|query| machine.awaited(query)).collect();
    Value::array(results)
}

/// A call on something unknown that is given a table: `ctx.db.insert(users)`; or that names one of
/// the schema: `ctx.db.query.users.findMany()`.
pub(super) fn guess(guess: &Guess<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let is_table = guess.args.first().and_then(TableFacts::of).is_some();
    let callee = match guess.method {
        "from" | "insert" | "update" | "delete" | "$count" if is_table => {
            client(&LibraryValue::new(NAME, "maker"))
        }
        "findMany" | "findFirst" => {
            machine.named_table(crate::declared::Tool::Drizzle, guess.receiver)?;
            named("relational", guess.receiver)
        }
        _ => return None,
    };
    let made = guess.on(callee.library()?);
    match guess.method {
        "from" => Some(builder::from(&Value::unknown(), &made, machine)),
        "findMany" | "findFirst" => super::relational::call(&made, machine),
        _ => call(&made, machine),
    }
}
