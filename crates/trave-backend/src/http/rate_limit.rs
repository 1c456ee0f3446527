//! Rate limiters: `@upstash/ratelimit`, `@unkey/ratelimit`, `rate-limiter-flexible` and Arcjet.
//!
//! What they answer says how often somebody asks, and nothing about who that is.

use trave_source::Origin;

use crate::effect::{Effect, LibraryUse};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Shape, Value};

const NAME: &str = "rate limit";

/// The packages, with what they export that makes a limiter and the method that counts.
const PACKAGES: [(&str, &str, &str); 8] = [
    ("@upstash/ratelimit", "Ratelimit", "limit"),
    ("@unkey/ratelimit", "Ratelimit", "limit"),
    ("rate-limiter-flexible", "RateLimiter", "consume"),
    ("@arcjet/next", "default", "protect"),
    ("@arcjet/node", "default", "protect"),
    ("@arcjet/bun", "default", "protect"),
    ("@arcjet/sveltekit", "default", "protect"),
    ("@arcjet/remix", "default", "protect"),
];

/// The model of rate limiters.
#[derive(Debug)]
pub(crate) struct RateLimit;

impl Library for RateLimit {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let makes = |(own, maker, _): &&(&'static str, &str, &str)| {
            package == *own && name.starts_with(maker)
        };
        let (own, ..) = PACKAGES.iter().find(makes)?;
        Some(LibraryValue::new(NAME, "maker").named(*own).into_value())
    }

    fn member(&self, object: &LibraryValue, _property: &str, _at: Origin) -> Option<Value> {
        // `Ratelimit.slidingWindow(10, '10 s')` is a setting.
        (object.kind == "maker").then(|| Value::of(Shape::Unknown))
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let package = call.callee.name.as_str();
        let (own, _, counts) = PACKAGES.iter().find(|(own, ..)| package == *own)?;
        match (call.callee.kind, call.method) {
            ("maker", None) => Some(LibraryValue::new(NAME, "limiter").named(*own).into_value()),
            ("limiter", Some(method)) if method == *counts => {
                let (origin, library) = (call.origin, *own);
                machine.record(Effect::Limited(LibraryUse { origin, library }));
                Some(Value::of(Shape::Unknown))
            }
            ("limiter", Some("withRule")) => Some(call.callee.clone().into_value()),
            _ => Some(Value::of(Shape::Unknown)),
        }
    }
}
