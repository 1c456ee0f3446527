//! mysql2: `query` and `execute` of connections and pools, with promises and with callbacks.

use std::sync::Arc;

use trave_source::Origin;
use trave_sql::Dialect;

use super::sql::marks::question;
use super::sql::text::SqlText;
use super::sql::{Params, Sender, rows, send};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Shape, Taint, Value};

const NAME: &str = "mysql2";

/// The model of mysql2.
#[derive(Debug)]
pub(crate) struct Mysql2;

fn is_own(package: &str) -> bool {
    matches!(package, "mysql2" | "mysql2/promise" | "mysql" | "promise-mysql")
}

impl Library for Mysql2 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let kind = match name {
            "createPool" | "createConnection" | "createPoolCluster" => "maker",
            "default" | "*" => "namespace",
            _ => "export",
        };
        is_own(&package_name(package)).then(|| thing(kind))
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match (object.kind, property) {
            ("namespace", "default") => Some(thing("namespace")),
            ("namespace", "createPool" | "createConnection") => Some(thing("maker")),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("maker", None) | ("namespace", Some("createPool" | "createConnection")) => {
                Some(thing("client"))
            }
            ("client", Some("query" | "execute")) => Some(query(call, machine)),
            ("client", Some("promise" | "getConnection" | "connect")) => {
                let client = thing("client");
                if let Some(callback) = call.args.iter().find(|it| is_function(it)) {
                    machine.run(callback, vec![Value::of(Shape::Unknown), client.clone()]);
                }
                Some(client)
            }
            ("client", Some("escape" | "escapeId" | "format")) | ("namespace", Some("escape")) => {
                Some(Value::of(Shape::Unknown))
            }
            ("client", Some(_)) => Some(Value::undefined()),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let name = name.rsplit('.').next().unwrap_or(name);
        let is_client = matches!(name, "Pool" | "Connection" | "PoolConnection");
        (is_own(&package_name(package)) && is_client).then(|| thing("client"))
    }
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

fn is_function(value: &Value) -> bool {
    matches!(value.shape, Shape::Function(_))
}

/// `query(sql, values)`, `query({ sql, values })`: `[rows, fields]`.
fn query(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let first = call.arg(0);
    let (text, values) = match first.field("sql") {
        Some(written) => {
            let mut text = SqlText::new(call.arg_origin(0));
            text.push_value(written, call.arg_origin(0));
            (text, first.field("values").cloned().unwrap_or_else(|| call.arg(1)))
        }
        None => (SqlText::of_argument(call, 0), call.arg(1)),
    };
    let values = if is_function(&values) { Value::undefined() } else { values };
    let text = question(text, &values);
    let sender = Sender { library: NAME, dialect: Dialect::MySql, origin: call.origin };
    let id = send(&sender, &text, &Params::default(), machine);
    let rows = rows(id, machine);
    if let Some(callback) = call.args.iter().find(|arg| is_function(arg)) {
        machine.run(callback, vec![Value::of(Shape::Unknown), rows.clone()]);
    }
    let fields = Value::of(Shape::Unknown).tainted(Taint::ROWS);
    let both = [rows, fields];
    Value::of(Shape::Array(Arc::new(both.to_vec()))).depending_on(&both)
}
