//! pg-boss: jobs that wait in tables of the database itself.

use super::{Job, anything, given, last_function, register};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::registration::Asked;
use crate::value::{LibraryValue, Value};

const NAME: &str = "pg-boss";

/// Since this version a handler is given a list of jobs: one, unless it asks for more.
const LISTS_SINCE: u32 = 10;

/// The model of pg-boss.
#[derive(Debug)]
pub(crate) struct PgBoss;

impl Library for PgBoss {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let is_class = matches!(name, "*" | "default" | "PgBoss");
        let is_it = package_name(package) == NAME && is_class;
        is_it.then(|| LibraryValue::new(NAME, "class").into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        let is_class = object.kind == "class" && matches!(property, "default" | "PgBoss");
        is_class.then(|| object.clone().into_value())
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("class", None) => Some(LibraryValue::new(NAME, "boss").into_value()),
            ("boss", Some("start")) => Some(call.callee.clone().into_value()),
            ("boss", Some("work" | "subscribe" | "onComplete")) => {
                work(call, machine);
                Some(anything())
            }
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let is_boss = matches!(name, "PgBoss" | "default" | "PgBoss.PgBoss");
        let is_it = package_name(package) == NAME && is_boss;
        is_it.then(|| LibraryValue::new(NAME, "boss").into_value())
    }

    fn registers(&self, package: &str) -> bool {
        package_name(package) == NAME
    }

    fn rooted(&self, typed: &LibraryValue, object: &Value) -> Option<Value> {
        let is_boss = typed.library == NAME && typed.kind == "boss";
        is_boss.then(|| typed.clone().with_object(object.clone()).into_value())
    }

    fn hand(&self, asked: &Asked<'_>) -> Vec<Value> {
        given(asked)
    }
}

/// `boss.work(name, options?, handler)`.
fn work(call: &LibraryCall<'_>, machine: &mut dyn Machine) {
    let Some(handler) = last_function(call) else { return };
    let options = call.arg(1);
    let size = options.field("batchSize").or_else(|| options.field("teamSize"));
    let is_alone = size.is_none() || size.and_then(Value::as_number) == Some(1.0);
    let has_lists = machine.package_major(NAME).is_some_and(|major| major >= LISTS_SINCE);
    let jobs = match (has_lists, is_alone) {
        (true, true) => Value::array(vec![anything()]),
        _ => anything(),
    };
    let name = call.arg(0);
    let job = Job { framework: NAME, by: "process", name: &name, handler, given: vec![jobs] };
    register(call, machine, (LibraryValue::new(NAME, "job"), vec![job]));
}
