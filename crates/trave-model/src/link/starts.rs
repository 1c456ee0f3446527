//! Programs that somebody starts: a server, a worker, a command, a script. Their files do something
//! when they are loaded, and no other file loads them. Migrations in code are run by their tool.

use rustc_hash::FxHashSet;
use trave_backend::entry::{Entry, EntryConfig, EntryKind, Handler};
use trave_source::{FileId, Span};
use trave_ts::ir::{Exported, FunctionId, Module};

use super::mentions::acts;
use super::routes;
use crate::eval::{Context, FunctionKey, ModuleId, Trace};
use crate::model::{Route, RouteId};

/// The list of routes knows no framework behind them.
const FRAMEWORK: &str = "process";

/// Folders of migrations that are written in code.
const MIGRATIONS: [&str; 3] = ["alterations", "migration", "migrations"];

/// What is run of the modules that are started; not of those that are ways in of another kind
/// (`own`).
pub(super) fn functions(cx: &Context<'_>, own: &FxHashSet<FileId>) -> Vec<FunctionKey> {
    let loaded = loaded(cx);
    let mut found = Vec::new();
    for module in &cx.program.modules {
        let id = ModuleId::of(module.file);
        let path = cx.program.sources.path(module.file);
        let is_left_out = loaded.contains(&module.file)
            || cx.program.imported_elsewhere.contains(&module.file)
            || own.contains(&module.file)
            || module.has_directive("use client");
        if is_left_out || !is_program(path) {
            continue;
        }
        if is_migration(path) {
            let functions = (0..).map(FunctionId).zip(&module.functions).skip(1);
            let outer = functions.filter(|(_, it)| it.parent == Some(FunctionId(0)));
            found.extend(outer.map(|(function, _)| (id, function)));
        } else if acts(module) {
            found.push((id, FunctionId(0)));
        }
    }
    found
}

fn is_migration(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.split('/').any(|part| MIGRATIONS.contains(&part))
}

/// Markup belongs to pages, and settings are read by tools.
fn is_program(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let endings = [".tsx", ".jsx", ".vue", ".svelte"];
    !endings.iter().any(|ending| name.ends_with(ending)) && !name.contains(".config.")
}

/// The files that others load.
fn loaded(cx: &Context<'_>) -> FxHashSet<FileId> {
    cx.program.modules.iter().flat_map(|module| loads(cx, module)).collect()
}

/// The files that a module loads.
pub(super) fn loads<'c>(
    cx: &'c Context<'_>,
    module: &'c Module,
) -> impl Iterator<Item = FileId> + 'c {
    let imported = module.imports.iter().filter(|import| !import.type_only);
    let passed_on = module.exports.iter().filter_map(|export| match &export.what {
        Exported::From { specifier, .. } => Some(specifier),
        _ => None,
    });
    let specifiers = imported.map(|import| &import.specifier).chain(passed_on);
    specifiers.filter_map(|specifier| cx.program.import(module.file, specifier))
}

/// The start of a program as a way in.
pub(super) fn route(cx: &Context<'_>, module: ModuleId, id: RouteId) -> Option<Route> {
    let file = cx.module(module)?.file;
    let entry = Entry {
        kind: EntryKind::Start,
        method: "start".into(),
        path: cx.program.sources.path(file).into(),
        framework: FRAMEWORK,
        handler: Handler::Registered,
        origin: Span::default().in_file(file),
        params: Vec::new(),
        config: EntryConfig::default(),
    };
    Some(routes::route(cx, (id, &entry), &Trace::default()))
}
