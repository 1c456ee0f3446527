//! Express: apps and routers, middleware, what handlers are given and how they answer.

mod request;
mod response;

use super::router::{
    self, METHOD, NewRoute, Reach, add_route, add_uses, bound, is_callable, method_of, verb,
};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::registration::{Asked, built, links, paths};
use crate::value::{ClosureId, LibraryValue, Shape, Value};

const NAME: &str = "express";

/// The model of Express.
#[derive(Debug)]
pub(crate) struct Express;

/// What Express exports that reads requests and turns nobody away.
const PASSIVE: [&str; 5] = ["json", "urlencoded", "raw", "text", "static"];

fn is_own(package: &str) -> bool {
    matches!(package, "express" | "express-promise-router" | "express-serve-static-core")
}

impl Library for Express {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        if !is_own(&package) {
            return None;
        }
        let function = |name: &str| LibraryValue::new(NAME, "function").named(name).into_value();
        Some(match name {
            "default" | "*" if package == "express-promise-router" => function("Router"),
            "default" | "*" | "express" => LibraryValue::new(NAME, "module").into_value(),
            _ => function(name),
        })
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        match object.kind {
            "module" => self.import(NAME, property),
            "app" => verb(property).map(|_| bound(object, property)),
            "request" => Some(request::member(object, property)),
            "response" => response::member(object, property),
            "locals" => Some(router::kept_by_others()),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match call.callee.kind {
            "module" => called(call, call.method.unwrap_or("app"), machine),
            "function" => called(call, &call.callee.name, machine),
            "app" | METHOD => app_method(call, machine),
            "route" => route_method(call, machine),
            "passive" => passed(call, machine),
            "request" => request::method(call, machine),
            "response" => response::method(call, machine),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        if !is_own(package) {
            return None;
        }
        Some(match name {
            "Express" | "Application" | "IRouter" | "Router" => {
                LibraryValue::new(NAME, "app").into_value()
            }
            "Request" => request::unknown(),
            "Response" => LibraryValue::new(NAME, "response").into_value(),
            _ => return None,
        })
    }

    fn registers(&self, package: &str) -> bool {
        is_own(&package_name(package))
    }

    fn rooted(&self, typed: &LibraryValue, object: &Value) -> Option<Value> {
        let is_app = typed.library == NAME && typed.kind == "app";
        is_app.then(|| typed.clone().with_object(object.clone()).into_value())
    }

    fn hand(&self, asked: &Asked<'_>) -> Vec<Value> {
        let response = LibraryValue::new(NAME, "response").with_object(asked.state.clone());
        vec![request::of(asked), response.into_value(), asked.next.clone()]
    }
}

/// `express()`, `Router()`, `express.json()`.
fn called(call: &LibraryCall<'_>, name: &str, machine: &mut dyn Machine) -> Option<Value> {
    match name {
        "app" | "Router" | "express" => Some(built(call, machine, LibraryValue::new(NAME, "app"))),
        _ if PASSIVE.contains(&name) => {
            Some(LibraryValue::new(NAME, "passive").named(name).into_value())
        }
        _ => None,
    }
}

/// What reads a request and lets everybody through.
fn passed(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let next = call.args.get(2)?;
    machine.run(next, Vec::new());
    Some(Value::undefined())
}

/// The object of an app or router, if a value is one.
fn child(value: &Value) -> Option<ClosureId> {
    let library = value.library().filter(|it| it.library == NAME && it.kind == "app");
    library.and_then(LibraryValue::object).or_else(|| router::mountable(value))
}

fn app_method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let method = method_of(call)?;
    let app = LibraryValue { kind: "app", ..call.callee.clone() };
    let Some(owner) = app.object() else {
        let chains = verb(method).is_some() || matches!(method, "use" | "set" | "param");
        return chains.then(|| app.into_value());
    };
    match (verb(method), method) {
        // `app.get('title')` reads a setting.
        (Some(_), _) if call.args.len() < 2 => return Some(Value::of(Shape::Unknown)),
        (Some(verb), _) => {
            let route = NewRoute {
                owner,
                origin: call.arg_origin(0),
                framework: NAME,
                method: verb,
                paths: paths(&call.arg(0)),
                links: handlers(call, 1, machine),
                facts: Value::undefined(),
            };
            add_route(machine, route);
        }
        (None, "use") => {
            add_uses(call, machine, (owner, Reach::Beyond), &|value| {
                child(value).map(|child| (child, "".into()))
            });
        }
        (None, "route") => {
            let route = LibraryValue { kind: "route", ..app }.with("path", call.arg(0));
            return Some(route.placed(call.arg_origin(0)).into_value());
        }
        (None, "listen") => {
            if let Some(callback) = call.args.last().filter(|last| is_callable(last)) {
                machine.run(callback, Vec::new());
            }
            return Some(Value::of(Shape::Unknown));
        }
        (None, "set" | "enable" | "disable" | "param" | "engine" | "on") => {}
        _ => return None,
    }
    Some(app.into_value())
}

/// `router.route('/users').get(list).post(create)`.
fn route_method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let verb = verb(call.method?)?;
    if let (Some(owner), Some(path)) = (call.callee.object(), call.callee.kept("path")) {
        let route = NewRoute {
            owner,
            origin: call.callee.place.unwrap_or(call.origin),
            framework: NAME,
            method: verb,
            paths: paths(path),
            links: handlers(call, 0, machine),
            facts: Value::undefined(),
        };
        add_route(machine, route);
    }
    Some(call.callee.clone().into_value())
}

/// The functions of a route, without what handles errors.
fn handlers(
    call: &LibraryCall<'_>,
    from: usize,
    machine: &mut dyn Machine,
) -> Vec<crate::registration::Link> {
    let mut found = links(call, from, &mut |_, _| false);
    found.retain(|link| machine.parameters(&link.value) != Some(4));
    found
}
