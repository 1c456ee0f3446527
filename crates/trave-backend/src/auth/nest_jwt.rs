//! `@nestjs/jwt`: a service that signs, verifies and decodes, with the secret of its module.

use super::token::{algorithms, decoded, guarded, is_closed, token_use, verified};
use crate::effect::{Effect, TokenAction};
use crate::library::{Library, LibraryCall, Machine};
use crate::value::{LibraryValue, Shape, Taint, Value};

const NAME: &str = "@nestjs/jwt";

/// The model of `@nestjs/jwt`.
#[derive(Debug)]
pub(crate) struct NestJwt;

impl Library for NestJwt {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let kind = match name {
            "JwtService" => "class",
            "JwtModule" => "module",
            _ => return None,
        };
        (package == NAME).then(|| LibraryValue::new(NAME, kind).into_value())
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("class", None) => {
                let options = call.arg(0);
                Some(LibraryValue::new(NAME, "service").with("options", options).into_value())
            }
            ("module", Some("register")) => {
                set_up(call, &call.arg(0), machine);
                Some(Value::of(Shape::Unknown))
            }
            ("module", Some("registerAsync")) => {
                let factory = call.arg(0).field("useFactory").cloned();
                if let Some(factory) = factory {
                    let options = machine.run(&factory, Vec::new());
                    let options = machine.awaited(options);
                    set_up(call, &options, machine);
                }
                Some(Value::of(Shape::Unknown))
            }
            ("service", Some("sign" | "signAsync")) => Some(sign(call, machine)),
            ("service", Some("verify" | "verifyAsync")) => Some(verify(call, machine)),
            ("service", Some("decode")) => Some(decoded(call, NAME, machine)),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let is_service = package == NAME && name == "JwtService";
        is_service.then(|| LibraryValue::new(NAME, "service").into_value())
    }
}

/// `JwtModule.register({ secret })`: what every service of the module signs with.
fn set_up(call: &LibraryCall<'_>, options: &Value, machine: &mut dyn Machine) {
    let signs = options.field("signOptions").cloned().unwrap_or_else(Value::undefined);
    let Some(key) = key_of(options).cloned() else { return };
    let mut token = token_use(call, NAME, TokenAction::Sign);
    let place = machine.place_in(call.arg_origin(0), &["secret"]);
    token.key = Some((key, place.unwrap_or(call.arg_origin(0))));
    token.algorithms = algorithms(signs.field("algorithm"));
    machine.record(Effect::Token(token));
}

fn key_of(options: &Value) -> Option<&Value> {
    ["secret", "privateKey", "publicKey", "secretOrPrivateKey"]
        .iter()
        .find_map(|name| options.field(name))
}

fn sign(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let (payload, options) = (call.arg(0), call.arg(1));
    let mut token = token_use(call, NAME, TokenAction::Sign);
    token.key = key_of(&options).map(|key| (key.clone(), call.arg_origin(1)));
    token.algorithms = algorithms(options.field("algorithm"));
    token.expiry = options.field("expiresIn").or_else(|| payload.field("exp")).cloned();
    // How long a token lives may be said where the module is set up.
    token.options_known = false;
    token.payload = Some(payload);
    machine.record(Effect::Token(token));
    Value::unknown_from(call.args)
}

/// Throws for a bad token.
fn verify(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let options = call.arg(1);
    let mut token = token_use(call, NAME, TokenAction::Verify);
    token.key = key_of(&options).map(|key| (key.clone(), call.arg_origin(1)));
    token.algorithms = algorithms(options.field("algorithms"));
    token.options_known = is_closed(&options);
    let caller = verified(token, machine);
    guarded(machine, call.origin, Taint::CALLER);
    caller
}
