//! Requests of Express: what the caller sends, and what code keeps on them.

use super::NAME;
use crate::effect::{AuthCheck, Effect, Trust};
use crate::frameworks::router::{called_on_others, kept_by_others, path_value, session};
use crate::frameworks::web::depending_on_everything;
use crate::library::{LibraryCall, Machine};
use crate::registration::Asked;
use crate::value::{InputKind, LibraryValue, Shape, Taint, Value};

/// The request of a route.
pub(super) fn of(asked: &Asked<'_>) -> Value {
    let request = LibraryValue::new(NAME, "request")
        .with("path", path_value(asked.path))
        .with("method", method_value(asked.method))
        .with_object(asked.object.clone());
    depending_on_everything(request)
}

/// A request of which only the type is known.
pub(super) fn unknown() -> Value {
    depending_on_everything(LibraryValue::new(NAME, "request"))
}

fn method_value(method: &str) -> Value {
    if method == "*" { Value::of(Shape::Unknown) } else { Value::text(method) }
}

/// A member that no code has kept there.
pub(super) fn member(request: &LibraryValue, property: &str) -> Value {
    match property {
        "query" => Value::input(InputKind::Query, ""),
        "params" => Value::input(InputKind::Path, ""),
        "body" | "rawBody" | "file" | "files" => Value::input(InputKind::Body, ""),
        "cookies" | "signedCookies" => Value::input(InputKind::Cookie, ""),
        "headers" => Value::input(InputKind::Header, ""),
        "ip" | "ips" | "host" | "hostname" | "protocol" | "subdomains" => {
            Value::input(InputKind::Header, property)
        }
        "method" => request.kept("method").cloned().unwrap_or_else(|| Value::of(Shape::Unknown)),
        "path" | "url" | "originalUrl" => {
            request.kept("path").cloned().unwrap_or_else(|| Value::input(InputKind::Path, ""))
        }
        "session" => session(),
        "app" | "res" | "route" | "baseUrl" | "socket" | "connection" | "log" | "secure"
        | "xhr" | "fresh" | "stale" | "aborted" | "complete" => Value::of(Shape::Unknown),
        _ => kept_by_others(),
    }
}

/// A method of a request.
pub(super) fn method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    Some(match call.method? {
        "get" | "header" => {
            let name = call.arg(0).as_text()?.to_ascii_lowercase();
            Value::input(InputKind::Header, name)
        }
        "param" => Value::input(InputKind::Path, call.arg(0).as_text()?),
        "accepts" | "acceptsEncodings" | "acceptsLanguages" | "is" | "range" | "on" | "once" => {
            Value::of(Shape::Unknown)
        }
        "isAuthenticated" => {
            let name = "req.isAuthenticated".into();
            let check = AuthCheck { origin: call.origin, name, trust: Trust::Verified };
            machine.record(Effect::Auth(check));
            Value::of(Shape::Unknown).tainted(Taint::CALLER)
        }
        _ => called_on_others(call, machine),
    })
}
