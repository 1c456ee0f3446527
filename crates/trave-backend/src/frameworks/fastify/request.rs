//! Requests and replies of Fastify.

use trave_source::Origin;

use super::NAME;
use crate::auth::token::{asked, guarded, token_use, verified};
use crate::effect::{TokenAction, Trust};
use crate::frameworks::router::{answer, kept_by_others, path_value, session};
use crate::frameworks::web::{depending_on_everything, header_set};
use crate::held::OBJECT;
use crate::http::typebox::checked;
use crate::library::{LibraryCall, Machine};
use crate::registration::Asked;
use crate::value::{InputKind, LibraryValue, Shape, Taint, Value};

/// The request of a route, its parts as its schema lets them through.
pub(super) fn of(asked: &Asked<'_>) -> Value {
    let request = LibraryValue::new(NAME, "request")
        .with("path", path_value(asked.path))
        .with("method", asked.method_value())
        .with("schema", asked.facts.clone())
        .with_object(asked.object.clone());
    depending_on_everything(request)
}

/// A request of which only the type is known.
pub(super) fn unknown() -> Value {
    depending_on_everything(LibraryValue::new(NAME, "request"))
}

fn part(request: &LibraryValue, kind: InputKind, names: &[&str]) -> Value {
    let schema = request.kept("schema");
    let by = names.iter().find_map(|name| schema.and_then(|schema| schema.field(name)));
    let given = Value::input(kind, "");
    by.map_or(given.clone(), |by| checked(given, by))
}

/// A member that no code has kept there.
pub(super) fn member(request: &LibraryValue, property: &str) -> Value {
    match property {
        "query" => part(request, InputKind::Query, &["querystring", "query"]),
        "params" => part(request, InputKind::Path, &["params"]),
        "body" => part(request, InputKind::Body, &["body"]),
        "headers" => part(request, InputKind::Header, &["headers"]),
        "cookies" => Value::input(InputKind::Cookie, ""),
        "rawBody" => Value::input(InputKind::Body, ""),
        "ip" | "ips" | "host" | "hostname" | "protocol" => {
            Value::input(InputKind::Header, property)
        }
        "url" | "originalUrl" => {
            let path = request.kept("path").cloned();
            path.unwrap_or_else(|| Value::input(InputKind::Path, ""))
        }
        "method" => request.kept("method").cloned().unwrap_or_else(|| Value::of(Shape::Unknown)),
        "session" => session(),
        "raw" | "log" | "server" | "id" | "routeOptions" | "context" | "socket" => {
            Value::of(Shape::Unknown)
        }
        _ => kept_by_others(),
    }
}

/// A method of a request.
pub(super) fn method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    Some(match call.method? {
        "jwtVerify" => {
            let caller = verified(token_use(call, NAME, TokenAction::Verify), machine);
            guarded(machine, call.origin, Taint::CALLER);
            if let Some(object) = call.callee.kept(OBJECT).cloned() {
                machine.keep(&object, "user", caller.clone());
            }
            caller
        }
        "jwtDecode" => Value::of(Shape::ClaimedCaller(call.origin)).tainted(Taint::CLAIM),
        "file" | "files" | "parts" | "saveRequestFiles" => Value::input(InputKind::Body, ""),
        "getValidationFunction" | "is" | "accepts" => Value::of(Shape::Unknown),
        _ => return None,
    })
}

/// `app.jwt.verify(token)`.
pub(super) fn jwt_method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    match call.method? {
        "verify" => {
            let caller = verified(token_use(call, NAME, TokenAction::Verify), machine);
            guarded(machine, call.origin, Taint::CALLER);
            Some(caller)
        }
        "decode" => {
            asked(machine, (call.origin, "token decode"), Trust::Claimed);
            Some(Value::of(Shape::ClaimedCaller(call.origin)).tainted(Taint::CLAIM))
        }
        "sign" => Some(Value::unknown_from(call.args)),
        _ => None,
    }
}

/// The status of a helper of `@fastify/sensible`.
fn sensible(name: &str) -> Option<f64> {
    Some(match name {
        "badRequest" => 400.0,
        "unauthorized" => 401.0,
        "paymentRequired" => 402.0,
        "forbidden" => 403.0,
        "notFound" => 404.0,
        "conflict" => 409.0,
        "tooManyRequests" => 429.0,
        "internalServerError" => 500.0,
        _ => return None,
    })
}

/// A method of a reply.
pub(super) fn reply_method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let status = call.callee.kept("status");
    match call.method? {
        "code" | "status" => {
            return Some(call.callee.clone().with("status", call.arg(0)).into_value());
        }
        "send" => answer(machine, call.origin, (status, call.args.first().cloned())),
        "redirect" => {
            let found = Value::of(Shape::Number(302.0));
            let given = call.args.iter().find(|value| value.as_number().is_some());
            answer(machine, call.origin, (Some(given.or(status).unwrap_or(&found)), None));
        }
        "header" | "headers" | "set" => header_set(call, machine),
        "type" | "setCookie" | "cookie" | "clearCookie" | "hijack" | "removeHeader" => {}
        "jwtSign" | "getHeader" => return Some(Value::of(Shape::Unknown)),
        name => {
            let status = Value::of(Shape::Number(sensible(name)?));
            answer(machine, call.origin, (Some(&status), None));
        }
    }
    Some(call.callee.clone().into_value())
}

/// What a handler returns is the answer, unless it has sent one.
pub(super) fn returned(value: &Value, origin: Origin, machine: &mut dyn Machine) {
    let is_reply = |value: &Value| value.library().is_some_and(|it| it.kind == "reply");
    let is_nothing = |value: &Value| matches!(value.shape, Shape::Undefined | Shape::Never);
    if !value.always(|value| is_reply(value) || is_nothing(value)) {
        answer(machine, origin, (None, Some(value.clone())));
    }
}
