//! Graphile Worker: a list of tasks by name.

use super::{Job, anything, given, register};
use crate::clients::given::Given;
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::registration::Asked;
use crate::value::{LibraryValue, Value};

const NAME: &str = "graphile-worker";

/// The model of Graphile Worker.
#[derive(Debug)]
pub(crate) struct GraphileWorker;

impl Library for GraphileWorker {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let runs = matches!(name, "run" | "runOnce" | "runTaskList" | "runTaskListOnce");
        let is_it = package_name(package) == NAME && runs;
        is_it.then(|| LibraryValue::new(NAME, "runner").into_value())
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        if call.callee.kind != "runner" || call.method.is_some() {
            return None;
        }
        let list = machine.member(&call.arg(0), "taskList");
        tasks(call, machine, &list);
        tasks(call, machine, &call.arg(1));
        Some(anything())
    }

    fn registers(&self, package: &str) -> bool {
        package_name(package) == NAME
    }

    fn makes_apps(&self, package: &str, name: &str) -> bool {
        self.import(package, name).is_some()
    }

    fn hand(&self, asked: &Asked<'_>) -> Vec<Value> {
        given(asked)
    }
}

/// `{ name: function }`.
fn tasks(call: &LibraryCall<'_>, machine: &mut dyn Machine, list: &Value) {
    for task in Given::of(list).fields {
        if !super::is_function(&task.value) {
            continue;
        }
        let name = Value::text(task.name);
        let handler = (task.value, call.arg_origin(0));
        let given = vec![anything(), anything()];
        let job = Job { framework: NAME, by: "process", name: &name, handler, given };
        register(call, machine, (LibraryValue::new(NAME, "task"), vec![job]));
    }
}
