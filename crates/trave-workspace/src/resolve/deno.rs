//! Import maps of Deno: `imports` of `deno.json` and `import_map.json`.

use serde_json::Value;

use super::json;
use crate::path::join;

/// What an import map says of one folder and all below it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ImportMap {
    folder: String,
    /// Names with what they stand for, the longest first.
    names: Vec<(String, String)>,
}

/// What an import map makes of a specifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mapped {
    /// A path in the project.
    Path(String),
    /// Another specifier: `npm:hono@4`.
    Specifier(String),
}

impl ImportMap {
    /// Reads a parsed file.
    pub(crate) fn new(folder: &str, file: &Value) -> Self {
        let names = json::texts(file.get("imports"));
        let mut names: Vec<(String, String)> =
            names.map(|(name, target)| (name.to_owned(), target.to_owned())).collect();
        names.sort_by_key(|(name, _)| usize::MAX - name.len());
        Self { folder: folder.to_owned(), names }
    }

    /// Adds the names of another file of the same folder.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.names.extend(other.names.iter().cloned());
        self.names.sort_by_key(|(name, _)| usize::MAX - name.len());
    }

    /// What the map makes of a specifier, if it names it or a folder of it (`lib/`).
    pub(crate) fn mapped(&self, specifier: &str) -> Option<Mapped> {
        let target = self.names.iter().find_map(|(name, target)| {
            let rest = specifier.strip_prefix(name.as_str())?;
            (rest.is_empty() || name.ends_with('/')).then(|| format!("{target}{rest}"))
        })?;
        if target.starts_with('.') {
            return join(&self.folder, &target).map(Mapped::Path);
        }
        Some(Mapped::Specifier(target))
    }
}
