//! From files to a model: what [`crate::load`] and [`crate::analyse`] share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use trave_catalog::{MigrationRoot, RootConfig};
use trave_model::{Backend, Imports, Model, ModelSettings, Package, Program, link};
use trave_source::{FileId, Notice};

use crate::applied::Applied;
use crate::code::{Code, CodeCache, CodeFiles, Parsed};
use crate::kind::{Kind, is_script, is_test};
use crate::load::Depth;
use crate::numbering::Numbering;
use crate::phases::{Amount, Phase, Phases};
use crate::place::Placing;
use crate::resolve::{ConfigFile, Resolver, Tree, json};
use crate::schema::{Said, Schema, SchemaCache};
use crate::settings::Settings;
use crate::sql::Files;
use crate::store::Store;
use crate::supabase;
use crate::text::CONFIG_BYTES_MAX;
use crate::walk::{Found, Inventory};

/// A model and how it was made.
#[derive(Debug)]
pub(crate) struct Made {
    /// The model.
    pub(crate) model: Model,
    /// How long each part took.
    pub(crate) phases: Phases,
    /// The roots of migrations, in the order of the catalogs.
    pub(crate) roots: Vec<MigrationRoot>,
}

/// What files say beside code and SQL.
struct Configs {
    imports: Vec<ConfigFile>,
    supabase: Vec<RootConfig>,
    notices: Vec<Notice>,
}

/// What somebody says of a project beside its files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ways<'a> {
    /// The settings.
    pub(crate) settings: &'a Settings,
    /// The files that changed since a revision, if that was asked.
    pub(crate) changed: Option<&'a BTreeSet<String>>,
    /// How much is read.
    pub(crate) depth: Depth,
}

impl Ways<'_> {
    /// What is said about which migrations are applied; the command line says it last.
    fn applied(&self) -> Applied<'_> {
        self.changed.map_or(Applied::Settings(self.settings), Applied::Since)
    }
}

/// Makes the model of a project, unless the settings name a migration that is not there.
pub(crate) fn make(
    inventory: Inventory,
    store: &dyn Store,
    ways: Ways<'_>,
) -> Result<Made, String> {
    let mut base = Base::new(inventory, store);
    let standing = base.program(store, ways, &[])?;
    let Some(Standing { program, schema, mut phases }) = standing else {
        return Ok(Made { model: Model::default(), phases: Phases::default(), roots: Vec::new() });
    };
    // Nothing comes after this program: what is kept for the next one would only take room.
    drop(base);
    let (start, amount) = (Instant::now(), amount(&program));
    let model = link(program);
    phases.end(Phase::Link, start, amount);
    let schema = Arc::unwrap_or_clone(schema);
    Ok(Made { model, phases, roots: schema.roots })
}

/// What stays of a project for as long as no file comes or goes and no settings change, with what
/// is known of the texts.
#[derive(Debug)]
pub(crate) struct Base {
    files: Vec<Found>,
    /// The numbers of the files by their paths.
    numbers: FxHashMap<String, u32>,
    numbering: Numbering,
    resolver: Resolver,
    supabase: Vec<RootConfig>,
    packages: Vec<Package>,
    notices: Vec<Notice>,
    code: CodeCache,
    schema: SchemaCache,
    imports: FxHashMap<u32, Linked>,
    /// What the last program was made of.
    last: Option<(Code, Arc<Schema>)>,
}

/// A program as it stands now.
pub(crate) struct Standing {
    pub(crate) program: Program,
    pub(crate) schema: Arc<Schema>,
    pub(crate) phases: Phases,
}

/// What the imports of a parsed file mean in terms of files, as far as these are parsed.
#[derive(Debug)]
struct Linked {
    parsed: Arc<Parsed>,
    imports: Arc<Imports>,
}

impl Base {
    pub(crate) fn new(inventory: Inventory, store: &dyn Store) -> Self {
        let files = inventory.files;
        let mut notices: Vec<Notice> = inventory.notices.into_iter().map(plain).collect();
        let configs = read_configs(&files, store);
        notices.extend(configs.notices);
        let resolver = Resolver::new(tree(&files), &configs.imports);
        Self {
            numbers: (0..).zip(&files).map(|(number, file)| (file.path.clone(), number)).collect(),
            numbering: Numbering::new(&files),
            packages: packages(&resolver),
            supabase: configs.supabase,
            code: CodeCache::default(),
            schema: SchemaCache::default(),
            imports: FxHashMap::default(),
            last: None,
            files,
            resolver,
            notices,
        }
    }

