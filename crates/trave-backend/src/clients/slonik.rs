//! slonik: pools that say how many rows they expect, and tags that say what a row is.

use trave_source::Origin;
use trave_sql::Dialect;

use super::pg;
use super::sql::text::{Hole, SqlText, kept, read_kept};
use super::sql::{Params, Sender, rows, send};
use crate::library::{Library, LibraryCall, Machine, Piece};
use crate::place::package_name;
use crate::query::Single;
use crate::value::{LibraryValue, Shape, Taint, Value};

const NAME: &str = "slonik";

/// The model of slonik.
#[derive(Debug)]
pub(crate) struct Slonik;

fn is_own(package: &str) -> bool {
    package == NAME || package.ends_with("/slonik")
}

impl Library for Slonik {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let kind = match name {
            "sql" | "createSqlTag" => "sql",
            "createPool" => "maker",
            "*" | "default" => "namespace",
            _ => "export",
        };
        is_own(&package_name(package)).then(|| thing(kind))
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match (object.kind, property) {
            ("namespace", "sql") | ("sql", "unsafe" | "fragment") => Some(thing("sql")),
            ("namespace", "createPool") => Some(thing("maker")),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("maker", None) | ("namespace", Some("createPool")) => Some(thing("client")),
            ("sql", None | Some("unsafe" | "fragment")) if call.is_tagged => Some(query(call)),
            ("sql", None | Some("type" | "typeAlias")) => Some(thing("sql")),
            ("sql", Some(method)) => Some(part(call, method)),
            ("client", Some("transaction" | "connect")) => {
                let value = machine.run(&call.arg(0), vec![thing("client")]);
                Some(machine.awaited(value))
            }
            ("client", Some(method)) => send_query(call, method, machine),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let is_client = matches!(
            name,
            "CommonQueryMethods"
                | "DatabasePool"
                | "DatabaseTransactionConnection"
                | "DatabasePoolConnection"
        );
        (is_own(&package_name(package)) && is_client).then(|| thing("client"))
    }
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

/// A template, or a part of one.
fn query(call: &LibraryCall<'_>) -> Value {
    let mut text = SqlText::new(call.origin);
    for piece in call.pieces(0).unwrap_or_default() {
        match piece {
            Piece::Text(part, origin) => text.push_text(part, *origin),
            Piece::Hole(value, origin) => push(&mut text, value, *origin),
        }
    }
    let value = LibraryValue::new(NAME, "query").placed(call.origin);
    value.with("text", kept(&text, NAME)).into_value().depending_on(call.args)
}

fn push(text: &mut SqlText, value: &Value, origin: Origin) {
    let part = value.library().filter(|part| part.library == NAME);
    let inner = part.and_then(|part| read_kept(part.kept("text")?, part.place.unwrap_or(origin)));
    match inner {
        Some(inner) => text.push_sql(&inner),
        None => text.push_hole(Hole { value: value.clone(), origin, bound: true }),
    }
}

/// `sql.identifier([…])`, `sql.join([…], glue)` and the helpers that bind a value.
fn part(call: &LibraryCall<'_>, method: &str) -> Value {
    let first = call.arg(0);
    let mut text = SqlText::new(call.origin);
    match (method, &first.shape) {
        ("identifier", Shape::Array(names)) => {
            for (at, name) in names.iter().enumerate() {
                text.push_text(if at == 0 { "" } else { "." }, call.origin);
                match name.as_text() {
                    Some(name) => text.push_text(&format!("\"{name}\""), call.origin),
                    None => push(&mut text, name, call.origin),
                }
            }
        }
        ("join", Shape::Array(members)) => {
            for (at, member) in members.iter().enumerate() {
                if at > 0 {
                    push(&mut text, &call.arg(1), call.origin);
                }
                push(&mut text, member, call.origin);
            }
        }
        _ => push(&mut text, &first, call.origin),
    }
    let value = LibraryValue::new(NAME, "query").placed(call.origin);
    value.with("text", kept(&text, NAME)).into_value().depending_on(call.args)
}

fn send_query(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Option<Value> {
    let known = matches!(
        method,
        "query"
            | "any"
            | "many"
            | "one"
            | "maybeOne"
            | "anyFirst"
            | "manyFirst"
            | "oneFirst"
            | "maybeOneFirst"
            | "exists"
            | "stream"
    );
    if !known {
        return None;
    }
    let first = call.arg(0);
    let written = first.library().filter(|part| part.library == NAME && part.kind == "query");
    let text = written.and_then(|part| read_kept(part.kept("text")?, part.place?));
    let text = text.unwrap_or_else(|| SqlText::of_argument(call, 0));
    let sender = Sender { library: NAME, dialect: Dialect::Postgres, origin: call.origin };
    let id = send(&sender, &text, &Params::default(), machine);
    let optional = method.starts_with("maybe");
    if optional || method.starts_with("one") {
        if let Some(query) = id.and_then(|id| machine.query_mut(id)) {
            let method = if optional { "maybeOne" } else { "one" };
            query.single = Some(Single { method, optional, origin: call.method_origin });
        }
        return Some(rows(id, machine).tainted(Taint::PART));
    }
    let rows = rows(id, machine);
    Some(match method {
        "query" => pg::result(rows),
        "exists" => Value::of(Shape::Unknown).depending_on(&[rows]),
        _ => rows,
    })
}
