//! SQLite clients: `better-sqlite3`, `node:sqlite`, `bun:sqlite`, libSQL and Cloudflare's D1.

use trave_source::Origin;
use trave_sql::Dialect;

use super::sql::marks::question;
use super::sql::text::{SqlText, kept, read_kept};
use super::sql::{Params, Sender, rows, send};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::query::Bound;
use crate::value::{LibraryValue, Shape, Taint, Value};

const NAME: &str = "sqlite";

/// The model of SQLite's clients.
#[derive(Debug)]
pub(crate) struct Sqlite;

fn is_own(package: &str) -> bool {
    matches!(package, "better-sqlite3" | "node:sqlite" | "bun:sqlite" | "sqlite3" | "sqlite")
        || package.starts_with("@libsql/client")
}

impl Library for Sqlite {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let kind = match name {
            "DatabaseSync" | "Database" | "default" => "class",
            "createClient" | "open" => "maker",
            "*" => "namespace",
            _ => "export",
        };
        is_own(&package_name(package)).then(|| LibraryValue::new(NAME, kind).into_value())
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        let is_class = matches!(property, "default" | "Database" | "DatabaseSync");
        (matches!(object.kind, "namespace" | "class") && is_class).then(|| thing("class"))
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("class" | "maker", None) => Some(thing("client")),
            ("client", Some("prepare" | "query")) => Some(prepared(call)),
            ("client", Some("exec")) => {
                let text = SqlText::of_argument(call, 0);
                send(&sender(call.origin), &text, &Params::default(), machine);
                Some(Value::undefined())
            }
            ("client", Some("execute")) => Some(execute(call, machine)),
            ("client", Some("batch")) => Some(batch(call, machine)),
            ("client", Some("transaction" | "serialize")) => Some(call.arg(0)),
            ("client", Some("withSession")) => Some(call.callee.clone().into_value()),
            ("client", Some(_)) => Some(Value::undefined()),
            ("statement", Some(method)) => run(call, method, machine),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let name = name.rsplit('.').next().unwrap_or(name);
        let is_client = match name {
            // Of the types that Cloudflare declares for everybody, or imported from them.
            "D1Database" | "D1DatabaseSession" => true,
            "Database" | "DatabaseSync" | "Client" => is_own(&package),
            _ => false,
        };
        is_client.then(|| thing("client"))
    }
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

fn sender(origin: Origin) -> Sender {
    Sender { library: NAME, dialect: Dialect::Sqlite, origin }
}

fn prepared(call: &LibraryCall<'_>) -> Value {
    let text = SqlText::of_argument(call, 0);
    let statement = LibraryValue::new(NAME, "statement").placed(call.origin);
    statement.with("text", kept(&text, NAME)).into_value().depending_on(call.args)
}

/// A method of a prepared statement.
fn run(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Option<Value> {
    match method {
        "bind" => {
            let bound = call.callee.clone().with("values", list(call.args));
            Some(bound.into_value().depending_on(call.args))
        }
        "all" | "get" | "run" | "first" | "raw" | "iterate" | "values" => {
            let made = call.callee.place?;
            let text = read_kept(call.callee.kept("text")?, made)?;
            let bound = call.callee.kept("values");
            let values = bound.cloned().unwrap_or_else(|| arguments(call.args));
            let text = question(text, &values);
            let origin = grown(made, call.origin);
            let id = send(&sender(origin), &text, &Params::default(), machine);
            if matches!(method, "get" | "first")
                && let Some(query) = id.and_then(|id| machine.query_mut(id))
            {
                let value = Value::of(Shape::Number(1.0));
                let stops = Bound { value, conditional: false, origin: call.method_origin };
                query.limit.get_or_insert(stops);
            }
            let rows = rows(id, machine);
            Some(match (method, bound) {
                ("get" | "first", _) => rows.tainted(Taint::PART),
                // D1 answers `{ results, meta, success }`.
                ("all" | "run", Some(_)) => answer("results", rows),
                _ => rows,
            })
        }
        _ => Some(call.callee.clone().into_value()),
    }
}

/// `execute({ sql, args })`, `execute(sql, args)`: `{ rows, … }`.
fn execute(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let first = call.arg(0);
    let (text, values) = match first.field("sql") {
        Some(written) => {
            let mut text = SqlText::new(call.arg_origin(0));
            text.push_value(written, call.arg_origin(0));
            (text, first.field("args").cloned().unwrap_or_else(Value::undefined))
        }
        None => (SqlText::of_argument(call, 0), call.arg(1)),
    };
    let text = question(text, &values);
    let id = send(&sender(call.origin), &text, &Params::default(), machine);
    answer("rows", rows(id, machine))
}

/// `batch([statement, …])` sends each of them.
fn batch(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let list = call.arg(0);
    let Shape::Array(statements) = &list.shape else { return Value::unknown() };
    let answers = statements.iter().filter_map(|statement| {
        let statement = statement.library().filter(|it| it.kind == "statement")?;
        let text = read_kept(statement.kept("text")?, statement.place?)?;
        let values = statement.kept("values").cloned().unwrap_or_else(Value::undefined);
        let text = question(text, &values);
        let id = send(&sender(statement.place?), &text, &Params::default(), machine);
        Some(answer("results", rows(id, machine)))
    });
    self::list(&answers.collect::<Vec<Value>>())
}

fn answer(field: &'static str, rows: Value) -> Value {
    let part = || Value::of(Shape::Unknown).tainted(Taint::ROWS);
    Value::object([("meta", part()), ("success", part()), (field, rows)])
}

fn list(values: &[Value]) -> Value {
    Value::of(Shape::Array(std::sync::Arc::new(values.to_vec()))).depending_on(values)
}

/// `all([a, b])`, `all({ name })` and `all(a, b)` say the same.
fn arguments(args: &[Value]) -> Value {
    match args {
        [only] if matches!(only.shape, Shape::Array(_) | Shape::Object(_)) => only.clone(),
        all => list(all),
    }
}

/// From where a statement was prepared to the end of the call that runs it.
fn grown(made: Origin, call: Origin) -> Origin {
    if made.file == call.file && call.span.holds(made.span) { call } else { made }
}
