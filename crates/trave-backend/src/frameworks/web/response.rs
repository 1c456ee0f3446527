//! Answers: status, body and the headers that caches obey.

use smol_str::SmolStr;
use trave_source::Origin;

use super::NAME;
use crate::effect::{Effect, Response};
use crate::library::{LibraryCall, Machine};
use crate::value::{LibraryValue, Shape, Value};

/// Headers by which caches on the way are told to keep an answer.
const CACHE_HEADERS: &[&str] =
    &["cache-control", "cdn-cache-control", "vercel-cdn-cache-control", "surrogate-control"];

/// The header that says whose code may read an answer.
const ALLOWED_ORIGIN: &str = "access-control-allow-origin";

/// `Response.json(body, init)`, `new Response(body, init)`, `NextResponse.redirect(url)` …
pub(super) fn made(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let (body, init, default) = match call.method {
        None | Some("json") => (call.args.first().cloned(), call.arg(1), Some(200)),
        Some("redirect") => (None, call.arg(1), Some(307)),
        Some("error") => (None, Value::undefined(), None),
        // `next()` and `rewrite()` answer nothing themselves.
        Some("next" | "rewrite") => return Some(response()),
        Some(_) => return None,
    };
    let headers = init.field("headers").map(unwrapped);
    let cache_control = headers.as_ref().and_then(cache_control);
    let allowed = headers.as_ref().and_then(|headers| header(headers, &[ALLOWED_ORIGIN]));
    let status = status(&init, default);
    machine.record(Effect::Response(Response {
        origin: call.origin,
        status,
        body,
        cache_control: cache_control.map(|text| (text, call.arg_origin(1))),
        vary: headers.as_ref().and_then(|headers| header(headers, &["vary"])),
        for_any_origin: allowed.is_some_and(|origin| origin == "*"),
    }));
    let refuses = call.method == Some("error") || status.is_some_and(turns_away);
    Some(if refuses { refusal() } else { response() })
}

/// An answer that some function of a framework makes.
pub(crate) fn answer(
    machine: &mut dyn Machine,
    origin: Origin,
    (status, body): (Option<u16>, Option<Value>),
) -> Value {
    let mut made = bare(origin);
    (made.status, made.body) = (status, body);
    machine.record(Effect::Response(made));
    if status.is_some_and(turns_away) { refusal() } else { response() }
}

/// The status that options or a number say; `default` when they say none.
pub(crate) fn status_in(options: &Value, default: u16) -> Option<u16> {
    status(options, Some(default))
}

fn response() -> Value {
    LibraryValue::new(NAME, "response").into_value()
}

/// The name of an answer that sends its caller away.
const REFUSAL: &str = "refusal";

fn refusal() -> Value {
    LibraryValue::new(NAME, "response").named(REFUSAL).into_value()
}

/// Whether whoever gets this answer does not get what they asked for: elsewhere, or an error.
fn turns_away(status: u16) -> bool {
    status >= 300 && status != 304
}

/// Whether a value is an answer that sends its caller away.
pub fn is_refusal(value: &Value) -> bool {
    value.library().is_some_and(|it| it.library == NAME && it.name == REFUSAL)
}

fn status(init: &Value, default: Option<u16>) -> Option<u16> {
    let number = match (&init.shape, init.field("status")) {
        (Shape::Number(number), _) => *number,
        (_, Some(status)) => status.as_number()?,
        (Shape::Object(object), None) if object.rest.is_none() => return default,
        (Shape::Undefined, None) => return default,
        _ => return None,
    };
    status_of(number)
}

/// A number as a status.
pub(crate) fn status_of(number: f64) -> Option<u16> {
    (100..600).find(|status| (f64::from(*status) - number).abs() < f64::EPSILON)
}

/// The fields behind `new Headers({ … })`.
fn unwrapped(headers: &Value) -> Value {
    let inside = headers.library().filter(|view| view.kind == "headers");
    inside.and_then(|view| view.kept("of")).unwrap_or(headers).clone()
}

fn cache_control(headers: &Value) -> Option<SmolStr> {
    header(headers, CACHE_HEADERS)
}

fn header(headers: &Value, names: &[&str]) -> Option<SmolStr> {
    let Shape::Object(object) = &headers.shape else { return None };
    let found = object
        .fields
        .iter()
        .find(|(key, _)| names.iter().any(|name| key.eq_ignore_ascii_case(name)))?;
    found.1.as_text().map(SmolStr::new)
}

/// A member of an answer.
pub(super) fn member(property: &str) -> Option<Value> {
    match property {
        "headers" => Some(LibraryValue::new(NAME, "answer-headers").into_value()),
        "cookies" => Some(super::of_source("cookies", &Value::of(Shape::Unknown))),
        "status" | "ok" | "body" => Some(Value::of(Shape::Unknown)),
        _ => None,
    }
}

/// A method of an answer or of its headers.
pub(super) fn method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    match call.method? {
        "set" | "append" => {
            header_set(call, machine);
            Some(Value::undefined())
        }
        "json" | "text" | "get" => Some(Value::of(Shape::Unknown)),
        "clone" => Some(call.callee.clone().into_value()),
        _ => None,
    }
}

/// `headers.set('Cache-Control', …)`: an answer of which only this header is known.
pub(crate) fn header_set(call: &LibraryCall<'_>, machine: &mut dyn Machine) {
    let (name, text) = (call.arg(0), call.arg(1));
    let name = name.as_text().unwrap_or_default().to_ascii_lowercase();
    let Some(text) = text.as_text().map(SmolStr::new) else { return };
    let mut response = bare(call.origin);
    if CACHE_HEADERS.contains(&name.as_str()) {
        response.cache_control = Some((text, call.arg_origin(1)));
    } else if name == "vary" {
        response.vary = Some(text);
    } else if name == ALLOWED_ORIGIN {
        response.for_any_origin = text == "*";
    } else {
        return;
    }
    machine.record(Effect::Response(response));
}

/// An answer of which nothing is known yet.
pub(crate) fn bare(origin: Origin) -> Response {
    Response {
        origin,
        status: None,
        body: None,
        cache_control: None,
        vary: None,
        for_any_origin: false,
    }
}
