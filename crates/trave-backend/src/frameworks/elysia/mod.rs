//! Elysia: apps, plugins, groups, what is derived before handlers, schemas.

mod context;

use smol_str::SmolStr;
use trave_source::Origin;

use super::router::{METHOD, NewRoute, add_route, bound, enter, is_callable, method_of, verb};
use crate::held::OBJECT;
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::registration::{Asked, Before, Link, Mount, Registered, Scope, built};
use crate::value::{ClosureId, LibraryValue, Shape, Value};

const NAME: &str = "elysia";

/// Hooks that run before a handler.
const HOOKS: [&str; 4] = ["request", "parse", "transform", "beforeHandle"];

/// The model of Elysia.
#[derive(Debug)]
pub(crate) struct Elysia;

impl Library for Elysia {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        // Schemas are those of `TypeBox`.
        let own = package_name(package) == NAME && name != "t";
        own.then(|| LibraryValue::new(NAME, "function").named(name).into_value())
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match object.kind {
            "app" if matches!(property, "fetch" | "handle") => {
                Some(LibraryValue { kind: "served", ..object.clone() }.into_value())
            }
            "app" => verb(property).map(|_| bound(object, property)),
            "context" => Some(context::member(object, property)),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match call.callee.kind {
            "function" => match call.callee.name.as_str() {
                "Elysia" | "default" if call.is_new => {
                    let prefix = call.arg(0).field("prefix").cloned();
                    let prefix = prefix.unwrap_or_else(|| Value::text(""));
                    Some(built(
                        call,
                        machine,
                        LibraryValue::new(NAME, "app").with("prefix", prefix),
                    ))
                }
                "status" | "error" | "redirect" => Some(context::stopped(call, machine)),
                _ => None,
            },
            "app" | METHOD => app_method(call, machine),
            "context" => context::method(call, machine),
            "derive" => context::derived(call, machine),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let own = package_name(package) == NAME;
        match name {
            "Elysia" | "default" if own => Some(LibraryValue::new(NAME, "app").into_value()),
            "Context" if own => Some(context::unknown()),
            _ => None,
        }
    }

    fn registers(&self, package: &str) -> bool {
        package_name(package) == NAME
    }

    fn rooted(&self, typed: &LibraryValue, object: &Value) -> Option<Value> {
        let is_app = typed.library == NAME && typed.kind == "app";
        is_app.then(|| typed.clone().with_object(object.clone()).into_value())
    }

    fn hand(&self, asked: &Asked<'_>) -> Vec<Value> {
        vec![context::of(asked)]
    }

    fn goes_on(&self) -> bool {
        true
    }

    fn answered(&self, value: &Value, origin: Origin, machine: &mut dyn Machine) {
        context::returned(value, origin, machine);
    }
}

fn app_method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let method = method_of(call)?;
    let app = LibraryValue { kind: "app", ..call.callee.clone() };
    let Some(owner) = app.object() else { return Some(app.into_value()) };
    match method {
        "route" => {
            let verb = call.arg(0);
            let verb = verb.as_text().unwrap_or("*").to_uppercase();
            route(call, machine, (&app, &verb, 1));
        }
        "use" => uses(call, machine, &app),
        "group" | "guard" => group(call, machine, (&app, method == "group")),
        "derive" | "resolve" | "onBeforeHandle" | "onRequest" | "onTransform" | "onParse" => {
            before(call, machine, (owner, method));
        }
        "macro" => keep_macros(call, machine, &app),
        "listen" => return Some(app.into_value()),
        _ => {
            if let Some(verb) = verb(method) {
                route(call, machine, (&app, verb, 0));
            }
        }
    }
    Some(app.into_value())
}

/// `app.get(path, handler, { body, beforeHandle })`.
fn route(
    call: &LibraryCall<'_>,
    machine: &mut dyn Machine,
    (app, method, at): (&LibraryValue, &str, usize),
) {
    let Some(owner) = app.object() else { return };
    let options = call.arg(at + 2);
    let origin = call.arg_origin(at + 2);
    let mut links = macros(&options, app, (machine, origin));
    links.extend(hooks(&options, origin));
    let handler = call.arg(at + 1);
    links.push(Link { value: handler, origin: call.arg_origin(at + 1) });
    let route = NewRoute {
        owner,
        origin: call.arg_origin(at),
        framework: NAME,
        method,
        paths: super::router::within(app, &call.arg(at)),
        links,
        facts: options,
    };
    add_route(machine, route);
}

/// The hooks that options name.
fn hooks(options: &Value, origin: Origin) -> Vec<Link> {
    let mut links = Vec::new();
    for hook in HOOKS.iter().filter_map(|name| options.field(name)) {
        let values = match &hook.shape {
            Shape::Array(items) => items.to_vec(),
            _ => vec![hook.clone()],
        };
        links.extend(values.into_iter().map(|value| Link { value, origin }));
    }
    for name in ["resolve", "derive"] {
        links.extend(options.field(name).map(|value| Link { value: derives(value), origin }));
    }
    links
}

/// A function whose result is added to the context.
fn derives(function: &Value) -> Value {
    LibraryValue::new(NAME, "derive").with("function", function.clone()).into_value()
}

