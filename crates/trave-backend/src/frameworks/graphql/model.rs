//! What resolvers are given, and what stands before them.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{NAME, classes};
use crate::dispatch::{Decorated, Dispatch, Parameter};
use crate::effect::{AuthCheck, Effect, Guard, Trust};
use crate::frameworks::web;
use crate::library::{Library, LibraryCall, Machine};
use crate::value::{InputKind, LibraryValue, Object, Shape, Taint, Value};

/// The model of GraphQL.
#[derive(Debug)]
pub(crate) struct GraphQl;

impl Library for GraphQl {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let own = matches!(package, "graphql" | "@apollo/server" | "apollo-server") && {
            name == "GraphQLError" || name.ends_with("Error")
        };
        let is_class = package == classes::PACKAGE;
        (own || is_class).then(|| LibraryValue::new(NAME, "export").named(name).into_value())
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let name = call.callee.name.as_str();
        if call.callee.kind != "export" {
            return None;
        }
        match name {
            "AuthenticationError" => Some(web::answer(machine, call.origin, (Some(401), None))),
            "ForbiddenError" => Some(web::answer(machine, call.origin, (Some(403), None))),
            _ if name.ends_with("Error") => Some(Value::of(Shape::Unknown)),
            _ => {
                let decorator = LibraryValue::new(NAME, "decorator").named(name);
                let args = Value::array(call.args.to_vec());
                Some(decorator.with("args", args).into_value())
            }
        }
    }

    /// The function of the server that makes the context runs before every resolver.
    fn dispatch(&self, way: &Dispatch<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let context = context(way, machine);
        if way.method == "field" {
            // Whoever reaches a field of an object has been let through to the object.
            let (origin, by) = (way.origin, Taint::OPAQUE);
            machine.record(Effect::Guard(Guard { origin, by }));
        }
        if !way.decorated.method.is_empty() {
            authorized(way, machine);
            let args = way.decorated.params.iter().map(|param| value(param, &context)).collect();
            return Some(machine.run(way.handler, args));
        }
        let parent = Value::of(Shape::Unknown);
        let args = Value::input(InputKind::Body, "");
        let given = vec![parent.clone(), args, context, parent];
        Some(machine.run(way.handler, given))
    }
}

/// What the server's own function makes of a request; without one, anything may stand there.
fn context(way: &Dispatch<'_>, machine: &mut dyn Machine) -> Value {
    let Some(make) = way.before.first() else {
        let rest = Value::of(Shape::Unknown).tainted(Taint::OPAQUE);
        return Value::record(Object { rest: Some(Arc::new(rest)), ..Object::default() });
    };
    if !matches!(make.shape, Shape::Function(_)) {
        return make.clone();
    }
    let given = Value::object([
        ("req", web::node_request()),
        ("res", web::node_response()),
        ("request", web::request()),
    ]);
    let context = machine.run(make, vec![given.clone(), given]);
    machine.awaited(context)
}

/// `@Authorized()` asks the checker of the server, for the class or for the method.
fn authorized(way: &Dispatch<'_>, machine: &mut dyn Machine) {
    let Decorated { class, method, .. } = way.decorated;
    let mut all = class.iter().chain(method).filter_map(Value::library);
    if all.any(|it| it.library == NAME && it.name == "Authorized") {
        let name = "Authorized".into();
        let origin = way.origin;
        machine.record(Effect::Auth(AuthCheck { origin, name, trust: Trust::Verified }));
        machine.record(Effect::Guard(Guard { origin, by: Taint::CALLER }));
    }
}

/// What a parameter of a resolver of a class is given.
fn value(param: &Parameter, context: &Value) -> Value {
    let decorator = param.decorators.iter().find_map(Value::library);
    let Some(decorator) = decorator else { return Value::of(Shape::Unknown) };
    let first = match decorator.kept("args").map(|it| &it.shape) {
        Some(Shape::Array(args)) => args.first().and_then(Value::as_text).map(SmolStr::new),
        _ => None,
    };
    match decorator.name.as_str() {
        "Arg" => Value::input(InputKind::Body, first.unwrap_or_else(|| param.name.clone())),
        "Args" => Value::input(InputKind::Body, ""),
        "Ctx" => match first {
            Some(name) => context.field(&name).cloned().unwrap_or_else(Value::unknown),
            None => context.clone(),
        },
        _ => Value::of(Shape::Unknown),
    }
}
