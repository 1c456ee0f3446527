//! From the specifier of an import to the file it means, without asking the disk.
//!
//! What is not found is a package from a registry: whoever asks keeps the specifier.

mod deno;
pub(crate) mod json;
mod package;
mod tree;
mod tsconfig;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::kind::Kind;
use crate::path::{ancestors, join, parent};

use deno::{ImportMap, Mapped};
pub(crate) use package::Package;
use trave_backend::frameworks::ALIASES;
pub(crate) use tree::Tree;
use tsconfig::{Pattern, TsPaths};

/// What a specifier means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A file of the project, by its number in the [`Tree`].
    File(u32),
    /// A package that an import map knows under another name.
    Renamed(String),
}

/// A settings file that says something about imports, read.
#[derive(Debug, Clone)]
pub(crate) struct ConfigFile {
    /// Its path.
    pub(crate) path: String,
    /// `Package`, `TsConfig` or `Deno`.
    pub(crate) kind: Kind,
    /// Its content.
    pub(crate) value: Value,
}

/// Knows every file and every setting that imports obey.
#[derive(Debug, Default)]
pub(crate) struct Resolver {
    tree: Tree,
    packages: BTreeMap<String, Package>,
    folder_of_package: FxHashMap<String, String>,
    ts_paths: BTreeMap<String, TsPaths>,
    import_maps: BTreeMap<String, ImportMap>,
}

impl Resolver {
    /// Takes in the files and the settings.
    pub(crate) fn new(tree: Tree, configs: &[ConfigFile]) -> Self {
        let mut resolver = Self { tree, ..Self::default() };
        let mut ts_files = BTreeMap::new();
        for config in configs {
            let folder = parent(&config.path);
            match config.kind {
                Kind::Package => resolver.add_package(folder, &config.value),
                Kind::Deno => {
                    let map = ImportMap::new(folder, &config.value);
                    let all = resolver.import_maps.entry(folder.to_owned());
                    all.and_modify(|all| all.extend(&map)).or_insert(map);
                }
                Kind::TsConfig => drop(ts_files.insert(config.path.clone(), config.value.clone())),
                Kind::Code | Kind::Sql | Kind::Supabase | Kind::Prisma | Kind::Settings => {}
            }
        }
        let packages = |name: &str| resolver.path_in_package(name);
        resolver.ts_paths = tsconfig::by_folder(&ts_files, &packages);
        resolver
    }

    fn add_package(&mut self, folder: &str, file: &Value) {
        let package = Package::new(folder, file);
        if let Some(name) = &package.name {
            let known = self.folder_of_package.entry(name.clone());
            known.or_insert_with(|| folder.to_owned());
        }
        self.packages.insert(folder.to_owned(), package);
    }

    /// What `specifier` means in the file at `from`; none for a package from a registry.
    pub(crate) fn resolve(&self, from: &str, specifier: &str) -> Option<Target> {
        let folder = parent(from);
        if specifier.starts_with("./") || specifier.starts_with("../") || is_dots(specifier) {
            return self.tree.probe(&join(folder, specifier)?).map(Target::File);
        }
        self.mapped(folder, specifier)
            .or_else(|| self.aliased(folder, specifier).map(Target::File))
            .or_else(|| self.private(folder, specifier).map(Target::File))
            .or_else(|| self.in_workspace(specifier).map(Target::File))
            .or_else(|| self.below_base(folder, specifier).map(Target::File))
            .or_else(|| self.known_alias(folder, specifier).map(Target::File))
    }

    /// The nearest `package.json` above a file.
    pub(crate) fn package_of(&self, path: &str) -> Option<&Package> {
        ancestors(parent(path)).find_map(|folder| self.packages.get(folder))
    }

    /// Every package of the project, in order of folder.
    pub(crate) fn packages(&self) -> impl Iterator<Item = &Package> {
        self.packages.values()
    }

    fn mapped(&self, folder: &str, specifier: &str) -> Option<Target> {
        let mut maps = ancestors(folder).filter_map(|folder| self.import_maps.get(folder));
        match maps.find_map(|map| map.mapped(specifier))? {
            Mapped::Path(path) => self.tree.probe(&path).map(Target::File),
            Mapped::Specifier(name) => Some(Target::Renamed(name)),
        }
    }

    fn aliased(&self, folder: &str, specifier: &str) -> Option<u32> {
        let settings = ancestors(folder).filter_map(|folder| self.ts_paths.get(folder));
        let aliases = settings.flat_map(|settings| &settings.aliases);
        aliases.into_iter().find_map(|(pattern, targets)| {
            let star = pattern.matched(specifier)?;
            let mut paths = targets.iter().map(|target| target.replace('*', star));
            paths.find_map(|path| self.tree.probe(&join("", &path)?))
        })
    }

    fn below_base(&self, folder: &str, specifier: &str) -> Option<u32> {
        let settings = ancestors(folder).filter_map(|folder| self.ts_paths.get(folder));
        let mut bases = settings.filter_map(|settings| settings.base.as_ref());
        bases.find_map(|base| self.tree.probe(&join(base, specifier)?))
    }

    /// An alias that the framework of the application brings along.
    fn known_alias(&self, folder: &str, specifier: &str) -> Option<u32> {
        ALIASES.iter().find_map(|(pattern, target)| {
            let star = Pattern::new(pattern).matched(specifier)?.to_owned();
            let path = target.replace('*', &star);
            ancestors(folder).find_map(|folder| self.tree.probe(&join(folder, &path)?))
        })
    }

    fn private(&self, folder: &str, specifier: &str) -> Option<u32> {
        if !specifier.starts_with('#') {
            return None;
        }
        let package = ancestors(folder).find_map(|folder| self.packages.get(folder))?;
        self.first(package.private_candidates(specifier))
    }

    fn in_workspace(&self, specifier: &str) -> Option<u32> {
        let (name, sub) = package_name(specifier);
        let folder = self.folder_of_package.get(name)?;
        self.first(self.packages.get(folder)?.candidates(sub))
    }

    fn first(&self, candidates: Vec<String>) -> Option<u32> {
        candidates.into_iter().find_map(|path| self.tree.probe(&path))
    }

    /// Where `@scope/name/base.json` lies, for a package of the workspace.
    fn path_in_package(&self, specifier: &str) -> Option<String> {
        let (name, sub) = package_name(specifier);
        join(self.folder_of_package.get(name)?, sub)
    }
}

fn is_dots(specifier: &str) -> bool {
    matches!(specifier, "." | "..")
}

/// `@scope/name/sub/path` is the package `@scope/name` and `/sub/path`.
fn package_name(specifier: &str) -> (&str, &str) {
    let scope =
        if specifier.starts_with('@') { specifier.find('/').map_or(0, |at| at + 1) } else { 0 };
    let rest = specifier.get(scope..).unwrap_or_default();
    let end = rest.find('/').map_or(specifier.len(), |at| scope + at);
    specifier.split_at_checked(end).unwrap_or((specifier, ""))
}
