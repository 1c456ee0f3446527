//! What the web platform gives to handlers of every framework: requests, addresses, headers,
//! cookies, forms and answers.

mod node;
mod request;
mod response;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use response::is_refusal;
pub(crate) use response::{answer, bare, header_set, status_in, status_of};

use crate::library::{Library, LibraryCall, Machine};
use crate::value::{Input, InputKind, Inputs, LibraryValue, Object, Shape, Taint, Value};

const NAME: &str = "web";

/// The model of the web platform.
#[derive(Debug)]
pub(crate) struct Web;

/// Classes and functions that are there without an import.
const GLOBALS: &[&str] = &[
    "Request",
    "Response",
    "Headers",
    "URL",
    "URLSearchParams",
    "FormData",
    "TextEncoder",
    "TextDecoder",
];

impl Library for Web {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let own = match package {
            "url" | "node:url" => matches!(name, "URL" | "URLSearchParams"),
            "util" | "node:util" => matches!(name, "TextEncoder" | "TextDecoder"),
            _ => false,
        };
        own.then(|| class(name))
    }

    fn global(&self, name: &str) -> Option<Value> {
        GLOBALS.contains(&name).then(|| class(name))
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        match object.kind {
            "request" => request::member(object, property),
            "url" => request::url_member(object, property),
            "node-request" => node::request_member(property),
            "response" => response::member(property),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match call.callee.kind {
            "class" => class_call(call, machine),
            "request" => request::method(call),
            "url" if call.method == Some("clone") => Some(call.callee.clone().into_value()),
            "url" => Some(whole(call.callee)),
            "search-params" | "form-data" | "headers" => request::lookup(call, machine),
            "cookies" => request::cookie(call),
            "cookie-texts" => request::cookie_text(call),
            "response" | "answer-headers" => response::method(call, machine),
            "node-request" => node::request_method(call),
            "node-response" => node::response_method(call, machine),
            "codec" => Some(call.arg(0)),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let own = package.is_empty() || package == "next/server";
        match name {
            "Request" | "NextRequest" if own => Some(request()),
            "FormData" if own => Some(form_data()),
            "URLSearchParams" if own => Some(search_params(&Value::input(InputKind::Query, ""))),
            _ => None,
        }
    }
}

/// What `next/server` exports of the web platform.
pub(crate) fn export(name: &str) -> Option<Value> {
    matches!(name, "NextRequest" | "NextResponse").then(|| class(name))
}

fn class(name: &str) -> Value {
    LibraryValue::new(NAME, "class").named(name).into_value()
}

fn class_call(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    match (call.callee.name.as_str(), call.method) {
        ("Response" | "NextResponse", _) => response::made(call, machine),
        ("Request" | "NextRequest", None) => Some(request::constructed(call)),
        ("URL", None) => Some(request::address(call)),
        ("URL", Some("canParse")) => Some(Value::unknown_from(call.args)),
        ("URLSearchParams", None) => Some(search_params(&call.arg(0))),
        ("FormData", None) => Some(of_source("form-data", &Value::undefined())),
        ("Headers", None) => Some(of_source("headers", &call.arg(0))),
        ("TextEncoder" | "TextDecoder", None) => {
            Some(LibraryValue::new(NAME, "codec").into_value())
        }
        _ => None,
    }
}

/// The request that a handler is given.
pub(crate) fn request() -> Value {
    depending_on_everything(LibraryValue::new(NAME, "request"))
}

/// A request for one path.
pub(crate) fn request_for(path: &str) -> Value {
    depending_on_everything(LibraryValue::new(NAME, "request").with("path", Value::text(path)))
}

/// The address that was asked for.
pub(crate) fn address() -> Value {
    of_source("url", &Value::input(InputKind::Query, ""))
}

/// The address of a request for one path.
pub(crate) fn address_for(path: &str) -> Value {
    request::address_at(path)
}

/// The second argument of a route handler.
pub(crate) fn context() -> Value {
    Value::object([("params", Value::input(InputKind::Path, ""))])
}

/// The properties that a page is given.
pub(crate) fn page_props() -> Value {
    Value::object([
        ("params", Value::input(InputKind::Path, "")),
        ("searchParams", Value::input(InputKind::Query, "")),
        ("children", Value::of(Shape::Unknown)),
    ])
}

/// What `getServerSideProps` is given.
pub(crate) fn page_context() -> Value {
    Value::object([
        ("params", Value::input(InputKind::Path, "")),
        ("query", Value::input(InputKind::Query, "")),
        ("req", node_request()),
        ("res", node_response()),
    ])
}

/// The request of Node's own server, with a body that is parsed already.
pub(crate) fn node_request() -> Value {
    depending_on_everything(LibraryValue::new(NAME, "node-request"))
}

/// The answer of Node's own server.
pub(crate) fn node_response() -> Value {
    LibraryValue::new(NAME, "node-response").into_value()
}

/// The cookies of the request.
pub(crate) fn cookies() -> Value {
    of_source("cookies", &Value::input(InputKind::Cookie, ""))
}

/// The headers of the request.
pub(crate) fn headers() -> Value {
    of_source("headers", &Value::input(InputKind::Header, ""))
}

/// The cookies of the request, where asking for one gives its text.
pub(crate) fn cookie_texts() -> Value {
    of_source("cookie-texts", &Value::input(InputKind::Cookie, ""))
}

/// A form that the caller sent.
pub(crate) fn form_data() -> Value {
    of_source("form-data", &Value::input(InputKind::Body, ""))
}

fn search_params(source: &Value) -> Value {
    of_source("search-params", source)
}

/// A view of a part of the request (or of something else): `of` is what it looks at.
fn of_source(kind: &'static str, source: &Value) -> Value {
    let view = LibraryValue::new(NAME, kind).with("of", source.clone()).into_value();
    view.and_dependencies(source)
}

/// What a view looks at.
fn whole(view: &LibraryValue) -> Value {
    view.kept("of").cloned().unwrap_or_else(Value::unknown)
}

/// One named part of what a view looks at.
fn named(view: &LibraryValue, name: &Value) -> Value {
    let source = whole(view);
    match (&source.shape, name.as_text()) {
        (Shape::Input(Input { kind, name: part }), Some(name)) if part.is_empty() => {
            let lower = *kind == InputKind::Header;
            Value::input(*kind, if lower { name.to_ascii_lowercase() } else { name.to_owned() })
        }
        (Shape::Object(_), Some(name)) => source
            .field(name)
            .cloned()
            .unwrap_or_else(|| Value::unknown_from(std::slice::from_ref(&source))),
        _ => source.clone().and_dependencies(name),
    }
}

/// A request, or something that carries it whole.
pub(crate) fn depending_on_everything(value: LibraryValue) -> Value {
    let parts = [InputKind::Query, InputKind::Body, InputKind::Header, InputKind::Cookie];
    let mut value = Value::of(Shape::Library(Arc::new(value)));
    for kind in parts {
        let input = Input { kind, name: smol_str::SmolStr::default() };
        value.taint = value.taint.and(Taint::of(kind));
        value.inputs = value.inputs.and(&Inputs::one(input));
    }
    value
}

/// An object with this one field known.
fn cookie_of(name: &Value, value: Value) -> Value {
    let fields = [("name", name.clone()), ("value", value)];
    let fields = fields.map(|(key, value)| (smol_str::SmolStr::new_static(key), value));
    Value::record(Object { fields: fields.into_iter().collect(), rest: None })
}
