//! Libraries that run a function at set times: node-cron, cron, croner, node-schedule.

use super::{Job, given, last_function, register};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::registration::Asked;
use crate::value::{LibraryValue, Value};

const NAME: &str = "cron";

/// What takes a function and runs it at set times: the package, and its function or class.
const EXPORTS: [(&str, &str); 9] = [
    ("node-cron", "schedule"),
    ("node-cron", "createTask"),
    ("cron", "CronJob"),
    ("cron", "job"),
    ("croner", "Cron"),
    ("croner", "default"),
    ("node-schedule", "scheduleJob"),
    ("toad-scheduler", "AsyncTask"),
    ("toad-scheduler", "Task"),
];

/// The model of these libraries.
#[derive(Debug)]
pub(crate) struct Cron;

impl Library for Cron {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let mut own = EXPORTS.iter().filter(|export| export.0 == package).peekable();
        let first = own.peek()?.0;
        let kind = match name {
            _ if own.any(|export| export.1 == name) => "maker",
            "*" | "default" => "namespace",
            _ => return None,
        };
        Some(LibraryValue::new(NAME, kind).named(first).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        (object.kind == "namespace").then(|| self.import(&object.name, property))?
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("maker", None | Some("from")) => Some(timed(call, machine)),
            ("namespace", Some(method)) => {
                let made = self.member(call.callee, method, call.origin)?;
                let callee = made.library()?;
                self.call(&LibraryCall { callee, method: None, ..*call }, machine)
            }
            _ => None,
        }
    }

    fn registers(&self, package: &str) -> bool {
        let package = package_name(package);
        EXPORTS.iter().any(|export| export.0 == package)
    }

    fn makes_apps(&self, package: &str, name: &str) -> bool {
        self.import(package, name).is_some()
    }

    fn hand(&self, asked: &Asked<'_>) -> Vec<Value> {
        given(asked)
    }
}

/// `cron.schedule('0 * * * *', function)`, `CronJob.from({ cronTime, onTick })`.
fn timed(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let framework = EXPORTS.iter().find(|export| export.0 == call.callee.name);
    let framework = framework.map_or(NAME, |export| export.0);
    let first = call.arg(0);
    let (name, handler) = match first.field("onTick") {
        Some(function) => {
            let time = first.field("cronTime").or_else(|| first.field("name"));
            (time.cloned().unwrap_or_else(super::anything), (function.clone(), call.arg_origin(0)))
        }
        // The first argument is when, or what it is called; the second may be the function.
        None => match last_function(&after_first(call)) {
            Some(handler) => (named(call).unwrap_or(first), handler),
            None => return super::anything(),
        },
    };
    let job = Job { framework, by: "schedule", name: &name, handler, given: Vec::new() };
    register(call, machine, (LibraryValue::new(NAME, "timed"), vec![job]))
}

/// `{ name }` among the arguments.
fn named(call: &LibraryCall<'_>) -> Option<Value> {
    let name = call.args.iter().find_map(|options| options.field("name"));
    name.filter(|name| super::has_name(name)).cloned()
}

/// The call without its first argument.
fn after_first<'a>(call: &LibraryCall<'a>) -> LibraryCall<'a> {
    let args = call.args.get(1..).unwrap_or_default();
    LibraryCall { args, arg_origins: call.arg_origins.get(1..).unwrap_or_default(), ..*call }
}
