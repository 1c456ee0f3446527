//! React: hooks hand on what they are given, and `cache` remembers for one request.

use trave_ts::ir::{ExprId, ExprKind, Module};

use super::syntax::imported;
use crate::effect::{CacheAction, CacheUse, Effect};
use crate::library::{Library, LibraryCall, Machine};
use crate::value::{LibraryValue, Object, Shape, Value};

const NAME: &str = "react";

/// The model of React.
#[derive(Debug)]
pub(crate) struct React;

impl Library for React {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let kind = if matches!(name, "*" | "default") { "namespace" } else { "function" };
        (package == "react").then(|| LibraryValue::new(NAME, kind).named(name).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        (object.kind == "namespace").then(|| self.import(NAME, property))?
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("function", None) => function(call, &call.callee.name, machine),
            ("namespace", Some(name)) => function(call, name, machine),
            ("memoised", None) => memoised(call, machine),
            _ => None,
        }
    }
}

/// Whether an expression only wraps a function, which runs when somebody calls what it gives:
/// `cache(async () => …)`.
pub fn wraps(module: &Module, value: ExprId) -> bool {
    let Some(ExprKind::Call(call)) = module.expr(value).map(|expr| &expr.kind) else {
        return false;
    };
    let Some(ExprKind::Name(name)) = module.expr(call.callee).map(|expr| &expr.kind) else {
        return false;
    };
    let imported = module.binding(*name).and_then(|binding| imported(module, binding));
    matches!(imported, Some((NAME, "cache" | "memo" | "useCallback")))
        || matches!(imported, Some(("next/cache", "unstable_cache")))
}

fn function(call: &LibraryCall<'_>, name: &str, machine: &mut dyn Machine) -> Option<Value> {
    Some(match name {
        "cache" => LibraryValue::new(NAME, "memoised").with("function", call.arg(0)).into_value(),
        "useMemo" => machine.run(&call.arg(0), Vec::new()),
        "useCallback" | "use" | "forwardRef" | "memo" => call.arg(0),
        "useRef" => reference(call.arg(0)),
        "useState" => {
            let first = call.arg(0);
            let is_function = matches!(first.shape, Shape::Function(_));
            let state = if is_function { machine.run(&first, Vec::new()) } else { first };
            // Whatever is set later is not known here.
            let state = if is_function { state } else { Value::of(Shape::Unknown) };
            Value::array(vec![state, Value::of(Shape::Unknown)])
        }
        _ => return None,
    })
}

fn reference(value: Value) -> Value {
    let current = if value.is_nullish() == Some(true) { Value::of(Shape::Unknown) } else { value };
    Value::record(Object { fields: [("current".into(), current)].into(), rest: None })
}

/// A call of a function that React remembers for the rest of the request.
fn memoised(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let function = call.callee.kept("function")?;
    let (value, computes) = machine.run_and_watch(function, call.args.to_vec());
    machine.record(Effect::Cache(CacheUse {
        origin: call.origin,
        library: NAME,
        action: CacheAction::ReadThrough,
        key: Value::array(call.args.to_vec()),
        key_origin: call.origin,
        ttl: None,
        ttl_unit: None,
        ttl_known: false,
        value: Some(value.clone()),
        computes,
        shared: false,
        bookkeeping: false,
    }));
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{FakeMachine, call, function};

    fn hook(machine: &mut FakeMachine, name: &str, argument: Value) -> Value {
        let hook = React.import("react", name).unwrap();
        call(&React, machine, &hook, (None, &[argument])).unwrap()
    }

    #[test]
    fn results_are_remembered_for_one_request() {
        let user = Value::text("user");
        let mut machine = FakeMachine { returns: vec![user.clone()], ..FakeMachine::default() };
        let memo = hook(&mut machine, "cache", function(0));
        let value = call(&React, &mut machine, &memo, (None, &[Value::text("1")])).unwrap();
        assert_eq!(value, user);
        let Effect::Cache(cache) = &machine.effects[0] else { panic!() };
        assert!(!cache.shared && cache.action == CacheAction::ReadThrough);
    }

    #[test]
    fn hooks_hand_on_what_they_are_given() {
        let client = Value::text("client");
        let mut machine = FakeMachine { returns: vec![client.clone()], ..FakeMachine::default() };
        assert_eq!(hook(&mut machine, "useMemo", function(0)), client);
        assert_eq!(hook(&mut machine, "useCallback", client.clone()), client);
        assert_eq!(hook(&mut machine, "useRef", client.clone()).field("current"), Some(&client));
        let state = hook(&mut machine, "useState", function(0));
        assert!(matches!(&state.shape, Shape::Array(parts) if parts[0] == client));
    }
}
