//! pg-promise: methods that say how many rows they expect.

use trave_source::Origin;
use trave_sql::Dialect;

use super::pg;
use super::sql::marks::formatted;
use super::sql::text::SqlText;
use super::sql::{Params, Sender, rows, send};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::query::Single;
use crate::value::{LibraryValue, Shape, Taint, Value};

const NAME: &str = "pg-promise";

/// The model of pg-promise.
#[derive(Debug)]
pub(crate) struct PgPromise;

impl Library for PgPromise {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let kind = match name {
            "default" | "*" => "factory",
            _ => "export",
        };
        (package_name(package) == NAME).then(|| thing(kind))
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match (object.kind, property) {
            ("factory", "default") => Some(thing("factory")),
            ("main" | "factory", "as" | "helpers") => Some(thing("helpers")),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("factory", None) => Some(thing("main")),
            ("main", None) => Some(thing("client")),
            ("client", Some("tx" | "task" | "txIf" | "taskIf")) => {
                let body =
                    call.args.iter().rev().find(|it| matches!(it.shape, Shape::Function(_)))?;
                let value = machine.run(body, vec![thing("client")]);
                Some(machine.awaited(value))
            }
            ("client", Some("batch" | "sequence" | "page")) => Some(call.arg(0)),
            ("client", Some(method)) => query(call, method, machine),
            ("helpers", Some("format")) => Some(Value::unknown_from(call.args)),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let name = name.rsplit('.').next().unwrap_or(name);
        let is_client = matches!(name, "IDatabase" | "ITask" | "IBaseProtocol");
        let own = package.is_empty() || package_name(package).starts_with(NAME);
        (own && is_client).then(|| thing("client"))
    }
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

fn query(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Option<Value> {
    let known = matches!(
        method,
        "any"
            | "many"
            | "manyOrNone"
            | "one"
            | "oneOrNone"
            | "none"
            | "query"
            | "result"
            | "multi"
            | "map"
            | "each"
    );
    if !known {
        return None;
    }
    let text = formatted(SqlText::of_argument(call, 0), &call.arg(1));
    let sender = Sender { library: NAME, dialect: Dialect::Postgres, origin: call.origin };
    let id = send(&sender, &text, &Params::default(), machine);
    let single = matches!(method, "one" | "oneOrNone");
    if let Some(query) = id.filter(|_| single).and_then(|id| machine.query_mut(id)) {
        let optional = method == "oneOrNone";
        let method = if optional { "oneOrNone" } else { "one" };
        query.single = Some(Single { method, optional, origin: call.method_origin });
    }
    let rows = rows(id, machine);
    let row = rows.clone().tainted(Taint::PART);
    Some(match method {
        "one" | "oneOrNone" => {
            let changed = call.args.get(2).filter(|it| matches!(it.shape, Shape::Function(_)));
            changed.map_or(row.clone(), |function| machine.run(function, vec![row]))
        }
        "map" | "each" => {
            let made = machine.run(&call.arg(2), vec![row]);
            let made = if method == "each" { rows } else { made };
            Value::of(Shape::List(std::sync::Arc::new(made.clone()))).depending_on(&[made])
        }
        "result" => pg::result(rows),
        _ => rows,
    })
}
