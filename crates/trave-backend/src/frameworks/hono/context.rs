//! The context that handlers of Hono are given: the request, what code keeps, and answers.

use super::NAME;
use crate::effect::Effect;
use crate::frameworks::router::{answer, kept_by_others, path_value};
use crate::frameworks::web::{self, bare, depending_on_everything, header_set};
use crate::library::{LibraryCall, Machine};
use crate::registration::Asked;
use crate::value::{InputKind, LibraryValue, Shape, Value};

/// The field that holds the object for what code keeps.
pub(super) const VARS: &str = "vars";

/// Where what a validator let through is kept.
pub(super) fn valid_name(target: &str) -> String {
    format!("(valid) {target}")
}

/// The context of a route.
pub(super) fn of(asked: &Asked<'_>) -> Value {
    let context = LibraryValue::new(NAME, "context")
        .with("path", path_value(asked.path))
        .with("method", asked.method_value())
        .with(VARS, asked.state.clone())
        .with_object(asked.object.clone());
    depending_on_everything(context)
}

/// A context of which only the type is known.
pub(super) fn unknown() -> Value {
    depending_on_everything(LibraryValue::new(NAME, "context"))
}

/// A request of which only the type is known.
pub(super) fn unknown_request() -> Value {
    depending_on_everything(LibraryValue::new(NAME, "request"))
}

/// A member of a context.
pub(super) fn member(context: &LibraryValue, property: &str) -> Option<Value> {
    Some(match property {
        "req" => {
            let mut request = LibraryValue { kind: "request", ..context.clone() };
            request.fields.remove(crate::held::OBJECT);
            depending_on_everything(request)
        }
        "env" => LibraryValue::new(NAME, "env").into_value(),
        "var" => {
            let vars = context.kept(VARS).cloned().unwrap_or_else(Value::undefined);
            LibraryValue::new(NAME, "vars").with_object(vars).into_value()
        }
        "res" | "error" | "event" | "executionCtx" | "finalized" | "header" | "json" | "text" => {
            Value::of(Shape::Unknown)
        }
        _ => return None,
    })
}

/// A method of a context.
pub(super) fn method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let vars = call.callee.kept(VARS).cloned();
    match call.method? {
        "json" | "text" | "html" | "body" | "newResponse" => {
            let status = call.args.get(1).map(|status| status.field("status").unwrap_or(status));
            answer(machine, call.origin, (status, call.args.first().cloned()));
        }
        "render" => answer(machine, call.origin, (None, call.args.first().cloned())),
        "notFound" => {
            answer(machine, call.origin, (Some(&Value::of(Shape::Number(404.0))), None));
        }
        "redirect" => {
            let found = Value::of(Shape::Number(302.0));
            answer(machine, call.origin, (Some(call.args.get(1).unwrap_or(&found)), None));
        }
        "header" => {
            header_set(call, machine);
            return Some(Value::undefined());
        }
        "set" => {
            if let (Some(vars), Some(name)) = (vars, call.arg(0).as_text()) {
                machine.keep(&vars, name, call.arg(1));
            }
            return Some(Value::undefined());
        }
        "get" => {
            let name = call.arg(0);
            let kept = vars.zip(name.as_text()).and_then(|(vars, name)| machine.kept(&vars, name));
            return Some(kept.unwrap_or_else(kept_by_others));
        }
        "status" | "setRenderer" | "setLayout" => return Some(Value::undefined()),
        _ => return None,
    }
    Some(LibraryValue::new(NAME, "response").into_value())
}

/// A member of a request.
pub(super) fn request_member(request: &LibraryValue, property: &str) -> Option<Value> {
    Some(match property {
        "path" | "url" => {
            let path = request.kept("path").cloned();
            path.unwrap_or_else(|| Value::input(InputKind::Path, ""))
        }
        "method" => request.kept("method").cloned().unwrap_or_else(|| Value::of(Shape::Unknown)),
        "raw" => web::request(),
        "routePath" | "matchedRoutes" | "bodyCache" => Value::of(Shape::Unknown),
        _ => return None,
    })
}

/// A method of a request.
pub(super) fn request_method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let named = |kind| {
        let name = call.arg(0);
        let name = name.as_text().unwrap_or_default();
        let name = if kind == InputKind::Header { name.to_ascii_lowercase() } else { name.into() };
        Value::input(kind, name)
    };
    Some(match call.method? {
        "json" | "text" | "parseBody" | "arrayBuffer" | "blob" => Value::input(InputKind::Body, ""),
        "formData" => web::form_data(),
        "param" => named(InputKind::Path),
        "query" => named(InputKind::Query),
        "queries" => Value::list(named(InputKind::Query)),
        "header" => named(InputKind::Header),
        "valid" => {
            let target = call.arg(0);
            let target = target.as_text().unwrap_or("json");
            let vars = call.callee.kept(VARS).cloned();
            let kept = vars.and_then(|vars| machine.kept(&vars, &valid_name(target)));
            kept.unwrap_or_else(|| Value::unknown_from(&[part(target)]))
        }
        _ => return None,
    })
}

/// The part of a request that a validator checks.
pub(super) fn part(target: &str) -> Value {
    let kind = match target {
        "query" => InputKind::Query,
        "param" => InputKind::Path,
        "header" => InputKind::Header,
        "cookie" => InputKind::Cookie,
        _ => InputKind::Body,
    };
    Value::input(kind, "")
}

/// Notes that code of any other site may read the answer.
pub(super) fn for_any_origin(machine: &mut dyn Machine, call: &LibraryCall<'_>) {
    let response = crate::effect::Response { for_any_origin: true, ..bare(call.origin) };
    machine.record(Effect::Response(response));
}
