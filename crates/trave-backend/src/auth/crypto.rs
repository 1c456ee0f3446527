//! Node's and the web's `crypto`: hashes keep what they were made from, and comparing signatures
//! proves who sent them.

use super::token::asked;
use crate::effect::Trust;
use crate::library::{Library, LibraryCall, Machine};
use crate::value::{LibraryValue, Shape, Taint, Value};

const NAME: &str = "crypto";

/// The model of `crypto`.
#[derive(Debug)]
pub(crate) struct Crypto;

impl Library for Crypto {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        matches!(package, "crypto" | "node:crypto").then(|| exported(name))
    }

    fn global(&self, name: &str) -> Option<Value> {
        (name == "crypto").then(|| exported("*"))
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        (object.kind == "namespace").then(|| exported(property))
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("function", None) => function(call, &call.callee.name, machine),
            ("namespace", Some(name)) => function(call, name, machine),
            ("digest", Some(method)) => digest(call, method, machine),
            _ => None,
        }
    }
}

fn exported(name: &str) -> Value {
    let kind = match name {
        "*" | "default" | "webcrypto" | "subtle" => "namespace",
        _ => "function",
    };
    LibraryValue::new(NAME, kind).named(name).into_value()
}

fn function(call: &LibraryCall<'_>, name: &str, machine: &mut dyn Machine) -> Option<Value> {
    Some(match name {
        "createHmac" | "createHash" | "createVerify" | "createSign" => {
            let made_from = Value::unknown_from(call.args);
            LibraryValue::new(NAME, "digest").with("of", made_from).into_value()
        }
        "timingSafeEqual" | "verify" => {
            asked(machine, (call.origin, "signature comparison"), Trust::Secret);
            Value::unknown_from(call.args).tainted(Taint::SECRET)
        }
        "importKey" => call.arg(1),
        "randomUUID" | "randomBytes" | "randomInt" | "getRandomValues" => {
            Value::of(Shape::Unknown).tainted(Taint::VOLATILE)
        }
        "sign" | "digest" | "hash" | "scryptSync" | "pbkdf2Sync" | "encrypt" | "decrypt"
        | "deriveBits" | "deriveKey" | "exportKey" => Value::unknown_from(call.args),
        _ => return None,
    })
}

/// A step of `createHmac(…).update(…).digest('hex')`.
fn digest(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Option<Value> {
    let made_from = call.callee.kept("of").cloned().unwrap_or_else(Value::unknown);
    let all = made_from.depending_on(call.args);
    Some(match method {
        "update" => LibraryValue::new(NAME, "digest").with("of", all).into_value(),
        "digest" | "sign" => all,
        "verify" => {
            asked(machine, (call.origin, "signature comparison"), Trust::Secret);
            all.tainted(Taint::SECRET)
        }
        _ => return None,
    })
}
