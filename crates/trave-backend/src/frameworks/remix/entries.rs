//! The ways in that a route module declares.

use trave_ts::ir::{Export, Imported, Module};

use super::NAME;
use super::model::arguments;
use super::names;
use crate::entry::{Entry, EntryKind, Handler};
use crate::frameworks::next::kind_of_path;
use crate::frameworks::syntax::{Located, export, export_origin, may_be_function};

/// Whether the path alone says that the file is a route module.
pub(crate) fn is_entry(path: &str) -> bool {
    names::served(path).is_some() || is_root(path)
}

fn is_root(path: &str) -> bool {
    Located::new(path).is_some_and(|it| it.name == "root" && it.folders.last() == Some(&"app"))
}

/// The ways in that a file declares: none when it is no route module.
pub(crate) fn entries(module: &Module, path: &str) -> Option<Vec<Entry>> {
    let served = served(module, path)?;
    let is_page = export(module, "default").is_some();
    let found: Vec<Entry> = module
        .exports
        .iter()
        .filter(|export| may_be_function(module, export))
        .filter_map(|export| way_in(module, export, (&served, is_page)))
        .collect();
    (!found.is_empty()).then_some(found)
}

fn way_in(module: &Module, export: &Export, (served, is_page): (&str, bool)) -> Option<Entry> {
    let origin = export_origin(module, export);
    let entry = Entry::new(NAME, Handler::Export(export.name.clone()), origin);
    let entry = entry.given(vec![arguments()]).answering();
    match export.name.as_str() {
        "loader" if is_page => Some(entry.of_kind(EntryKind::Loader).at("GET", served)),
        "loader" => Some(entry.of_kind(kind_of_path(served)).at("GET", served)),
        "action" => Some(entry.of_kind(kind_of_path(served)).at("POST", served)),
        _ => None,
    }
}

/// The path that a route module serves. One that a table of routes names, wherever it lies, is
/// known by the types that the framework makes for it, and called by its own path.
fn served(module: &Module, path: &str) -> Option<String> {
    if is_root(path) {
        return Some("/".to_owned());
    }
    if let Some(served) = names::served(path) {
        return Some(served);
    }
    let file = Located::new(path)?;
    let below = file.below("app", &["", "src", "web", "remix"]).or_else(|| {
        let at = file.folders.iter().rposition(|folder| *folder == "app")?;
        file.folders.get(at + 1..)
    })?;
    let is_named = module.imports.iter().any(|import| {
        let takes_arguments = matches!(&import.what, Imported::Named(name)
            if matches!(name.as_str(), "LoaderFunctionArgs" | "ActionFunctionArgs"));
        import.specifier.contains("/+types/") || (takes_arguments && file.name != "entry.server")
    });
    let mut parts = below.to_vec();
    parts.push(file.name);
    let is_aside = file.name.ends_with(".server") || file.name.ends_with(".client");
    (is_named && !is_aside).then(|| format!("/{}", parts.join("/")))
}
