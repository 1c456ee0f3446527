//! Agenda: jobs that are defined by name.

use super::{Job, anything, given, last_function, register};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::registration::Asked;
use crate::value::{LibraryValue, Value};

const NAME: &str = "agenda";

/// The model of Agenda.
#[derive(Debug)]
pub(crate) struct Agenda;

impl Library for Agenda {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let is_class = matches!(name, "*" | "default" | "Agenda");
        (self.registers(package) && is_class).then(|| LibraryValue::new(NAME, "class").into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        let is_class = object.kind == "class" && matches!(property, "default" | "Agenda");
        is_class.then(|| object.clone().into_value())
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("class", None) => Some(LibraryValue::new(NAME, "agenda").into_value()),
            ("agenda", Some("define")) => {
                let handler = last_function(call)?;
                let name = call.arg(0);
                let given = vec![anything(), anything()];
                let job = Job { framework: NAME, by: "process", name: &name, handler, given };
                Some(register(call, machine, (LibraryValue::new(NAME, "job"), vec![job])))
            }
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let is_it = self.registers(package) && matches!(name, "Agenda" | "default");
        is_it.then(|| LibraryValue::new(NAME, "agenda").into_value())
    }

    fn registers(&self, package: &str) -> bool {
        matches!(package_name(package).as_str(), "agenda" | "@hokify/agenda")
    }

    fn rooted(&self, typed: &LibraryValue, object: &Value) -> Option<Value> {
        let is_it = typed.library == NAME && typed.kind == "agenda";
        is_it.then(|| typed.clone().with_object(object.clone()).into_value())
    }

    fn hand(&self, asked: &Asked<'_>) -> Vec<Value> {
        given(asked)
    }
}
