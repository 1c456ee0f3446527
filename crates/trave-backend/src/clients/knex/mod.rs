//! Knex: builders that name tables and columns by texts, and change as they are called.

mod builder;
mod client;
mod filter;
pub(crate) mod objection;
mod raw;
mod source;
#[cfg(test)]
mod tests;
mod write;

use trave_source::Origin;

use super::sql::direct;
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Value};
use crate::wording::{KNEX, Wording};

const NAME: &str = "knex";

/// The model of Knex.
#[derive(Debug)]
pub(crate) struct Knex;

impl Library for Knex {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        if package_name(package) != NAME {
            return None;
        }
        match name {
            "default" | "knex" | "*" | "Knex" => Some(thing("maker")),
            _ => None,
        }
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match (object.kind, property) {
            ("maker", "default" | "knex" | "Knex") => Some(thing("maker")),
            ("client", "fn") => Some(thing("fn")),
            ("client", "client" | "schema" | "migrate" | "seed" | "userParams" | "*") => None,
            // A method that is read before it is called, as wrappers do.
            ("client", name) if client::has_method(name) => {
                let mut method = object.clone();
                method.kind = "client-method";
                Some(method.named(name).into_value())
            }
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("maker", None | Some("default" | "knex")) => Some(client::make(call)),
            ("client", None) => Some(client::on_table(call, machine)),
            ("client", Some(method)) => client::call(call, method, machine),
            ("client-method", None) => client::call(call, &call.callee.name, machine),
            ("builder" | "derived", Some(method)) => builder::call(call, method, machine),
            ("conflict", Some(method)) => write::conflict(call, method, machine),
            ("raw", Some(method)) => raw::call(call, method, machine),
            ("client-method", Some("bind"))
            | ("join", Some(_))
            | ("ref", Some("as" | "withSchema")) => Some(call.callee.clone().into_value()),
            ("fn", Some(_)) => Some(thing("fn")),
            ("provider", None) => Some(of_kind(call.callee, "client")),
            _ => None,
        }
    }

    fn awaited(&self, value: &LibraryValue, machine: &mut dyn Machine) -> Option<Value> {
        match value.kind {
            "builder" | "derived" | "conflict" => Some(builder::send(value, machine)),
            "raw" => Some(raw::send(value, machine)),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let name = name.rsplit('.').next().unwrap_or(name);
        let is_client = matches!(name, "Knex" | "Transaction");
        let own = package_name(package) == NAME && is_client;
        own.then(|| client::client(&LibraryValue::new(NAME, "maker")))
    }

    fn wording(&self) -> &'static Wording {
        &KNEX
    }
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

fn of_kind(value: &LibraryValue, kind: &'static str) -> Value {
    LibraryValue { kind, ..value.clone() }.into_value()
}