    /// Says that the last program came to nothing: the next one is new, whatever it is made of.
    pub(crate) fn forget_last(&mut self) {
        self.last = None;
    }

    /// The number of a file, and what it is.
    pub(crate) fn find(&self, path: &str) -> Option<(u32, Kind)> {
        let number = *self.numbers.get(path)?;
        Some((number, self.files.get(number as usize)?.kind))
    }

    /// The program as it stands now; only the files that are `dirty` are read again. None when it
    /// is what it was.
    pub(crate) fn program(
        &mut self,
        store: &dyn Store,
        ways: Ways<'_>,
        dirty: &[u32],
    ) -> Result<Option<Standing>, String> {
        let (files, numbering) = (self.files.as_slice(), &self.numbering);
        let kind = |number: &&u32| files.get(**number as usize).map(|file| file.kind);
        let (code, written): (Vec<u32>, Vec<u32>) =
            dirty.iter().partition(|number| kind(number) == Some(Kind::Code));
        if !written.is_empty() {
            self.schema.forget_written();
        }
        let said =
            Said { settings: ways.settings, configs: &self.supabase, applied: ways.applied() };
        self.schema.read(Files { all: files, numbering, store }, said)?;
        let (resolver, depth) = (&self.resolver, ways.depth);
        let code_files = CodeFiles { files, numbering, store, resolver, depth };
        let (schema, cache) = (&mut self.schema, &mut self.code);
        let (replayed, code) = rayon::join(|| schema.replay(), || code_files.read(cache, &code));
        let mut phases = code.phases.clone();
        let (schema, replay) = self.schema.complete(replayed, said, (&code, resolver, numbering));
        phases.extend(replay);
        let is_same =
            |(was, known): &(Code, Arc<Schema>)| Arc::ptr_eq(known, &schema) && code.is_same(was);
        if self.last.as_ref().is_some_and(is_same) {
            return Ok(None);
        }
        let program = self.assemble((&code, &schema), ways.settings);
        self.last = Some((code, Arc::clone(&schema)));
        Ok(Some(Standing { program, schema, phases }))
    }

    fn assemble(&mut self, (code, schema): (&Code, &Schema), settings: &Settings) -> Program {
        let placing = Placing::new(&schema.roots, &settings.roots);
        let mut maps = Maps::default();
        let mut sources = schema.sources.clone();
        for (at, root) in schema.roots.iter().enumerate() {
            let declared = root.declarations.iter().flat_map(|one| &one.files);
            let migrations = root.files.iter().map(|migration| &migration.file);
            maps.catalogs.extend(migrations.chain(declared).map(|file| (*file, at)));
        }
        let told = maps.catalogs.clone();
        for parsed in &code.parsed {
            maps.place(parsed, &placing);
            let package = self.resolver.package_of(parsed.path());
            let at = self.packages.iter().position(|one| {
                package.is_some_and(|package| one.folder == package.folder.as_str())
            });
            maps.packages.extend(at.map(|at| (parsed.module.file, at)));
            sources.put(parsed.module.file, parsed.source.clone());
        }
        maps.catalogs.extend(told);
        for one in &code.generated {
            sources.put(self.numbering.types_id(one.number), one.source.clone());
        }
        let parsed: BTreeSet<u32> = code.parsed.iter().map(|parsed| parsed.number).collect();
        let elsewhere = code.imported_elsewhere.iter().filter(|number| parsed.contains(number));
        let notices = [&self.notices, &schema.unread, &code.notices, &schema.not_understood];
        let notices = notices.into_iter().flatten().cloned().collect();
        let imported_elsewhere = elsewhere.map(|number| self.numbering.id(*number)).collect();
        let imports = self.linked(code, &parsed);
        Program {
            modules: code.parsed.iter().map(|parsed| Arc::clone(&parsed.module)).collect(),
            imports,
            imported_elsewhere,
            sources,
            catalogs: schema.catalogs.clone(),
            catalog_of_file: maps.catalogs,
            packages: self.packages.clone(),
            package_of_file: maps.packages,
            scripts: maps.scripts,
            quiet: maps.quiet,
            backend: Backend {
                libraries: trave_backend::libraries(),
                entries: trave_backend::frameworks::entries,
            },
            comments: schema.comments.clone(),
            notices,
            coverage: schema.coverage,
            settings: model_settings(settings),
            generated: schema.generated.clone(),
            names: schema.names.clone(),
            types_files: schema.types_files.clone(),
            other_sql: schema.other_sql.clone(),
        }
    }