/// `app.macro({ auth: { resolve() {} } })`: options of routes that bring hooks along.
fn keep_macros(call: &LibraryCall<'_>, machine: &mut dyn Machine, app: &LibraryValue) {
    let Some(object) = app.kept(OBJECT) else { return };
    let named = call.arg(0).as_text().map(SmolStr::new);
    match (named, &call.arg(0).shape) {
        (Some(name), _) => machine.keep(object, &format!("(macro) {name}"), call.arg(1)),
        (None, Shape::Object(macros)) => {
            for (name, hooks) in &macros.fields {
                machine.keep(object, &format!("(macro) {name}"), hooks.clone());
            }
        }
        _ => {}
    }
}

/// What the macros bring that the options of a route name.
fn macros(
    options: &Value,
    app: &LibraryValue,
    (machine, origin): (&mut dyn Machine, Origin),
) -> Vec<Link> {
    let (Some(object), Shape::Object(options)) = (app.kept(OBJECT), &options.shape) else {
        return Vec::new();
    };
    let mut links = Vec::new();
    for (name, given) in &options.fields {
        let Some(kept) = machine.kept(object, &format!("(macro) {name}")) else { continue };
        if given.truth() == Some(false) {
            continue;
        }
        let brought = match kept.shape {
            Shape::Function(_) => machine.run(&kept, vec![given.clone()]),
            _ => kept,
        };
        links.extend(hooks(&brought, origin));
    }
    links
}

/// `app.derive(fn)`, `app.onBeforeHandle({ as: 'global' }, fn)`.
fn before(call: &LibraryCall<'_>, machine: &mut dyn Machine, (owner, method): (ClosureId, &str)) {
    let first = call.arg(0);
    let at = usize::from(!is_callable(&first));
    let reach = first.field("as").and_then(Value::as_text);
    let is_local = !matches!(reach, Some("global" | "scoped"));
    let origin = call.arg_origin(at);
    let functions = match &call.arg(at).shape {
        Shape::Array(items) => items.to_vec(),
        _ => vec![call.arg(at)],
    };
    let adds = matches!(method, "derive" | "resolve");
    let link = |value: Value| Link { value: if adds { derives(&value) } else { value }, origin };
    let links = functions.into_iter().map(link).collect();
    let before = Before { scope: None, links, for_earlier: false, is_local };
    enter(machine, (owner, call.arg_origin(0)), Registered::Use(before));
}

/// `app.use(plugin)`: another app, or a function that is handed this one.
fn uses(call: &LibraryCall<'_>, machine: &mut dyn Machine, app: &LibraryValue) {
    let given = machine.awaited(call.arg(0));
    let Some(owner) = app.object() else { return };
    match &given.shape {
        Shape::Function(_) => {
            machine.run(&given, vec![app.clone().into_value()]);
        }
        Shape::Library(other) if other.library == NAME && other.kind == "app" => {
            let Some(child) = other.object() else { return };
            if let Some(object) = app.kept(OBJECT) {
                share_macros(other, object, machine);
            }
            let path = app.kept("prefix").and_then(Value::as_text).unwrap_or_default().into();
            let mount = Registered::Mount(Mount { path, child });
            enter(machine, (owner, call.arg_origin(0)), mount);
        }
        _ => {}
    }
}

/// Macros of a plugin serve the app that uses it: the ones that people name.
fn share_macros(plugin: &LibraryValue, object: &Value, machine: &mut dyn Machine) {
    let Some(from) = plugin.kept(OBJECT) else { return };
    for name in ["auth", "isAuth", "isSignIn", "requireAuth", "authenticated", "user", "role"] {
        let name = format!("(macro) {name}");
        if let Some(kept) = machine.kept(from, &name) {
            machine.keep(object, &name, kept);
        }
    }
}

/// `app.group('/v1', options?, (app) => …)`, `app.guard(options, (app) => …)`.
fn group(
    call: &LibraryCall<'_>,
    machine: &mut dyn Machine,
    (app, has_path): (&LibraryValue, bool),
) {
    let Some(owner) = app.object() else { return };
    let callback = call.args.last().filter(|last| is_callable(last)).cloned();
    let options = call.args.iter().find(|value| matches!(value.shape, Shape::Object(_)));
    let origin = call.arg_origin(0);
    let links = options.map_or_else(Vec::new, |options| hooks(options, origin));
    let Some(callback) = callback else {
        // What follows is guarded.
        let before = Before { scope: None, links, for_earlier: false, is_local: true };
        enter(machine, (owner, origin), Registered::Use(before));
        return;
    };
    let child = built(call, machine, LibraryValue::new(NAME, "app"));
    let Some(id) = child.library().and_then(LibraryValue::object) else { return };
    let path = if has_path { call.arg(0) } else { Value::text("") };
    let path = super::router::within(app, &path).into_iter().next().unwrap_or_default();
    enter(machine, (owner, origin), Registered::Mount(Mount { path, child: id }));
    let scope: Option<Scope> = None;
    enter(
        machine,
        (id, origin),
        Registered::Use(Before { scope, links, for_earlier: false, is_local: true }),
    );
    machine.run(&callback, vec![child]);
}
