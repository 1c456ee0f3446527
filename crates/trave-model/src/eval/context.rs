//! What every evaluation shares and none changes: the program, with the ways to find things in it.

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use trave_backend::dispatch::Provided;
use trave_backend::entry::{Entry, EntryKind};
use trave_backend::frameworks;
use trave_backend::library::{Dialect, Library};
use trave_catalog::{Command, Condition, Policy, QualifiedName, Table};
use trave_source::{FileId, Origin, Span};
use trave_ts::ir::{BindingId, Export, ExprId, ExprKind, FunctionId, Module, Property, Stmt};

use super::code_names::CodeNames;
use super::facts::Facts;
use super::implements::{Implementers, is_path};
use crate::program::Program;

/// A module of the program, by the number of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ModuleId(pub(crate) u32);

impl ModuleId {
    /// The module of a file.
    pub(crate) fn of(file: FileId) -> Self {
        Self(file.0)
    }

    /// Its file.
    pub(crate) fn file(self) -> FileId {
        FileId(self.0)
    }
}

/// A function of the program.
pub(crate) type FunctionKey = (ModuleId, FunctionId);

/// The program, with the ways to find things in it.
pub(crate) struct Context<'p> {
    pub(crate) program: &'p Program,
    /// By the numbers of their files.
    modules: Vec<Option<(&'p Module, Arc<Facts>)>>,
    tables: Vec<FxHashSet<SmolStr>>,
    /// What code calls the declared tables.
    pub(crate) names: CodeNames<'p>,
    by_name: FxHashMap<&'static str, &'static dyn Library>,
    /// The modules whose exports need no import, with the folder of their application.
    auto: Vec<(&'p str, ModuleId)>,
    /// Which class stands behind an interface, once somebody asks.
    implementers: OnceLock<Implementers>,
    provided: Vec<(ModuleId, Provided)>,
    /// What frameworks run before the ways in of their applications, with the folders of these.
    outer: Vec<(SmolStr, (ModuleId, Entry))>,
}

impl<'p> Context<'p> {
    pub(crate) fn new(program: &'p Program, facts: impl Fn(FileId) -> Arc<Facts>) -> Self {
        let last = program.modules.last().map_or(0, |module| module.file.0 as usize + 1);
        let mut modules = vec![None; last];
        for module in &program.modules {
            if let Some(place) = modules.get_mut(module.file.0 as usize) {
                *place = Some((&**module, facts(module.file)));
            }
        }
        let tables = program.catalogs.iter().map(|catalog| table_names(catalog)).collect();
        let libraries = program.backend.libraries.iter().rev();
        let by_name = libraries.map(|library| (library.name(), *library)).collect();
        let names = CodeNames::new(&program.names);
        let auto = program.modules.iter().filter_map(|module| {
            let folder = frameworks::auto_imported(program.sources.path(module.file))?;
            Some((folder, ModuleId::of(module.file)))
        });
        let auto = auto.collect();
        let provided = program.modules.iter().flat_map(|module| {
            let id = ModuleId::of(module.file);
            frameworks::provided(module).into_iter().map(move |it| (id, it))
        });
        let provided = provided.collect();
        Self {
            program,
            modules,
            tables,
            names,
            by_name,
            auto,
            provided,
            implementers: OnceLock::new(),
            outer: Vec::new(),
        }
    }

    /// The same, where some of these ways in stand before others.
    pub(crate) fn with_outer(mut self, entries: &[(ModuleId, Entry)]) -> Self {
        let outer = entries.iter().filter(|(_, entry)| entry.kind == EntryKind::Middleware);
        let placed = outer.map(|(id, entry)| {
            let path = self.program.sources.path(entry.origin.file);
            (frameworks::middleware_folder(path).into(), (*id, entry.clone()))
        });
        self.outer = placed.collect();
        self
    }

    /// The module that exports a name which another one uses without an import.
    pub(crate) fn auto_import(&self, from: ModuleId, name: &str) -> Option<ModuleId> {
        if self.auto.is_empty() {
            return None;
        }
        let path = self.program.sources.path(self.module(from)?.file);
        let fits = |folder: &str| {
            let rest = path.strip_prefix(folder).map(|rest| rest.trim_start_matches('/'));
            rest.is_some_and(|rest| rest.starts_with("server/") || rest.starts_with("shared/"))
        };
        let mut exporting = self.auto.iter().filter(|(folder, _)| fits(folder));
        exporting.find(|(_, id)| self.export(*id, name).is_some()).map(|(_, id)| *id)
    }

    /// What stands before a way in of a file, of this framework and kind.
    pub(crate) fn outer_of(
        &self,
        file: FileId,
        (framework, kind): (&'static str, EntryKind),
    ) -> impl Iterator<Item = &(ModuleId, Entry)> {
        let path = self.program.sources.path(file);
        let around = self.outer.iter().filter(move |(folder, (_, outer))| {
            outer.framework == framework
                && kind != EntryKind::Middleware
                && (folder.is_empty()
                    || path.strip_prefix(folder.as_str()).is_some_and(|it| it.starts_with('/')))
        });
        around.map(|(_, declared)| declared)
    }

    /// What modules hand to constructors.
    pub(crate) fn provided(&self) -> &[(ModuleId, Provided)] {
        &self.provided
    }

    pub(crate) fn module(&self, id: ModuleId) -> Option<&'p Module> {
        self.known(id).map(|(module, _)| *module)
    }

    /// One more than the largest number of a module.
    pub(crate) fn modules_max(&self) -> usize {
        self.modules.len()
    }

    fn known(&self, id: ModuleId) -> Option<&(&'p Module, Arc<Facts>)> {
        self.modules.get(id.0 as usize)?.as_ref()
    }

    pub(crate) fn module_of(&self, file: FileId) -> Option<ModuleId> {
        let id = ModuleId::of(file);
        self.known(id).map(|_| id)
    }

    /// The module that a specifier of a file leads to; none for an external package.
    pub(crate) fn imported(&self, file: FileId, specifier: &SmolStr) -> Option<ModuleId> {
        self.module_of(self.program.import(file, specifier)?)
    }

    /// Whether a specifier leads to a file of the project, also one that was not lowered.
    pub(crate) fn is_own(&self, file: FileId, specifier: &SmolStr) -> bool {
        self.program.import(file, specifier).is_some()
    }

    pub(crate) fn export(&self, module: ModuleId, name: &str) -> Option<&'p Export> {
        let (module, facts) = self.known(module)?;
        facts.export(module, name)
    }

    /// The `export * from` of a module.
    pub(crate) fn star_exports(&self, module: ModuleId) -> Vec<&'p Export> {
        self.known(module).map(|(module, facts)| facts.stars(module)).unwrap_or_default()
    }

    /// The only class that implements an interface.
    pub(crate) fn implementer(
        &self,
        module: ModuleId,
        interface: &str,
    ) -> Option<(ModuleId, BindingId)> {
        self.implementers().only(module, interface)
    }

    /// The only class that implements an interface of a file that was not read.
    pub(crate) fn implementer_of_unread(
        &self,
        specifier: &str,
        interface: &str,
    ) -> Option<(ModuleId, BindingId)> {
        if !is_path(specifier) {
            return None;
        }
        self.implementers().only_named(interface)
    }

    fn implementers(&self) -> &Implementers {
        self.implementers.get_or_init(|| Implementers::of(self))
    }

    /// The statement at the top level that declares a name.
    pub(crate) fn declaration(&self, module: ModuleId, binding: BindingId) -> Option<&'p Stmt> {
        let (module, facts) = self.known(module)?;
        facts.declaration(module, binding)
    }

    pub(crate) fn library(&self, name: &str) -> Option<&'static dyn Library> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn libraries(&self) -> &'static [&'static dyn Library] {
        self.program.backend.libraries
    }

    /// Whether the catalog of a file has a table or view of this name; none without a catalog.
    pub(crate) fn knows_table(&self, file: FileId, name: &str) -> Option<bool> {
        let catalog = self.program.catalog_of_file.get(&file)?;
        Some(self.tables.get(*catalog)?.contains(name))
    }

    /// The root of the catalog that a file speaks to.
    pub(crate) fn root_of(&self, file: FileId) -> Option<&'p str> {
        let catalog = self.program.catalog_of_file.get(&file)?;
        self.program.catalogs.get(*catalog).map(|catalog| catalog.root.as_str())
    }

    /// A table and its columns by their own names; none where the catalog tells large letters from
    /// small ones.
    pub(crate) fn spelled(&self, file: FileId, name: &str) -> Option<(SmolStr, Vec<SmolStr>)> {
        let catalog = self.program.catalogs.get(*self.program.catalog_of_file.get(&file)?)?;
        if catalog.dialect == Dialect::Postgres {
            return None;
        }
        let table =
            catalog.tables.values().find(|table| table.name.name.eq_ignore_ascii_case(name))?;
        let columns = table.columns.iter().map(|column| column.name.clone()).collect();
        Some((table.name.name.clone(), columns))
    }

    /// The columns of a table of exactly this name.
    pub(crate) fn columns(&self, file: FileId, name: &str) -> Option<Vec<SmolStr>> {
        let catalog = self.program.catalogs.get(*self.program.catalog_of_file.get(&file)?)?;
        let table = catalog.tables.values().find(|table| table.name.name == name)?;
        Some(table.columns.iter().map(|column| column.name.clone()).collect())
    }

    /// Whether the catalog of a file has a table of which callers without a session see no rows.
    pub(crate) fn hides(&self, file: FileId, name: &QualifiedName) -> bool {
        let catalog = self.program.catalog_of_file.get(&file);
        let table = catalog
            .and_then(|at| self.program.catalogs.get(*at))
            .and_then(|it| it.tables.get(name));
        table.is_some_and(hides_from_strangers)
    }

    /// The SQL of the catalog that a file speaks to.
    pub(crate) fn dialect(&self, file: FileId) -> Dialect {
        let catalog = self.program.catalog_of_file.get(&file);
        let catalog = catalog.and_then(|at| self.program.catalogs.get(*at));
        catalog.map(|it| it.dialect).unwrap_or_default()
    }

    /// Where a property inside an object literal stands; the innermost on the way that is written.
    pub(crate) fn place_in(&self, object: Origin, path: &[&str]) -> Option<Origin> {
        let (module, facts) = self.known(ModuleId::of(object.file))?;
        let mut at = facts.object(module, object.span)?;
        let mut found = None;
        for name in path {
            let Some((span, value)) = property_in(module, at, name, SPREADS_MAX) else { break };
            let end = module.expr(value).map_or(span.end, |value| value.span.end.max(span.end));
            found = Some(Span { start: span.start, end }.in_file(object.file));
            at = value;
        }
        found
    }

    /// Whether code that imports a package may register routes.
    pub(crate) fn registers(&self, package: &str) -> bool {
        self.libraries().iter().any(|library| library.registers(package))
    }

    /// Whether what a package exports by this name may register routes, or makes what does.
    pub(crate) fn makes_apps(&self, package: &str, name: &str) -> bool {
        self.libraries().iter().any(|library| library.makes_apps(package, name))
    }

    pub(crate) fn is_script(&self, file: FileId) -> bool {
        self.program.scripts.contains(&file)
    }

    pub(crate) fn package_major(&self, file: FileId, dependency: &str) -> Option<u32> {
        let package = self.program.package_of_file.get(&file)?;
        self.program.packages.get(*package)?.major(dependency)
    }
}

