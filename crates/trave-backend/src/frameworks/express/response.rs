//! Answers of Express: `res.status(404).json(body)`.

use super::NAME;
use crate::frameworks::router::answer;
use crate::frameworks::web::header_set;
use crate::library::{LibraryCall, Machine};
use crate::value::{LibraryValue, Shape, Value};

/// A member of an answer.
pub(super) fn member(response: &LibraryValue, property: &str) -> Option<Value> {
    match property {
        "locals" => {
            let locals = LibraryValue { kind: "locals", ..response.clone() };
            Some(locals.into_value())
        }
        "headersSent" | "statusCode" | "writableEnded" | "finished" | "req" | "app" => {
            Some(Value::of(Shape::Unknown))
        }
        _ => None,
    }
}

/// A method of an answer.
pub(super) fn method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let status = call.callee.kept("status");
    match call.method? {
        "status" | "writeHead" => {
            return Some(call.callee.clone().with("status", call.arg(0)).into_value());
        }
        "json" | "send" | "jsonp" | "end" | "write" => {
            answer(machine, call.origin, (status, call.args.first().cloned()));
        }
        "sendFile" | "download" | "render" => answer(machine, call.origin, (status, None)),
        "sendStatus" => answer(machine, call.origin, (Some(&call.arg(0)), None)),
        "redirect" => {
            let found = Value::of(Shape::Number(302.0));
            let status = Some(call.arg(0)).filter(|first| first.as_number().is_some());
            answer(machine, call.origin, (Some(&status.unwrap_or(found)), None));
        }
        "set" | "header" | "setHeader" | "append" => header_set(call, machine),
        "type" | "contentType" | "cookie" | "clearCookie" | "vary" | "location" | "links"
        | "attachment" | "format" | "removeHeader" | "flushHeaders" => {}
        "on" | "once" | "get" | "getHeader" => return Some(Value::of(Shape::Unknown)),
        _ => return None,
    }
    Some(LibraryValue { library: NAME, ..call.callee.clone() }.into_value())
}
