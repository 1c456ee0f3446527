//! `next-safe-action`: server actions behind middleware and a schema.
//!
//! A client collects middleware; `.action(handler)` makes the action. When it is called, each
//! middleware runs and calls `next`, which runs the rest: what it has asked holds for that.

use std::sync::Arc;

use crate::http::schema::{promise_of, validated};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{InputKind, LibraryValue, Object, Shape, Value};

const NAME: &str = "next-safe-action";

/// The model of `next-safe-action`.
#[derive(Debug)]
pub(crate) struct SafeAction;

impl Library for SafeAction {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let own = package == NAME || package.starts_with("next-safe-action/");
        let makes = matches!(name, "createSafeActionClient" | "createMiddleware");
        (own && makes).then(|| LibraryValue::new(NAME, "maker").named(name).into_value())
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let callee = call.callee;
        match (callee.kind, call.method) {
            ("maker", None) => Some(made(callee)),
            // `createMiddleware().define(async ({ next }) => …)` is that function.
            ("definer", Some("define")) => Some(call.arg(0)),
            ("client", Some(method)) => Some(method_of_client(call, method)),
            ("action", None) => {
                let input = call.args.last().cloned();
                let input = input.unwrap_or_else(|| Value::input(InputKind::Body, "input"));
                let rest = callee.clone().with("input", input);
                Some(run(&rest, machine))
            }
            ("next", None) => {
                let given = call.arg(0).field("ctx").cloned().unwrap_or_else(Value::undefined);
                let context = merged(callee.kept("context"), &given);
                Some(run(&callee.clone().with("context", context), machine))
            }
            _ => None,
        }
    }
}

fn made(maker: &LibraryValue) -> Value {
    if maker.name == "createMiddleware" {
        return LibraryValue::new(NAME, "definer").into_value();
    }
    LibraryValue::new(NAME, "client").with("steps", Value::array(Vec::new())).into_value()
}

fn method_of_client(call: &LibraryCall<'_>, method: &str) -> Value {
    let client = call.callee.clone();
    match method {
        "use" => {
            let steps = steps_of(&client).iter().cloned().chain([call.arg(0)]).collect();
            client.with("steps", Value::array(steps)).into_value()
        }
        "schema" | "inputSchema" => client.with("schema", call.arg(0)).into_value(),
        "action" | "stateAction" => {
            let action = LibraryValue { kind: "action", ..client };
            action.with("handler", call.arg(0)).into_value()
        }
        // `metadata`, `outputSchema`, `bindArgsSchemas` and their likes change no way.
        _ => client.into_value(),
    }
}

fn steps_of(value: &LibraryValue) -> &[Value] {
    match value.kept("steps").map(|steps| &steps.shape) {
        Some(Shape::Array(steps)) => steps,
        _ => &[],
    }
}

/// Runs what is left of an action: the next middleware, or the handler.
fn run(rest: &LibraryValue, machine: &mut dyn Machine) -> Value {
    let kept = |name| rest.kept(name).cloned().unwrap_or_else(|| Value::of(Shape::Unknown));
    let (input, context) = (kept("input"), kept("context"));
    let told = [("clientInput", input.clone()), ("ctx", context)];
    let Some((middleware, steps)) = steps_of(rest).split_first() else {
        let parsed = match rest.kept("schema") {
            Some(schema) => validated(input, promise_of(schema)),
            None => input,
        };
        let told = told.into_iter().chain([("parsedInput", parsed)]);
        return machine.run(&kept("handler"), vec![Value::object(told)]);
    };
    let next = LibraryValue { kind: "next", ..rest.clone() };
    let next = next.with("steps", Value::array(steps.to_vec())).into_value();
    let told = told.into_iter().chain([("next", next), ("metadata", Value::of(Shape::Unknown))]);
    machine.run(middleware, vec![Value::object(told)])
}

/// What middleware adds to the context stands beside what was there.
fn merged(context: Option<&Value>, given: &Value) -> Value {
    let (Some(context), Shape::Object(added)) = (context, &given.shape) else {
        return if given.is_nullish() == Some(true) {
            context.cloned().unwrap_or_else(|| Value::of(Shape::Unknown))
        } else {
            given.clone()
        };
    };
    let Shape::Object(before) = &context.shape else { return given.clone() };
    let mut fields = before.fields.clone();
    fields.extend(added.fields.iter().map(|(name, value)| (name.clone(), value.clone())));
    let rest = added.rest.clone().or_else(|| before.rest.clone());
    Value::record(Object { fields, rest: rest.map(|it| Arc::new((*it).clone())) })
}
