//! TypeORM: repositories, entity managers, entities that save themselves, query builders, and SQL.

mod builder;
mod client;
mod condition;
mod join;
mod operation;
mod operator;
mod save;
#[cfg(test)]
mod tests;

use smol_str::SmolStr;
use trave_source::Origin;

use super::entity::Mapper;
use crate::declared::Tool;
use crate::dispatch::Injected;
use crate::library::{Guess, Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Value};
use crate::wording::{TYPEORM, Wording};

const NAME: &str = "typeorm";

/// The model of TypeORM.
#[derive(Debug)]
pub(crate) struct TypeOrm;

/// TypeORM as a mapper of objects.
const MAPPER: Mapper = Mapper {
    library: NAME,
    tool: Tool::TypeOrm,
    compare: operator::compare,
    word: |_, _, _| false,
};

impl Library for TypeOrm {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let own = package == "typeorm" || package.starts_with("typeorm/");
        let injects = package == "@nestjs/typeorm" && name.starts_with("Inject");
        (own || injects).then(|| named("export", name))
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match (object.kind, property) {
            ("export", name) if matches!(object.name.as_str(), "*" | "default") => {
                Some(named("export", name))
            }
            ("repository" | "runner" | "manager", "manager") => {
                Some(client::like("manager", object))
            }
            ("manager", "connection" | "dataSource") => Some(client::like("manager", object)),
            ("manager" | "repository", "queryRunner") => Some(client::like("runner", object)),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("export", None) => client::export(call, machine),
            ("export", Some(method)) => client::of_class(call, method, machine),
            ("record", Some(method)) => client::of_record(call, method, machine),
            ("manager", Some(method)) => client::of_manager(call, method, machine),
            ("repository", Some(method)) => client::of_repository(call, method, machine),
            ("runner", Some(method)) => client::of_runner(call, method, machine),
            ("builder", Some(method)) => builder::call(call, method, machine),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        self.typed_with(package, name, &[])
    }

    fn typed_with(&self, package: &str, name: &str, args: &[SmolStr]) -> Option<Value> {
        (package_name(package) == "typeorm").then(|| client::typed(name, args)).flatten()
    }

    fn injected(&self, decorator: &LibraryValue) -> Option<Injected> {
        let value = decorator.kept("value").filter(|_| decorator.kind == "injected");
        value.cloned().map(Injected::Value)
    }

    fn on_rows(&self, call: &Guess<'_>, rows: &Value, machine: &mut dyn Machine) -> Option<Value> {
        save::on_rows(call, rows, machine)
    }

    fn guess(&self, guess: &Guess<'_>, machine: &mut dyn Machine) -> Option<Value> {
        client::guess(guess, machine)
    }

    fn wording(&self) -> &'static Wording {
        &TYPEORM
    }
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

fn named(kind: &'static str, name: &str) -> Value {
    LibraryValue::new(NAME, kind).named(name).into_value()
}

/// A value of this library, if it is one of this kind.
fn own<'v>(value: &'v Value, kind: &str) -> Option<&'v LibraryValue> {
    value.library().filter(|it| it.library == NAME && it.kind == kind)
}
