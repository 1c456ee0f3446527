//! Trigger.dev: tasks with a function that runs, and others around it.

use super::{Job, anything, given, is_of, open, register, run_step};
use crate::library::{Library, LibraryCall, Machine};
use crate::registration::Asked;
use crate::value::{LibraryValue, Shape, Value};

const NAME: &str = "trigger.dev";

/// Functions of a task beside `run`.
const AROUND: [&str; 8] = [
    "init",
    "middleware",
    "cleanup",
    "onStart",
    "onSuccess",
    "onFailure",
    "onComplete",
    "catchError",
];

/// The model of Trigger.dev.
#[derive(Debug)]
pub(crate) struct Trigger;

impl Library for Trigger {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        if !is_of(package, "@trigger.dev/sdk") {
            return None;
        }
        let kind = match name {
            "*" => "namespace",
            "task" | "schemaTask" => "maker",
            "schedules" => "schedules",
            "TriggerClient" => "client-class",
            _ => return None,
        };
        Some(LibraryValue::new(NAME, kind).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        (object.kind == "namespace").then(|| self.import("@trigger.dev/sdk", property))?
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("maker", None) | ("namespace", Some("task" | "schemaTask")) => {
                Some(task(call, machine, "task"))
            }
            ("schedules", Some("task")) => Some(task(call, machine, "schedule")),
            ("client-class", None) => Some(LibraryValue::new(NAME, "client").into_value()),
            ("client", Some("defineJob")) => Some(task(call, machine, "event")),
            ("io", Some("runTask" | "try" | "parallel")) => Some(run_step(call, machine)),
            ("schedules" | "task" | "client" | "io", Some(_)) => Some(anything()),
            _ => None,
        }
    }

    fn registers(&self, package: &str) -> bool {
        is_of(package, "@trigger.dev/sdk")
    }

    fn makes_apps(&self, package: &str, name: &str) -> bool {
        self.import(package, name).is_some()
    }

    fn hand(&self, asked: &Asked<'_>) -> Vec<Value> {
        given(asked)
    }
}

/// `task({ id, run, onFailure })`, `client.defineJob({ id, trigger, run })`.
fn task(call: &LibraryCall<'_>, machine: &mut dyn Machine, by: &'static str) -> Value {
    let options = call.arg(0);
    let origin = call.arg_origin(0);
    let id = machine.member(&options, "id");
    // Version 2 hands over what starts steps second, the others their context.
    let second = match by {
        "event" => LibraryValue::new(NAME, "io").into_value(),
        _ => open([]),
    };
    let job = |by, function| {
        let given = vec![anything(), second.clone(), anything()];
        Job { framework: NAME, by, name: &id, handler: (function, origin), given }
    };
    let mut jobs = vec![job(by, machine.member(&options, "run"))];
    for field in AROUND {
        let function = machine.member(&options, field);
        if matches!(function.shape, Shape::Function(_)) {
            jobs.push(job(field, function));
        }
    }
    register(call, machine, (LibraryValue::new(NAME, "task"), jobs))
}
