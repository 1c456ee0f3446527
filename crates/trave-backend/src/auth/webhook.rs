//! Signatures of other services: Stripe, Svix, GitHub and others.

use super::token::{asked, guarded};
use crate::effect::{Effect, Trust};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{InputKind, LibraryValue, Shape, Taint, Value};

const NAME: &str = "webhook";

/// The model of libraries that verify signatures.
#[derive(Debug)]
pub(crate) struct Webhook;

impl Library for Webhook {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let kind = match package.as_str() {
            "stripe" => "stripe-class",
            "svix" | "standardwebhooks" if name == "Webhook" => "verifier-class",
            "@octokit/webhooks" if name == "Webhooks" => "verifier-class",
            "@upstash/qstash" if name == "Receiver" => "verifier-class",
            _ if name.starts_with("verifySignature") && package.starts_with("@upstash/qstash") => {
                "wrapper"
            }
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
        match (object.kind, property) {
            ("stripe-class", "default" | "Stripe") => Some(object.clone().into_value()),
            ("stripe" | "stripe-class", "webhooks") => Some(thing("signatures")),
            ("stripe" | "resource", _) => Some(thing("resource")),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("stripe-class", None) => Some(thing("stripe")),
            ("verifier-class", None) => Some(thing("verifier")),
            ("signatures", Some("constructEvent" | "constructEventAsync"))
            | ("stripe", Some("parseEventNotification")) => {
                Some(checked(call, "stripe signature", machine))
            }
            ("verifier", Some("verify" | "verifyAndReceive")) => {
                Some(checked(call, "webhook signature", machine))
            }
            ("stripe" | "resource", Some(_)) => {
                machine.record(Effect::Outbound(call.origin));
                // It is asked with the secret key of the program, and answers what it likes.
                let asked = Taint::ENV.and(Taint::UNKNOWN);
                Some(Value::unknown_from(call.args).tainted(asked))
            }
            ("wrapper", None) => {
                let wrapped = LibraryValue::new(NAME, "wrapped").with("handler", call.arg(0));
                Some(wrapped.into_value())
            }
            ("wrapped", None) => {
                signed(call, machine);
                let handler = call.callee.kept("handler")?;
                Some(machine.run(handler, call.args.to_vec()))
            }
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let is_stripe = package_name(package) == "stripe" && matches!(name, "Stripe" | "default");
        is_stripe.then(|| thing("stripe"))
    }
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

/// From here on, whoever did not sign the request has been turned away.
pub(crate) fn signed(call: &LibraryCall<'_>, machine: &mut dyn Machine) {
    checked(call, "webhook signature", machine);
}

/// The call throws for a wrong signature; what it returns is the body, sent by the right service.
fn checked(call: &LibraryCall<'_>, name: &str, machine: &mut dyn Machine) -> Value {
    asked(machine, (call.origin, name), Trust::Secret);
    guarded(machine, call.origin, Taint::SECRET);
    let body = call.arg(0);
    let event = match body.shape {
        Shape::Input(_) => body,
        _ => Value::input(InputKind::Body, "").and_dependencies(&body),
    };
    event.tainted(Taint::SECRET)
}
