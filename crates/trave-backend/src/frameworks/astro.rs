//! Astro: endpoints, actions and middleware.

use smol_str::SmolStr;
use trave_ts::ir::Module;

use crate::dispatch::Dispatch;
use crate::entry::{Entry, EntryKind, Handler};
use crate::frameworks::next::kind_of_path;
use crate::frameworks::syntax::{
    Located, calls_of, export, export_origin, name_of_value, path_of, served_below,
};
use crate::frameworks::web;
use crate::library::{Library, LibraryCall, Machine};
use crate::value::{InputKind, LibraryValue, Shape, Taint, Value};

const NAME: &str = "astro";

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ALL"];

/// Whether the path alone says that the file may be a way in.
pub(crate) fn is_entry(path: &str) -> bool {
    let Some(file) = Located::new(path) else { return false };
    let in_pages = file.folders.contains(&"pages") && !path.ends_with('x');
    in_pages || file.folders.contains(&"actions") || is_middleware(&file)
}

fn is_middleware(file: &Located<'_>) -> bool {
    let is_index = file.name == "index" && file.folders.last() == Some(&"middleware");
    file.name == "middleware" || is_index
}

/// The ways in that a file declares; none when it declares none.
pub(crate) fn entries(module: &Module, path: &str) -> Option<Vec<Entry>> {
    let mut found = actions(module);
    let file = Located::new(path)?;
    if file.folders.contains(&"pages") && !path.ends_with('x') {
        found.extend(endpoints(module, path));
    }
    if is_middleware(&file)
        && let Some(export) = export(module, "onRequest")
    {
        let origin = export_origin(module, export);
        let entry = Entry::new(NAME, Handler::Export(export.name.clone()), origin);
        found.push(entry.of_kind(EntryKind::Middleware).given(vec![context(), thing("next")]));
    }
    (!found.is_empty()).then_some(found)
}

fn endpoints(module: &Module, path: &str) -> Vec<Entry> {
    let handlers = module.exports.iter().filter(|it| METHODS.contains(&it.name.as_str()));
    let served = served(path);
    let entry = |export: &trave_ts::ir::Export| {
        let method = if export.name == "ALL" { "*" } else { export.name.as_str() };
        Entry::new(NAME, Handler::Export(export.name.clone()), export_origin(module, export))
            .of_kind(kind_of_path(&served))
            .at(method, served.as_str())
            .given(vec![context()])
    };
    handlers.map(entry).collect()
}

/// `src/pages/api/notes/[id].json.ts` serves `/api/notes/[id].json`.
fn served(path: &str) -> String {
    let mut parts = served_below(path, "pages");
    let name = Located::new(path).map_or("", |file| file.name);
    if name != "index" {
        parts.push(name);
    }
    path_of(parts)
}

/// Each `defineAction({ handler })`: anybody can post to it.
fn actions(module: &Module) -> Vec<Entry> {
    let own = |package: &str, name: &str| package == "astro:actions" && name == "defineAction";
    let entry = |(id, origin)| {
        let name = name_of_value(module, id).unwrap_or_else(|| SmolStr::new_static("action"));
        let path = format!("/_actions/{name}");
        let entry = Entry::new(NAME, Handler::Expr(id), origin);
        entry.at("POST", path).given(vec![context()]).answering()
    };
    calls_of(module, own).into_iter().map(entry).collect()
}

/// What an endpoint is given.
fn context() -> Value {
    LibraryValue::new(NAME, "context").into_value().and_dependencies(&web::request())
}

/// The same for one path, where middleware may put things.
fn context_for(path: &str, machine: &mut dyn Machine) -> Value {
    let locals = LibraryValue::new(NAME, "locals").with_object(machine.object());
    let object = machine.object();
    machine.keep(&object, "locals", locals.into_value());
    let context = LibraryValue::new(NAME, "context").with("path", Value::text(path));
    context.with_object(object).into_value().and_dependencies(&web::request())
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

/// The model of Astro.
#[derive(Debug)]
pub(crate) struct Astro;

impl Library for Astro {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        match package {
            "astro:actions" | "astro:middleware" => {
                Some(LibraryValue::new(NAME, "function").named(name).into_value())
            }
            "astro:env/server" | "astro:env/client" if name != "getSecret" => {
                Some(Value::of(Shape::Env(name.into())).tainted(Taint::ENV))
            }
            _ => None,
        }
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        let path = object.kept("path").and_then(Value::as_text);
        match (object.kind, property) {
            ("context", "request") => Some(path.map_or_else(web::request, web::request_for)),
            ("context", "url") => Some(path.map_or_else(web::address, web::address_for)),
            ("context", "params") => Some(Value::input(InputKind::Path, "")),
            ("context", "cookies") => Some(web::cookies()),
            ("context", "locals") => Some(thing("locals")),
            ("context", "clientAddress") => {
                Some(Value::input(InputKind::Header, "x-forwarded-for"))
            }
            ("context", "redirect" | "rewrite") => {
                Some(LibraryValue::new(NAME, "method").named(property).into_value())
            }
            // What middleware that could not be followed may have put there.
            ("context", "session") | ("locals", _) => {
                Some(Value::of(Shape::Unknown).tainted(Taint::OPAQUE))
            }
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("function", None) => function(call, machine),
            ("context", Some("redirect")) | ("method", None) => {
                let status = web::status_in(&call.arg(1), 302);
                Some(web::answer(machine, call.origin, (status, None)))
            }
            ("action", None) => {
                let handler = call.callee.kept("handler")?.clone();
                let schema = call.callee.kept("input").cloned();
                let input = checked(schema, machine);
                Some(machine.run(&handler, vec![input, call.arg(0)]))
            }
            ("sequence", None) => Some(in_sequence(call, machine)),
            ("next", None) => Some(go_on(call.callee, machine)),
            ("locals", Some(_)) => Some(Value::of(Shape::Unknown).tainted(Taint::OPAQUE)),
            _ => None,
        }
    }

    /// Middleware stands around every endpoint and every action.
    fn dispatch(&self, way: &Dispatch<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let middleware = way.before.first()?;
        let context = context_for(way.sample, machine);
        let next = LibraryValue::new(NAME, "next")
            .with("handler", way.handler.clone())
            .with("context", context.clone());
        Some(machine.run(middleware, vec![context, next.into_value()]))
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        (package == "astro" && matches!(name, "APIContext" | "AstroGlobal")).then(context)
    }
}

