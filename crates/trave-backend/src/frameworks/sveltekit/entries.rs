//! The ways in that one file of a SvelteKit application declares.

use smol_str::{SmolStr, format_smolstr};
use trave_ts::ir::{ExprKind, Module, Property};

use super::NAME;
use super::model::{around, event};
use crate::entry::{Entry, EntryKind, Handler};
use crate::frameworks::next::kind_of_path;
use crate::frameworks::syntax::{
    Located, export, export_origin, exported_constant, exported_functions, served_below,
};

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "fallback"];

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Role {
    /// `+server.ts`: exports named like methods.
    Server,
    /// `+page.server.ts`, `+page.ts`: `load` and `actions`.
    Page,
    /// `+layout.server.ts`, `+layout.ts`: `load`.
    Layout,
    /// `hooks.server.ts`: `handle`.
    Hooks,
    /// `*.remote.ts`: functions that the browser calls.
    Remote,
}

fn role(path: &str) -> Option<Role> {
    let file = Located::new(path)?;
    let is_routed = file.folders.contains(&"routes");
    match file.name {
        "+server" if is_routed => Some(Role::Server),
        "+page.server" | "+page" if is_routed => Some(Role::Page),
        "+layout.server" | "+layout" if is_routed => Some(Role::Layout),
        "hooks.server" => Some(Role::Hooks),
        "index" if file.folders.last() == Some(&"hooks.server") => Some(Role::Hooks),
        name if name.ends_with(".remote") => Some(Role::Remote),
        _ => None,
    }
}

/// Whether the path alone says that the file is a way in.
pub(crate) fn is_entry(path: &str) -> bool {
    role(path).is_some()
}

/// The ways in that a file declares; none when its path says nothing.
pub(crate) fn entries(module: &Module, path: &str) -> Option<Vec<Entry>> {
    Some(match role(path)? {
        Role::Server => servers(module, &served(path)),
        Role::Page => {
            let mut found = loads(module, &served(path));
            found.extend(actions(module, &served(path)));
            found
        }
        Role::Layout => loads(module, &served(path)),
        Role::Hooks => hooks(module),
        Role::Remote => remote(module, path),
    })
}

/// `src/routes/(app)/notes/[id=uuid]/+page.server.ts` serves `/notes/[id]`.
fn served(path: &str) -> String {
    let below = served_below(path, "routes");
    let mut served = String::new();
    for folder in below {
        if folder.starts_with('(') && folder.ends_with(')') {
            continue;
        }
        served.push('/');
        match folder.split_once('=') {
            Some((name, matcher)) => {
                served.push_str(name);
                served.extend(matcher.chars().filter(|sign| *sign == ']'));
            }
            None => served.push_str(folder),
        }
    }
    if served.is_empty() { "/".to_owned() } else { served }
}

fn servers(module: &Module, served: &str) -> Vec<Entry> {
    let handlers = module.exports.iter().filter(|it| METHODS.contains(&it.name.as_str()));
    let entry = |export: &trave_ts::ir::Export| {
        let method = if export.name == "fallback" { "*" } else { export.name.as_str() };
        Entry::new(NAME, Handler::Export(export.name.clone()), export_origin(module, export))
            .of_kind(kind_of_path(served))
            .at(method, served)
            .given(vec![event()])
    };
    handlers.map(entry).collect()
}

fn loads(module: &Module, served: &str) -> Vec<Entry> {
    let Some(load) = export(module, "load") else { return Vec::new() };
    let entry = Entry::new(NAME, Handler::Export(load.name.clone()), export_origin(module, load));
    vec![entry.of_kind(EntryKind::Loader).at("GET", served).given(vec![event()]).answering()]
}

/// `export const actions = { default: …, create: … }`: each is posted to on its own.
fn actions(module: &Module, served: &str) -> Vec<Entry> {
    let Some((ExprKind::Object(properties), _)) = exported_constant(module, "actions") else {
        return Vec::new();
    };
    let entry = |property: &Property| {
        let Property::Field { key, value, span } = property else { return None };
        let path = if key == "default" {
            SmolStr::new(served)
        } else {
            format_smolstr!("{served}?/{key}")
        };
        let entry = Entry::new(NAME, Handler::Expr(*value), span.in_file(module.file));
        Some(entry.at("POST", path).given(vec![event()]).answering())
    };
    properties.iter().filter_map(entry).collect()
}

fn hooks(module: &Module) -> Vec<Entry> {
    let Some(handle) = export(module, "handle") else { return Vec::new() };
    let origin = export_origin(module, handle);
    let entry = Entry::new(NAME, Handler::Export(handle.name.clone()), origin);
    vec![entry.of_kind(EntryKind::Middleware).given(vec![around(event(), None)])]
}

/// Remote functions: each exported call of `query`, `form`, `command`.
fn remote(module: &Module, path: &str) -> Vec<Entry> {
    let entry = |(export, origin)| {
        let export: &trave_ts::ir::Export = export;
        let entry = Entry::new(NAME, Handler::Export(export.name.clone()), origin);
        entry.of_kind(EntryKind::ServerAction).at(export.name.clone(), path).answering()
    };
    exported_functions(module).map(entry).collect()
}
