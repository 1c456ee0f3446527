//! Servers without a framework: Cloudflare Workers and Pages, Bun, Deno, Node's own.

use trave_source::Origin;
use trave_ts::ir::{BindingKind, Call, Exported, ExprId, ExprKind, Module, Property};

use crate::entry::{Entry, EntryKind, Handler};
use crate::frameworks::next::kind_of_path;
use crate::frameworks::syntax::{
    Located, export, export_origin, imported_callee, initial_value, path_of, served_below,
};
use crate::frameworks::web;
use crate::value::{InputKind, Shape, Value};

const NAME: &str = "server";

/// Exports of a file of Cloudflare Pages, with the method that each serves.
const PAGES: &[(&str, &str)] = &[
    ("onRequest", "*"),
    ("onRequestGet", "GET"),
    ("onRequestPost", "POST"),
    ("onRequestPut", "PUT"),
    ("onRequestPatch", "PATCH"),
    ("onRequestDelete", "DELETE"),
    ("onRequestHead", "HEAD"),
    ("onRequestOptions", "OPTIONS"),
];

/// Whether the path alone says that the file may be a way in.
pub(crate) fn is_entry(path: &str) -> bool {
    let aside = ["src", "lib", "app", "supabase", "packages"];
    Located::new(path).is_some_and(|file| {
        let at = file.folders.iter().position(|folder| *folder == "functions");
        let around = at.and_then(|at| file.folders.get(..at));
        around.is_some_and(|around| !around.iter().any(|folder| aside.contains(folder)))
    })
}

/// The ways in that a file declares; none when it declares none.
pub(crate) fn entries(module: &Module, path: &str) -> Option<Vec<Entry>> {
    let mut found = worker(module, path);
    found.extend(servers(module));
    if is_entry(path) {
        found.extend(pages(module, path));
    }
    (!found.is_empty()).then_some(found)
}

/// `export default { fetch, scheduled, queue }`.
fn worker(module: &Module, path: &str) -> Vec<Entry> {
    let default = export(module, "default").and_then(|export| match export.what {
        Exported::Expr(expr) => Some(expr),
        Exported::Binding(id) => initial_value(module, module.binding(id)?),
        Exported::From { .. } => None,
    });
    let mut at = default;
    while let Some(ExprKind::Typed { value, .. }) = kind(module, at) {
        at = Some(*value);
    }
    let Some(ExprKind::Object(properties)) = kind(module, at) else { return Vec::new() };
    let unknown = || Value::of(Shape::Unknown);
    let entry = |property: &Property| {
        let Property::Field { key, value, span } = property else { return None };
        let is_function = may_serve(module, *value);
        let entry = Entry::new(NAME, Handler::Expr(*value), span.in_file(module.file));
        match key.as_str() {
            "fetch" if is_function => Some(entry.given(vec![web::request(), unknown(), unknown()])),
            "scheduled" | "queue" | "email" if is_function => {
                let input = Value::input(InputKind::Parameter, "event");
                let entry = entry.of_kind(EntryKind::Job).at(key.clone(), path);
                Some(entry.given(vec![input, unknown(), unknown()]))
            }
            _ => None,
        }
    };
    properties.iter().filter_map(entry).collect()
}

fn kind(module: &Module, id: Option<ExprId>) -> Option<&ExprKind> {
    module.expr(id?).map(|expr| &expr.kind)
}

