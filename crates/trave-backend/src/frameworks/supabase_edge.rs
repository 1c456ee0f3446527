//! Supabase Edge Functions: `supabase/functions/<name>/index.ts`.

use smol_str::{SmolStr, format_smolstr};
use trave_source::Origin;
use trave_ts::ir::{Argument, Call, Exported, Expr, ExprId, ExprKind, Module, Property};

use super::next::kind_of_path;
use super::syntax::{export, imported};
use super::web;
use crate::entry::{Entry, EntryConfig, EntryKind, Handler};
use crate::place::package_name;

const NAME: &str = "supabase-edge";

/// The name of the function whose entry file this is.
pub(crate) fn function_name(path: &str) -> Option<&str> {
    let (folder, file) = path.rsplit_once('/')?;
    let (stem, extension) = file.rsplit_once('.')?;
    let (parent, name) = folder.rsplit_once('/')?;
    let is_function = parent == "supabase/functions" || parent.ends_with("/supabase/functions");
    let is_entry =
        matches!(stem, "index" | "main") && matches!(extension, "ts" | "tsx" | "js" | "mjs");
    (is_function && is_entry && !name.starts_with(['_', '.'])).then_some(name)
}

/// The ways in that such a file declares: one for each server that it starts.
pub(crate) fn entries(module: &Module, path: &str) -> Option<Vec<Entry>> {
    let name = function_name(path)?;
    let mut found: Vec<Entry> = Vec::new();
    for expr in &module.exprs {
        if let Some(handler) = served_handler(module, expr) {
            let origin = expr.span.in_file(module.file);
            found.push(entry(name, Handler::Expr(handler), origin));
        }
    }
    if found.is_empty() {
        found.extend(exported_fetch(module, name));
    }
    Some(found)
}

fn entry(name: &str, handler: Handler, origin: Origin) -> Entry {
    let path = format_smolstr!("/functions/v1/{name}");
    let kind = match kind_of_path(&path) {
        EntryKind::Http if name.contains("webhook") => EntryKind::Webhook,
        EntryKind::Http if name.contains("cron") => EntryKind::Job,
        EntryKind::Http => EntryKind::Edge,
        other => other,
    };
    Entry {
        kind,
        method: SmolStr::new_static("*"),
        path,
        framework: NAME,
        handler,
        origin,
        params: vec![web::request(), web::context()],
        config: EntryConfig::default(),
    }
}

/// The handler in `Deno.serve(options?, handler)` or `serve(handler)`.
fn served_handler(module: &Module, expr: &Expr) -> Option<ExprId> {
    let ExprKind::Call(call) = &expr.kind else { return None };
    if !is_serve(module, call) {
        return None;
    }
    let is_options = |argument: &&Argument| {
        matches!(module.expr(argument.value).map(|expr| &expr.kind), Some(ExprKind::Object(_)))
    };
    let handler = call.args.iter().find(|argument| !is_options(argument))?;
    Some(handler.value)
}

fn is_serve(module: &Module, call: &Call) -> bool {
    match module.expr(call.callee).map(|expr| &expr.kind) {
        Some(ExprKind::Member { object, property, .. }) if property == "serve" => {
            let object = module.expr(*object).map(|expr| &expr.kind);
            matches!(object, Some(ExprKind::Global(name)) if name == "Deno")
        }
        Some(ExprKind::Name(id)) => {
            let import = module.binding(*id).and_then(|binding| imported(module, binding));
            import.is_some_and(|(specifier, name)| {
                name == "serve" && package_name(specifier).contains("http/server")
            })
        }
        _ => false,
    }
}

/// `export default { fetch: handler }`.
fn exported_fetch(module: &Module, name: &str) -> Option<Entry> {
    let export = export(module, "default")?;
    let Exported::Expr(id) = export.what else { return None };
    let Some(ExprKind::Object(properties)) = module.expr(id).map(|expr| &expr.kind) else {
        return None;
    };
    properties.iter().find_map(|property| match property {
        Property::Field { key, value, span } if key == "fetch" => {
            Some(entry(name, Handler::Expr(*value), span.in_file(module.file)))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_known_by_their_folder() {
        for (path, name) in [
            ("supabase/functions/send-email/index.ts", Some("send-email")),
            ("apps/web/supabase/functions/hook/index.ts", Some("hook")),
            ("supabase/functions/_shared/index.ts", None),
            ("supabase/functions/send-email/template.ts", None),
            ("functions/send-email/index.ts", None),
            ("index.ts", None),
        ] {
            assert_eq!(function_name(path), name, "{path}");
        }
    }

    #[test]
    fn servers_are_ways_in() {
        for text in [
            "Deno.serve(async (req) => new Response('x'))",
            "Deno.serve({ port: 1 }, handler)",
            "import { serve } from 'https://deno.land/std@0.168.0/http/server.ts'\nserve(handler)",
            "export default { fetch: handler }",
        ] {
            let path = "supabase/functions/send-email/index.ts";
            let module = trave_ts::parse(trave_source::FileId(0), path, text);
            let found = entries(&module, path).unwrap();
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].path, "/functions/v1/send-email");
            assert_eq!(found[0].kind, EntryKind::Edge);
        }
    }
}
