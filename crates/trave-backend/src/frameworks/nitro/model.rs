//! What the functions of `h3`, Nitro and the usual modules of Nuxt do.

use std::sync::Arc;

use smol_str::SmolStr;

use super::NAME;
use super::cache;
use crate::dispatch::Dispatch;
use crate::effect::{AuthCheck, Effect, Guard, Trust};
use crate::frameworks::web;
use crate::library::{Library, LibraryCall, Machine};
use crate::value::{InputKind, LibraryValue, Object, Shape, Taint, Value};

/// The model of Nitro.
#[derive(Debug)]
pub(crate) struct Nitro;

/// Functions that need no import in the server of an application.
const GLOBALS: &[&str] = &[
    "cachedEventHandler",
    "cachedFunction",
    "clearUserSession",
    "createError",
    "defineCachedEventHandler",
    "defineCachedFunction",
    "defineEventHandler",
    "defineTask",
    "eventHandler",
    "getCookie",
    "getHeader",
    "getHeaders",
    "getQuery",
    "getRequestHeader",
    "getRequestHeaders",
    "getRequestIP",
    "getRequestURL",
    "getRouterParam",
    "getRouterParams",
    "getUserSession",
    "getValidatedQuery",
    "getValidatedRouterParams",
    "parseCookies",
    "readBody",
    "readFormData",
    "readMultipartFormData",
    "readRawBody",
    "readValidatedBody",
    "requireUserSession",
    "sendError",
    "sendNoContent",
    "sendRedirect",
    "setResponseStatus",
    "setUserSession",
    "useRuntimeConfig",
    "useSession",
];

/// Functions that look at what tells callers apart.
const TELLING: &[&str] = &[
    "getCookie",
    "getHeader",
    "getHeaders",
    "getRequestHeader",
    "getRequestHeaders",
    "getRequestIP",
    "getUserSession",
    "parseCookies",
    "readBody",
    "readRawBody",
];

/// Functions that change nothing but the headers of the answer.
const HEADER_SETTERS: &[&str] = &[
    "appendHeader",
    "appendResponseHeader",
    "deleteCookie",
    "setCookie",
    "setHeader",
    "setHeaders",
    "setResponseHeader",
    "setResponseHeaders",
];

/// The event that a handler is given.
pub(super) fn event() -> Value {
    of_request(LibraryValue::new(NAME, "event"))
}

/// The event of a request for one path, on which code may put things.
fn event_for(path: &str, machine: &mut dyn Machine) -> Value {
    let context = LibraryValue::new(NAME, "context").with_object(machine.object());
    let object = machine.object();
    machine.keep(&object, "context", context.into_value());
    of_request(LibraryValue::new(NAME, "event").with("path", Value::text(path)).with_object(object))
}

