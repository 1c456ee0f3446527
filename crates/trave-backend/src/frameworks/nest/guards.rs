//! Guards: what runs before a handler and turns callers away.

use trave_source::Origin;

use super::context::{flat, identify};
use super::middleware;
use crate::dispatch::Dispatch;
use crate::effect::{AuthCheck, Effect, Guard, Trust};
use crate::library::{LibraryCall, Machine};
use crate::value::{Shape, Taint, Value};

/// Words of guards that ask nobody who they are.
const ASIDE: &[&str] = &["Throttler", "Throttle", "RateLimit", "Cache", "Csrf", "Feature"];

/// Runs the guards of a way in: those of the application, of the class, of the method.
pub(super) fn run(way: &Dispatch<'_>, context: &Value, machine: &mut dyn Machine) {
    if way.method == "field" {
        // Whoever reaches a field of an object has been let through to the object.
        unknown(way.origin, machine);
    }
    let named = [&way.decorated.class, &way.decorated.method];
    let own = named.into_iter().flat_map(|decorators| flat(decorators));
    let mut guards = way.before.to_vec();
    for decorator in own {
        let list = decorator.library().filter(|it| it.kind == "guards");
        if let Some(Shape::Array(list)) = list.and_then(|it| it.kept("list")).map(|it| &it.shape) {
            guards.extend(list.iter().cloned());
        }
    }
    // Middleware runs before every guard.
    let is_applied = |value: &Value| value.library().is_some_and(|it| it.kind == "applied");
    let (applied, guards): (Vec<Value>, Vec<Value>) = guards.into_iter().partition(is_applied);
    for applied in applied.iter().filter_map(Value::library) {
        middleware::run(applied, (way, context), machine);
    }
    for guard in guards {
        one(&guard, (context, way.origin), machine);
    }
}

fn one(guard: &Value, (context, at): (&Value, Origin), machine: &mut dyn Machine) {
    if let Some(library) = guard.library() {
        match library.kind {
            "guard" => admitted(context, at, machine),
            _ if asks_nobody(&library.name) => {}
            _ => unknown(at, machine),
        }
        return;
    }
    if !matches!(guard.shape, Shape::Instance(_)) {
        unknown(at, machine);
        return;
    }
    let guard = machine.make(guard);
    let decides = machine.member(&guard, "canActivate");
    match &decides.shape {
        Shape::Function(_) | Shape::Library(_) => {
            let lets_in = lets_strangers_in(&guard, context, machine);
            if lets_in {
                let kept = optional(context);
                machine.run(&decides, vec![kept]);
                return;
            }
            let verdict = machine.run(&decides, vec![context.clone()]);
            let verdict = machine.awaited(verdict);
            machine.admit(&verdict, at);
        }
        _ => unknown(at, machine),
    }
}

/// Whether a guard of a strategy accepts callers whom the strategy does not know: its
/// `handleRequest` throws for nobody.
fn lets_strangers_in(guard: &Value, context: &Value, machine: &mut dyn Machine) -> bool {
    let handle = machine.member(guard, "handleRequest");
    if !matches!(handle.shape, Shape::Function(_)) {
        return false;
    }
    let (error, user) = (Value::of(Shape::Null), Value::of(Shape::Bool(false)));
    let answer = machine.run(&handle, vec![error, user, Value::undefined(), context.clone()]);
    !matches!(answer.shape, Shape::Never)
}

/// The same context, for a strategy that lets strangers in.
fn optional(context: &Value) -> Value {
    match context.library() {
        Some(library) => {
            library.clone().with("optional", Value::of(Shape::Bool(true))).into_value()
        }
        None => context.clone(),
    }
}

/// `canActivate` of a guard that a strategy decides: `AuthGuard('jwt')`.
pub(super) fn decided_by_strategy(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let context = call.arg(0);
    let is_optional = context.library().is_some_and(|it| it.kept("optional").is_some());
    if is_optional {
        let name = "AuthGuard".into();
        machine.record(Effect::Auth(AuthCheck {
            origin: call.origin,
            name,
            trust: Trust::Verified,
        }));
        let nobody = Value::of(Shape::Null).and_dependencies(&Value::caller());
        identify(&context, Value::caller().join(nobody), machine);
    } else {
        admitted(&context, call.origin, machine);
    }
    Value::of(Shape::Bool(true)).tainted(Taint::CALLER)
}

/// `canActivate` of a guard of some package.
pub(super) fn decided_elsewhere(call: &LibraryCall<'_>) -> Value {
    if asks_nobody(&call.callee.name) {
        return Value::of(Shape::Bool(true));
    }
    Value::of(Shape::Unknown).tainted(Taint::OPAQUE)
}

/// Whether a guard of this name asks nobody who they are.
fn asks_nobody(name: &str) -> bool {
    ASIDE.iter().any(|word| name.contains(word))
}

fn admitted(context: &Value, origin: Origin, machine: &mut dyn Machine) {
    let name = "AuthGuard".into();
    machine.record(Effect::Auth(AuthCheck { origin, name, trust: Trust::Verified }));
    machine.record(Effect::Guard(Guard { origin, by: Taint::CALLER }));
    identify(context, Value::caller(), machine);
}

/// A guard that cannot be followed may have asked.
fn unknown(origin: Origin, machine: &mut dyn Machine) {
    machine.record(Effect::Guard(Guard { origin, by: Taint::OPAQUE }));
}
