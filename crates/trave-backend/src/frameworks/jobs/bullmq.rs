//! Bull, `bullmq` and Bee-Queue: workers that process what is in a queue.

use trave_source::Origin;

use super::{Job, anything, given, is_function, last_function, register};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::registration::Asked;
use crate::value::{LibraryValue, Value};

const NAME: &str = "bullmq";

/// The model of the three.
#[derive(Debug)]
pub(crate) struct BullMq;

impl Library for BullMq {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let kind = match (package_name(package).as_str(), name) {
            ("bullmq", "*" | "default") => "namespace",
            ("bullmq", "Worker") => "worker-class",
            ("bull" | "bee-queue", "*" | "default" | "Queue") => "queue-class",
            _ => return None,
        };
        Some(LibraryValue::new(NAME, kind).into_value())
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match (object.kind, property) {
            ("namespace", _) => self.import("bullmq", property),
            ("queue-class", "default") => Some(object.clone().into_value()),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("namespace", Some("Worker")) | ("worker-class", None) => Some(worker(call, machine)),
            ("queue-class", None) => {
                let queue = LibraryValue::new(NAME, "queue").with("name", call.arg(0));
                Some(queue.into_value())
            }
            ("queue", Some("process")) => {
                process(call, machine);
                Some(anything())
            }
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let is_old = matches!(package_name(package).as_str(), "bull" | "bee-queue");
        let is_queue = matches!(name, "Queue" | "default" | "Bull.Queue" | "Queue.Queue");
        (is_old && is_queue).then(|| LibraryValue::new(NAME, "queue").into_value())
    }

    fn registers(&self, package: &str) -> bool {
        matches!(package_name(package).as_str(), "bullmq" | "bull" | "bee-queue")
    }

    fn makes_apps(&self, package: &str, name: &str) -> bool {
        self.registers(package) && self.import(package, name).is_some()
    }

    fn rooted(&self, typed: &LibraryValue, object: &Value) -> Option<Value> {
        let is_queue = typed.library == NAME && typed.kind == "queue";
        is_queue.then(|| typed.clone().with_object(object.clone()).into_value())
    }

    fn hand(&self, asked: &Asked<'_>) -> Vec<Value> {
        given(asked)
    }
}

/// `new Worker(name, processor, options)`.
fn worker(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let job = Job {
        framework: NAME,
        by: "process",
        name: &call.arg(0),
        handler: (call.arg(1), call.arg_origin(1)),
        given: vec![anything(), anything(), anything()],
    };
    register(call, machine, (LibraryValue::new(NAME, "worker"), vec![job]))
}

/// `queue.process(name?, concurrency?, function)`.
fn process(call: &LibraryCall<'_>, machine: &mut dyn Machine) {
    let Some(handler) = last_function(call) else { return };
    let queue = call.callee.kept("name").cloned().unwrap_or_else(anything);
    let named = call.args.first().filter(|it| it.as_text().is_some() && !is_function(it));
    let name = named.cloned().unwrap_or(queue);
    let given = vec![anything(), anything()];
    let job = Job { framework: "bull", by: "process", name: &name, handler, given };
    register(call, machine, (LibraryValue::new(NAME, "job"), vec![job]));
}
