//! Objection: models over Knex. A model is a class that names its table; its queries are Knex's
//! builders that can do more.

mod builder;
mod model;
#[cfg(test)]
mod tests;

use crate::library::{Guess, Library, LibraryCall, Machine, OWNER};
use crate::place::package_name;
use crate::value::{LibraryValue, Value};
use crate::wording::{KNEX, Wording};

const NAME: &str = "objection";

/// The model of Objection.
#[derive(Debug)]
pub(crate) struct Objection;

impl Library for Objection {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        if package_name(package) != NAME {
            return None;
        }
        Some(match name {
            "Model" => thing("model"),
            "transaction" => thing("transaction"),
            "knexSnakeCaseMappers" | "snakeCaseMappers" => thing("mappers"),
            "raw" => thing("raw-maker"),
            "*" | "default" => thing("package"),
            _ => thing("export"),
        })
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        match (object.kind, property) {
            ("package", name) => self.import(NAME, name),
            // `Model.HasManyRelation`.
            ("model", name) if name.ends_with("Relation") => Some(Value::text(name)),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("model", None) => Some(thing("record")),
            ("model", Some(method)) => {
                let class = call.callee.kept(OWNER)?.clone();
                model::call(call, (&class, method), machine)
            }
            ("record", Some(method)) => {
                let row = call.callee.kept(OWNER)?.clone();
                model::of_row(call, (&row, method), machine)
            }
            ("builder" | "derived", Some(method)) => builder::call(call, method, machine),
            ("conflict", Some(method)) => super::write::conflict(call, method, machine),
            ("mappers", None) => {
                let turns = LibraryValue::new(NAME, "snake-case").into_value();
                Some(Value::object([("wrapIdentifier", turns)]))
            }
            ("raw-maker", None) | ("package", Some("raw")) => Some(super::raw::make(call)),
            ("raw", Some(method)) => super::raw::call(call, method, machine),
            ("transaction", None) | ("package", Some("transaction")) => {
                Some(model::transaction(call, machine))
            }
            _ => None,
        }
    }

    fn awaited(&self, value: &LibraryValue, machine: &mut dyn Machine) -> Option<Value> {
        match value.kind {
            "builder" | "derived" | "conflict" => Some(builder::send(value, machine)),
            "raw" => Some(super::raw::send(value, machine)),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let name = name.rsplit('.').next().unwrap_or(name);
        let is_client = matches!(name, "Transaction" | "TransactionOrKnex");
        let own = package_name(package) == NAME && is_client;
        own.then(|| super::client::client(&LibraryValue::new(super::NAME, "maker")))
    }

    fn on_rows(&self, call: &Guess<'_>, rows: &Value, machine: &mut dyn Machine) -> Option<Value> {
        model::on_rows(call, rows, machine)
    }

    fn wording(&self) -> &'static Wording {
        &KNEX
    }
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}