/// Whether an expression is a function of the module, or a constant that is one.
fn may_serve(module: &Module, id: ExprId) -> bool {
    match kind(module, Some(id)) {
        Some(ExprKind::Function(_)) => true,
        Some(ExprKind::Name(name)) => {
            let Some(binding) = module.binding(*name) else { return false };
            match binding.kind {
                BindingKind::Function(_) => true,
                BindingKind::Const | BindingKind::Let => {
                    let value = initial_value(module, binding);
                    matches!(kind(module, value), Some(ExprKind::Function(_)))
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// `Bun.serve({ fetch, routes })`, `createServer((req, res) => …)`.
fn servers(module: &Module) -> Vec<Entry> {
    let mut found = Vec::new();
    for expr in &module.exprs {
        let ExprKind::Call(call) = &expr.kind else { continue };
        if is_bun(module, call.callee) {
            bun(module, call, &mut found);
        } else if let Some(handler) = node_handler(module, call) {
            let origin = expr.span.in_file(module.file);
            let entry = Entry::new(NAME, Handler::Expr(handler), origin);
            found.push(entry.given(vec![web::node_request(), web::node_response()]));
        }
    }
    found
}

fn is_bun(module: &Module, callee: ExprId) -> bool {
    match kind(module, Some(callee)) {
        Some(ExprKind::Member { object, property, .. }) if property == "serve" => {
            matches!(kind(module, Some(*object)), Some(ExprKind::Global(name)) if name == "Bun")
        }
        _ => imported_callee(module, callee) == Some(("bun", "serve")),
    }
}

fn bun(module: &Module, call: &Call, found: &mut Vec<Entry>) {
    let options = call.args.first().map(|argument| argument.value);
    let Some(ExprKind::Object(properties)) = kind(module, options) else { return };
    for property in properties {
        let Property::Field { key, value, span } = property else { continue };
        let origin = span.in_file(module.file);
        match (key.as_str(), kind(module, Some(*value))) {
            ("fetch", _) if may_serve(module, *value) => found.push(web_entry(*value, origin)),
            ("routes", Some(ExprKind::Object(routes))) => bun_routes(module, routes, found),
            _ => {}
        }
    }
}

/// `routes: { '/api/notes/:id': { GET: handler }, '/x': handler }`.
fn bun_routes(module: &Module, routes: &[Property], found: &mut Vec<Entry>) {
    for property in routes {
        let Property::Field { key: path, value, span } = property else { continue };
        let origin = span.in_file(module.file);
        match kind(module, Some(*value)) {
            Some(ExprKind::Object(methods)) => found.extend(methods.iter().filter_map(|it| {
                let Property::Field { key, value, span } = it else { return None };
                let entry = web_entry(*value, span.in_file(module.file));
                may_serve(module, *value)
                    .then(|| entry.of_kind(kind_of_path(path)).at(key.clone(), path.clone()))
            })),
            _ if may_serve(module, *value) => {
                let entry = web_entry(*value, origin).of_kind(kind_of_path(path));
                found.push(entry.at("*", path.clone()));
            }
            _ => {}
        }
    }
}

fn web_entry(handler: ExprId, origin: Origin) -> Entry {
    Entry::new(NAME, Handler::Expr(handler), origin).given(vec![web::request()])
}

fn node_handler(module: &Module, call: &Call) -> Option<ExprId> {
    let (package, name) = imported_callee(module, call.callee)?;
    let is_node = matches!(package, "http" | "node:http" | "https" | "node:https");
    let mut given = call.args.iter().map(|argument| argument.value);
    let handler = given.find(|value| may_serve(module, *value))?;
    (is_node && name == "createServer").then_some(handler)
}

/// Files below `functions` of Cloudflare Pages.
fn pages(module: &Module, path: &str) -> Vec<Entry> {
    let served = pages_path(path);
    let is_middleware = Located::new(path).is_some_and(|file| file.name == "_middleware");
    if is_middleware {
        return Vec::new();
    }
    let context = || {
        Value::object([
            ("request", web::request()),
            ("params", Value::input(InputKind::Path, "")),
            ("env", Value::of(Shape::Unknown)),
            ("data", Value::of(Shape::Unknown)),
        ])
    };
    let entry = |(name, method): &(&str, &str)| {
        let export = export(module, name)?;
        let handler = Handler::Export(export.name.clone());
        let entry = Entry::new(NAME, handler, export_origin(module, export));
        let entry = entry.of_kind(kind_of_path(&served)).at(*method, served.as_str());
        Some(entry.given(vec![context()]))
    };
    PAGES.iter().filter_map(entry).collect()
}

fn pages_path(path: &str) -> String {
    let mut parts = served_below(path, "functions");
    let name = Located::new(path).map_or("", |file| file.name);
    if name != "index" {
        parts.push(name);
    }
    path_of(parts)
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
    fn bare_servers_are_ways_in() {
        for (path, text, expected) in [
            (
                "src/worker.ts",
                "export default { async fetch(request, env) {}, scheduled() {} } satisfies X",
                "Http * /; Job scheduled src/worker.ts",
            ),
            ("src/worker.ts", "const app = new Hono()\nexport default { fetch: app.fetch }", ""),
            (
                "src/index.ts",
                "Bun.serve({ routes: { '/notes/:id': { GET: (req) => {} } }, fetch(req) {} })",
                "Http GET /notes/:id; Http * /",
            ),
            (
                "src/index.ts",
                "import http from 'node:http'\nhttp.createServer((req, res) => {})",
                "Http * /",
            ),
            (
                "functions/api/notes/[id].ts",
                "export async function onRequestPost(context) {}",
                "Http POST /api/notes/[id]",
            ),
            ("supabase/functions/api/index.ts", "export const onRequest = () => {}", ""),
        ] {
            assert_eq!(words(path, text), expected, "{path}: {text}");
        }
    }
}
