//! Prisma: clients, calls of models, raw SQL.
//!
//! A model has no fields of its own here: which table it is, and which column a field, is asked of
//! the declared schema.

mod data;
mod filters;
mod operation;
mod raw;
mod select;
#[cfg(test)]
mod tests;

use trave_source::Origin;

use crate::library::{Guess, Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Shape, Value};
use crate::wording::{PRISMA, Wording};

const NAME: &str = "prisma";

/// The model of Prisma's client.
#[derive(Debug)]
pub(crate) struct Prisma;

/// Whether a module is the generated client or a part of it: it lies where the schema says, and
/// is rarely kept with the code.
fn is_generated(package: &str) -> bool {
    let mut parts = package.split('/');
    package.starts_with("@prisma/client") || parts.any(|part| part == NAME || part == "@prisma")
}

impl Library for Prisma {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        match name {
            // No other package exports this name, and the generated one may lie anywhere.
            "PrismaClient" => Some(thing("class")),
            _ if !is_generated(&package) => None,
            "Prisma" => Some(thing("namespace")),
            "*" | "default" if package.starts_with("@prisma/client") => Some(thing("package")),
            _ => constants(name),
        }
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match (object.kind, property) {
            ("package", name) => self.import("@prisma/client", name),
            ("namespace", "sql" | "raw" | "join") => Some(named("helper", property)),
            ("namespace", "empty") => Some(raw::empty()),
            ("namespace", "DbNull" | "JsonNull" | "AnyNull") => Some(Value::of(Shape::Null)),
            ("constants", name) if object.name == "$Enums" => constants(name),
            ("namespace", name) => constants(name),
            ("constants", name) => Some(Value::text(name)),
            ("client", "*") => None,
            ("client", name) if name.starts_with('$') => Some(named("method", name)),
            ("client", name) => Some(named("model", name)),
            ("model", name) => {
                let method = LibraryValue::new(NAME, "method").named(name);
                Some(method.with("model", Value::text(object.name.clone())).into_value())
            }
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("class", None) => Some(thing("client")),
            ("client", Some(method)) => on_client(call, method, machine),
            ("model", Some(method)) => operation::call(call, (&call.callee.name, method), machine),
            // `const { findMany } = prisma.user`, and every tag: a method that was read first.
            ("method", None) => match call.callee.kept("model").and_then(Value::as_text) {
                Some(model) => operation::call(call, (model, &call.callee.name), machine),
                None => on_client(call, &call.callee.name, machine),
            },
            ("helper", None) => raw::helper(call, &call.callee.name),
            ("namespace", Some(name @ ("sql" | "raw" | "join"))) => raw::helper(call, name),
            ("namespace", Some("validator" | "defineExtension")) => call.args.last().cloned(),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let is_client = match name.rsplit('.').next().unwrap_or(name) {
            "PrismaClient" | "ExtendedPrismaClient" => true,
            "TransactionClient" | "DefaultPrismaClient" => is_generated(&package_name(package)),
            _ => false,
        };
        is_client.then(|| thing("client"))
    }

    fn guess(&self, guess: &Guess<'_>, machine: &mut dyn Machine) -> Option<Value> {
        operation::guess(guess, machine)
    }

    fn wording(&self) -> &'static Wording {
        &PRISMA
    }
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

fn named(kind: &'static str, name: &str) -> Value {
    LibraryValue::new(NAME, kind).named(name).into_value()
}

/// The values of an enum are their own names.
fn constants(name: &str) -> Option<Value> {
    let is_type = name.starts_with(|first: char| first.is_ascii_uppercase() || first == '$');
    (is_type && !name.ends_with("Error")).then(|| named("constants", name))
}

/// A method of the client itself.
fn on_client(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Option<Value> {
    match method {
        "$transaction" => Some(transaction(&call.arg(0), machine)),
        "$queryRaw" | "$executeRaw" | "$queryRawUnsafe" | "$executeRawUnsafe" => {
            Some(raw::send(call, method, machine))
        }
        "$extends" | "$withExtensions" => Some(thing("client")),
        "$connect" | "$disconnect" | "$on" | "$use" => Some(Value::undefined()),
        _ => None,
    }
}

/// `$transaction(async tx => …)` and `$transaction([…])`.
fn transaction(given: &Value, machine: &mut dyn Machine) -> Value {
    match given.shape {
        Shape::Function(_) => {
            let value = machine.run(given, vec![thing("client")]);
            machine.awaited(value)
        }
        _ => given.clone(),
    }
}
