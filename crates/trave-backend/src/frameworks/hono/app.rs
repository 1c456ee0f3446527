//! Apps of Hono: what their methods register.

use smol_str::SmolStr;
use trave_source::Origin;

use super::{NAME, openapi, registers};
use crate::frameworks::router::{
    NewRoute, add_route, bound, enter, is_callable, method_of, mountable, verb,
};
use crate::library::{LibraryCall, Machine};
use crate::registration::{Before, Link, Mount, Registered, Scope, joined, links, paths};
use crate::value::{ClosureId, LibraryValue, Shape, Value};

/// A member of an app.
pub(super) fn member(app: &LibraryValue, property: &str) -> Option<Value> {
    match property {
        "fetch" | "handler" => Some(LibraryValue { kind: "served", ..app.clone() }.into_value()),
        "routes" | "router" | "openAPIRegistry" => Some(Value::of(Shape::Unknown)),
        _ => registers(property).then(|| bound(app, property)),
    }
}

/// A method of an app.
pub(super) fn method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let method = method_of(call)?;
    let app = LibraryValue { kind: "app", ..call.callee.clone() };
    if method == "basePath" {
        let prefix = within(&app, &call.arg(0)).first().cloned().unwrap_or_default();
        // A base that is set elsewhere is one place, not any.
        let prefix = if prefix == "/*" || prefix == "*" { "".into() } else { prefix };
        return Some(app.with("prefix", Value::text(prefix)).into_value());
    }
    let Some(owner) = app.object() else {
        return registers(method).then(|| app.into_value());
    };
    match method {
        "use" => uses(call, machine, (owner, &app)),
        "route" => {
            let child = call.arg(1);
            let child = child.library().filter(|it| it.library == NAME);
            if let Some(child) = child.and_then(LibraryValue::object) {
                for path in within(&app, &call.arg(0)) {
                    let mount = Mount { path, child };
                    enter(machine, (owner, call.arg_origin(0)), Registered::Mount(mount));
                }
            }
        }
        "mount" => {
            let paths = within(&app, &call.arg(0)).iter().map(|path| joined(path, "*")).collect();
            let route = route(call, owner, ("*", paths, call.arg_origin(0)));
            add_route(machine, NewRoute { links: links(call, 1, &mut |_, _| false), ..route });
        }
        "openapi" | "openAPIRoute" => openapi::register(call, machine, (owner, &app)),
        "on" => {
            for verb in texts(&call.arg(0)) {
                let verb = verb.to_uppercase();
                let paths = within(&app, &call.arg(1));
                let route = route(call, owner, (&verb, paths, call.arg_origin(1)));
                add_route(machine, NewRoute { links: links(call, 2, &mut |_, _| false), ..route });
            }
        }
        "fetch" | "request" => return Some(Value::of(Shape::Unknown)),
        "onError" | "notFound" | "doc" | "doc31" | "defaultHook" => {}
        _ => {
            let verb = verb(method)?;
            let has_path = !is_callable(&call.arg(0));
            let paths =
                if has_path { within(&app, &call.arg(0)) } else { within(&app, &Value::text("")) };
            let links = links(call, usize::from(has_path), &mut |_, _| false);
            let route = route(call, owner, (verb, paths, call.arg_origin(0)));
            add_route(machine, NewRoute { links, ..route });
        }
    }
    Some(app.into_value())
}

fn route<'a>(
    _call: &LibraryCall<'_>,
    owner: ClosureId,
    (method, paths, origin): (&'a str, Vec<SmolStr>, Origin),
) -> NewRoute<'a> {
    NewRoute {
        owner,
        origin,
        framework: NAME,
        method,
        paths,
        links: Vec::new(),
        facts: Value::undefined(),
    }
}

/// `app.use(path?, …)`: only that path, unless it ends in a star.
fn uses(
    call: &LibraryCall<'_>,
    machine: &mut dyn Machine,
    (owner, app): (ClosureId, &LibraryValue),
) {
    let first = call.arg(0);
    let has_path = !is_callable(&first) && call.args.len() > 1;
    let any = Value::text("*");
    let path = if has_path { &first } else { &any };
    let mut children = Vec::new();
    let functions: Vec<Link> = links(call, usize::from(has_path), &mut |value, origin| {
        let child = mountable(value);
        children.extend(child.map(|child| (child, origin)));
        child.is_some()
    });
    for (child, origin) in children {
        for path in within(app, path) {
            let path = path.trim_end_matches('*').into();
            enter(machine, (owner, origin), Registered::Mount(Mount { path, child }));
        }
    }
    for path in within(app, path) {
        let is_known = path != "*" || path_is_star(path.as_str(), &first) || !has_path;
        let scope = Scope { path: is_known.then_some(path), is_exact: true };
        let links = functions.clone();
        let scope = Some(scope);
        let before = Before { scope, links, for_earlier: false, is_local: false };
        enter(machine, (owner, call.arg_origin(0)), Registered::Use(before));
    }
}

fn path_is_star(path: &str, written: &Value) -> bool {
    path == "*" && written.as_text().is_some()
}

/// Paths as the app has them, below its own base.
pub(super) fn within(app: &LibraryValue, path: &Value) -> Vec<SmolStr> {
    let prefix = app.kept("prefix").and_then(Value::as_text);
    let paths = paths(path).into_iter();
    match prefix {
        Some(prefix) => paths.map(|path| joined(prefix, &path)).collect(),
        None => paths.collect(),
    }
}

fn texts(value: &Value) -> Vec<SmolStr> {
    match &value.shape {
        Shape::Text(text) => vec![text.clone()],
        Shape::Array(items) => items.iter().flat_map(texts).collect(),
        Shape::OneOf(values) => values.iter().flat_map(texts).collect(),
        _ => vec![SmolStr::new_static("*")],
    }
}
