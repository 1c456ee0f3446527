//! What the functions of Remix and React Router do on the server.

use super::NAME;
use crate::effect::{AuthCheck, Effect, Trust};
use crate::frameworks::web;
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{InputKind, LibraryValue, Shape, Taint, Value};

/// The model of Remix and React Router.
#[derive(Debug)]
pub(crate) struct Remix;

/// What a loader or an action is given.
pub(super) fn arguments() -> Value {
    Value::object([
        ("request", web::request()),
        ("params", Value::input(InputKind::Path, "")),
        ("context", LibraryValue::new(NAME, "context").into_value()),
        ("url", web::address()),
        ("pattern", Value::of(Shape::Unknown)),
    ])
}

fn is_own(package: &str) -> bool {
    package.starts_with("@remix-run/")
        || package.starts_with("@react-router/")
        || matches!(package, "react-router" | "react-router-dom")
}

impl Library for Remix {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let own = is_own(&package_name(package));
        own.then(|| LibraryValue::new(NAME, "function").named(name).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        match object.kind {
            "store" => {
                let method = LibraryValue::new(NAME, "store-method").named(property);
                let signed = object.kept("signed").cloned().unwrap_or_else(Value::undefined);
                Some(method.with("signed", signed).into_value())
            }
            // What the server or middleware put there may well be who is calling.
            "context" => Some(Value::of(Shape::Unknown).tainted(Taint::OPAQUE)),
            "session" if property == "data" => Some(Value::of(Shape::Unknown)),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("function", None) => function(call, machine),
            ("store", Some(method)) => store(call, method, machine),
            ("store-method", None) => store(call, &call.callee.name, machine),
            ("session", Some("get" | "has")) => {
                let known = call.callee.kept("identity")?.clone();
                Some(known.clone().join(Value::undefined().and_dependencies(&known)))
            }
            ("session", Some(_)) => Some(Value::undefined()),
            ("cookie", Some("parse")) => {
                let cookie = Value::input(InputKind::Cookie, call.callee.name.clone());
                Some(cookie.clone().join(Value::of(Shape::Null).and_dependencies(&cookie)))
            }
            ("cookie", Some("serialize")) => Some(Value::unknown_from(call.args)),
            ("context", Some(_)) => Some(Value::of(Shape::Unknown).tainted(Taint::OPAQUE)),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let is_route = package.contains("/+types/")
            && matches!(
                name,
                "Route.LoaderArgs" | "Route.ActionArgs" | "LoaderArgs" | "ActionArgs"
            );
        let is_argument = matches!(
            name,
            "LoaderFunctionArgs"
                | "ActionFunctionArgs"
                | "LoaderArgs"
                | "ActionArgs"
                | "DataFunctionArgs"
        );
        (is_route || (is_argument && is_own(package))).then(arguments)
    }
}

fn function(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let first = call.arg(0);
    Some(match call.callee.name.as_str() {
        "json" | "data" | "defer" => {
            let status = web::status_in(&call.arg(1), 200);
            web::answer(machine, call.origin, (status, Some(first)))
        }
        "redirect" | "redirectDocument" | "replace" => {
            let status = web::status_in(&call.arg(1), 302);
            web::answer(machine, call.origin, (status, None))
        }
        "createCookie" => {
            let name = first.as_text().unwrap_or_default().to_owned();
            LibraryValue::new(NAME, "cookie").named(name).into_value()
        }
        "createCookieSessionStorage"
        | "createSessionStorage"
        | "createFileSessionStorage"
        | "createMemorySessionStorage"
        | "createWorkersKVSessionStorage"
        | "createArcTableSessionStorage" => {
            let cookie = first.field("cookie").cloned().unwrap_or_else(Value::undefined);
            let secrets = cookie.field("secrets").cloned();
            let is_kept_here = call.callee.name != "createCookieSessionStorage";
            let signed = secrets.is_some() || is_kept_here || cookie.library().is_some();
            LibraryValue::new(NAME, "store")
                .with("signed", Value::of(Shape::Bool(signed)))
                .into_value()
        }
        _ => return None,
    })
}

/// `getSession(cookie)`: what a signed session holds, the program put there for this caller.
fn store(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Option<Value> {
    match method {
        "getSession" => {
            let signed = call.callee.kept("signed").and_then(Value::truth) != Some(false);
            let trust = if signed { Trust::Verified } else { Trust::Claimed };
            let name = "getSession".into();
            machine.record(Effect::Auth(AuthCheck { origin: call.origin, name, trust }));
            let identity = if signed {
                Value::caller()
            } else {
                Value::of(Shape::ClaimedCaller(call.origin)).tainted(Taint::CLAIM)
            };
            Some(LibraryValue::new(NAME, "session").with("identity", identity).into_value())
        }
        "commitSession" | "destroySession" => Some(Value::of(Shape::Unknown)),
        _ => None,
    }
}
