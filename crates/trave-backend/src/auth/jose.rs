//! `jose`, and the token functions of `hono/jwt` and Deno's `djwt`.

use super::token::{algorithms, decoded, guarded, is_closed, token_use, verified};
use crate::effect::{Effect, TokenAction};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Shape, Taint, Value};

const NAME: &str = "jose";

/// The model of `jose` and its likes.
#[derive(Debug)]
pub(crate) struct Jose;

fn is_own(package: &str) -> bool {
    matches!(package, "jose" | "djwt" | "hono/jwt")
        || package.starts_with("jose/")
        || package.starts_with("@panva/jose")
}

impl Library for Jose {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        if !is_own(&package) {
            return None;
        }
        let kind = if matches!(name, "default" | "*") { "namespace" } else { "function" };
        let value = LibraryValue::new(NAME, kind).named(name);
        Some(value.with("package", Value::text(package)).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        let package = object.kept("package").and_then(Value::as_text)?;
        match object.kind {
            // `errors.JWTExpired`, `UnsecuredJWT.decode`
            "namespace" | "function" => self.import(package, property),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match call.callee.kind {
            "signing" => signing(call, machine),
            "function" | "namespace" => {
                let name = call.method.unwrap_or(&call.callee.name).to_owned();
                function(call, &name, machine)
            }
            _ => None,
        }
    }
}

fn function(call: &LibraryCall<'_>, name: &str, machine: &mut dyn Machine) -> Option<Value> {
    Some(match name {
        "SignJWT" | "EncryptJWT" => {
            LibraryValue::new(NAME, "signing").named(name).with("payload", call.arg(0)).into_value()
        }
        "jwtVerify" | "compactVerify" | "flattenedVerify" | "jwtDecrypt" => {
            let caller = verify(call, machine);
            Value::object([("payload", caller), ("protectedHeader", Value::of(Shape::Unknown))])
        }
        "verify" => verify(call, machine),
        "sign" => signed(call, (call.arg(0), 1), machine),
        "create" => signed(call, (call.arg(1), 2), machine),
        "decodeJwt" | "decode" => decoded(call, NAME, machine),
        "decodeProtectedHeader" => Value::of(Shape::Unknown),
        // The key is what it is made from.
        "importJWK" | "importSPKI" | "importPKCS8" | "importX509" => call.arg(0),
        "createRemoteJWKSet" | "createLocalJWKSet" => {
            LibraryValue::new(NAME, "keys").placed(call.origin).into_value()
        }
        _ => return None,
    })
}

fn verify(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let options = call.arg(2);
    let mut token = token_use(call, NAME, TokenAction::Verify);
    token.key = call.args.get(1).map(|key| (key.clone(), call.arg_origin(1)));
    token.algorithms = algorithms(options.field("algorithms").or(Some(&options)));
    token.options_known = is_closed(&options);
    let caller = verified(token, machine);
    guarded(machine, call.origin, Taint::CALLER);
    caller
}

/// `sign(payload, key)` with the place of the key among the arguments.
fn signed(
    call: &LibraryCall<'_>,
    (payload, key): (Value, usize),
    machine: &mut dyn Machine,
) -> Value {
    let mut token = token_use(call, NAME, TokenAction::Sign);
    token.key = call.args.get(key).map(|value| (value.clone(), call.arg_origin(key)));
    token.expiry = payload.field("exp").cloned();
    token.options_known = is_closed(&payload) && payload.shape != Shape::Undefined;
    token.payload = Some(payload);
    machine.record(Effect::Token(token));
    Value::unknown_from(call.args)
}

/// A step of `new SignJWT(payload).setProtectedHeader(…)….sign(key)`.
fn signing(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let method = call.method?;
    let kept = match method {
        "setExpirationTime" => Some(("expiry", call.arg(0))),
        "setProtectedHeader" => {
            Some(("algorithm", call.arg(0).field("alg").cloned().unwrap_or_else(Value::undefined)))
        }
        _ => None,
    };
    if let Some((field, value)) = kept {
        return Some(call.callee.clone().with(field, value).into_value());
    }
    if method.starts_with("set") || method.starts_with("replicate") {
        return Some(call.callee.clone().into_value());
    }
    if !matches!(method, "sign" | "encrypt") {
        return None;
    }
    let payload = call.callee.kept("payload").cloned().unwrap_or_else(Value::undefined);
    let mut token = token_use(call, NAME, TokenAction::Sign);
    token.key = call.args.first().map(|key| (key.clone(), call.arg_origin(0)));
    token.algorithms = algorithms(call.callee.kept("algorithm"));
    token.expiry = call.callee.kept("expiry").or_else(|| payload.field("exp")).cloned();
    token.options_known = is_closed(&payload);
    let made = Value::unknown_from(call.args).and_dependencies(&payload);
    token.payload = Some(payload);
    machine.record(Effect::Token(token));
    Some(made)
}
