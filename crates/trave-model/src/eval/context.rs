//! What every evaluation shares and none changes: the program, with the ways to find things in it.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use trave_backend::dispatch::Provided;
use trave_backend::entry::{Entry, EntryKind};
use trave_backend::frameworks;
use trave_backend::library::{Dialect, Library};
use trave_source::{FileId, Origin, Span};
use trave_ts::ir::{BindingId, Export, ExprId, ExprKind, FunctionId, Module, Property, Stmt};

use super::code_names::CodeNames;
use super::implements::{Implementers, is_path};
use crate::program::Program;

/// Index of a module in [`Program::modules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ModuleId(pub(crate) u32);

/// A function of the program.
pub(crate) type FunctionKey = (ModuleId, FunctionId);

/// The program, with the ways to find things in it.
pub(crate) struct Context<'p> {
    pub(crate) program: &'p Program,
    modules: FxHashMap<FileId, ModuleId>,
    facts: Vec<ModuleFacts<'p>>,
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

/// What is looked up in one module.
#[derive(Debug, Default)]
struct ModuleFacts<'p> {
    exports: FxHashMap<&'p str, &'p Export>,
    stars: Vec<&'p Export>,
    declarations: FxHashMap<BindingId, &'p Stmt>,
    /// The object literals by their bytes, once somebody asks.
    objects: OnceLock<FxHashMap<Span, ExprId>>,
}

impl<'p> Context<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        let ids = (0..).map(ModuleId);
        let modules = program.modules.iter().map(|module| module.file).zip(ids).collect();
        let facts = program.modules.iter().map(ModuleFacts::of).collect();
        let tables = program.catalogs.iter().map(table_names).collect();
        let libraries = program.backend.libraries.iter().rev();
        let by_name = libraries.map(|library| (library.name(), *library)).collect();
        let names = CodeNames::new(&program.names);
        let auto = (0..).map(ModuleId).zip(&program.modules).filter_map(|(id, module)| {
            let folder = frameworks::auto_imported(program.sources.path(module.file))?;
            Some((folder, id))
        });
        let auto = auto.collect();
        let provided = (0..).map(ModuleId).zip(&program.modules).flat_map(|(id, module)| {
            frameworks::provided(module).into_iter().map(move |it| (id, it))
        });
        let provided = provided.collect();
        Self {
            program,
            modules,
            facts,
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

    /// What stands before a way in.
    pub(crate) fn outer(&self, entry: &Entry) -> impl Iterator<Item = &(ModuleId, Entry)> {
        let path = self.program.sources.path(entry.origin.file);
        let (framework, kind) = (entry.framework, entry.kind);
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
        self.program.modules.get(id.0 as usize)
    }

    pub(crate) fn module_of(&self, file: FileId) -> Option<ModuleId> {
        self.modules.get(&file).copied()
    }

    /// The module that a specifier of a file leads to; none for an external package.
    pub(crate) fn imported(&self, file: FileId, specifier: &SmolStr) -> Option<ModuleId> {
        let target = self.program.imports.get(&(file, specifier.clone()))?;
        self.module_of(*target)
    }

    /// Whether a specifier leads to a file of the project, also one that was not lowered.
    pub(crate) fn is_own(&self, file: FileId, specifier: &SmolStr) -> bool {
        self.program.imports.contains_key(&(file, specifier.clone()))
    }

    pub(crate) fn export(&self, module: ModuleId, name: &str) -> Option<&'p Export> {
        self.facts.get(module.0 as usize)?.exports.get(name).copied()
    }

    /// The `export * from` of a module.
    pub(crate) fn star_exports(&self, module: ModuleId) -> &[&'p Export] {
        self.facts.get(module.0 as usize).map_or(&[], |facts| &facts.stars)
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
        self.facts.get(module.0 as usize)?.declarations.get(&binding).copied()
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
        if catalog.dialect == trave_catalog::Dialect::Postgres {
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

    /// The SQL of the catalog that a file speaks to.
    pub(crate) fn dialect(&self, file: FileId) -> Dialect {
        let catalog = self.program.catalog_of_file.get(&file);
        match catalog.and_then(|at| self.program.catalogs.get(*at)).map(|it| it.dialect) {
            Some(trave_catalog::Dialect::MySql) => Dialect::MySql,
            Some(trave_catalog::Dialect::Sqlite) => Dialect::Sqlite,
            _ => Dialect::Postgres,
        }
    }

    /// Where a property inside an object literal stands; the innermost on the way that is written.
    pub(crate) fn place_in(&self, object: Origin, path: &[&str]) -> Option<Origin> {
        let id = self.module_of(object.file)?;
        let (module, facts) = (self.module(id)?, self.facts.get(id.0 as usize)?);
        let objects = facts.objects.get_or_init(|| objects_of(module));
        let mut at = *objects.get(&object.span)?;
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

impl<'p> ModuleFacts<'p> {
    fn of(module: &'p Module) -> Self {
        let mut facts = Self::default();
        for export in &module.exports {
            if export.name == "*" {
                facts.stars.push(export);
            } else {
                facts.exports.entry(export.name.as_str()).or_insert(export);
            }
        }
        if let Some(top) = module.functions.first() {
            declare(&top.body, &mut facts.declarations);
        }
        facts
    }
}

/// Only declarations that every load of the module runs: those in blocks count as well, since
/// `try { client = … }` at the top level is how optional things are set up.
fn declare<'p>(body: &'p [Stmt], declarations: &mut FxHashMap<BindingId, &'p Stmt>) {
    for statement in body {
        match statement {
            Stmt::Let { pattern, .. } => {
                for binding in pattern.bindings() {
                    declarations.entry(binding).or_insert(statement);
                }
            }
            Stmt::Block(body) => declare(body, declarations),
            Stmt::If { then, otherwise, .. } => {
                declare(then, declarations);
                declare(otherwise, declarations);
            }
            Stmt::Try(guarded) => declare(&guarded.body, declarations),
            _ => {}
        }
    }
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

fn objects_of(module: &Module) -> FxHashMap<Span, ExprId> {
    let exprs = (0..).map(ExprId).zip(&module.exprs);
    let objects = exprs.filter(|(_, expr)| matches!(expr.kind, ExprKind::Object(_)));
    objects.map(|(id, expr)| (expr.span, id)).collect()
}
