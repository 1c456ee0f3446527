//! `next/cache`: functions whose results are kept, and what throws kept results away.

use super::NAME;
use crate::effect::{CacheAction, CacheUse, Effect, TimeUnit};
use crate::library::{LibraryCall, Machine};
use crate::value::{LibraryValue, Shape, Value};

/// `unstable_cache(fn, keyParts, { revalidate, tags })` gives a function.
pub(super) fn keeping(call: &LibraryCall<'_>) -> Value {
    let options = call.arg(2);
    let ttl = options.field("revalidate").cloned().filter(|ttl| ttl.shape != Shape::Bool(false));
    let known = matches!(options.shape, Shape::Object(_) | Shape::Undefined);
    LibraryValue::new(NAME, "kept-function")
        .with("function", call.arg(0))
        .with("key", call.args.get(1).cloned().unwrap_or_else(|| Value::array(Vec::new())))
        .with("ttl", ttl.unwrap_or_else(Value::undefined))
        .with("known", Value::of(Shape::Bool(known)))
        .placed(call.arg_origin(usize::from(call.args.len() > 1)))
        .into_value()
}

/// A call of such a function: read, or computed and kept, under the key parts and the arguments.
pub(super) fn read_through(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let function = call.callee.kept("function")?;
    let mut key: Vec<Value> = match call.callee.kept("key").map(|key| &key.shape) {
        Some(Shape::Array(parts)) => parts.to_vec(),
        _ => call.callee.kept("key").cloned().into_iter().collect(),
    };
    key.extend(call.args.iter().cloned());
    let (value, computes) = machine.run_and_watch(function, call.args.to_vec());
    let ttl = call.callee.kept("ttl").cloned().filter(|ttl| ttl.shape != Shape::Undefined);
    machine.record(Effect::Cache(CacheUse {
        origin: call.origin,
        library: NAME,
        action: CacheAction::ReadThrough,
        key: Value::array(key),
        key_origin: call.callee.place.unwrap_or(call.origin),
        ttl,
        ttl_unit: Some(TimeUnit::Seconds),
        ttl_known: call.callee.kept("known").is_some_and(|known| known.shape == Shape::Bool(true)),
        value: Some(value.clone()),
        computes,
        shared: true,
        bookkeeping: false,
    }));
    Some(value)
}

/// `revalidateTag`, `updateTag`, `revalidatePath`.
pub(super) fn invalidate(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    machine.record(Effect::Cache(CacheUse {
        origin: call.origin,
        library: NAME,
        action: CacheAction::Invalidate,
        key: call.arg(0),
        key_origin: call.arg_origin(0),
        ttl: None,
        ttl_unit: None,
        ttl_known: true,
        value: None,
        computes: Vec::new(),
        shared: true,
        bookkeeping: false,
    }));
    Value::undefined()
}
