//! Koa: apps, routers of `koa-router`, mounted and composed middleware, and the context.

mod context;

use smol_str::SmolStr;

use super::router::{METHOD, NewRoute, Reach, add_route, add_uses, bound, enter, method_of, verb};
use crate::auth::token::{asked, guarded};
use crate::effect::Trust;
use crate::library::{Assigned, Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::registration::{Asked, Before, Link, Mount, Registered, built, joined, links};
use crate::value::{ClosureId, LibraryValue, Shape, Taint, Value};

const NAME: &str = "koa";

/// The model of Koa.
#[derive(Debug)]
pub(crate) struct Koa;

fn is_router(package: &str) -> bool {
    matches!(package, "koa-router" | "@koa/router" | "koa-tree-router")
}

fn is_own(package: &str) -> bool {
    package == "koa"
        || is_router(package)
        || package.starts_with("koa-")
        || package.starts_with("@koa/")
}

impl Library for Koa {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let kind = match package.as_str() {
            "koa" => "app-class",
            _ if is_router(&package) => "router-class",
            "koa-mount" => "mount",
            "koa-compose" => "compose",
            "koa-jwt" => "jwt",
            "koa-body"
            | "koa-bodyparser"
            | "@koa/bodyparser"
            | "@koa/cors"
            | "koa-compress"
            | "koa-helmet"
            | "koa-logger"
            | "koa-static"
            | "koa-send"
            | "koa-etag"
            | "koa-conditional-get"
            | "koa-useragent"
            | "koa-sslify" => "passive-maker",
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
        match object.kind {
            // `import Koa` and `Koa.Router`, `require('koa').default`.
            "app-class" | "router-class" | "passive-maker" => Some(object.clone().into_value()),
            "app" => verb(property).map(|_| bound(object, property)).or_else(|| {
                matches!(property, "use" | "register").then(|| bound(object, property))
            }),
            "context" => Some(context::member(object, property)),
            "request" => context::request_member(object, property),
            "state" => Some(super::router::kept_by_others()),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match call.callee.kind {
            "app-class" if call.method.is_none() => Some(app(call, machine, Value::text(""))),
            "router-class" if call.method.is_none() => {
                let prefix = call.arg(0).field("prefix").cloned();
                Some(app(call, machine, prefix.unwrap_or_else(|| Value::text(""))))
            }
            "app" | METHOD => app_method(call, machine),
            "mount" => Some(mounted(call)),
            "compose" => {
                let list = LibraryValue::new(NAME, "composed").with("list", call.arg(0));
                Some(list.into_value())
            }
            "composed" => run_composed(call, machine),
            "jwt" => Some(LibraryValue::new(NAME, "jwt-check").placed(call.origin).into_value()),
            "jwt-check" => Some(checked(call, machine)),
            "passive-maker" => Some(LibraryValue::new(NAME, "passive").into_value()),
            "passive" => {
                machine.run(call.args.get(1)?, Vec::new());
                Some(Value::undefined())
            }
            "context" => context::method(call, machine),
            "request" => context::request_method(call),
            "cookies" => context::cookies_method(call),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        if !is_own(&package) {
            return None;
        }
        match (package.as_str(), name) {
            ("koa", "default" | "Application" | "Koa") => {
                Some(LibraryValue::new(NAME, "app").into_value())
            }
            ("koa", name) if name.ends_with("Context") => Some(context::unknown()),
            (package, "default" | "Router" | "IRouter") if is_router(package) => {
                Some(LibraryValue::new(NAME, "app").into_value())
            }
            (package, name) if is_router(package) && name.ends_with("Context") => {
                Some(context::unknown())
            }
            _ => None,
        }
    }

    fn registers(&self, package: &str) -> bool {
        let package = package_name(package);
        package == "koa" || is_router(&package)
    }

    fn rooted(&self, typed: &LibraryValue, object: &Value) -> Option<Value> {
        let is_app = typed.library == NAME && typed.kind == "app";
        is_app.then(|| typed.clone().with_object(object.clone()).into_value())
    }

    fn hand(&self, asked: &Asked<'_>) -> Vec<Value> {
        vec![context::of(asked), asked.next.clone()]
    }

    fn assign(&self, assigned: &Assigned<'_>, machine: &mut dyn Machine) -> bool {
        context::assign(assigned, machine)
    }
}

fn app(call: &LibraryCall<'_>, machine: &mut dyn Machine, prefix: Value) -> Value {
    built(call, machine, LibraryValue::new(NAME, "app").with("prefix", prefix))
}

/// The app or router behind a value, and the path at which it is to be mounted.
fn child(value: &Value) -> Option<(ClosureId, SmolStr)> {
    let library = value.library().filter(|it| it.library == NAME)?;
    match library.kind {
        "app" | "routes" => Some((library.object()?, SmolStr::default())),
        "mounted" => {
            let path = library.kept("path").and_then(Value::as_text).unwrap_or_default();
            Some((library.object()?, path.into()))
        }
        _ => None,
    }
}

fn app_method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let method = method_of(call)?;
    let app = LibraryValue { kind: "app", ..call.callee.clone() };
    match method {
        "routes" | "middleware" => {
            return Some(LibraryValue { kind: "routes", ..app }.into_value());
        }
        "allowedMethods" => return Some(LibraryValue::new(NAME, "passive").into_value()),
        "callback" | "listen" => return Some(Value::of(Shape::Unknown)),
        "prefix" => return Some(app.with("prefix", call.arg(0)).into_value()),
        _ => {}
    }
    let Some(owner) = app.object() else {
        let chains = verb(method).is_some() || method == "use";
        return chains.then(|| app.into_value());
    };
    match (verb(method), method) {
        (Some(verb), _) => route(call, machine, (owner, &app, verb)),
        (None, "register") => register(call, machine, (owner, &app)),
        (None, "use") => uses(call, machine, (owner, &app)),
        (None, "param" | "on" | "redirect") => {}
        _ => return None,
    }
    Some(app.into_value())
}

/// `router.get(name?, path, …functions)`.
fn route(
    call: &LibraryCall<'_>,
    machine: &mut dyn Machine,
    (owner, app, method): (ClosureId, &LibraryValue, &str),
) {
    let is_text = |value: &Value| matches!(value.shape, Shape::Text(_) | Shape::Template(_));
    let is_named = call.args.len() > 2 && is_text(&call.arg(0)) && is_text(&call.arg(1));
    let at = usize::from(is_named);
    let route = NewRoute {
        owner,
        origin: call.arg_origin(at),
        framework: NAME,
        method,
        paths: super::router::within(app, &call.arg(at)),
        links: links(call, at + 1, &mut |_, _| false),
        facts: Value::undefined(),
    };
    add_route(machine, route);
}

/// `router.register(path, methods, functions)`.
fn register(
    call: &LibraryCall<'_>,
    machine: &mut dyn Machine,
    (owner, app): (ClosureId, &LibraryValue),
) {
    let methods = match &call.arg(1).shape {
        Shape::Array(items) => {
            items.iter().filter_map(Value::as_text).map(str::to_uppercase).collect()
        }
        _ => vec!["*".to_owned()],
    };
    for method in methods {
        let route = NewRoute {
            owner,
            origin: call.arg_origin(0),
            framework: NAME,
            method: &method,
            paths: super::router::within(app, &call.arg(0)),
            links: links(call, 2, &mut |_, _| false),
            facts: Value::undefined(),
        };
        add_route(machine, route);
    }
}

/// `use(path?, …)`: middleware of a router only runs before its own routes.
fn uses(
    call: &LibraryCall<'_>,
    machine: &mut dyn Machine,
    (owner, app): (ClosureId, &LibraryValue),
) {
    let prefix = app.kept("prefix").and_then(Value::as_text).unwrap_or_default();
    let args: Vec<Value> = call.args.iter().map(flattened).collect();
    let call = LibraryCall { args: &args, ..*call };
    if prefix.is_empty() || call.args.len() > 1 {
        add_uses(&call, machine, (owner, Reach::Own), &child);
        return;
    }
    // What is mounted on a router with a prefix is below it.
    let mut children = Vec::new();
    let functions = links(&call, 0, &mut |value, origin| {
        let found = child(value);
        children.extend(found.clone().map(|child| (child, origin)));
        found.is_some()
    });
    if !functions.is_empty() {
        let (links, is_local) = (functions, true);
        let before = Before { scope: None, links, for_earlier: false, is_local };
        enter(machine, (owner, call.arg_origin(0)), Registered::Use(before));
    }
    for ((child, below), origin) in children {
        let path = joined(prefix, &below);
        enter(machine, (owner, origin), Registered::Mount(Mount { path, child }));
    }
}

/// Composed functions one by one.
fn flattened(value: &Value) -> Value {
    let composed = value.library().filter(|it| it.library == NAME && it.kind == "composed");
    composed.and_then(|it| it.kept("list")).unwrap_or(value).clone()
}

/// `mount('/api', app)`, `mount(app)`.
fn mounted(call: &LibraryCall<'_>) -> Value {
    let has_path = call.args.len() > 1;
    let given = call.arg(usize::from(has_path));
    let path = if has_path { call.arg(0) } else { Value::text("") };
    if let Some((_, _)) = child(&given)
        && let Some(app) = given.library()
    {
        let mounted = LibraryValue { kind: "mounted", ..app.clone() };
        return mounted.with("path", path).into_value();
    }
    // A function that runs below a path.
    given
}

fn run_composed(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let origin = call.origin;
    let list = call.callee.kept("list")?;
    let Shape::Array(items) = &list.shape else { return None };
    let links = items.iter().map(|value| Link { value: value.clone(), origin }).collect();
    let next = call.args.get(1).cloned().unwrap_or_else(Value::undefined);
    machine.run_links(links, &next);
    Some(Value::undefined())
}

/// `koa-jwt`: the caller stands on the state.
fn checked(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    if call.method.is_some() {
        return call.callee.clone().into_value();
    }
    asked(machine, (call.origin, "koa-jwt"), Trust::Verified);
    guarded(machine, call.origin, Taint::CALLER);
    let context = call.arg(0);
    if let Some(state) = context.library().and_then(|it| it.kept(context::STATE)) {
        machine.keep(state, "user", Value::caller());
    }
    machine.run(&call.arg(1), Vec::new());
    Value::undefined()
}
