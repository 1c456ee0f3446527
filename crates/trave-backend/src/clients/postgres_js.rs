//! Tags that send what they are given: `postgres`, `@neondatabase/serverless`, `@vercel/postgres`
//! and Bun's `sql`.

use trave_source::Origin;
use trave_sql::Dialect;

use super::pg;
use super::sql::text::{Hole, SqlText, kept, read_kept};
use super::sql::{Params, Sender, rows, send};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Shape, Value};

const NAME: &str = "postgres";

/// The model of postgres.js and its kin.
#[derive(Debug)]
pub(crate) struct PostgresJs;

/// What awaiting a query gives.
fn gives_result(package: &str) -> bool {
    package == "@vercel/postgres"
}

impl Library for PostgresJs {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let kind = match (package.as_str(), name) {
            ("postgres", "default" | "postgres")
            | ("bun", "SQL")
            | ("@neondatabase/serverless", "neon") => "maker",
            ("@vercel/postgres" | "bun", "sql") => "sql",
            ("postgres", "*") => "namespace",
            _ => return None,
        };
        let value = LibraryValue::new(NAME, kind).with("package", Value::text(package));
        Some(value.into_value())
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match (object.kind, property) {
            ("namespace", "default") => Some(of_kind(object, "maker")),
            ("sql", "sql") => Some(object.clone().into_value()),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("maker" | "namespace", None) => Some(of_kind(call.callee, "sql")),
            ("sql", None | Some("sql")) if call.is_tagged => {
                Some(query(call, &SqlText::tagged(call, push_hole)))
            }
            ("sql", None) => Some(helper(call)),
            ("sql", Some(method)) => method_call(call, method, machine),
            ("query", Some("then" | "catch" | "finally")) => None,
            ("query", Some(_)) => Some(call.callee.clone().into_value()),
            _ => None,
        }
    }

    fn awaited(&self, value: &LibraryValue, machine: &mut dyn Machine) -> Option<Value> {
        if value.kind != "query" {
            return None;
        }
        let origin = value.place?;
        let text = read_kept(value.kept("text")?, origin)?;
        let params = value.kept("values").map(Params::listed).unwrap_or_default();
        let sender = Sender { library: NAME, dialect: Dialect::Postgres, origin };
        let id = send(&sender, &text, &params, machine);
        let rows = rows(id, machine);
        let package = value.kept("package").and_then(Value::as_text).unwrap_or_default();
        Some(if gives_result(package) { pg::result(rows) } else { rows })
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let is_client = match package.as_str() {
            "postgres" => matches!(
                name.rsplit('.').next().unwrap_or(name),
                "Sql" | "TransactionSql" | "ReservedSql" | "ISql"
            ),
            "@neondatabase/serverless" => name == "NeonQueryFunction",
            "bun" => matches!(name, "SQL" | "TransactionSQL"),
            _ => false,
        };
        let value = LibraryValue::new(NAME, "sql").with("package", Value::text(package));
        is_client.then(|| value.into_value())
    }
}

fn of_kind(value: &LibraryValue, kind: &'static str) -> Value {
    LibraryValue { kind, ..value.clone() }.into_value()
}

