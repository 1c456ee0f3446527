//! Kysely: builders that name tables and columns by texts, expressions, SQL with values in it.

mod builder;
mod client;
mod condition;
mod expression;
mod sql;
#[cfg(test)]
mod tests;
mod write;

use trave_source::Origin;

use super::build::SNAKE;
use super::sql::direct;
use crate::library::{Guess, Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Value};
use crate::wording::{KYSELY, Wording};

const NAME: &str = "kysely";

/// The model of Kysely.
#[derive(Debug)]
pub(crate) struct Kysely;

impl Library for Kysely {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        if let Some(helper) = package.strip_prefix("kysely/helpers/") {
            let _ = helper;
            return Some(named("helper", name));
        }
        if package != NAME {
            return None;
        }
        let kind = match name {
            "Kysely" => "class",
            "sql" => "sql",
            "expressionBuilder" => "eb-maker",
            "CamelCasePlugin" => "camel-case",
            "*" | "default" => "package",
            _ => return None,
        };
        Some(thing(kind))
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match (object.kind, property) {
            ("package", name) => self.import(NAME, name),
            ("client" | "eb", "fn") => Some(of_kind(object, "fn")),
            ("client", "dynamic") => Some(of_kind(object, "dynamic")),
            ("eb", "eb") => Some(of_kind(object, "eb")),
            // `({ eb, and, exists, selectFrom }) => …`, and methods that wrappers read first.
            ("eb" | "client" | "fn", name) if name != "*" && name != "schema" => {
                let kind = match object.kind {
                    "eb" => "eb-method",
                    "fn" => "fn-method",
                    _ => "client-method",
                };
                let mut method = object.clone();
                method.kind = kind;
                Some(method.named(name).into_value())
            }
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let callee = call.callee;
        match (callee.kind, call.method) {
            ("package", Some(name)) => {
                let export = self.import(NAME, name)?;
                let callee = export.library()?;
                self.call(&LibraryCall { callee, method: None, ..*call }, machine)
            }
            ("class", None) => Some(client::make(call)),
            ("camel-case", None) => Some(thing("camel-case-plugin")),
            ("client" | "transaction" | "connection" | "started", Some(method)) => {
                client::call(call, method, machine)
            }
            ("client-method", None) => client::call(call, &callee.name, machine),
            ("client-method", Some("bind")) => Some(callee.clone().into_value()),
            ("builder" | "derived", Some(method)) => builder::call(call, method, machine),
            ("conflict", Some(method)) => write::conflict(call, method, machine),
            ("sql" | "part", _) => sql::call(call, machine),
            _ => expression::call(call, machine),
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        if package_name(package) != NAME {
            return None;
        }
        match name.rsplit('.').next().unwrap_or(name) {
            "Kysely" | "Transaction" | "ControlledTransaction" => {
                Some(client::client(&LibraryValue::new(NAME, "class")))
            }
            "QueryCreator" => {
                Some(client::client(&client::inside(LibraryValue::new(NAME, "class"))))
            }
            "ExpressionBuilder" => Some(client::inside(LibraryValue::new(NAME, "eb")).into_value()),
            _ => None,
        }
    }

    fn guess(&self, guess: &Guess<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let is_own =
            matches!(guess.method, "selectFrom" | "insertInto" | "updateTable" | "deleteFrom");
        let names_table = guess.args.first().is_some_and(|arg| arg.as_text().is_some());
        if !is_own || !names_table {
            return None;
        }
        let client = client::client(&client::inside(LibraryValue::new(NAME, "class")));
        client::call(&guess.on(client.library()?), guess.method, machine)
    }

    fn wording(&self) -> &'static Wording {
        &KYSELY
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
