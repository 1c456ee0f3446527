//! Functions of other packages around handlers that log and measure, and change nothing else.

use trave_source::Origin;

use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Shape, Value};

const NAME: &str = "transparent";

/// What a function does with the function that it is given.
const EXPORTS: [(&str, &str, &str); 11] = [
    // Gives a function that takes handlers.
    ("@axiomhq/nextjs", "createAxiomRouteHandler", "maker"),
    // Give the same handler back.
    ("next-axiom", "withAxiom", "wrapper"),
    ("next-axiom", "withAxiomRouteHandler", "wrapper"),
    ("@sentry/nextjs", "wrapRouteHandlerWithSentry", "wrapper"),
    ("@sentry/nextjs", "wrapApiHandlerWithSentry", "wrapper"),
    ("@sentry/nextjs", "withSentry", "wrapper"),
    // Run what they are given, and give what it gives.
    ("@sentry/nextjs", "withServerActionInstrumentation", "runner"),
    ("@sentry/nextjs", "startSpan", "runner"),
    ("@sentry/nextjs", "withScope", "runner"),
    ("async_hooks", "AsyncLocalStorage", "storage"),
    ("node:async_hooks", "AsyncLocalStorage", "storage"),
];

/// The model of functions that change nothing.
#[derive(Debug)]
pub(crate) struct Transparent;

impl Library for Transparent {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let kind = if name == "*" {
            EXPORTS.iter().any(|export| export.0 == package).then_some("namespace")?
        } else {
            EXPORTS.iter().find(|export| export.0 == package && export.1 == name)?.2
        };
        let value = LibraryValue::new(NAME, kind).with("package", Value::text(package));
        Some(value.into_value())
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        let package = object.kept("package").and_then(Value::as_text)?;
        (object.kind == "namespace").then(|| self.import(package, property))?
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let is_function = |value: &&Value| matches!(value.shape, Shape::Function(_));
        let function = || call.args.iter().find(is_function);
        match (call.callee.kind, call.method) {
            ("namespace", Some(method)) => {
                let made = self.member(call.callee, method, call.origin)?;
                let callee = made.library()?;
                self.call(&LibraryCall { callee, method: None, ..*call }, machine)
            }
            ("maker", None) => Some(LibraryValue::new(NAME, "wrapper").into_value()),
            ("wrapper", None) => Some(call.arg(0)),
            ("storage", None) => Some(LibraryValue::new(NAME, "store").into_value()),
            ("runner", None) | ("store", Some("run" | "exit")) => {
                Some(machine.run(function()?, Vec::new()))
            }
            ("store", Some("enterWith" | "disable")) => Some(Value::undefined()),
            ("store", Some("getStore")) => Some(Value::of(Shape::Unknown)),
            _ => None,
        }
    }
}
