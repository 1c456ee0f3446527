//! Caches inside the process: `lru-cache`, `node-cache`, and `cache-manager`, which NestJS injects.

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
            ("cache-manager", "caching" | "createCache" | "multiCaching") => "maker",
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
            ("maker", None) => Some(managed()),
            ("store", Some("wrap")) => Some(wrapped(call, machine)),
            ("store", Some(method)) => stored(call, method, machine),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let own = matches!(package, "cache-manager" | "@nestjs/cache-manager");
        (own && matches!(name, "Cache" | "MultiCache" | "CacheManager")).then(managed)
    }
}

/// A store whose settings stand elsewhere.
fn managed() -> Value {
    LibraryValue::new(NAME, "store").into_value()
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

/// `wrap(key, load, ttl)`: what is stored, or what `load` gives.
fn wrapped(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let (value, computes) = machine.run_and_watch(&call.arg(1), Vec::new());
    let mut cache = use_of(call, CacheAction::ReadThrough);
    cache.ttl = call.args.get(2).cloned();
    cache.value = Some(value.clone());
    cache.computes = computes;
    machine.record(Effect::Cache(cache));
    value
}

fn use_of(call: &LibraryCall<'_>, action: CacheAction) -> CacheUse {
    CacheUse {
        origin: call.origin,
        library: NAME,
        action,
        key: call.arg(0),
        key_origin: call.arg_origin(0),
        ttl: None,
        ttl_unit: None,
        ttl_known: false,
        value: None,
        computes: Vec::new(),
        shared: true,
        bookkeeping: false,
    }
}
