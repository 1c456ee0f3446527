//! What runs for a procedure: middleware, schemas and the handler.

use super::context::{self, CONTEXT, INPUT};
use super::{NAME, listed};
use crate::effect::{Effect, LibraryUse};
use crate::frameworks::router::answer;
use crate::held::OBJECT;
use crate::http::schema::{promise_of, validated};
use crate::library::{LibraryCall, Machine};
use crate::value::{InputKind, LibraryValue, SchemaKind, Shape, Value};

/// A link of a procedure that a chain runs: it is given the request and what runs the rest.
pub(super) fn run(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let request = call.arg(0);
    let request = request.library()?;
    let object = request.kept(OBJECT)?.clone();
    let rest = call.arg(1);
    let context = machine.kept(&object, CONTEXT).unwrap_or_else(|| {
        // Nobody was seen making a context: whatever makes it may turn callers away.
        machine.record(Effect::Opaque(call.origin));
        context::unknown()
    });
    let text = |name| request.kept(name).and_then(Value::as_text).unwrap_or_default();
    let raw = raw_input(text("method"));
    let input = machine.kept(&object, INPUT).unwrap_or_else(|| raw.clone());
    let kind = request.kept("type").cloned().unwrap_or_else(Value::unknown);
    let given = Given { context, input, raw, kind, path: text("path") };
    match call.callee.kind {
        "check" => {
            let input = checked(call.callee, &given, machine);
            machine.keep(&object, INPUT, input);
            machine.run(&rest, Vec::new());
        }
        "step" => {
            let function = function(call.callee)?;
            let next = LibraryValue::new(NAME, "next").with("rest", rest).with_object(object);
            machine.run(function, vec![given.handed(Some(next))]);
        }
        _ => {
            let function = function(call.callee)?;
            let result = machine.run(function, vec![given.handed(None)]);
            let result = machine.awaited(result);
            answer(machine, call.origin, (None, Some(result)));
        }
    }
    Some(Value::undefined())
}

/// The function of a link, when anything is known of it.
fn function(link: &LibraryValue) -> Option<&Value> {
    let function = link.kept("function")?;
    let known = |value: &Value| matches!(value.shape, Shape::Function(_) | Shape::Library(_));
    function.alternatives().iter().any(known).then_some(function)
}

/// What callers send to a procedure, before any schema.
pub(super) fn raw_input(method: &str) -> Value {
    let kind = if method == "GET" { InputKind::Query } else { InputKind::Body };
    Value::input(kind, "")
}

/// What a link is given.
pub(super) struct Given<'a> {
    pub(super) context: Value,
    pub(super) input: Value,
    pub(super) raw: Value,
    /// `query`, `mutation` or `subscription`.
    pub(super) kind: Value,
    pub(super) path: &'a str,
}

impl Given<'_> {
    /// As the argument of a function of the project.
    pub(super) fn handed(&self, next: Option<LibraryValue>) -> Value {
        let unknown = || Value::of(Shape::Unknown);
        let raw = LibraryValue::new(NAME, "raw-input").with("input", self.raw.clone());
        let next = next.map(|next| next.with("ctx", self.context.clone()).into_value());
        Value::object([
            ("ctx", self.context.clone()),
            ("input", self.input.clone()),
            ("rawInput", self.raw.clone()),
            ("getRawInput", raw.into_value()),
            ("next", next.unwrap_or_else(Value::undefined)),
            ("path", Value::text(self.path)),
            ("type", self.kind.clone()),
            ("meta", unknown()),
            ("signal", unknown()),
            ("batchIndex", unknown()),
        ])
    }
}

/// What a schema lets through; several of them describe one object together.
pub(super) fn checked(check: &LibraryValue, given: &Given<'_>, machine: &mut dyn Machine) -> Value {
    let schema = check.kept("schema").cloned().unwrap_or_else(Value::unknown);
    if let Some(origin) = check.place {
        let library = schema.library().map_or(NAME, |schema| schema.library);
        machine.record(Effect::Validated(LibraryUse { origin, library }));
    }
    if let Shape::Function(_) = schema.shape {
        return machine.run(&schema, vec![given.raw.clone()]);
    }
    let mut promise = promise_of(&schema);
    if let (Shape::Validated(_, before), SchemaKind::Object(fields)) =
        (&given.input.shape, &mut promise.kind)
        && let SchemaKind::Object(earlier) = &before.kind
    {
        for (name, field) in earlier {
            fields.entry(name.clone()).or_insert_with(|| field.clone());
        }
    }
    validated(given.raw.clone(), promise)
}

/// The links that are left of a procedure, the first one apart.
pub(super) fn split(left: &LibraryValue) -> Option<(&LibraryValue, Vec<Value>)> {
    let (first, rest) = listed(left, super::builder::LINKS).split_first()?;
    Some((first.library()?, rest.to_vec()))
}

/// The function of a link, whatever it is.
pub(super) fn function_of(link: &LibraryValue) -> Value {
    link.kept("function").cloned().unwrap_or_else(Value::unknown)
}