    /// What the imports of each file mean, as far as their targets are parsed.
    fn linked(&mut self, code: &Code, parsed: &BTreeSet<u32>) -> FxHashMap<FileId, Arc<Imports>> {
        let mut known = std::mem::take(&mut self.imports);
        let mut all = FxHashMap::default();
        for file in &code.parsed {
            let there = file.shape.imports.iter().filter(|(_, to)| parsed.contains(to));
            let there: Vec<&(SmolStr, u32)> = there.collect();
            let targets = there.iter().map(|it| self.numbering.id(it.1));
            // Names are told by their targets: those of one target are there together.
            let same = known.remove(&file.number).filter(|known| {
                Arc::ptr_eq(&known.parsed, file)
                    && known.imports.iter().map(|it| it.1).eq(targets.clone())
            });
            let names = there.iter().map(|it| it.0.clone());
            let make = || Linked {
                parsed: Arc::clone(file),
                imports: Arc::new(names.zip(targets.clone()).collect()),
            };
            let linked = same.unwrap_or_else(make);
            all.insert(file.module.file, Arc::clone(&linked.imports));
            self.imports.insert(file.number, linked);
        }
        all
    }
}

/// How much a program holds.
pub(crate) fn amount(program: &Program) -> Amount {
    Amount {
        items: program.modules.len(),
        bytes: program.sources.iter().map(|(_, source)| source.text.len() as u64).sum(),
    }
}

fn plain(message: String) -> Notice {
    Notice { origin: None, message }
}

fn tree(files: &[Found]) -> Tree {
    let code = (0..).zip(files).filter(|(_, file)| file.kind == Kind::Code);
    Tree::new(code.map(|(number, file)| (Arc::from(file.path.as_str()), number)))
}

fn read_configs(files: &[Found], store: &dyn Store) -> Configs {
    let texts: Vec<(&Found, crate::text::Text)> = files
        .par_iter()
        .filter(|file| file.kind.is_config())
        .map(|file| (file, store.read(&file.path, CONFIG_BYTES_MAX)))
        .collect();
    let mut configs = Configs { imports: Vec::new(), supabase: Vec::new(), notices: Vec::new() };
    for (file, text) in texts {
        let say = |what: String| plain(format!("`{}` {what}", file.path));
        configs.notices.extend(text.notice.map(say));
        let Some(text) = text.text else { continue };
        let problem = configs.add(file, &text);
        configs.notices.extend(problem.map(|problem| say(format!("cannot be read: {problem}"))));
    }
    configs
}

impl Configs {
    /// Takes in one file; what is wrong with it, if anything.
    fn add(&mut self, file: &Found, text: &str) -> Option<String> {
        if file.kind == Kind::Supabase {
            let (config, problem) = supabase::read(&file.path, text);
            self.supabase.push(config);
            return problem;
        }
        match json::read(text) {
            Ok(value) => {
                self.imports.push(ConfigFile { path: file.path.clone(), kind: file.kind, value });
                None
            }
            Err(problem) => Some(problem),
        }
    }
}

/// What is known of each file.
#[derive(Default)]
struct Maps {
    catalogs: BTreeMap<FileId, usize>,
    packages: BTreeMap<FileId, usize>,
    scripts: BTreeSet<FileId>,
    quiet: BTreeSet<FileId>,
}

impl Maps {
    fn place(&mut self, parsed: &Parsed, placing: &Placing<'_>) {
        let (path, id) = (parsed.path(), parsed.module.file);
        self.catalogs.extend(placing.root_of(path).map(|root| (id, root)));
        if is_script(path) || is_test(path) {
            self.scripts.insert(id);
        }
        if !parsed.shape.named {
            self.quiet.insert(id);
        }
    }
}

fn packages(resolver: &Resolver) -> Vec<Package> {
    let package = |package: &crate::resolve::Package| Package {
        folder: package.folder.as_str().into(),
        dependencies: package
            .dependencies
            .iter()
            .rev()
            .map(|(name, range)| (name.as_str().into(), range.as_str().into()))
            .collect(),
    };
    resolver.packages().map(package).collect()
}

fn model_settings(settings: &Settings) -> ModelSettings {
    let names = |list: &[String]| list.iter().map(|name| name.as_str().into()).collect();
    ModelSettings {
        small_tables: names(&settings.small_tables),
        public_tables: names(&settings.public_tables),
    }
}
