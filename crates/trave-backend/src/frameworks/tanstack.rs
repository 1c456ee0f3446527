//! TanStack Start: server functions, and routes of files that answer requests themselves.

use std::sync::Arc;

use smol_str::SmolStr;
use trave_ts::ir::{Call, ExprId, ExprKind, Module, Property};

use crate::dispatch::Dispatch;
use crate::entry::{Entry, EntryKind, Handler};
use crate::frameworks::next::kind_of_path;
use crate::frameworks::syntax::{imported_callee, name_of_value};
use crate::frameworks::web;
use crate::library::{Library, LibraryCall, Machine};
use crate::value::{InputKind, LibraryValue, Object, Shape, Taint, Value};

const NAME: &str = "tanstack-start";

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"];

fn is_own(package: &str) -> bool {
    package.starts_with("@tanstack/")
        && (package.ends_with("-start")
            || package.contains("/start")
            || package.contains("-start/")
            || package.ends_with("-router"))
}

/// The ways in that a file declares; none when it declares none.
pub(crate) fn entries(module: &Module, path: &str) -> Option<Vec<Entry>> {
    if !module.imports.iter().any(|import| is_own(&import.specifier)) {
        return None;
    }
    let mut found = Vec::new();
    for (id, expr) in (0..).map(ExprId).zip(&module.exprs) {
        let ExprKind::Call(call) = &expr.kind else { continue };
        let origin = expr.span.in_file(module.file);
        if is_server_function(module, call) {
            let name = name_of_value(module, id).unwrap_or_else(|| SmolStr::new_static("handler"));
            let entry = Entry::new(NAME, Handler::Expr(id), origin);
            found.push(entry.of_kind(EntryKind::ServerAction).at(name, path).answering());
        } else if let Some(served) = file_route(module, call) {
            routes(module, call, &served, &mut found);
        }
    }
    (!found.is_empty()).then_some(found)
}

/// `createServerFn(…)….handler(…)`.
fn is_server_function(module: &Module, call: &Call) -> bool {
    let Some(ExprKind::Member { object, property, .. }) =
        module.expr(call.callee).map(|it| &it.kind)
    else {
        return false;
    };
    property == "handler" && begins_with(module, *object, "createServerFn", 8)
}

/// Whether a chain of calls begins with a call of this function of the framework.
fn begins_with(module: &Module, id: ExprId, wanted: &str, depth: u32) -> bool {
    let Some(ExprKind::Call(call)) = module.expr(id).map(|it| &it.kind) else { return false };
    if let Some((package, name)) = imported_callee(module, call.callee) {
        return is_own(package) && name == wanted;
    }
    match module.expr(call.callee).map(|it| &it.kind) {
        Some(ExprKind::Member { object, .. }) if depth > 0 => {
            begins_with(module, *object, wanted, depth - 1)
        }
        _ => false,
    }
}

/// The path of `createFileRoute('/api/notes')({ … })`, `createServerFileRoute('/x').methods({ … })`
/// and `createAPIFileRoute('/x')({ … })`.
fn file_route(module: &Module, call: &Call) -> Option<SmolStr> {
    let inner = match &module.expr(call.callee)?.kind {
        ExprKind::Call(inner) => inner,
        ExprKind::Member { object, property, .. } if property == "methods" => {
            let ExprKind::Call(inner) = &module.expr(*object)?.kind else { return None };
            inner
        }
        _ => return None,
    };
    let (package, name) = imported_callee(module, inner.callee)?;
    let is_route =
        matches!(name, "createFileRoute" | "createServerFileRoute" | "createAPIFileRoute");
    if !is_own(package) || !is_route {
        return None;
    }
    match &module.expr(inner.args.first()?.value)?.kind {
        ExprKind::String(path) => Some(path.clone()),
        _ => None,
    }
}

