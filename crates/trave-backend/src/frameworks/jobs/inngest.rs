//! Inngest: functions that events and schedules start, step by step.

use super::{Job, anything, given, has_name, is_of, last_function, open, register, run_step};
use crate::library::{Library, LibraryCall, Machine};
use crate::registration::Asked;
use crate::value::{LibraryValue, Value};

const NAME: &str = "inngest";

/// The model of Inngest.
#[derive(Debug)]
pub(crate) struct Inngest;

impl Library for Inngest {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let is_class = is_of(package, NAME) && name == "Inngest";
        is_class.then(|| LibraryValue::new(NAME, "class").into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        (object.kind == "step" && property == "ai").then(|| object.clone().into_value())
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("class", None) => Some(LibraryValue::new(NAME, "client").into_value()),
            ("client", Some(method)) if method.starts_with("create") => function(call, machine),
            ("step", Some("run" | "wrap")) => Some(run_step(call, machine)),
            ("client" | "step", Some(_)) => Some(anything()),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let is_client = is_of(package, NAME) && name == "Inngest";
        is_client.then(|| LibraryValue::new(NAME, "client").into_value())
    }

    fn registers(&self, package: &str) -> bool {
        is_of(package, NAME)
    }

    fn makes_apps(&self, package: &str, name: &str) -> bool {
        is_of(package, NAME) && name == "Inngest"
    }

    fn rooted(&self, typed: &LibraryValue, object: &Value) -> Option<Value> {
        let is_client = typed.library == NAME && typed.kind == "client";
        is_client.then(|| typed.clone().with_object(object.clone()).into_value())
    }

    fn hand(&self, asked: &Asked<'_>) -> Vec<Value> {
        given(asked)
    }
}

/// `inngest.createFunction({ id, onFailure? }, { event | cron }, handler)`; since version 4 the
/// triggers stand among the options.
fn function(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let handler = last_function(call)?;
    let options = call.arg(0);
    let id = match options.as_text() {
        Some(_) => options.clone(),
        None => ["id", "name"]
            .into_iter()
            .map(|field| machine.member(&options, field))
            .find(has_name)
            .unwrap_or_else(anything),
    };
    let is_timed = [&options, &call.arg(1)].into_iter().any(|it| it.field("cron").is_some());
    let by = if is_timed { "schedule" } else { "event" };
    let job = |by, handler| Job { framework: NAME, by, name: &id, handler, given: vec![context()] };
    let failed = options.field("onFailure").cloned();
    let failed = failed.map(|failed| job("failure", (failed, call.arg_origin(0))));
    let jobs = failed.into_iter().chain([job(by, handler)]).collect();
    Some(register(call, machine, (LibraryValue::new(NAME, "function"), jobs)))
}

/// What a function is given.
fn context() -> Value {
    let step = LibraryValue::new(NAME, "step").into_value();
    open([("event", anything()), ("step", step), ("attempt", anything())])
}
