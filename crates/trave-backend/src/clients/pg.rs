//! node-postgres and what speaks like it: `pg`, `pg-pool`, the pools of `@neondatabase/serverless`
//! and `@vercel/postgres`.

use trave_source::Origin;
use trave_sql::Dialect;

use super::sql::text::SqlText;
use super::sql::{Params, Sender, rows, send};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Shape, Taint, Value};

const NAME: &str = "pg";

/// The model of node-postgres.
#[derive(Debug)]
pub(crate) struct Pg;

fn is_own(package: &str) -> bool {
    matches!(package, "pg" | "pg-pool" | "pg-native")
}

/// Packages whose main business is a tag, and that have pools too.
fn has_pools(package: &str) -> bool {
    matches!(package, "@neondatabase/serverless" | "@vercel/postgres")
}

impl Library for Pg {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let kind = match name {
            "Pool" | "Client" | "native" => "class",
            "createPool" | "createClient" if has_pools(&package) => "maker",
            "db" if has_pools(&package) => "client",
            "default" if package == "pg-pool" => "class",
            "default" | "*" => "namespace",
            _ => "export",
        };
        let own =
            is_own(&package) || has_pools(&package) && matches!(kind, "class" | "maker" | "client");
        own.then(|| thing(kind))
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match (object.kind, property) {
            ("namespace", "Pool" | "Client") => Some(thing("class")),
            ("namespace", "default" | "native") => Some(thing("namespace")),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("class" | "maker", None) | ("namespace", Some("Pool" | "Client")) => {
                Some(thing("client"))
            }
            ("client", Some("query")) => Some(query(call, machine)),
            ("client", Some("connect")) => Some(connect(call, machine)),
            ("client", Some("release" | "end" | "on" | "once" | "removeListener")) => {
                Some(Value::undefined())
            }
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let name = name.rsplit('.').next().unwrap_or(name);
        let is_client = matches!(
            name,
            "Pool" | "PoolClient" | "Client" | "ClientBase" | "VercelPool" | "VercelPoolClient"
        );
        ((is_own(&package) || has_pools(&package)) && is_client).then(|| thing("client"))
    }
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

/// `pool.connect()` gives a client, `pool.connect(callback)` hands it over.
fn connect(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let client = thing("client");
    if matches!(call.arg(0).shape, Shape::Function(_)) {
        let nothing = Value::of(Shape::Unknown);
        machine.run(&call.arg(0), vec![nothing, client.clone()]);
    }
    client
}

/// `query(text, values)`, `query({ text, values })`, both also with a callback at the end.
fn query(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let first = call.arg(0);
    let (text, values) = match &first.shape {
        Shape::Object(_) => {
            let mut text = SqlText::new(call.arg_origin(0));
            let written = first.field("text").cloned().unwrap_or_else(Value::unknown);
            text.push_value(&written, call.arg_origin(0));
            (text, first.field("values").cloned().unwrap_or_else(|| call.arg(1)))
        }
        _ => (SqlText::of_argument(call, 0), call.arg(1)),
    };
    let params = Params::listed(&values);
    let sender = Sender { library: NAME, dialect: Dialect::Postgres, origin: call.origin };
    let id = send(&sender, &text, &params, machine);
    let result = result(rows(id, machine));
    if let Some(callback) = call.args.iter().find(|arg| matches!(arg.shape, Shape::Function(_))) {
        machine.run(callback, vec![Value::of(Shape::Unknown), result.clone()]);
    }
    result
}

/// `{ rows, rowCount, fields, command }`.
pub(super) fn result(rows: Value) -> Value {
    let part = || Value::of(Shape::Unknown).tainted(Taint::ROWS);
    Value::object([("rowCount", part()), ("fields", part()), ("command", part()), ("rows", rows)])
}
