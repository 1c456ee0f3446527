//! Sequelize: models as classes or made by `define`, options objects, SQL as text.
//!
//! A model has no fields of its own here: which table it is, and which column an attribute, is
//! asked of what code calls the tables.

mod client;
mod condition;
mod include;
mod instance;
mod operation;
#[cfg(test)]
mod tests;

use smol_str::SmolStr;
use trave_source::Origin;

use super::entity::Mapper;
use crate::declared::Tool;
use crate::library::{Guess, Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Value};
use crate::wording::{SEQUELIZE, Wording};

const NAME: &str = "sequelize";

/// The model of Sequelize.
#[derive(Debug)]
pub(crate) struct Sequelize;

/// Sequelize as a mapper of objects.
const MAPPER: Mapper = Mapper {
    library: NAME,
    tool: Tool::Sequelize,
    compare: condition::compare,
    word: condition::word,
};

fn is_own(package: &str) -> bool {
    let package = package_name(package);
    package == "sequelize"
        || package.starts_with("sequelize/")
        || package == "sequelize-typescript"
        || package.starts_with("@sequelize/")
}

impl Library for Sequelize {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        is_own(package).then(|| export(name))
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match (object.kind, property) {
            ("export", name) if matches!(object.name.as_str(), "*" | "default" | "Sequelize") => {
                Some(export(name))
            }
            // `{ [Op.gt]: 5 }` reads like `{ $gt: 5 }`.
            ("operators", name) if name != "*" => Some(Value::text(format!("${name}"))),
            ("names", name) if name != "*" => Some(Value::text(name)),
            // `this.sequelize` of a model.
            ("export", "sequelize") if object.name == "Model" => Some(thing("client")),
            ("record", "sequelize") => Some(thing("client")),
            ("client", "models") => Some(thing("models")),
            ("models", name) if name != "*" => Some(named("model", name)),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("export", None) => client::export(call),
            ("export", Some(method)) => client::of_export(call, method, machine),
            ("client", Some(method)) => client::call(call, method, machine),
            ("model", Some(method)) => client::of_model(call, method, machine),
            ("record", Some(method)) => instance::call(call, method, machine),
            ("transaction", Some(_)) => Some(Value::undefined()),
            ("function", None) => Some(client::part(call, &call.callee.name)),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        if !is_own(package) {
            return None;
        }
        match name.rsplit('.').next().unwrap_or(name) {
            "Sequelize" => Some(thing("client")),
            "Transaction" => Some(thing("transaction")),
            _ => None,
        }
    }

    fn on_rows(&self, call: &Guess<'_>, rows: &Value, machine: &mut dyn Machine) -> Option<Value> {
        instance::on_rows(call, rows, machine)
    }

    fn wording(&self) -> &'static Wording {
        &SEQUELIZE
    }
}

/// What the packages export under a name.
fn export(name: &str) -> Value {
    match name {
        "Op" => thing("operators"),
        "QueryTypes" | "DataTypes" | "DataType" | "Deferrable" => thing("names"),
        "literal" | "fn" | "col" | "cast" | "where" | "json" | "and" | "or" | "sql" => {
            named("function", name)
        }
        _ => named("export", name),
    }
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

fn named(kind: &'static str, name: impl Into<SmolStr>) -> Value {
    LibraryValue::new(NAME, kind).named(name).into_value()
}

/// A value of this library, if it is one of this kind.
fn own<'v>(value: &'v Value, kind: &str) -> Option<&'v LibraryValue> {
    value.library().filter(|it| it.library == NAME && it.kind == kind)
}
