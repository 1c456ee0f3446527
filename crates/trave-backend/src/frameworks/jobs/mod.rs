//! Background jobs: what runs on a schedule, or for what the program put into a queue.
//!
//! Nobody outside can take such a way in. What a job is given was put there by the program
//! itself: it is no caller's input, and nothing is known of it.

pub(crate) mod agenda;
pub(crate) mod bullmq;
pub(crate) mod classes;
pub(crate) mod cron;
pub(crate) mod files;
pub(crate) mod graphile;
pub(crate) mod inngest;
pub(crate) mod pg_boss;
pub(crate) mod temporal;
pub(crate) mod trigger;
pub(crate) mod upstash;

use smol_str::SmolStr;
use trave_source::Origin;

use super::router::enter;
use crate::entry::EntryKind;
use crate::library::{LibraryCall, Machine};
use crate::place::package_name;
use crate::registration::{Asked, Link, Registered, RouteFacts, built, paths};
use crate::value::{LibraryValue, Object, Shape, Value};

/// A job that is registered.
struct Job<'a> {
    /// The framework, as people read it in the list of routes.
    framework: &'static str,
    /// What makes it run, as a word: `process`, `schedule`, `event`.
    by: &'static str,
    /// The value that tells its name.
    name: &'a Value,
    /// The function, and where it is handed over.
    handler: (Value, Origin),
    /// What it is given.
    given: Vec<Value>,
}

/// Registers jobs; gives back `value` as the thing that the call made, which stands for them.
fn register(
    call: &LibraryCall<'_>,
    machine: &mut dyn Machine,
    (value, jobs): (LibraryValue, Vec<Job<'_>>),
) -> Value {
    let jobs: Vec<Job<'_>> = jobs.into_iter().filter(|job| may_run(&job.handler.0)).collect();
    if jobs.is_empty() {
        return value.into_value();
    }
    let made = built(call, machine, value);
    let owner = made.library().and_then(LibraryValue::object);
    for job in jobs {
        for path in paths(job.name) {
            let (value, origin) = job.handler.clone();
            let route = RouteFacts {
                method: SmolStr::new_static(job.by),
                path,
                kind: Some(EntryKind::Job),
                framework: job.framework,
                links: vec![Link { value, origin }],
                facts: Value::array(job.given.clone()),
            };
            if let Some(owner) = owner {
                let what = Registered::Route(Box::new(route));
                enter(machine, (owner, call.origin), what);
            }
        }
    }
    made
}

/// Whether a value can be what runs: paths of files are ways in by what those files hold.
fn may_run(value: &Value) -> bool {
    match &value.shape {
        Shape::Unknown | Shape::Function(_) | Shape::Library(_) | Shape::Input(_) => true,
        Shape::OneOf(values) => values.iter().any(may_run),
        _ => false,
    }
}

/// Whether a value is surely a function.
fn is_function(value: &Value) -> bool {
    match &value.shape {
        Shape::Function(_) => true,
        Shape::OneOf(values) => values.iter().any(is_function),
        _ => false,
    }
}

/// Whether anything is known of the name that a value tells.
fn has_name(value: &Value) -> bool {
    paths(value).iter().all(|name| name != "*")
}

/// Whether a specifier names a package, or a part of it.
fn is_of(specifier: &str, package: &str) -> bool {
    let name = package_name(specifier);
    name.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The last argument that is a function, or that may be one, with its place.
fn last_function(call: &LibraryCall<'_>) -> Option<(Value, Origin)> {
    let numbered = || call.args.iter().enumerate().rev();
    let sure = numbered().find(|(_, value)| is_function(value));
    let (at, value) = sure.or_else(|| numbered().find(|(_, value)| may_run(value)))?;
    Some((value.clone(), call.arg_origin(at)))
}

/// What was kept for a job when it was registered: what it is given.
fn given(asked: &Asked<'_>) -> Vec<Value> {
    match &asked.facts.shape {
        Shape::Array(items) => items.to_vec(),
        _ => Vec::new(),
    }
}

/// Something that the program put into a queue.
fn anything() -> Value {
    Value::of(Shape::Unknown)
}

/// An object with these members, and others of which nothing is known.
fn open(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let fields = fields.into_iter().map(|(name, value)| (SmolStr::new_static(name), value));
    let rest = Some(std::sync::Arc::new(anything()));
    Value::record(Object { fields: fields.collect(), rest })
}

/// `step.run(name, function, …arguments)`: the function runs, and its result is kept.
fn run_step(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let at = call.args.iter().position(is_function);
    match at.and_then(|at| call.args.get(at..)) {
        Some([function, args @ ..]) => {
            let result = machine.run(function, args.to_vec());
            machine.awaited(result)
        }
        _ => anything(),
    }
}