fn routes(module: &Module, call: &Call, served: &str, found: &mut Vec<Entry>) {
    let Some(options) = call.args.first().map(|argument| argument.value) else { return };
    let handlers = field(module, options, "server")
        .and_then(|server| field(module, server, "handlers"))
        .unwrap_or(options);
    let Some(ExprKind::Object(properties)) = module.expr(handlers).map(|it| &it.kind) else {
        return;
    };
    let methods = properties.iter().filter_map(|property| match property {
        Property::Field { key, value, span } if METHODS.contains(&key.as_str()) => {
            Some((key, *value, span.in_file(module.file)))
        }
        _ => None,
    });
    for (method, handler, origin) in methods {
        let method = if method == "ANY" { "*" } else { method.as_str() };
        let given = Value::object([
            ("request", web::request()),
            ("params", Value::input(InputKind::Path, "")),
            ("context", Value::of(Shape::Unknown).tainted(Taint::OPAQUE)),
        ]);
        let entry = Entry::new(NAME, Handler::Expr(handler), origin);
        let entry = entry.of_kind(kind_of_path(served)).at(method, served);
        found.push(entry.given(vec![given]));
    }
}

fn field(module: &Module, object: ExprId, name: &str) -> Option<ExprId> {
    let ExprKind::Object(properties) = &module.expr(object)?.kind else { return None };
    properties.iter().find_map(|property| match property {
        Property::Field { key, value, .. } if key == name => Some(*value),
        _ => None,
    })
}

/// The model of TanStack Start.
#[derive(Debug)]
pub(crate) struct TanStack;

impl Library for TanStack {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        is_own(package).then(|| LibraryValue::new(NAME, "export").named(name).into_value())
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("export", None) => export(call, machine),
            ("function" | "middleware", Some(method)) => built(call, method),
            // Called by other code of the server: what it is given is what they pass.
            ("function", None) => {
                let handler = call.callee.kept("handler")?.clone();
                Some(run(call.callee, &handler, call.arg(0).field("data").cloned(), machine))
            }
            ("next", None) => Some(go_on(call, machine)),
            _ => None,
        }
    }

    fn dispatch(&self, way: &Dispatch<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let function = way.handler.library().filter(|it| it.kind == "function")?;
        let handler = function.kept("handler")?.clone();
        Some(run(function, &handler, None, machine))
    }
}

fn export(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let status = match call.callee.name.as_str() {
        "createServerFn" => {
            return Some(LibraryValue::new(NAME, "function").into_value());
        }
        "createMiddleware" => return Some(LibraryValue::new(NAME, "middleware").into_value()),
        "redirect" => Some(307),
        "notFound" => Some(404),
        "json" => {
            let status = web::status_in(&call.arg(1), 200);
            return Some(web::answer(machine, call.origin, (status, Some(call.arg(0)))));
        }
        "getWebRequest" | "getRequest" => return Some(web::request()),
        "getRequestHeaders" | "getHeaders" => return Some(web::headers()),
        "getHeader" | "getRequestHeader" => {
            let name = call.arg(0).as_text().unwrap_or_default().to_ascii_lowercase();
            return Some(Value::input(InputKind::Header, name));
        }
        "getCookie" => {
            let name = call.arg(0).as_text().unwrap_or_default().to_owned();
            return Some(Value::input(InputKind::Cookie, name));
        }
        _ => return None,
    };
    Some(web::answer(machine, call.origin, (status, None)))
}

/// A step of `createServerFn().middleware([…]).validator(schema).handler(fn)`.
fn built(call: &LibraryCall<'_>, method: &str) -> Option<Value> {
    let step = match method {
        "handler" | "server" => "handler",
        "validator" | "inputValidator" => "schema",
        "middleware" => "middleware",
        "client" | "type" => return Some(call.callee.clone().into_value()),
        _ => return None,
    };
    Some(call.callee.clone().with(step, call.arg(0)).into_value())
}

