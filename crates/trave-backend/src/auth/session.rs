//! Libraries that keep sessions: next-auth, Clerk, Better Auth, iron-session, Firebase.

use super::token::{asked, guarded, or_null};
use crate::effect::Trust;
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Object, Shape, Taint, Value};

const NAME: &str = "session";

/// The model of session libraries.
#[derive(Debug)]
pub(crate) struct Session;

fn is_own(package: &str) -> bool {
    [
        "next-auth",
        "@auth/core",
        "@clerk/",
        "better-auth",
        "@better-auth/",
        "iron-session",
        "firebase-admin",
    ]
    .iter()
    .any(|own| package.starts_with(own))
        || package.contains("next-auth")
}

/// Whether something is handed to the library as a setting: a way to sign in, a store. What it is
/// given runs when somebody signs in, and not where somebody asks who is calling.
fn is_setting(value: &LibraryValue) -> bool {
    let package = value.kept("package").and_then(Value::as_text).unwrap_or_default();
    let name = value.name.as_str();
    let is_named = name.ends_with("Provider") || name.ends_with("Adapter");
    let is_plugin = package.starts_with("@better-auth/") || package.contains("/plugins");
    is_named || is_plugin || (name == "default" && package != "next-auth")
}

impl Library for Session {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        if !is_own(&package) {
            return None;
        }
        let kind = match name {
            "*" => "namespace",
            "default" if package == "next-auth" => "configure",
            "betterAuth" => "configure",
            "verifyWebhook" => "signature",
            _ => "function",
        };
        let value = LibraryValue::new(NAME, kind).named(name);
        Some(value.with("package", Value::text(package)).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        let thing = |kind| LibraryValue::new(NAME, kind).named(property).into_value();
        match (object.kind, property) {
            ("namespace", name) => {
                self.import(object.kept("package").and_then(Value::as_text)?, name)
            }
            ("configured", "auth") => Some(thing("function")),
            ("configured", "api") => Some(thing("configured")),
            ("configured", "GET" | "POST" | "handlers" | "handler") => Some(thing("handler")),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let name = call.method.unwrap_or(&call.callee.name).to_owned();
        match call.callee.kind {
            "configure" => Some(LibraryValue::new(NAME, "configured").into_value()),
            "wrapped" => wrapped(call, machine),
            "signature" => {
                asked(machine, (call.origin, "webhook signature"), Trust::Secret);
                guarded(machine, call.origin, Taint::SECRET);
                Some(Value::unknown_from(call.args).tainted(Taint::SECRET))
            }
            "function" if call.method.is_none() && is_setting(call.callee) => {
                Some(Value::of(Shape::Unknown))
            }
            "function" | "configured" | "namespace" => {
                let known = question(call, &name, machine);
                known.or_else(|| is_hook(call).then(|| Value::of(Shape::Unknown)))
            }
            _ => None,
        }
    }
}

/// Whether a function of the library's own makes a hook or an endpoint of a configuration: what it
/// is given runs when somebody signs in.
fn is_hook(call: &LibraryCall<'_>) -> bool {
    let package = call.callee.kept("package").and_then(Value::as_text).unwrap_or_default();
    call.callee.kind == "function" && package.starts_with("better-auth/")
}

fn question(call: &LibraryCall<'_>, name: &str, machine: &mut dyn Machine) -> Option<Value> {
    if let ("auth", Shape::Function(_)) = (name, &call.arg(0).shape) {
        let wrapped = LibraryValue::new(NAME, "wrapped").with("handler", call.arg(0));
        return Some(wrapped.into_value());
    }
    let answer = match name {
        "getServerSession" | "unstable_getServerSession" | "getSession" => or_null(session()),
        // Clerk gives an object to everybody, Auth.js nothing to strangers.
        "auth" if !is_of_clerk(call.callee) => or_null(session()),
        "auth" | "getAuth" => session(),
        "getToken" | "currentUser" | "validateRequest" => or_null(Value::caller()),
        "getIronSession" | "verifyToken" | "verifyIdToken" | "verifySessionCookie" => {
            Value::caller()
        }
        "protect" => {
            asked(machine, (call.origin, "auth.protect"), Trust::Verified);
            guarded(machine, call.origin, Taint::CALLER);
            return Some(session());
        }
        "getSessionCookie" => {
            asked(machine, (call.origin, name), Trust::Claimed);
            return Some(Value::of(Shape::Unknown).tainted(Taint::CLAIM));
        }
        _ => return None,
    };
    asked(machine, (call.origin, name), Trust::Verified);
    Some(answer)
}

fn is_of_clerk(value: &LibraryValue) -> bool {
    let package = value.kept("package").and_then(Value::as_text);
    package.is_some_and(|package| package.starts_with("@clerk/"))
}

/// Everything in a session is the verified caller's.
fn session() -> Value {
    Value::record(Object { rest: Some(std::sync::Arc::new(Value::caller())), ..Object::default() })
}

/// `auth((request) => …)`: the session stands on the request, nobody is turned away yet.
fn wrapped(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    asked(machine, (call.origin, "auth"), Trust::Verified);
    let handler = call.callee.kept("handler")?;
    Some(machine.run(handler, call.args.to_vec()))
}