fn hides_from_strangers(table: &Table) -> bool {
    let admits = |policy: &&Policy| {
        policy.permissive
            && policy.is_for(Command::Select)
            && policy.roles.iter().any(|role| role == "public" || role == "anon")
    };
    let mut open = table.policies.iter().filter(admits);
    table.tells_access()
        && table.rls_enabled
        && open.all(|policy| policy.using.as_ref().is_some_and(Condition::shuts_out_strangers))
}

fn table_names(catalog: &trave_catalog::Catalog) -> FxHashSet<SmolStr> {
    let names = catalog.tables.keys().chain(catalog.views.keys()).chain(&catalog.unknown);
    names.map(|name| name.name.clone()).collect()
}

/// How deep spreads are looked into for a property.
const SPREADS_MAX: u32 = 6;

/// A property of an object literal, also of one that it spreads or chooses: its key and value.
fn property_in(module: &Module, at: ExprId, name: &str, depth: u32) -> Option<(Span, ExprId)> {
    let depth = depth.checked_sub(1)?;
    let inside = |at: ExprId| property_in(module, at, name, depth);
    match &module.expr(at)?.kind {
        ExprKind::Object(properties) => properties.iter().find_map(|property| match property {
            Property::Field { key, value, span } if key == name => Some((*span, *value)),
            Property::Spread(value) => inside(*value),
            _ => None,
        }),
        ExprKind::Conditional { yes, no, .. } => inside(*yes).or_else(|| inside(*no)),
        ExprKind::Logical { right, .. } => inside(*right),
        ExprKind::Typed { value, .. } => inside(*value),
        _ => None,
    }
}
