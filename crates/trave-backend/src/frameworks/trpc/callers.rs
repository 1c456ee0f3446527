//! Callers: procedures that the server runs itself, with a context that it brings along.

use super::builder::LINKS;
use super::links::{Given, checked, function_of, raw_input, split};
use super::routers::RECORD;
use super::{NAME, context};
use crate::library::{LibraryCall, Machine};
use crate::value::{LibraryValue, Shape, Value};

/// `t.createCallerFactory(router)`.
pub(super) fn factory(call: &LibraryCall<'_>) -> Value {
    let router = call.arg(0);
    let record = router.library().and_then(|router| router.kept(RECORD)).cloned();
    let factory = LibraryValue::new(NAME, "caller-factory");
    factory.with(RECORD, record.unwrap_or_else(Value::unknown)).into_value()
}

/// A call of what such a factory gives; `t.createCallerFactory()(router)` gives another one.
pub(super) fn from_factory(call: &LibraryCall<'_>) -> Value {
    let given = call.arg(0);
    match given.library() {
        Some(router) if router.library == NAME && router.kind == "router" => factory(call),
        _ => of(call.callee, given),
    }
}

/// A caller of what a router holds, with a context or what makes one.
pub(super) fn of(router: &LibraryValue, context: Value) -> Value {
    let record = router.kept(RECORD).cloned().unwrap_or_else(Value::unknown);
    LibraryValue::new(NAME, "caller").with(RECORD, record).with("ctx", context).into_value()
}

/// A part of a caller: a procedure to call, or the caller of a router below.
pub(super) fn member(caller: &LibraryValue, property: &str) -> Option<Value> {
    let found = caller.kept(RECORD)?.field(property)?;
    let context = caller.kept("ctx")?.clone();
    match &found.shape {
        Shape::Object(_) => {
            let below = LibraryValue::new(NAME, "caller").with(RECORD, found.clone());
            Some(below.with("ctx", context).into_value())
        }
        Shape::Library(it) if it.library == NAME && it.kind == "router" => Some(of(it, context)),
        Shape::Library(it) if it.library == NAME && it.kind == "endpoint" => {
            let bound = LibraryValue { kind: "bound", ..(**it).clone() };
            Some(bound.with("ctx", context).into_value())
        }
        _ => None,
    }
}

/// `caller.list(input)`, `caller.list.prefetch(input)`.
pub(super) fn called(
    procedure: &Value,
    call: &LibraryCall<'_>,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let bound = procedure.library().filter(|it| it.kind == "bound")?;
    let mut made = bound.kept("ctx")?.clone();
    if let Shape::Function(_) | Shape::Library(_) = made.shape {
        let result = machine.run(&made, Vec::new());
        let result = machine.awaited(result);
        // A thing of a library may be a function that makes a context, or one itself.
        if !matches!((&made.shape, &result.shape), (Shape::Library(_), Shape::Unknown)) {
            made = result;
        }
    }
    let input = call.arg(0);
    let left = LibraryValue { kind: "next", ..bound.clone() };
    let left = left.with("ctx", context::open(&made)).with("raw", input.clone());
    Some(proceed(&left.with("input", input), machine))
}

/// Runs what is left of a procedure.
pub(super) fn proceed(left: &LibraryValue, machine: &mut dyn Machine) -> Value {
    let kept = |name| left.kept(name).cloned().unwrap_or_else(Value::undefined);
    let given = Given {
        context: kept("ctx"),
        input: kept("input"),
        raw: left.kept("raw").cloned().unwrap_or_else(|| raw_input(&left.name)),
        kind: kept("type"),
        path: "",
    };
    let Some((link, rest)) = split(left) else { return Value::undefined() };
    let after = left.clone().with(LINKS, Value::array(rest));
    match link.kind {
        "check" => {
            let input = checked(link, &given, machine);
            proceed(&after.with("input", input), machine)
        }
        "step" => {
            let function = function_of(link);
            if !matches!(function.shape, Shape::Function(_)) {
                return proceed(&after, machine);
            }
            machine.run(&function, vec![given.handed(Some(after))])
        }
        _ => machine.run(&function_of(link), vec![given.handed(None)]),
    }
}
