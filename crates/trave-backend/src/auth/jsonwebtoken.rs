//! `jsonwebtoken`, and `jwt-decode`, which can only read.

use super::token::{algorithms, decoded, guarded, is_closed, token_use, verified};
use crate::effect::{Effect, TokenAction};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Shape, Taint, Value};

const NAME: &str = "jsonwebtoken";
const READER: &str = "jwt-decode";

/// The model of `jsonwebtoken`.
#[derive(Debug)]
pub(crate) struct JsonWebToken;

/// The model of `jwt-decode`.
#[derive(Debug)]
pub(crate) struct JwtDecode;

impl Library for JsonWebToken {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        if package_name(package) != NAME {
            return None;
        }
        let kind = if matches!(name, "default" | "*") { "namespace" } else { "function" };
        Some(LibraryValue::new(NAME, kind).named(name).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        (object.kind == "namespace").then(|| self.import(NAME, property))?
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let name = call.method.unwrap_or(&call.callee.name);
        match name {
            "sign" => Some(sign(call, machine)),
            "verify" => Some(verify(call, machine)),
            "decode" => Some(decode(call, machine)),
            _ => None,
        }
    }
}

/// The options, unless a callback stands in their place.
fn options(call: &LibraryCall<'_>) -> Value {
    let options = call.arg(2);
    if is_function(&options) { Value::undefined() } else { options }
}

fn is_function(value: &Value) -> bool {
    matches!(value.shape, Shape::Function(_))
}

fn callback<'a>(call: &LibraryCall<'a>) -> Option<&'a Value> {
    call.args.iter().skip(2).find(|argument| is_function(argument))
}

fn sign(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let (payload, options) = (call.arg(0), options(call));
    let mut token = token_use(call, NAME, TokenAction::Sign);
    token.key = call.args.get(1).map(|key| (key.clone(), call.arg_origin(1)));
    token.algorithms = algorithms(options.field("algorithm"));
    token.expiry = options.field("expiresIn").or_else(|| payload.field("exp")).cloned();
    token.options_known = is_closed(&options) && is_closed(&payload);
    token.payload = Some(payload);
    machine.record(Effect::Token(token));
    let signed = Value::unknown_from(call.args);
    if let Some(callback) = callback(call) {
        machine.run(callback, vec![Value::of(Shape::Unknown), signed.clone()]);
    }
    signed
}

/// Throws for a bad token, or tells the callback.
fn verify(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let options = options(call);
    let mut token = token_use(call, NAME, TokenAction::Verify);
    token.key = call.args.get(1).map(|key| (key.clone(), call.arg_origin(1)));
    token.algorithms = algorithms(options.field("algorithms"));
    token.options_known = is_closed(&options);
    let caller = verified(token, machine);
    match callback(call) {
        Some(callback) => {
            let error = Value::unknown_from(std::slice::from_ref(&caller));
            machine.run(callback, vec![error, caller.clone()]);
        }
        None => guarded(machine, call.origin, Taint::CALLER),
    }
    caller
}

fn decode(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let claim = decoded(call, NAME, machine);
    let complete = call.arg(1).field("complete").cloned();
    match complete {
        Some(complete) if complete.shape == Shape::Bool(true) => {
            let header = Value::of(Shape::Unknown);
            Value::object([("payload", claim), ("header", header)])
        }
        _ => claim,
    }
}

impl Library for JwtDecode {
    fn name(&self) -> &'static str {
        READER
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        (package_name(package) == READER)
            .then(|| LibraryValue::new(READER, "function").named(name).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        matches!(property, "jwtDecode" | "default").then(|| object.clone().into_value())
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let only_header = call.arg(1).field("header").is_some();
        if only_header {
            return Some(Value::of(Shape::Unknown));
        }
        Some(decoded(call, READER, machine))
    }
}
