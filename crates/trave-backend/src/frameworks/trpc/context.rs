//! The context of a request: what an adapter makes, and what middleware lays over it.

use std::sync::Arc;

use super::NAME;
use crate::held::OBJECT;
use crate::library::{LibraryCall, Machine};
use crate::registration::Asked;
use crate::value::{LibraryValue, Object, Shape, Taint, Value};

/// Where the context of a request is kept.
pub(super) const CONTEXT: &str = "(trpc) ctx";

/// Where what the schemas let through is kept.
pub(super) const INPUT: &str = "(trpc) input";

/// How many alternatives of a context are told apart.
const ALTERNATIVES_MAX: usize = 8;

/// The request as a link of a procedure sees it; no code of the project does.
pub(super) fn request(asked: &Asked<'_>) -> Value {
    let path = asked.path.rsplit('/').next().unwrap_or_default();
    LibraryValue::new(NAME, "request")
        .with("method", Value::text(asked.method))
        .with("path", Value::text(path))
        .with("type", asked.facts.clone())
        .with_object(asked.object.clone())
        .into_value()
}

/// What code finds in a context that nobody was seen putting there.
fn unseen() -> Value {
    Value::of(Shape::Unknown).tainted(Taint::OPAQUE.and(Taint::UNKNOWN))
}

/// A context of which nothing is known.
pub(super) fn unknown() -> Value {
    Value::record(Object { rest: Some(Arc::new(unseen())), ..Object::default() })
}

/// A context as code gets it: whatever was not seen in it may still be there.
pub(super) fn open(context: &Value) -> Value {
    let opened: Vec<Value> = context.alternatives().iter().map(opened).collect();
    Value::one_of(opened).and_dependencies(context)
}

fn opened(context: &Value) -> Value {
    match &context.shape {
        Shape::Object(object) if object.rest.is_none() => {
            let rest = Some(Arc::new(unseen()));
            Value::record(Object { rest, ..(**object).clone() })
        }
        Shape::Unknown | Shape::Undefined | Shape::Null => unknown(),
        _ => context.clone(),
    }
}

/// What middleware adds stands over what was there.
fn laid_over(context: &Value, added: &Value) -> Value {
    if added.is_nullish() == Some(true) {
        return context.clone();
    }
    let pairs = context
        .alternatives()
        .iter()
        .flat_map(|below| added.alternatives().iter().map(move |above| overlay(below, above)));
    let all: Vec<Value> = pairs.take(ALTERNATIVES_MAX).collect();
    open(&Value::one_of(all))
}

fn overlay(below: &Value, above: &Value) -> Value {
    match (&below.shape, &above.shape) {
        (Shape::Object(before), Shape::Object(added)) => {
            let mut fields = before.fields.clone();
            fields.extend(added.fields.iter().map(|(name, it)| (name.clone(), it.clone())));
            let rest = added.rest.clone().or_else(|| before.rest.clone());
            Value::record(Object { fields, rest })
        }
        (_, Shape::Undefined | Shape::Null) => below.clone(),
        _ => above.clone(),
    }
}

/// `next({ ctx })` of middleware: what is kept is laid over, and the rest runs.
pub(super) fn next(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let callee = call.callee;
    let added = machine.member(&call.arg(0), "ctx");
    let added = if call.args.is_empty() { Value::undefined() } else { added };
    let context = laid_over(callee.kept("ctx")?, &added);
    if let Some(object) = callee.kept(OBJECT) {
        machine.keep(object, CONTEXT, context);
        machine.run(callee.kept("rest")?, Vec::new());
        return Some(Value::of(Shape::Unknown));
    }
    Some(super::callers::proceed(&callee.clone().with("ctx", context), machine))
}