fn function(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let first = call.arg(0);
    Some(match call.callee.name.as_str() {
        "defineMiddleware" => first,
        "sequence" => LibraryValue::new(NAME, "sequence")
            .with("handlers", Value::array(call.args.to_vec()))
            .into_value(),
        "defineAction" => {
            let handler = first.field("handler").cloned().unwrap_or_else(Value::unknown);
            let action = LibraryValue::new(NAME, "action").with("handler", handler);
            match first.field("input") {
                Some(input) => action.with("input", input.clone()).into_value(),
                None => action.into_value(),
            }
        }
        "ActionError" => {
            let code = first.field("code").and_then(Value::as_text).unwrap_or_default().to_owned();
            let status = match code.as_str() {
                "UNAUTHORIZED" => 401,
                "FORBIDDEN" => 403,
                "NOT_FOUND" => 404,
                "BAD_REQUEST" => 400,
                _ => 500,
            };
            web::answer(machine, call.origin, (Some(status), None))
        }
        _ => return None,
    })
}

/// What an action is given: what its schema lets through.
fn checked(schema: Option<Value>, machine: &mut dyn Machine) -> Value {
    let input = Value::input(InputKind::Body, "");
    match schema {
        Some(schema) if schema.library().is_some_and(|it| it.kind == "schema") => {
            let parse = machine.member(&schema, "parse");
            machine.run(&parse, vec![input])
        }
        _ => input,
    }
}

/// Runs the first of several handlers; what it calls to go on runs the next.
fn in_sequence(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let handlers = call.callee.kept("handlers").cloned().unwrap_or_else(Value::undefined);
    let next = LibraryValue::new(NAME, "next")
        .with("handlers", handlers)
        .with("context", call.arg(0))
        .with("after", call.arg(1));
    go_on(&next, machine)
}

fn go_on(next: &LibraryValue, machine: &mut dyn Machine) -> Value {
    let context = next.kept("context").cloned().unwrap_or_else(context);
    let handlers = match next.kept("handlers").map(|it| &it.shape) {
        Some(Shape::Array(handlers)) => handlers.to_vec(),
        _ => Vec::new(),
    };
    if let Some((first, rest)) = handlers.split_first() {
        let after = next.clone().with("handlers", Value::array(rest.to_vec()));
        return machine.run(first, vec![context, after.into_value()]);
    }
    if let Some(after) = next.kept("after") {
        return machine.run(&after.clone(), vec![context]);
    }
    match next.kept("handler") {
        Some(handler) => machine.run(&handler.clone(), vec![context]),
        None => thing("response"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(path: &str, text: &str) -> String {
        let module = trave_ts::parse(trave_source::FileId(0), path, text);
        let found = entries(&module, path).unwrap_or_default();
        let words = found.iter().map(|it| format!("{:?} {} {}", it.kind, it.method, it.path));
        words.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn endpoints_actions_and_middleware_are_ways_in() {
        let actions = "import { defineAction } from 'astro:actions'
export const server = { addNote: defineAction({ handler: async () => {} }) }
export const remove = defineAction({ handler: async () => {} })";
        for (path, text, expected) in [
            (
                "src/pages/api/notes/[id].json.ts",
                "export const GET: APIRoute = async () => {}\nexport const ALL = () => {}",
                "Http GET /api/notes/[id].json; Http * /api/notes/[id].json",
            ),
            (
                "src/pages/index.ts",
                "export const prerender = true\nexport function GET() {}",
                "Http GET /",
            ),
            (
                "src/actions/index.ts",
                actions,
                "Http POST /_actions/addNote; Http POST /_actions/remove",
            ),
            ("src/middleware.ts", "export const onRequest = sequence(a, b)", "Middleware * /"),
            ("src/middleware.ts", "export function middleware() {}", ""),
            ("src/pages/api/users.ts", "export default function handler(req, res) {}", ""),
        ] {
            assert_eq!(words(path, text), expected, "{path}");
        }
    }
}
