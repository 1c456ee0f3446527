//! Requests, addresses, headers, cookies and forms: everything the caller controls.

use std::sync::Arc;

use super::response::header_set;
use super::{NAME, cookie_of, cookies, form_data, headers, named, of_source, request, whole};
use crate::library::{LibraryCall, Machine};
use crate::value::{Input, InputKind, LibraryValue, Shape, Value};

/// A member of a request.
pub(super) fn member(object: &LibraryValue, property: &str) -> Option<Value> {
    if let Some(own) = object.kept("of") {
        // A request that the program made itself.
        return Some(Value::unknown_from(std::slice::from_ref(own)));
    }
    Some(match property {
        "url" => address_of(object),
        "nextUrl" => of_source("url", &address_of(object)),
        "headers" => headers(),
        "cookies" => cookies(),
        "body" => Value::input(InputKind::Body, ""),
        "ip" | "geo" | "referrer" => Value::input(InputKind::Header, property),
        "method" | "signal" | "bodyUsed" => Value::of(Shape::Unknown),
        _ => return None,
    })
}

/// The address that a request asks for; of a request for one path, its path is known.
fn address_of(request: &LibraryValue) -> Value {
    match request.kept("path") {
        Some(path) => address_text(path.clone()),
        None => Value::input(InputKind::Query, ""),
    }
}

/// An address of which the path is known.
fn address_text(path: Value) -> Value {
    let rest = Value::input(InputKind::Query, "");
    let parts = vec![Value::input(InputKind::Header, "host"), path, rest.clone()];
    Value::of(Shape::Template(Arc::new(parts))).and_dependencies(&rest)
}

/// The address of a request for one path, taken apart already.
pub(super) fn address_at(path: &str) -> Value {
    of_source("url", &address_text(Value::text(path)))
}

/// The path of an address that [`address_of`] made.
fn known_path(address: &Value) -> Option<&Value> {
    match &address.shape {
        Shape::Template(parts) => match parts.as_slice() {
            [host, path, _] if matches!(host.shape, Shape::Input(_)) => {
                path.as_text().filter(|text| text.starts_with('/')).map(|_| path)
            }
            _ => None,
        },
        _ => None,
    }
}

/// A method of a request.
pub(super) fn method(call: &LibraryCall<'_>) -> Option<Value> {
    if let Some(own) = call.callee.kept("of") {
        return Some(Value::unknown_from(std::slice::from_ref(own)));
    }
    Some(match call.method? {
        "json" | "text" | "arrayBuffer" | "blob" | "bytes" => Value::input(InputKind::Body, ""),
        "formData" => form_data(),
        "clone" => request(),
        _ => return None,
    })
}

/// `new Request(url, init)`: the caller's only when it is made from the caller's.
pub(super) fn constructed(call: &LibraryCall<'_>) -> Value {
    let from = call.arg(0);
    if from.library().is_some_and(|from| from.library == NAME && from.kind == "request") {
        return from;
    }
    of_source("request", &Value::unknown_from(call.args))
}

/// `new URL(text, base)`: an address of the program is not the caller's because its base is.
pub(super) fn address(call: &LibraryCall<'_>) -> Value {
    let text = call.arg(0);
    if text.library().is_some_and(|from| from.kind == "url") {
        return text;
    }
    of_source("url", &text)
}

/// A member of an address.
pub(super) fn url_member(object: &LibraryValue, property: &str) -> Option<Value> {
    let source = whole(object);
    let known = known_path(&source).cloned();
    let own = known.is_some()
        || matches!(
            &source.shape,
            Shape::Input(Input { kind: InputKind::Query, name }) if name.is_empty()
        );
    Some(match property {
        "pathname" if known.is_some() => known?,
        "searchParams" if known.is_some() => {
            of_source("search-params", &Value::input(InputKind::Query, ""))
        }
        "searchParams" => of_source("search-params", &source),
        "pathname" if own => Value::input(InputKind::Path, ""),
        "host" | "hostname" | "origin" | "port" | "protocol" if own => {
            Value::input(InputKind::Header, "host")
        }
        "href" | "search" | "hash" | "pathname" | "host" | "hostname" | "origin" | "protocol"
        | "port" | "locale" | "basePath" => source,
        _ => return None,
    })
}

/// A method of query parameters, a form or headers.
pub(super) fn lookup(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    Some(match call.method? {
        "get" => named(call.callee, &call.arg(0)),
        "getAll" => Value::list(named(call.callee, &call.arg(0))),
        "has" => Value::unknown_from(&[named(call.callee, &call.arg(0))]),
        "forEach" => {
            let part = whole(call.callee);
            machine.run(&call.arg(0), vec![part.clone(), part]);
            Value::undefined()
        }
        "set" | "append" if call.callee.kind == "headers" => {
            header_set(call, machine);
            Value::undefined()
        }
        "set" | "append" | "delete" | "sort" => Value::undefined(),
        "entries" | "keys" | "values" | "toString" | "toJSON" => whole(call.callee),
        _ => return None,
    })
}

/// A method of cookies that are texts.
pub(super) fn cookie_text(call: &LibraryCall<'_>) -> Option<Value> {
    let value = named(call.callee, &call.arg(0));
    match call.method? {
        "get" => Some(value.clone().join(Value::undefined().and_dependencies(&value))),
        "serialize" => Some(Value::unknown_from(call.args)),
        _ => cookie(call),
    }
}

/// A method of the cookies.
pub(super) fn cookie(call: &LibraryCall<'_>) -> Option<Value> {
    let value = named(call.callee, &call.arg(0));
    Some(match call.method? {
        "get" => {
            cookie_of(&call.arg(0), value.clone()).join(Value::undefined().and_dependencies(&value))
        }
        "has" => Value::unknown_from(&[value]),
        "getAll" => Value::list(cookie_of(&Value::of(Shape::Unknown), value)),
        "set" | "delete" | "clear" => call.callee.clone().into_value(),
        "toString" => whole(call.callee),
        _ => return None,
    })
}
