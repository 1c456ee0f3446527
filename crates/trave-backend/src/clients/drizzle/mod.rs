//! Drizzle: tables that are values, builders, relational queries, SQL with tables in it.

mod builder;
mod client;
mod condition;
mod operator;
mod relational;
mod selection;
mod table;
#[cfg(test)]
mod tests;
mod text;

use trave_source::Origin;

use super::sql::direct;
use crate::library::{Guess, Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Shape, Value};
use crate::wording::{DRIZZLE, Wording};

const NAME: &str = "drizzle";

/// The model of Drizzle.
#[derive(Debug)]
pub(crate) struct Drizzle;

impl Library for Drizzle {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let part = package.strip_prefix("drizzle-orm")?;
        if matches!(name, "*" | "default") {
            let namespace = LibraryValue::new(NAME, "package");
            return Some(namespace.with("package", Value::text(package)).into_value());
        }
        match part.trim_start_matches('/') {
            "" | "sql" => operator::import(name),
            core if core.ends_with("-core") => table::import(name),
            driver => (name == "drizzle").then(|| client::maker(driver)),
        }
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match object.kind {
            "package" => self.import(object.kept("package")?.as_text()?, property),
            "table" => table::member(object, property),
            "columns" => Some(named("column-maker", property)),
            "operators" => operator::import(property),
            "client" if property == "query" => Some(of_kind(object, "query")),
            // A method that is read before it is called, as wrappers do.
            "client" if client::has_method(property) => {
                let mut method = object.clone();
                method.kind = "method";
                Some(method.named(property).into_value())
            }
            "query" if property != "*" => {
                let mut table = object.clone();
                table.kind = "relational";
                Some(table.named(property).into_value())
            }
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("package", Some(name)) => {
                let package = call.callee.kept("package")?.as_text()?;
                let export = self.import(package, name)?;
                let callee = export.library()?;
                self.call(&LibraryCall { callee, method: None, ..*call }, machine)
            }
            ("columns", Some(name)) => {
                let maker = named("column-maker", name);
                let callee = maker.library()?;
                table::call(&LibraryCall { callee, method: None, ..*call }, machine)
            }
            ("operators", Some(name)) => {
                let export = operator::import(name)?;
                let callee = export.library()?;
                operator::call(&LibraryCall { callee, method: None, ..*call }, machine)
            }
            ("maker", _) => client::make(call),
            ("client", Some(_)) => client::call(call, machine),
            ("method", Some("bind")) => Some(call.callee.clone().into_value()),
            ("method", None) => {
                let method = call.callee.name.clone();
                client::call(&LibraryCall { method: Some(&method), ..*call }, machine)
            }
            ("relational", Some(_)) => relational::call(call, machine),
            ("select" | "builder" | "prepared" | "derived", Some(_)) => {
                builder::call(call, machine)
            }
            ("operator" | "sql" | "part" | "condition" | "cte", _) => operator::call(call, machine),
            _ => table::call(call, machine),
        }
    }

    fn awaited(&self, value: &LibraryValue, machine: &mut dyn Machine) -> Option<Value> {
        builder::awaited(value, machine)
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let name = name.rsplit('.').next().unwrap_or(name);
        let is_client = name.ends_with("Database") || name.ends_with("Transaction");
        let own = package.starts_with("drizzle-orm/") && is_client;
        own.then(|| client::client(&LibraryValue::new(NAME, "maker")))
    }

    fn guess(&self, guess: &Guess<'_>, machine: &mut dyn Machine) -> Option<Value> {
        client::guess(guess, machine)
    }

    fn wording(&self) -> &'static Wording {
        &DRIZZLE
    }
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

fn named(kind: &'static str, name: &str) -> Value {
    LibraryValue::new(NAME, kind).named(name).into_value()
}

fn of_kind(value: &LibraryValue, kind: &'static str) -> Value {
    LibraryValue { kind, ..value.clone() }.into_value()
}

/// A value of this library, if it is one of this kind.
fn own<'v>(value: &'v Value, kind: &str) -> Option<&'v LibraryValue> {
    value.library().filter(|it| it.library == NAME && it.kind == kind)
}

/// Whether a value is certainly nothing.
fn is_nothing(value: &Value) -> bool {
    matches!(value.shape, Shape::Undefined | Shape::Null)
}
