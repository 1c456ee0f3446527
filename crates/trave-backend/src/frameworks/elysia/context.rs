//! The context that handlers of Elysia are given.

use trave_source::Origin;

use super::NAME;
use crate::frameworks::router::{answer, kept_by_others, path_value};
use crate::frameworks::web::{self, depending_on_everything};
use crate::held::OBJECT;
use crate::http::typebox::checked;
use crate::library::{LibraryCall, Machine};
use crate::registration::Asked;
use crate::value::{InputKind, LibraryValue, Shape, Value};

/// The context of a route, its parts as its schemas let them through.
pub(super) fn of(asked: &Asked<'_>) -> Value {
    let context = LibraryValue::new(NAME, "context")
        .with("path", path_value(asked.path))
        .with("schema", asked.facts.clone())
        .with_object(asked.object.clone());
    depending_on_everything(context)
}

/// A context of which only the type is known.
pub(super) fn unknown() -> Value {
    depending_on_everything(LibraryValue::new(NAME, "context"))
}

/// A member of a context that nothing was seen adding.
pub(super) fn member(context: &LibraryValue, property: &str) -> Value {
    let part = |kind| {
        let by = context.kept("schema").and_then(|schema| schema.field(property));
        let given = Value::input(kind, "");
        by.map_or(given.clone(), |by| checked(given, by))
    };
    match property {
        "body" => part(InputKind::Body),
        "query" => part(InputKind::Query),
        "params" => part(InputKind::Path),
        "headers" => part(InputKind::Header),
        "cookie" => part(InputKind::Cookie),
        "path" | "route" => {
            let path = context.kept("path").cloned();
            path.unwrap_or_else(|| Value::input(InputKind::Path, ""))
        }
        "request" => web::request(),
        // Helpers that answer with a status.
        "status" | "error" | "redirect" => {
            LibraryValue::new(NAME, "function").named(property).into_value()
        }
        "set" | "server" | "store" => Value::of(Shape::Unknown),
        "ip" => Value::input(InputKind::Header, "ip"),
        _ => kept_by_others(),
    }
}

/// A method of a context.
pub(super) fn method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    matches!(call.method?, "status" | "error" | "redirect").then(|| stopped(call, machine))
}

/// `status(401)`: an answer.
pub(super) fn stopped(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let name = call.method.unwrap_or(&call.callee.name);
    let found = Value::of(Shape::Number(302.0));
    let first = call.arg(0);
    let status = if name == "redirect" { &found } else { &first };
    answer(machine, call.origin, (Some(status), call.args.get(1).cloned()));
    LibraryValue::new(NAME, "reply").into_value()
}

/// Adds what a function returns to the context.
pub(super) fn derived(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let function = call.callee.kept("function")?;
    let context = call.arg(0);
    let result = machine.run(function, vec![context.clone()]);
    let result = machine.awaited(result);
    let object = context.library().and_then(|context| context.kept(OBJECT)).cloned();
    for alternative in result.alternatives() {
        if let (Shape::Object(added), Some(object)) = (&alternative.shape, &object) {
            for (name, value) in &added.fields {
                machine.keep(object, name, value.clone());
            }
        }
    }
    Some(Value::undefined())
}

/// What a handler returns is the answer.
pub(super) fn returned(value: &Value, origin: Origin, machine: &mut dyn Machine) {
    let is_reply = |value: &Value| {
        value.library().is_some_and(|it| it.library == NAME && it.kind == "reply")
            || matches!(value.shape, Shape::Undefined | Shape::Never)
    };
    if !value.always(is_reply) {
        answer(machine, origin, (None, Some(value.clone())));
    }
}
