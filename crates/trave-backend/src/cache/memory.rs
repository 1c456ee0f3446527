//! Caches inside the process: `lru-cache`, `node-cache`.

use crate::effect::{CacheAction, CacheUse, Effect};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Shape, Value};

const NAME: &str = "memory";

/// The model of caches in memory.
#[derive(Debug)]
pub(crate) struct Memory;

impl Library for Memory {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let kind = match (package_name(package).as_str(), name) {
            ("lru-cache", "default" | "LRUCache" | "*") => "lru-class",
            ("node-cache", "default" | "*") => "node-class",
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
            ("lru-class", "LRUCache" | "default") | ("node-class", "default") => {
                Some(object.clone().into_value())
            }
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            // A bounded store forgets by itself.
            ("lru-class", None) => Some(store(&call.arg(0), &["max", "maxSize", "ttl"])),
            ("node-class", None) => Some(store(&call.arg(0), &["stdTTL"])),
            ("store", Some(method)) => stored(call, method, machine),
            _ => None,
        }
    }
}

fn store(options: &Value, bounds: &[&str]) -> Value {
    let bounded = bounds.iter().any(|name| options.field(name).is_some());
    let known = !bounded && matches!(options.shape, Shape::Object(_) | Shape::Undefined);
    LibraryValue::new(NAME, "store").with("known", Value::of(Shape::Bool(known))).into_value()
}

fn stored(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Option<Value> {
    let action = match method {
        "get" | "peek" | "fetch" | "take" => CacheAction::Read,
        "set" => CacheAction::Write,
        "delete" | "del" | "clear" | "flushAll" => CacheAction::Invalidate,
        _ => return None,
    };
    let mut cache = use_of(call, action);
    if action == CacheAction::Write {
        let option = call.arg(2);
        cache.value = call.args.get(1).cloned();
        cache.ttl = match option.shape {
            Shape::Object(_) => option.field("ttl").cloned(),
            Shape::Undefined => None,
            _ => Some(option),
        };
        let unbounded = Some(&Shape::Bool(true));
        cache.ttl_known = call.callee.kept("known").map(|known| &known.shape) == unbounded;
    }
    machine.record(Effect::Cache(cache));
    Some(Value::unknown_from(call.args.get(..1).unwrap_or_default()))
}

fn use_of(call: &LibraryCall<'_>, action: CacheAction) -> CacheUse {
    CacheUse {
        origin: call.origin,
        library: NAME,
        action,
        key: call.arg(0),
        key_origin: call.arg_origin(0),
        ttl: None,
        ttl_known: false,
        value: None,
        computes: Vec::new(),
        shared: true,
        bookkeeping: false,
    }
}
