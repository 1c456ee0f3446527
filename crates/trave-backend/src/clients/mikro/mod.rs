//! MikroORM: entity managers and repositories whose changes are written when they are flushed,
//! query builders, and SQL.

mod builder;
mod client;
mod condition;
mod operation;
#[cfg(test)]
mod tests;
mod unit;

use smol_str::SmolStr;
use trave_source::Origin;

use super::entity::Mapper;
use crate::declared::Tool;
use crate::dispatch::Injected;
use crate::library::{Guess, Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Value};
use crate::wording::{MIKRO, Wording};

const NAME: &str = "mikro-orm";

/// The model of MikroORM.
#[derive(Debug)]
pub(crate) struct MikroOrm;

/// MikroORM as a mapper of objects.
const MAPPER: Mapper = Mapper {
    library: NAME,
    tool: Tool::MikroOrm,
    compare: condition::compare,
    word: condition::word,
};

impl Library for MikroOrm {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let injects = package == "@mikro-orm/nestjs" && name.starts_with("Inject");
        let own = package.starts_with("@mikro-orm/") && package != "@mikro-orm/nestjs";
        (own || injects).then(|| named("export", name))
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match (object.kind, property) {
            ("export", "ASC" | "DESC") => Some(Value::text(property)),
            ("export", name) if object.name == "*" => Some(named("export", name)),
            ("orm" | "repository", "em") => Some(thing("em")),
            ("reference", _) => object.kept("key").cloned(),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("export", None) => client::export(call, machine),
            ("export", Some(method)) => client::of_class(call, method, machine),
            ("orm", Some(method)) => client::of_orm(method),
            ("em", Some(method)) => client::of_em(call, method, machine),
            ("repository", Some(method)) => client::of_repository(call, method, machine),
            ("connection", Some("execute")) => Some(client::raw(call, machine)),
            ("wrapped", Some(method)) => client::of_wrapped(call, method, machine),
            ("builder", Some(method)) => builder::call(call, method, machine),
            _ => None,
        }
    }

    fn awaited(&self, value: &LibraryValue, machine: &mut dyn Machine) -> Option<Value> {
        (value.kind == "builder").then(|| builder::sent(value, machine)).flatten()
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        self.typed_with(package, name, &[])
    }

    fn typed_with(&self, package: &str, name: &str, args: &[SmolStr]) -> Option<Value> {
        package_name(package)
            .starts_with("@mikro-orm/")
            .then(|| client::typed(name, args))
            .flatten()
    }

    fn injected(&self, decorator: &LibraryValue) -> Option<Injected> {
        let value = decorator.kept("value").filter(|_| decorator.kind == "injected");
        value.cloned().map(Injected::Value)
    }

    fn set_on_rows(
        &self,
        rows: &Value,
        (property, value, origin): (&str, &Value, Origin),
        machine: &mut dyn Machine,
    ) {
        unit::changed(rows, (property, value), origin, machine);
    }

    fn guess(&self, guess: &Guess<'_>, machine: &mut dyn Machine) -> Option<Value> {
        client::guess(guess, machine)
    }

    fn wording(&self) -> &'static Wording {
        &MIKRO
    }
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

fn named(kind: &'static str, name: &str) -> Value {
    LibraryValue::new(NAME, kind).named(name).into_value()
}