fn method_call(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Option<Value> {
    match method {
        "unsafe" | "query" => {
            let text = SqlText::of_argument(call, 0);
            let mut value = kept_query(call, &text);
            value.fields.insert("values".into(), call.arg(1));
            Some(value.into_value())
        }
        "begin" | "savepoint" | "reserve" if !call.args.is_empty() => {
            let body =
                call.args.iter().rev().find(|arg| matches!(arg.shape, Shape::Function(_)))?;
            let tag = of_kind(call.callee, "sql");
            let value = machine.run(body, vec![tag]);
            Some(machine.awaited(value))
        }
        "transaction" => {
            let list = call.arg(0);
            let queries: Vec<Value> = match &list.shape {
                Shape::Array(items) => items.to_vec(),
                Shape::Function(_) => vec![machine.run(&list, vec![of_kind(call.callee, "sql")])],
                _ => Vec::new(),
            };
            let rows: Vec<Value> = queries.into_iter().map(|it| machine.awaited(it)).collect();
            Some(Value::of(Shape::Array(std::sync::Arc::new(rows.clone()))).depending_on(&rows))
        }
        "connect" | "reserve" => Some(of_kind(call.callee, "sql")),
        "json" | "array" | "typed" => Some(call.arg(0)),
        "end" | "close" | "release" | "listen" | "notify" | "subscribe" => Some(Value::undefined()),
        _ => None,
    }
}

fn push_hole(text: &mut SqlText, value: &Value, origin: Origin) {
    let part = value.library().filter(|part| part.library == NAME);
    let inner = part
        .filter(|part| part.kind == "query")
        .and_then(|part| read_kept(part.kept("text")?, part.place.unwrap_or(origin)));
    if let Some(inner) = inner {
        return text.push_sql(&inner);
    }
    match part.filter(|part| part.kind == "helper").and_then(|part| part.kept("value")) {
        Some(helped) => push_helper(text, helped, origin),
        None => text.push_hole(Hole { value: value.clone(), origin, bound: true }),
    }
}

/// `sql(value)` writes a name, a list, the columns and values of a row, or assignments, by what
/// stands before it.
fn push_helper(text: &mut SqlText, value: &Value, origin: Origin) {
    let before = text.as_str().trim_end().to_ascii_lowercase();
    let hole = |value: &Value| Hole { value: value.clone(), origin, bound: true };
    let row = match &value.shape {
        Shape::Array(rows) => rows.first().unwrap_or(value),
        Shape::List(row) => row,
        _ => value,
    };
    match &row.shape {
        Shape::Text(name) => text.push_text(&format!("\"{name}\""), origin),
        _ if before.ends_with(" in") || before.ends_with('(') => {
            text.push_text("(", origin);
            text.push_hole(hole(value));
            text.push_text(")", origin);
        }
        Shape::Object(record) if record.rest.is_none() && before.ends_with("set") => {
            for (at, (column, value)) in record.fields.iter().enumerate() {
                let comma = if at == 0 { " " } else { ", " };
                text.push_text(&format!("{comma}\"{column}\" = "), origin);
                text.push_hole(hole(value));
            }
        }
        Shape::Object(record) if record.rest.is_none() && !record.fields.is_empty() => {
            let columns: Vec<String> = record.fields.keys().map(|it| format!("\"{it}\"")).collect();
            text.push_text(&format!(" ({}) values (", columns.join(", ")), origin);
            for (at, value) in record.fields.values().enumerate() {
                text.push_text(if at == 0 { "" } else { ", " }, origin);
                text.push_hole(hole(value));
            }
            text.push_text(")", origin);
        }
        _ if before.ends_with("set") => {
            text.push_hole(hole(value));
            text.push_text(" = null", origin);
        }
        _ if before.contains("insert into") && !before.contains("values") => {
            text.push_text(" default values", origin);
        }
        _ => text.push_hole(hole(value)),
    }
}

/// `sql(value)`: something to put into a template.
fn helper(call: &LibraryCall<'_>) -> Value {
    let value = call.arg(0);
    let helper = LibraryValue::new(NAME, "helper").with("value", value.clone()).into_value();
    helper.depending_on(std::slice::from_ref(&value))
}

fn query(call: &LibraryCall<'_>, text: &SqlText) -> Value {
    let value = kept_query(call, text).into_value();
    value.depending_on(call.args)
}

fn kept_query(call: &LibraryCall<'_>, text: &SqlText) -> LibraryValue {
    let mut value = LibraryValue::new(NAME, "query").placed(call.origin);
    value.fields.clone_from(&call.callee.fields);
    value.with("text", kept(text, NAME))
}
