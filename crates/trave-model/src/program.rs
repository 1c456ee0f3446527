//! What the linker is handed: lowered modules, who imports whom, catalogs, packages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use trave_backend::declared::Tool;
use trave_backend::entry::Entry;
use trave_backend::generated::GeneratedTable;
use trave_backend::library::Library;
use trave_backend::naming::NamedTable;
use trave_catalog::Catalog;
use trave_source::{FileId, Notice, Sources};
use trave_ts::ir::Module;

use crate::model::{Coverage, IgnoreComment, ModelSettings, TypesFile};

/// What we know of libraries and frameworks: in production everything of trave-backend, in tests
/// what the test needs.
#[derive(Clone, Copy)]
pub struct Backend {
    /// Every library model, in the order in which they are asked.
    pub libraries: &'static [&'static dyn Library],
    /// The ways in that a file holds; the path is relative to the analysed folder.
    pub entries: fn(&Module, &str) -> Vec<Entry>,
}

impl std::fmt::Debug for Backend {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.libraries.iter().map(|library| library.name()).collect();
        out.debug_struct("Backend").field("libraries", &names).finish_non_exhaustive()
    }
}

/// Where the specifiers of a file lead; one that is missing is an external package.
pub type Imports = Vec<(SmolStr, FileId)>;

/// A whole program, read but not understood.
#[derive(Debug)]
pub struct Program {
    /// The texts.
    pub sources: Sources,
    /// Every lowered file that may matter, in the order of their files.
    pub modules: Vec<Arc<Module>>,
    /// Where the specifiers of a file lead, as far as that was lowered.
    pub imports: FxHashMap<FileId, Arc<Imports>>,
    /// One catalog per root, in order of folder.
    pub catalogs: Vec<Arc<Catalog>>,
    /// Which catalog the code or the SQL of a file speaks to.
    pub catalog_of_file: BTreeMap<FileId, usize>,
    /// Every `package.json`, as far as it matters.
    pub packages: Vec<Package>,
    /// The nearest package of a file.
    pub package_of_file: BTreeMap<FileId, usize>,
    /// Tests, seeds and scripts: they serve nobody.
    pub scripts: BTreeSet<FileId>,
    /// Files that name no client, token, cache or key: what they do is seen where they are called.
    pub quiet: BTreeSet<FileId>,
    /// Files that others import which were not parsed.
    pub imported_elsewhere: BTreeSet<FileId>,
    /// What is known of libraries.
    pub backend: Backend,
    /// Comments that speak to trave, in SQL (those of modules are added by the linker).
    pub comments: Vec<IgnoreComment>,
    /// Tables as generated types show them, by the root of their catalog.
    pub generated: BTreeMap<SmolStr, Vec<GeneratedTable>>,
    /// What code calls the tables of declared schemas, by the root of their catalog.
    pub names: BTreeMap<SmolStr, Vec<(Tool, Arc<NamedTable>)>>,
    /// The files of generated types, in the order of their ids.
    pub types_files: Vec<TypesFile>,
    /// The texts of SQL files that are no migrations.
    pub other_sql: Vec<Arc<str>>,
    /// What could not be read.
    pub notices: Vec<Notice>,
    /// Files and statements read; routes and queries are counted by the linker.
    pub coverage: Coverage,
    /// What the settings say about the project.
    pub settings: ModelSettings,
}

impl Program {
    /// The file that a specifier leads to; none for an external package.
    pub(crate) fn import(&self, from: FileId, specifier: &str) -> Option<FileId> {
        let mut imports = self.imports.get(&from)?.iter();
        imports.find(|(known, _)| known == specifier).map(|(_, target)| *target)
    }
}

/// What a `package.json` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Package {
    /// Its folder, relative to the analysed folder; empty for the top.
    pub folder: SmolStr,
    /// Its dependencies of every kind, with the versions as written.
    pub dependencies: BTreeMap<SmolStr, SmolStr>,
}

impl Package {
    /// The major version that it asks for: `^15.1.0` gives 15.
    pub fn major(&self, dependency: &str) -> Option<u32> {
        let version = self.dependencies.get(dependency)?;
        let digits = version.trim_start_matches(|c: char| !c.is_ascii_digit());
        digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    }
}
