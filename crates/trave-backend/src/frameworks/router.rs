//! What frameworks that register their routes by calls have in common: methods named after those
//! of HTTP, paths with parameters, answers.

use std::sync::Arc;

use smol_str::SmolStr;
use trave_source::{Origin, Span};

use super::web::{bare, status_of};
use crate::effect::{Effect, Response};
use crate::library::{LibraryCall, Machine};
use crate::registration::{
    Before, Link, Mount, Registered, Registration, RouteFacts, Scope, joined, links, paths,
};
use crate::value::{ClosureId, InputKind, LibraryValue, Object, Shape, Taint, Value};

/// The kind of a method of an app as a value: `app[method]`.
pub(crate) const METHOD: &str = "app-method";

/// The method of HTTP that a method of an app registers; `*` for any.
pub(crate) fn verb(name: &str) -> Option<&'static str> {
    Some(match name {
        "get" => "GET",
        "post" => "POST",
        "put" => "PUT",
        "patch" => "PATCH",
        "delete" | "del" => "DELETE",
        "head" => "HEAD",
        "options" => "OPTIONS",
        "all" => "*",
        _ => return None,
    })
}

/// A method of an app, taken as a value.
pub(crate) fn bound(app: &LibraryValue, name: &str) -> Value {
    LibraryValue { kind: METHOD, name: name.into(), ..app.clone() }.into_value()
}

/// The method that a call is of: of an app, or of a method that was taken as a value.
pub(crate) fn method_of<'a>(call: &LibraryCall<'a>) -> Option<&'a str> {
    match (call.callee.kind, call.method) {
        (METHOD, None) => Some(&call.callee.name),
        (_, method) => method,
    }
}

/// The kind of a handler of another library that serves below wherever it is mounted.
pub(crate) const MOUNTABLE: &str = "mountable";

/// What serves behind such a handler.
pub(crate) fn mountable(value: &Value) -> Option<ClosureId> {
    value.library().filter(|it| it.kind == MOUNTABLE)?.object()
}

/// The name of the method that is called.
pub(crate) fn name_origin(call: &LibraryCall<'_>, name: &str) -> Origin {
    let start = call.method_origin.span.start;
    let end = start.saturating_add(u32::try_from(name.len()).unwrap_or(0));
    let span = Span { start, end: end.min(call.method_origin.span.end) };
    span.in_file(call.method_origin.file)
}

/// Whether a value can be a function that serves: it is no path and no options.
pub(crate) fn is_callable(value: &Value) -> bool {
    match &value.shape {
        Shape::Function(_) | Shape::Library(_) | Shape::Instance(_) => true,
        Shape::Array(items) => items.iter().any(is_callable),
        Shape::OneOf(values) => values.iter().any(is_callable),
        Shape::List(item) => is_callable(item),
        _ => false,
    }
}

/// Registers something on an app.
pub(crate) fn enter(
    machine: &mut dyn Machine,
    (owner, origin): (ClosureId, Origin),
    what: Registered,
) {
    machine.register(Registration { owner, origin, what });
}

/// A route that is registered.
#[derive(Debug)]
pub(crate) struct NewRoute<'a> {
    pub(crate) owner: ClosureId,
    pub(crate) origin: Origin,
    pub(crate) framework: &'static str,
    pub(crate) method: &'a str,
    pub(crate) paths: Vec<SmolStr>,
    pub(crate) links: Vec<Link>,
    pub(crate) facts: Value,
}

/// Registers a route for each of its paths.
pub(crate) fn add_route(machine: &mut dyn Machine, route: NewRoute<'_>) {
    if route.links.is_empty() {
        return;
    }
    for path in route.paths {
        let facts = RouteFacts {
            method: route.method.into(),
            path,
            kind: None,
            framework: route.framework,
            links: route.links.clone(),
            facts: route.facts.clone(),
        };
        let what = Registered::Route(Box::new(facts));
        enter(machine, (route.owner, route.origin), what);
    }
}

/// How far what runs before routes reaches: see [`Before::is_local`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Only to routes of its own router.
    Own,
    /// Also to what is registered later on the router's parent.
    Beyond,
}

