//! Calls to other services: `fetch`, `axios` and their likes.

use crate::effect::Effect;
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Taint, Value};

const NAME: &str = "outbound";

/// The model of HTTP clients.
#[derive(Debug)]
pub(crate) struct Outbound;

impl Library for Outbound {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let own = matches!(
            package_name(package).as_str(),
            "axios"
                | "got"
                | "ky"
                | "node-fetch"
                | "cross-fetch"
                | "ofetch"
                | "undici"
                | "superagent"
        );
        let is_client = matches!(
            name,
            "default" | "*" | "axios" | "got" | "ky" | "fetch" | "ofetch" | "$fetch" | "request"
        );
        (own && is_client).then(client)
    }

    fn global(&self, name: &str) -> Option<Value> {
        matches!(name, "fetch" | "$fetch").then(client)
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        match (object.kind, property) {
            ("client", "default") => Some(object.clone().into_value()),
            ("answer", _) => object.kept("of").cloned(),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("client", Some("create" | "extend" | "instance")) => Some(client()),
            ("client", Some("isAxiosError" | "isCancel")) => Some(Value::unknown_from(call.args)),
            ("client", _) => {
                machine.record(Effect::Outbound(call.origin));
                Some(answer(call))
            }
            ("answer", _) => call.callee.kept("of").cloned(),
            _ => None,
        }
    }
}

fn client() -> Value {
    LibraryValue::new(NAME, "client").into_value()
}

/// What the other service answered. When it was sent the caller's headers or cookies, it may have
/// been asked who is calling.
fn answer(call: &LibraryCall<'_>) -> Value {
    let mut told = Value::unknown_from(call.args);
    let identity = Taint::HEADER.and(Taint::COOKIE).and(Taint::CLAIM);
    told.taint = if told.taint.has(identity) { Taint::OPAQUE } else { Taint::NONE };
    let answer = LibraryValue::new(NAME, "answer").with("of", told.clone()).into_value();
    answer.and_dependencies(&told)
}
