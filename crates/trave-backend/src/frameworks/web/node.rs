//! Requests and answers of Node's own server, as Next's `pages/api` hands them on.

use super::NAME;
use super::response::{bare, header_set, status_of};
use crate::effect::Effect;
use crate::library::{LibraryCall, Machine};
use crate::value::{InputKind, LibraryValue, Shape, Value};

/// A member of a request.
pub(super) fn request_member(property: &str) -> Option<Value> {
    Some(match property {
        "query" | "url" => Value::input(InputKind::Query, ""),
        "params" => Value::input(InputKind::Path, ""),
        "body" => Value::input(InputKind::Body, ""),
        "cookies" => Value::input(InputKind::Cookie, ""),
        "headers" => Value::input(InputKind::Header, ""),
        "method" => Value::of(Shape::Unknown),
        _ => return None,
    })
}

/// A method of a request.
pub(super) fn request_method(call: &LibraryCall<'_>) -> Option<Value> {
    let name = call.arg(0).as_text()?.to_ascii_lowercase();
    matches!(call.method?, "header" | "get").then(|| Value::input(InputKind::Header, name))
}

/// A method of an answer: `status(404).json(body)`.
pub(super) fn response_method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    match call.method? {
        "status" | "writeHead" => {
            let value = call.callee.clone().with("status", call.arg(0));
            return Some(value.into_value());
        }
        "setHeader" | "appendHeader" => header_set(call, machine),
        "json" | "send" | "end" => {
            let status = call.callee.kept("status").map_or(Some(200.0), Value::as_number);
            let mut response = bare(call.origin);
            response.status = status.and_then(status_of);
            response.body = call.args.first().cloned();
            machine.record(Effect::Response(response));
        }
        "redirect" => {
            let mut response = bare(call.origin);
            response.status = call.arg(0).as_number().map_or(Some(307), status_of);
            machine.record(Effect::Response(response));
        }
        _ => return None,
    }
    Some(LibraryValue::new(NAME, "node-response").into_value())
}
