//! The ways in that one file below `server` declares.

use trave_ts::ir::{Exported, ExprId, ExprKind, Module};

use super::NAME;
use super::model::event;
use crate::entry::{Entry, EntryKind, Handler};
use crate::frameworks::next::kind_of_path;
use crate::frameworks::syntax::{Located, export, export_origin, path_of};

const METHODS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options"];

/// What a file is.
enum Role {
    /// A handler: its method and its path.
    Route(String, String),
    /// Runs before every handler.
    Middleware,
    /// Runs on a schedule, by this name.
    Task(String),
}

/// The folders below `server`, if the file lies in one of its own folders.
fn below_server<'a>(file: &'a Located<'a>) -> Option<(&'a str, &'a [&'a str])> {
    let at = file.folders.iter().rposition(|folder| *folder == "server")?;
    let inside = file.folders.get(at + 1..)?;
    let (first, rest) = inside.split_first()?;
    Some((first, rest))
}

fn role(path: &str) -> Option<Role> {
    let file = Located::new(path)?;
    let (kind, folders) = below_server(&file)?;
    match kind {
        "api" | "routes" => {
            let (method, served) = served(folders, file.name);
            let prefix = if kind == "api" { "/api" } else { "" };
            Some(Role::Route(method, format!("{prefix}{served}")))
        }
        "middleware" => Some(Role::Middleware),
        "tasks" => Some(Role::Task(format!("{}{}", folders.join(":"), file.name))),
        _ => None,
    }
}

/// `todos/[id].patch` is `PATCH /todos/[id]`.
fn served(folders: &[&str], name: &str) -> (String, String) {
    let mut name = name;
    for stage in ["dev", "prod", "prerender"] {
        name = name.strip_suffix(stage).and_then(|it| it.strip_suffix('.')).unwrap_or(name);
    }
    let (name, method) = match name.rsplit_once('.') {
        Some((name, method)) if METHODS.contains(&method) => (name, method.to_uppercase()),
        _ => (name, "*".to_owned()),
    };
    let is_group = |folder: &&str| folder.starts_with('(') && folder.ends_with(')');
    let mut parts: Vec<&str> = folders.iter().copied().filter(|folder| !is_group(folder)).collect();
    if name != "index" {
        parts.push(name);
    }
    (method, path_of(parts))
}

/// Whether the path alone says that the file may be a way in, or holds what is there without an
/// import.
pub(crate) fn is_entry(path: &str) -> bool {
    role(path).is_some() || auto_imported(path).is_some()
}

/// The folder of the application in whose server the exports of a file need no import.
pub(crate) fn auto_imported(path: &str) -> Option<&str> {
    Located::new(path)?;
    ["server/utils/", "shared/utils/"].iter().find_map(|folder| {
        let at = path.find(folder)?;
        let is_folder = at == 0 || path.get(..at)?.ends_with('/');
        is_folder.then(|| path.get(..at).unwrap_or_default().trim_end_matches('/'))
    })
}

/// The ways in that a file declares: none when it exports no handler.
pub(crate) fn entries(module: &Module, path: &str) -> Option<Vec<Entry>> {
    let role = role(path)?;
    let default = export(module, "default")?;
    let made_by = maker(module, &default.what)?;
    let is_handler = made_by.ends_with("Handler") || made_by == "fromNodeMiddleware";
    let origin = export_origin(module, default);
    let entry = Entry::new(NAME, Handler::Export(default.name.clone()), origin);
    let entry = match role {
        Role::Route(method, path) if is_handler => {
            let kind = kind_of_path(&path);
            entry.of_kind(kind).at(method, path).given(vec![event()]).answering()
        }
        Role::Middleware if is_handler => entry.of_kind(EntryKind::Middleware).given(vec![event()]),
        Role::Task(name) if made_by == "defineTask" => entry.of_kind(EntryKind::Job).at("*", name),
        _ => return None,
    };
    Some(vec![entry])
}

/// The function that makes a default export: `defineEventHandler`.
fn maker<'m>(module: &'m Module, what: &Exported) -> Option<&'m str> {
    let made: ExprId = match what {
        Exported::Expr(expr) => *expr,
        Exported::Binding(id) => {
            let binding = module.binding(*id)?;
            crate::frameworks::syntax::initial_value(module, binding)?
        }
        Exported::From { .. } => return None,
    };
    let ExprKind::Call(call) = &module.expr(made)?.kind else { return None };
    match &module.expr(call.callee)?.kind {
        ExprKind::Global(name) => Some(name.as_str()),
        ExprKind::Name(id) => module.binding(*id).map(|binding| binding.name.as_str()),
        ExprKind::Member { property, .. } => Some(property.as_str()),
        _ => None,
    }
}
