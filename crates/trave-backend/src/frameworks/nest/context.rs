//! What guards, interceptors and decorators of parameters look at: the request, and what decorates
//! the handler.

use super::NAME;
use crate::dispatch::Dispatch;
use crate::frameworks::web;
use crate::library::{LibraryCall, Machine};
use crate::value::{InputKind, LibraryValue, Object, Shape, Taint, Value};

/// The context of one run of a way in.
pub(super) fn context(way: &Dispatch<'_>, machine: &mut dyn Machine) -> Value {
    let request = request(machine);
    let target = |decorators: &[Value]| {
        let decorators = Value::array(decorators.to_vec());
        LibraryValue::new(NAME, "target").with("decorators", decorators).into_value()
    };
    LibraryValue::new(NAME, "context")
        .with("request", request)
        .with("handler", target(&way.decorated.method))
        .with("class", target(&way.decorated.class))
        .into_value()
}

/// A request on which guards put who is calling.
fn request(machine: &mut dyn Machine) -> Value {
    let request = LibraryValue::new(NAME, "request").with_object(machine.object());
    request.into_value().and_dependencies(&web::request())
}

/// The request that a context is about.
pub(super) fn request_of(context: &LibraryValue) -> Value {
    context.kept("request").cloned().unwrap_or_else(Value::unknown)
}

/// Puts the caller on the request.
pub(super) fn identify(context: &Value, caller: Value, machine: &mut dyn Machine) {
    let request = context.library().map(request_of);
    let object = request.as_ref().and_then(Value::library).and_then(|it| it.kept("object"));
    if let Some(object) = object.cloned() {
        machine.keep(&object, "user", caller);
    }
}

/// A member of a request; what code puts there is found before this is asked.
pub(super) fn request_member(property: &str) -> Option<Value> {
    Some(match property {
        "body" | "rawBody" => Value::input(InputKind::Body, ""),
        "query" | "url" | "originalUrl" => Value::input(InputKind::Query, ""),
        "params" => Value::input(InputKind::Path, ""),
        "headers" => Value::input(InputKind::Header, ""),
        "cookies" | "signedCookies" => Value::input(InputKind::Cookie, ""),
        "ip" | "ips" | "hostname" => Value::input(InputKind::Header, property),
        // What a guard that could not be followed may have put there.
        "user" | "session" | "auth" => Value::of(Shape::Unknown).tainted(Taint::OPAQUE),
        _ => return None,
    })
}

/// A method of a context, or of what it gives.
pub(super) fn method(call: &LibraryCall<'_>) -> Option<Value> {
    let context = call.callee;
    Some(match call.method? {
        "switchToHttp" | "switchToWs" | "switchToRpc" => context.clone().into_value(),
        "getRequest" | "getClient" => request_of(context),
        "getResponse" => web::node_response(),
        "getHandler" => context.kept("handler").cloned()?,
        "getClass" => context.kept("class").cloned()?,
        // Of a message, and of a resolver.
        "getData" | "getArgs" => Value::input(InputKind::Body, ""),
        "getRoot" | "getInfo" | "getPattern" | "getType" => Value::of(Shape::Unknown),
        "getContext" => graphql_context(context),
        "getArgByIndex" => match call.arg(0).as_number() {
            Some(1.0) => Value::input(InputKind::Body, ""),
            Some(2.0) => graphql_context(context),
            _ => Value::of(Shape::Unknown),
        },
        _ => return None,
    })
}

/// The context of GraphQL: the request, and whatever the server puts beside it.
pub(super) fn graphql_context(context: &LibraryValue) -> Value {
    let request = request_of(context);
    let fields = [("req", request.clone()), ("request", request)];
    let fields = fields.map(|(key, value)| (smol_str::SmolStr::new_static(key), value));
    let other = Value::of(Shape::Unknown).tainted(Taint::OPAQUE);
    // What is missing there is looked for elsewhere: `headers ? headers.user : req.user`.
    let mut object = Object { fields: fields.into_iter().collect(), rest: None };
    for name in ["user", "session", "currentUser"] {
        object.fields.insert(name.into(), other.clone());
    }
    Value::record(object)
}

/// What `reflector.get(key, target)` finds: what decorates the first of the targets that has it.
pub(super) fn metadata(call: &LibraryCall<'_>) -> Option<Value> {
    let key = call.arg(0);
    let targets = match &call.arg(1).shape {
        Shape::Array(targets) => targets.to_vec(),
        _ => vec![call.arg(1)],
    };
    match call.method? {
        "get" | "getAllAndOverride" | "getAllAndMerge" | "getAll" => {}
        _ => return None,
    }
    let mut is_known = true;
    for target in &targets {
        let decorators = target.library().and_then(|it| it.kept("decorators"));
        let Some(Shape::Array(decorators)) = decorators.map(|it| &it.shape) else {
            is_known = false;
            continue;
        };
        for decorator in flat(decorators) {
            match said(&decorator, &key) {
                Said::Value(value) => return Some(value),
                Said::Unknown => is_known = false,
                Said::Nothing => {}
            }
        }
    }
    Some(if is_known { Value::undefined() } else { Value::of(Shape::Unknown) })
}

/// What one decorator says about a key.
enum Said {
    Value(Value),
    Nothing,
    Unknown,
}

fn said(decorator: &Value, key: &Value) -> Said {
    let Some(library) = decorator.library() else {
        // A decorator of another package may set anything, but keys of the program's own.
        let is_foreign = decorator.taint.has(Taint::FOREIGN);
        return if is_foreign { Said::Nothing } else { Said::Unknown };
    };
    if library.kind != "metadata" {
        return Said::Nothing;
    }
    let own = library.kept("key").cloned().unwrap_or_else(Value::unknown);
    match (own.as_text(), key.as_text()) {
        (Some(own), Some(key)) if own == key => {
            Said::Value(library.kept("value").cloned().unwrap_or_else(Value::undefined))
        }
        (Some(_), Some(_)) => Said::Nothing,
        _ if own.is_same(key) => {
            Said::Value(library.kept("value").cloned().unwrap_or_else(Value::undefined))
        }
        _ => Said::Unknown,
    }
}

/// Decorators, with those that one applies together put in its place.
pub(super) fn flat(decorators: &[Value]) -> Vec<Value> {
    let mut found = Vec::new();
    let mut waiting: Vec<Value> = decorators.iter().rev().cloned().collect();
    while let Some(decorator) = waiting.pop() {
        let inner = decorator.library().filter(|it| it.kind == "decorators");
        match inner.and_then(|it| it.kept("list")).map(|it| &it.shape) {
            Some(Shape::Array(list)) => waiting.extend(list.iter().rev().cloned()),
            _ => found.push(decorator),
        }
        if found.len() + waiting.len() > 200 {
            break;
        }
    }
    found
}