fn of_request(event: LibraryValue) -> Value {
    Value::of(Shape::Library(Arc::new(event))).and_dependencies(&web::request())
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

impl Library for Nitro {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let own = matches!(package, "h3" | "#imports" | "nitropack/runtime" | "nuxt-auth-utils")
            || package.starts_with("nitro/");
        own.then(|| LibraryValue::new(NAME, "function").named(name).into_value())
    }

    fn global(&self, name: &str) -> Option<Value> {
        let is_own = GLOBALS.contains(&name)
            || HEADER_SETTERS.contains(&name)
            || (name.starts_with("defineOAuth") && name.ends_with("EventHandler"));
        is_own.then(|| LibraryValue::new(NAME, "function").named(name).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        match object.kind {
            "event" => event_member(object, property),
            // What middleware that could not be followed may have put there.
            "context" => Some(match property {
                "params" => Value::input(InputKind::Path, ""),
                _ => Value::of(Shape::Unknown).tainted(Taint::OPAQUE),
            }),
            "config" => Some(setting(object, property)),
            "session" => match property {
                "data" => Some(Value::caller()),
                _ => None,
            },
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("function", None) => function(call, &call.callee.name, machine),
            ("handler", None) => {
                let handler = call.callee.kept("function")?.clone();
                Some(machine.run(&handler, call.args.to_vec()))
            }
            ("oauth-handler", None) => {
                let done = call.callee.kept("function")?.clone();
                let user = Value::object([("user", Value::caller()), ("tokens", Value::unknown())]);
                Some(machine.run(&done, vec![call.arg(0), user]))
            }
            ("cached-handler", None) => cache::of_handler(call, machine),
            ("cached-function", None) => cache::of_function(call, machine),
            ("session", Some("update" | "clear")) => Some(thing("session")),
            _ => None,
        }
    }

    /// Middleware runs before every handler, in the order of its files.
    fn dispatch(&self, way: &Dispatch<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let event = event_for(way.sample, machine);
        for middleware in way.before {
            let answer = machine.run(middleware, vec![event.clone()]);
            let answer = machine.awaited(answer);
            machine.admit(&passed(&answer), way.origin);
        }
        (!way.params.is_empty()).then(|| machine.run(way.handler, vec![event]))
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let own = matches!(package, "" | "h3" | "#imports" | "nitropack");
        (own && name == "H3Event").then(event)
    }
}

/// Middleware that returns something has answered.
fn passed(answer: &Value) -> Value {
    let outcome = |value: &Value| {
        let goes_on = value.is_nullish() == Some(true);
        Value { shape: Shape::Bool(goes_on), ..value.clone() }
    };
    Value::one_of(answer.alternatives().iter().map(outcome))
}

fn event_member(event: &LibraryValue, property: &str) -> Option<Value> {
    let path = event.kept("path").cloned();
    Some(match property {
        "path" | "pathname" => path.unwrap_or_else(|| Value::input(InputKind::Path, "")),
        "method" => Value::of(Shape::Unknown),
        "headers" | "req" | "node" if event.kept("bare").is_some() => Value::of(Shape::Unknown),
        "headers" => web::headers(),
        "context" => thing("context"),
        "req" => web::request(),
        "url" => path.as_ref().and_then(Value::as_text).map_or_else(web::address, web::address_for),
        "node" => Value::object([("req", web::node_request()), ("res", web::node_response())]),
        _ => return None,
    })
}

/// `useRuntimeConfig().apiSecret` is `NUXT_API_SECRET` of the environment.
fn setting(config: &LibraryValue, property: &str) -> Value {
    if property == "public" {
        return LibraryValue::new(NAME, "config").named("PUBLIC_").into_value();
    }
    let mut name = format!("NUXT_{}", config.name);
    for sign in property.chars() {
        if sign.is_uppercase() {
            name.push('_');
        }
        name.extend(sign.to_uppercase());
    }
    Value::of(Shape::Env(SmolStr::new(name))).tainted(Taint::ENV)
}

fn function(call: &LibraryCall<'_>, name: &str, machine: &mut dyn Machine) -> Option<Value> {
    if HEADER_SETTERS.contains(&name) {
        return Some(Value::undefined());
    }
    let named = |kind: InputKind| {
        let name = call.arg(1).as_text().unwrap_or_default().to_owned();
        let name = if kind == InputKind::Header { name.to_ascii_lowercase() } else { name };
        Value::input(kind, name)
    };
    if cache::is_bare(&call.arg(0)) && TELLING.contains(&name) {
        return Some(Value::of(Shape::Unknown));
    }
    Some(match name {
        "defineEventHandler"
        | "eventHandler"
        | "defineHandler"
        | "defineLazyEventHandler"
        | "lazyEventHandler" => handler(call),
        "defineCachedEventHandler" | "cachedEventHandler" | "defineCachedHandler" => {
            cache::keeping(call, "cached-handler")
        }
        "defineCachedFunction" | "cachedFunction" => cache::keeping(call, "cached-function"),
        "defineTask" => LibraryValue::new(NAME, "handler")
            .with("function", call.arg(0).field("run").cloned()?)
            .into_value(),
        "readBody" | "readRawBody" | "readMultipartFormData" => Value::input(InputKind::Body, ""),
        "readFormData" => web::form_data(),
        "getQuery" => Value::input(InputKind::Query, ""),
        "getRouterParams" => Value::input(InputKind::Path, ""),
        "getRouterParam" => named(InputKind::Path),
        "getHeader" | "getRequestHeader" => named(InputKind::Header),
        "getHeaders" | "getRequestHeaders" => Value::input(InputKind::Header, ""),
        "getRequestIP" => Value::input(InputKind::Header, "x-forwarded-for"),
        "getCookie" => named(InputKind::Cookie),
        "parseCookies" => Value::input(InputKind::Cookie, ""),
        "getRequestURL" => machine.member(&call.arg(0), "url"),
        "readValidatedBody" => checked(call, InputKind::Body, machine),
        "getValidatedQuery" => checked(call, InputKind::Query, machine),
        "getValidatedRouterParams" => checked(call, InputKind::Path, machine),
        "createError" => {
            let status = call.arg(0);
            let status = status.field("statusCode").or_else(|| status.field("status")).cloned();
            let status = web::status_in(&status.unwrap_or_else(Value::undefined), 500);
            web::answer(machine, call.origin, (status, None))
        }
        "sendError" => web::answer(machine, call.origin, (Some(500), None)),
        "sendRedirect" => {
            let status = web::status_in(&call.arg(2), 302);
            web::answer(machine, call.origin, (status, None))
        }
        "sendNoContent" => web::answer(machine, call.origin, (Some(204), None)),
        "setResponseStatus" => {
            web::answer(machine, call.origin, (web::status_in(&call.arg(1), 200), None));
            Value::undefined()
        }
        "useRuntimeConfig" => thing("config"),
        _ => return session(call, name, machine),
    })
}

/// `nuxt-auth-utils`, and the sessions of `h3`: sealed by the server, so that it knows its own.
fn session(call: &LibraryCall<'_>, name: &str, machine: &mut dyn Machine) -> Option<Value> {
    if name.starts_with("defineOAuth") {
        let done = call.arg(0).field("onSuccess").cloned()?;
        return Some(LibraryValue::new(NAME, "oauth-handler").with("function", done).into_value());
    }
    if matches!(name, "setUserSession" | "replaceUserSession" | "clearUserSession") {
        return Some(Value::of(Shape::Unknown));
    }
    let is_required = name == "requireUserSession";
    if !matches!(name, "getUserSession" | "requireUserSession" | "useSession" | "getSession") {
        return None;
    }
    let check = AuthCheck { origin: call.origin, name: name.into(), trust: Trust::Verified };
    machine.record(Effect::Auth(check));
    if is_required {
        machine.record(Effect::Guard(Guard { origin: call.origin, by: Taint::CALLER }));
    }
    if name == "useSession" {
        return Some(thing("session"));
    }
    let mut object = Object { rest: Some(Arc::new(Value::caller())), ..Object::default() };
    if !is_required {
        let nobody = Value::undefined().and_dependencies(&Value::caller());
        object.fields.insert("user".into(), Value::caller().join(nobody));
    }
    Some(Value::record(object))
}

fn handler(call: &LibraryCall<'_>) -> Value {
    let options = call.arg(0);
    let function = options.field("handler").cloned().unwrap_or(options);
    LibraryValue::new(NAME, "handler").with("function", function).into_value()
}

/// `readValidatedBody(event, schema.parse)`: also a schema itself.
fn checked(call: &LibraryCall<'_>, kind: InputKind, machine: &mut dyn Machine) -> Value {
    let input = Value::input(kind, "");
    let check = call.arg(1);
    match &check.shape {
        Shape::Library(schema) if schema.kind == "schema" => {
            let parse = machine.member(&check, "parse");
            machine.run(&parse, vec![input])
        }
        Shape::Unknown | Shape::Undefined => input,
        _ => machine.run(&check, vec![input]),
    }
}
