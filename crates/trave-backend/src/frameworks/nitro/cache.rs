//! Handlers and functions whose results Nitro keeps.

use super::NAME;
use crate::effect::{CacheAction, CacheUse, Effect, TimeUnit};
use crate::library::{LibraryCall, Machine};
use crate::value::{InputKind, LibraryValue, Shape, Value};

/// What says of an event that it is bare.
const BARE: &str = "bare";

/// `defineCachedEventHandler(handler, options)`, `defineCachedFunction(function, options)`.
pub(super) fn keeping(call: &LibraryCall<'_>, kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind)
        .with("function", call.arg(0))
        .with("options", call.arg(1))
        .placed(call.arg_origin(1))
        .into_value()
}

/// A call of a function whose results are kept under its arguments.
pub(super) fn of_function(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let options = call.callee.kept("options").cloned().unwrap_or_else(Value::undefined);
    let key = own_key(&options, call.args, machine);
    let key = key.unwrap_or_else(|| Value::array(call.args.to_vec()));
    read_through(call, (key, &options), machine)
}

/// A handler whose answers are kept by path and query; it sees no cookies and no headers but those
/// that it names.
pub(super) fn of_handler(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let options = call.callee.kept("options").cloned().unwrap_or_else(Value::undefined);
    let asked = vec![Value::input(InputKind::Path, ""), Value::input(InputKind::Query, "")];
    let varies = options.field("varies").is_some();
    let key = own_key(&options, call.args, machine).unwrap_or_else(|| {
        let key = Value::array(asked.clone());
        if varies { key.and_dependencies(&Value::input(InputKind::Header, "")) } else { key }
    });
    let event = match call.arg(0).library() {
        Some(event) if !varies => bare(event).depending_on(&asked),
        _ => call.arg(0),
    };
    let args = [event];
    let call = LibraryCall { args: &args, ..*call };
    read_through(&call, (key, &options), machine)
}

/// An event without what tells callers apart, but for what middleware put there.
fn bare(event: &LibraryValue) -> Value {
    event.clone().with(BARE, Value::of(Shape::Bool(true))).into_value()
}

/// Whether an event holds neither cookies nor headers nor a body.
pub(super) fn is_bare(event: &Value) -> bool {
    event.library().is_some_and(|event| event.kept(BARE).is_some())
}

fn own_key(options: &Value, args: &[Value], machine: &mut dyn Machine) -> Option<Value> {
    let make = options.field("getKey")?.clone();
    Some(machine.run(&make, args.to_vec()))
}

fn read_through(
    call: &LibraryCall<'_>,
    (key, options): (Value, &Value),
    machine: &mut dyn Machine,
) -> Option<Value> {
    let function = call.callee.kept("function")?.clone();
    let (value, computes) = machine.run_and_watch(&function, call.args.to_vec());
    // Without an option it lives for a second.
    let second = Value::of(Shape::Number(1.0));
    machine.record(Effect::Cache(CacheUse {
        origin: call.origin,
        library: NAME,
        action: CacheAction::ReadThrough,
        key,
        key_origin: call.callee.place.unwrap_or(call.origin),
        ttl: Some(options.field("maxAge").cloned().unwrap_or(second)),
        ttl_unit: Some(TimeUnit::Seconds),
        ttl_known: matches!(options.shape, Shape::Object(_) | Shape::Undefined),
        value: Some(value.clone()),
        computes,
        shared: true,
        bookkeeping: false,
    }));
    Some(value)
}