/// Runs what stands before a server function, then its handler.
fn run(
    function: &LibraryValue,
    handler: &Value,
    given: Option<Value>,
    machine: &mut dyn Machine,
) -> Value {
    let data = given.unwrap_or_else(|| checked(function.kept("schema"), machine));
    let next = LibraryValue::new(NAME, "next")
        .with("left", Value::array(before(function, 8)))
        .with("handler", handler.clone())
        .with("data", data)
        .with("context", Value::object([]));
    next_step(&next, machine)
}

/// The functions of middleware, what a middleware itself stands behind first.
fn before(function: &LibraryValue, depth: u32) -> Vec<Value> {
    let listed = match function.kept("middleware").map(|it| &it.shape) {
        Some(Shape::Array(list)) => list.to_vec(),
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for middleware in listed.iter().filter_map(Value::library) {
        if depth > 0 {
            found.extend(before(middleware, depth - 1));
        }
        found.extend(middleware.kept("handler").cloned());
    }
    found
}

fn next_step(next: &LibraryValue, machine: &mut dyn Machine) -> Value {
    let data = next.kept("data").cloned().unwrap_or_else(Value::undefined);
    let context = next.kept("context").cloned().unwrap_or_else(Value::undefined);
    let left = match next.kept("left").map(|it| &it.shape) {
        Some(Shape::Array(left)) => left.to_vec(),
        _ => Vec::new(),
    };
    let given = |following: Option<Value>| {
        let mut fields = vec![("data", data.clone()), ("context", context.clone())];
        fields.extend(following.map(|next| ("next", next)));
        Value::object(fields)
    };
    match left.split_first() {
        Some((first, rest)) => {
            let following = next.clone().with("left", Value::array(rest.to_vec()));
            machine.run(first, vec![given(Some(following.into_value()))])
        }
        None => match next.kept("handler") {
            Some(handler) => machine.run(&handler.clone(), vec![given(None)]),
            None => Value::unknown(),
        },
    }
}

/// `next({ context: { user } })`: what it adds is there for what follows.
fn go_on(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let mut context = Object::default();
    let added = call.arg(0).field("context").cloned();
    for value in call.callee.kept("context").into_iter().chain(&added) {
        match &value.shape {
            Shape::Object(object) => {
                context.fields.extend(object.fields.clone());
                context.rest = context.rest.or_else(|| object.rest.clone());
            }
            _ => context.rest = Some(Arc::new(value.clone())),
        }
    }
    next_step(&call.callee.clone().with("context", Value::record(context)), machine)
}

/// What a caller sends, as far as a schema lets it through.
fn checked(schema: Option<&Value>, machine: &mut dyn Machine) -> Value {
    let input = Value::input(InputKind::Body, "");
    match schema {
        Some(schema) if schema.library().is_some_and(|it| it.kind == "schema") => {
            let parse = machine.member(schema, "parse");
            machine.run(&parse, vec![input])
        }
        Some(check) if matches!(check.shape, Shape::Function(_)) => {
            machine.run(&check.clone(), vec![input])
        }
        _ => input,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_functions_and_routes_are_ways_in() {
        let text = "import { createServerFn, createMiddleware } from '@tanstack/react-start'
import { createFileRoute } from '@tanstack/react-router'
export const addNote = createServerFn({ method: 'POST' }).validator(schema).handler(async () => {})
export const Route = createFileRoute('/api/notes/$id')({
  server: { handlers: { GET: async ({ params }) => {}, ANY: () => {} } },
})";
        let module = trave_ts::parse(trave_source::FileId(0), "src/routes/a.ts", text);
        let found = entries(&module, "src/routes/a.ts").unwrap();
        let words: Vec<String> =
            found.iter().map(|it| format!("{:?} {} {}", it.kind, it.method, it.path)).collect();
        let mut words = words;
        words.sort();
        assert_eq!(
            words,
            [
                "Http * /api/notes/$id",
                "Http GET /api/notes/$id",
                "ServerAction addNote src/routes/a.ts"
            ]
        );
    }
}
