//! Middleware of any server that asks who is calling: Passport, express-jwt and their kin.

use super::token::{algorithms, asked, guarded, or_null, token_use, verified};
use crate::effect::{TokenAction, Trust};
use crate::held::OBJECT;
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Shape, Taint, Value};

const NAME: &str = "passport";

/// The model of such middleware.
#[derive(Debug)]
pub(crate) struct Passport;

impl Library for Passport {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let kind = match (package_name(package).as_str(), name) {
            ("passport" | "koa-passport" | "@fastify/passport", _) => "passport",
            ("express-jwt", "default" | "*" | "expressjwt" | "expressJwt")
            | ("express-oauth2-jwt-bearer", "auth") => "jwt",
            ("express-openid-connect", "requiresAuth") => "login",
            _ => return None,
        };
        Some(LibraryValue::new(NAME, kind).named(name).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        (object.kind == "passport").then(|| {
            let named = LibraryValue::new(NAME, "passport").named(property);
            named.into_value()
        })
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let name = call.method.unwrap_or(&call.callee.name);
        let made = |kind| LibraryValue::new(NAME, kind).placed(call.origin);
        match (call.callee.kind, name) {
            ("passport", "authenticate" | "authorize") => {
                let callback = call.args.iter().find(|it| matches!(it.shape, Shape::Function(_)));
                let callback = callback.cloned().unwrap_or_else(Value::undefined);
                Some(made("authenticate").with("callback", callback).into_value())
            }
            ("passport", "initialize") => Some(made("passive").into_value()),
            ("passport", "session") => Some(made("session").into_value()),
            ("passport", "use" | "serializeUser" | "deserializeUser") => Some(Value::undefined()),
            ("jwt", _) => Some(made("token").with("options", call.arg(0)).into_value()),
            ("login", _) => Some(made("authenticate").into_value()),
            (kind, _) if call.method.is_none() => run(kind, call, machine),
            _ => None,
        }
    }
}

/// Such middleware runs: it is given the request and what follows it.
fn run(kind: &str, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let next = call.args.last()?;
    match kind {
        "authenticate" => {
            asked(machine, (call.origin, "passport.authenticate"), Trust::Verified);
            let callback = call.callee.kept("callback").cloned();
            if let Some(callback) = callback.filter(|it| matches!(it.shape, Shape::Function(_))) {
                let unknown = Value::of(Shape::Unknown);
                let user = or_null(Value::caller());
                machine.run(&callback, vec![unknown.clone(), user, unknown]);
                return Some(Value::undefined());
            }
            guarded(machine, call.origin, Taint::CALLER);
            keep(call, machine, ("user", Value::caller()));
        }
        "token" => {
            let options = call.callee.kept("options").cloned().unwrap_or_else(Value::unknown);
            let mut token = token_use(call, "express-jwt", TokenAction::Verify);
            let place = call.callee.place.unwrap_or(call.origin);
            token.key = options.field("secret").map(|secret| (secret.clone(), place));
            token.algorithms = algorithms(options.field("algorithms"));
            token.options_known = matches!(options.shape, Shape::Object(_));
            let caller = verified(token, machine);
            let is_asked = options.field("credentialsRequired").and_then(Value::truth);
            let caller = if is_asked == Some(false) {
                or_null(caller)
            } else {
                guarded(machine, call.origin, Taint::CALLER);
                caller
            };
            keep(call, machine, ("auth", caller.clone()));
            keep(call, machine, ("user", caller));
        }
        "session" => keep(call, machine, ("user", or_null(Value::caller()))),
        "passive" => {}
        _ => return None,
    }
    machine.run(next, Vec::new());
    Some(Value::undefined())
}

fn keep(call: &LibraryCall<'_>, machine: &mut dyn Machine, (name, value): (&str, Value)) {
    let request = call.arg(0);
    if let Some(object) = request.library().and_then(|request| request.kept(OBJECT)) {
        machine.keep(object, name, value);
    }
}
