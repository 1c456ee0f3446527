//! Temporal: the activities of a worker, which are what its workflows do to the outside.

use super::{Job, anything, register};
use crate::clients::given::Given;
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Value};

const NAME: &str = "temporal";

/// The model of Temporal.
#[derive(Debug)]
pub(crate) struct Temporal;

impl Library for Temporal {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let is_worker = package_name(package) == "@temporalio/worker" && name == "Worker";
        is_worker.then(|| LibraryValue::new(NAME, "worker-class").into_value())
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        if (call.callee.kind, call.method) != ("worker-class", Some("create")) {
            return None;
        }
        let activities = machine.member(&call.arg(0), "activities");
        for activity in Given::of(&activities).fields {
            if super::is_function(&activity.value) {
                let name = Value::text(activity.name);
                let handler = (activity.value, call.arg_origin(0));
                let given = Vec::new();
                let job = Job { framework: NAME, by: "activity", name: &name, handler, given };
                register(call, machine, (LibraryValue::new(NAME, "activity"), vec![job]));
            }
        }
        Some(anything())
    }

    fn registers(&self, package: &str) -> bool {
        package_name(package) == "@temporalio/worker"
    }

    fn makes_apps(&self, package: &str, name: &str) -> bool {
        self.import(package, name).is_some()
    }
}