/// `app.use(path?, …functions and routers)`: what `child` knows is mounted, the rest runs before
/// what follows.
pub(crate) fn add_uses(
    call: &LibraryCall<'_>,
    machine: &mut dyn Machine,
    (owner, reach): (ClosureId, Reach),
    child: &dyn Fn(&Value) -> Option<(ClosureId, SmolStr)>,
) {
    let first = call.arg(0);
    let has_path = call.args.len() > 1 && !is_callable(&first);
    let (scopes, from) = if has_path { (paths(&first), 1) } else { (vec![SmolStr::default()], 0) };
    let mut children = Vec::new();
    let mut functions = links(call, from, &mut |value, origin| {
        let found = child(value);
        children.extend(found.clone().map(|child| (child, origin)));
        found.is_some()
    });
    // What handles errors takes four parameters, and runs before nothing.
    functions.retain(|link| machine.parameters(&link.value) != Some(4));
    for path in scopes {
        if !functions.is_empty() {
            let scope = has_path.then(|| Scope {
                path: (path != "*" || first.as_text() == Some("*")).then(|| path.clone()),
                is_exact: false,
            });
            let is_local = reach == Reach::Own;
            let links = functions.clone();
            let before = Before { scope, links, for_earlier: false, is_local };
            enter(machine, (owner, call.arg_origin(0)), Registered::Use(before));
        }
        for ((child, below), origin) in &children {
            let path = crate::registration::joined(&path, below);
            let mount = Mount { path, child: *child };
            enter(machine, (owner, *origin), Registered::Mount(mount));
        }
    }
}

/// Paths as an app has them, below its prefix.
pub(crate) fn within(app: &LibraryValue, path: &Value) -> Vec<SmolStr> {
    let prefix = app.kept("prefix").map(paths).and_then(|all| all.into_iter().next());
    let prefix = prefix.unwrap_or_default();
    paths(path).into_iter().map(|path| joined(&prefix, &path)).collect()
}

/// The path of a route that a request asks for: parameters are the caller's.
pub(crate) fn path_value(path: &str) -> Value {
    let mut parts: Vec<Value> = Vec::new();
    let mut text = String::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        text.push('/');
        match param_name(segment) {
            Some(name) => {
                parts.push(Value::text(std::mem::take(&mut text)));
                parts.push(Value::input(InputKind::Path, name));
            }
            None => text.push_str(segment),
        }
    }
    if parts.is_empty() {
        return Value::text(if text.is_empty() { "/".to_owned() } else { text });
    }
    if !text.is_empty() {
        parts.push(Value::text(text));
    }
    let depends = Value::unknown_from(&parts);
    Value::of(Shape::Template(Arc::new(parts))).and_dependencies(&depends)
}

fn param_name(segment: &str) -> Option<&str> {
    if segment.starts_with('*') {
        return Some("*");
    }
    let named = segment.strip_prefix(':').or_else(|| segment.strip_prefix('{'))?;
    let end = named.find(|sign: char| !sign.is_alphanumeric() && sign != '_');
    Some(named.get(..end.unwrap_or(named.len())).unwrap_or(named))
}

/// What code reads on a request that nobody was seen keeping there: middleware that could not be
/// followed may have, after it asked who is calling.
pub(crate) fn kept_by_others() -> Value {
    Value::of(Shape::Unknown).tainted(Taint::OPAQUE.and(Taint::UNKNOWN))
}

/// A call of something that nobody was seen keeping on a request; it may call functions back.
pub(crate) fn called_on_others(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    for value in call.args.iter().filter(|value| matches!(value.shape, Shape::Function(_))) {
        machine.run(value, Vec::new());
    }
    kept_by_others()
}

/// A session that the server keeps: everything in it is the caller's own.
pub(crate) fn session() -> Value {
    let rest = Some(Arc::new(Value::caller()));
    Value::record(Object { rest, ..Object::default() })
}

/// Notes an answer.
pub(crate) fn answer(
    machine: &mut dyn Machine,
    origin: Origin,
    (status, body): (Option<&Value>, Option<Value>),
) {
    let status = match status {
        Some(value) => value.as_number().and_then(status_of),
        None => Some(200),
    };
    machine.record(Effect::Response(Response { status, body, ..bare(origin) }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_known_up_to_its_parameters() {
        assert_eq!(path_value("/").as_text(), Some("/"));
        assert_eq!(path_value("/api/users").as_text(), Some("/api/users"));
        let value = path_value("/api/users/:id/notes");
        assert_eq!(value.known_prefix(), Some("/api/users/"));
        assert!(value.taint.has(Taint::PATH));
    }
}
