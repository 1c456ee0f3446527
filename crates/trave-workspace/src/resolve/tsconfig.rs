//! `paths`, `baseUrl` and `extends` of `tsconfig.json` and `jsconfig.json`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::json;
use crate::path::{file_name, join, parent};

/// How many files an `extends` chain may have.
const CHAIN_MAX: usize = 8;

/// What one folder's TypeScript settings say about imports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TsPaths {
    /// Imports that name no package are looked up here.
    pub(crate) base: Option<String>,
    /// Patterns with the paths they stand for, the most specific first.
    pub(crate) aliases: Vec<(Pattern, Vec<String>)>,
}

/// `@/*`: what stands before the star and after it; without a star, the whole name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    prefix: String,
    suffix: Option<String>,
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        match text.split_once('*') {
            Some((prefix, suffix)) => {
                Self { prefix: prefix.to_owned(), suffix: Some(suffix.to_owned()) }
            }
            None => Self { prefix: text.to_owned(), suffix: None },
        }
    }

    /// What the star stands for in `name`; empty for a pattern without one.
    pub(crate) fn matched<'a>(&self, name: &'a str) -> Option<&'a str> {
        match &self.suffix {
            Some(suffix) => name.strip_prefix(self.prefix.as_str())?.strip_suffix(suffix.as_str()),
            None => (name == self.prefix).then_some(""),
        }
    }

    /// Patterns without a star first, then the longest beginning.
    pub(crate) fn rank(&self) -> (bool, usize) {
        (self.suffix.is_some(), usize::MAX - self.prefix.len())
    }
}

/// Finds the settings file behind an `extends` that names a package: package, then path in it.
pub(crate) type PackageFolders<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// The import settings of every folder that has any, from the parsed files by path.
pub(crate) fn by_folder(
    files: &BTreeMap<String, Value>,
    packages: &PackageFolders<'_>,
) -> BTreeMap<String, TsPaths> {
    let chain = Chain { files, packages };
    let mut folders: BTreeMap<String, TsPaths> = BTreeMap::new();
    for path in files.keys() {
        let found = chain.read(path, CHAIN_MAX);
        let main = matches!(file_name(path), "tsconfig.json" | "jsconfig.json");
        let folder = folders.entry(parent(path).to_owned()).or_default();
        if main && found != TsPaths::default() || *folder == TsPaths::default() {
            *folder = found;
        }
    }
    folders.retain(|_, paths| *paths != TsPaths::default());
    folders
}

struct Chain<'a> {
    files: &'a BTreeMap<String, Value>,
    packages: &'a PackageFolders<'a>,
}

impl Chain<'_> {
    fn read(&self, path: &str, left: usize) -> TsPaths {
        let Some(file) = self.files.get(path).filter(|_| left > 0) else {
            return TsPaths::default();
        };
        let folder = parent(path);
        let mut paths = TsPaths::default();
        for base in extended(file) {
            let inherited = self.find(folder, base).map(|base| self.read(&base, left - 1));
            paths = merged(paths, inherited.unwrap_or_default());
        }
        merged(paths, own(folder, file))
    }

    fn find(&self, folder: &str, base: &str) -> Option<String> {
        let path = if base.starts_with('.') { join(folder, base) } else { (self.packages)(base) }?;
        let tries = [path.clone(), format!("{path}.json"), format!("{path}/tsconfig.json")];
        tries.into_iter().find(|path| self.files.contains_key(path))
    }
}

/// The later settings win, field by field.
fn merged(earlier: TsPaths, later: TsPaths) -> TsPaths {
    TsPaths {
        base: later.base.or(earlier.base),
        aliases: if later.aliases.is_empty() { earlier.aliases } else { later.aliases },
    }
}

fn extended(file: &Value) -> Vec<&str> {
    match file.get("extends") {
        Some(Value::String(base)) => vec![base],
        Some(Value::Array(bases)) => bases.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn own(folder: &str, file: &Value) -> TsPaths {
    let Some(options) = file.get("compilerOptions") else { return TsPaths::default() };
    let base = json::text(options, "baseUrl").and_then(|base| join(folder, base));
    let from = base.clone().unwrap_or_else(|| folder.to_owned());
    let listed = options.get("paths").and_then(Value::as_object).into_iter().flatten();
    let mut aliases: Vec<(Pattern, Vec<String>)> = listed
        .map(|(pattern, targets)| (Pattern::new(pattern), joined(&from, targets)))
        .filter(|(_, targets)| !targets.is_empty())
        .collect();
    aliases.sort_by_key(|(pattern, _)| pattern.rank());
    TsPaths { base, aliases }
}

fn joined(folder: &str, targets: &Value) -> Vec<String> {
    let targets = targets.as_array().into_iter().flatten().filter_map(Value::as_str);
    targets.filter_map(|target| join(folder, target)).collect()
}
