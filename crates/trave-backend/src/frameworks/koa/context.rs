//! The context of Koa: the request, what code keeps, and the answer that is assigned to it.

use super::NAME;
use crate::frameworks::router::{answer, called_on_others, kept_by_others, path_value, session};
use crate::frameworks::web::{depending_on_everything, header_set};
use crate::held::OBJECT;
use crate::library::{Assigned, LibraryCall, Machine};
use crate::registration::Asked;
use crate::value::{InputKind, LibraryValue, Shape, Value};

/// The field that holds the object behind `ctx.state`.
pub(super) const STATE: &str = "state";

/// Where the status is kept that was assigned.
const STATUS: &str = "status";

/// The context of a route.
pub(super) fn of(asked: &Asked<'_>) -> Value {
    let context = LibraryValue::new(NAME, "context")
        .with("path", path_value(asked.path))
        .with("method", asked.method_value())
        .with(STATE, asked.state.clone())
        .with_object(asked.object.clone());
    depending_on_everything(context)
}

/// A context of which only the type is known.
pub(super) fn unknown() -> Value {
    depending_on_everything(LibraryValue::new(NAME, "context"))
}

/// A member of a context that no code has kept there.
pub(super) fn member(context: &LibraryValue, property: &str) -> Value {
    match property {
        "state" => {
            let state = context.kept(STATE).cloned().unwrap_or_else(Value::undefined);
            LibraryValue::new(NAME, "state").with_object(state).into_value()
        }
        "request" | "req" => {
            let mut request = LibraryValue { kind: "request", ..context.clone() };
            request.fields.remove(OBJECT);
            depending_on_everything(request)
        }
        "session" => session(),
        "cookies" => LibraryValue::new(NAME, "cookies").into_value(),
        "response" | "res" | "app" | "respond" | "body" | "status" | "type" | "length"
        | "socket" | "router" | "_matchedRoute" | "i18n" => Value::of(Shape::Unknown),
        _ => request_part(context, property).unwrap_or_else(kept_by_others),
    }
}

/// A member of a request.
pub(super) fn request_member(request: &LibraryValue, property: &str) -> Option<Value> {
    match property {
        "body" | "rawBody" | "files" | "file" => Some(Value::input(InputKind::Body, "")),
        "socket" | "charset" | "fresh" => Some(Value::of(Shape::Unknown)),
        _ => request_part(request, property),
    }
}

/// What a context has of its request.
fn request_part(context: &LibraryValue, property: &str) -> Option<Value> {
    Some(match property {
        "query" | "querystring" | "search" | "URL" => Value::input(InputKind::Query, ""),
        "params" => Value::input(InputKind::Path, ""),
        "headers" | "header" => Value::input(InputKind::Header, ""),
        "ip" | "ips" | "host" | "hostname" | "origin" | "protocol" | "subdomains" => {
            Value::input(InputKind::Header, property)
        }
        "path" | "url" | "originalUrl" | "href" => {
            let path = context.kept("path").cloned();
            path.unwrap_or_else(|| Value::input(InputKind::Path, ""))
        }
        "method" => context.kept("method").cloned().unwrap_or_else(|| Value::of(Shape::Unknown)),
        _ => return None,
    })
}

/// A method of a context.
pub(super) fn method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    Some(match call.method? {
        "throw" => {
            answer(machine, call.origin, (Some(&call.arg(0)), None));
            Value::never()
        }
        "assert" => return None,
        "get" => {
            let name = call.arg(0);
            Value::input(InputKind::Header, name.as_text().unwrap_or_default().to_lowercase())
        }
        "set" | "append" => {
            header_set(call, machine);
            Value::undefined()
        }
        "redirect" => {
            let found = Value::of(Shape::Number(302.0));
            answer(machine, call.origin, (Some(&found), None));
            Value::undefined()
        }
        "accepts" | "is" | "attachment" | "remove" | "vary" | "onerror" => {
            Value::of(Shape::Unknown)
        }
        _ => called_on_others(call, machine),
    })
}

/// A method of the cookies.
pub(super) fn cookies_method(call: &LibraryCall<'_>) -> Option<Value> {
    match call.method? {
        "get" => {
            let name = call.arg(0);
            Some(Value::input(InputKind::Cookie, name.as_text().unwrap_or_default()))
        }
        "set" => Some(Value::undefined()),
        _ => None,
    }
}

/// A method of a request.
pub(super) fn request_method(call: &LibraryCall<'_>) -> Option<Value> {
    match call.method? {
        "get" => {
            let name = call.arg(0);
            let name = name.as_text().unwrap_or_default().to_lowercase();
            Some(Value::input(InputKind::Header, name))
        }
        "accepts" | "is" => Some(Value::of(Shape::Unknown)),
        _ => None,
    }
}

/// `ctx.body = …` answers; `ctx.status = …` says how.
pub(super) fn assign(assigned: &Assigned<'_>, machine: &mut dyn Machine) -> bool {
    if assigned.object.kind != "context" {
        return false;
    }
    let object = assigned.object.kept(OBJECT).cloned();
    match (assigned.property, object) {
        ("body", Some(object)) => {
            let status = machine.kept(&object, STATUS);
            let body = Some(assigned.value.clone());
            answer(machine, assigned.origin, (status.as_ref(), body));
            true
        }
        ("status", Some(object)) => {
            machine.keep(&object, STATUS, assigned.value.clone());
            answer(machine, assigned.origin, (Some(assigned.value), None));
            true
        }
        _ => false,
    }
}
