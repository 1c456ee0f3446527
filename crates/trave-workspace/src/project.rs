//! From files to a model: what [`crate::load`] and [`crate::analyse`] share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use trave_backend::generated::GeneratedTable;
use trave_catalog::{MigrationRoot, RootConfig};
use trave_model::{Backend, Coverage, Model, ModelSettings, Package, Program, TypesFile};
use trave_source::{FileId, Notice, Sources};
use trave_ts::ir::Module;

use crate::applied::Applied;
use crate::code::{Code, CodeFiles, Parsed};
use crate::fragment::{Witnesses, fragments, without};
use crate::kind::{Kind, is_script, is_test};
use crate::load::Depth;
use crate::phases::{Amount, Phase, Phases};
use crate::place::Placing;
use crate::resolve::{ConfigFile, Resolver, Tree, json};
use crate::settings::Settings;
use crate::sql::{Migrations, ReplayedRoots};
use crate::store::Store;
use crate::text::CONFIG_BYTES_MAX;
use crate::walk::{Found, Inventory};
use crate::{declared, shown, sql, supabase};

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
    let settings = ways.settings;
    let files = inventory.files;
    let mut notices: Vec<Notice> = inventory.notices.into_iter().map(plain).collect();
    let configs = read_configs(&files, store);
    notices.extend(configs.notices);
    let resolver = Resolver::new(tree(&files), &configs.imports);
    let mut sources = Sources::default();
    let mut migrations = sql::read(&files, store, &configs.supabase, &mut sources);
    let mut declarations = declared::read_prisma(&files, store, &mut sources);
    for root in &mut migrations.roots {
        supabase::complete(&mut root.config, &settings.at(&root.folder).supabase);
    }
    let pending = ways.applied().mark(&mut migrations.roots, &sources)?;
    let depth = ways.depth;
    let code_files = CodeFiles { files: &files, store, resolver: &resolver, depth };
    let (mut replayed, code) = rayon::join(|| migrations.replay(&sources), || code_files.read());
    let mut phases = Phases::default();
    phases.extend(code.phases.clone());
    phases.extend(replayed.phases.clone());
    notices.extend(migrations.notices.iter().cloned());
    notices.extend(declarations.notices.iter().cloned());
    let schema_files = sources.len();
    let code_ids = code.add_to(&mut sources);
    declarations.read_code(&code, &code_ids, &resolver);
    let names = declarations.give_to(&mut migrations.roots, &mut replayed, &sources);
    let types_ids = code.add_types_to(&mut sources);
    if migrations.roots.is_empty() {
        let config = shown::config(&configs.supabase, &settings.supabase);
        migrations.roots = shown::roots(&code.generated, &types_ids, &config);
        replayed.add(&migrations.roots, &sources);
    }
    let files = Files { code: code_ids, types: types_ids };
    let mut parts = Parts { resolver, migrations, replayed, code, files, settings, notices };
    let start = Instant::now();
    let coverage = Coverage { pending, ..parts.coverage(schema_files) };
    let witnesses = parts.set_fragments_aside();
    let types_files = parts.types_files();
    let (mut program, roots) = parts.assemble(sources);
    (program.types_files, program.names) = (types_files, names);
    program.coverage = coverage;
    for (root, tables) in witnesses {
        program.generated.entry(root).or_default().extend(tables);
    }
    let amount = Amount {
        items: program.modules.len(),
        bytes: program.sources.iter().map(|(_, source)| source.text.len() as u64).sum(),
    };
    let model = trave_model::link(program);
    phases.end(Phase::Link, start, amount);
    Ok(Made { model, phases, roots })
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

/// Everything that was read, before it is put together.
struct Parts<'a> {
    resolver: Resolver,
    migrations: Migrations,
    replayed: ReplayedRoots,
    code: Code,
    files: Files,
    settings: &'a Settings,
    notices: Vec<Notice>,
}

/// The places of what was read among the sources.
struct Files {
    /// Those of the parsed code, in the same order.
    code: Vec<FileId>,
    /// Those of the generated types, in the same order.
    types: Vec<FileId>,
}

impl Parts<'_> {
    fn assemble(mut self, sources: Sources) -> (Program, Vec<MigrationRoot>) {
        let placing = Placing::new(&self.migrations.roots, &self.settings.roots);
        let mut maps = Maps::default();
        for (at, root) in self.migrations.roots.iter().enumerate() {
            maps.catalogs.extend(root.files.iter().map(|migration| (migration.file, at)));
        }
        let generated = self.generated(&placing);
        let packages = packages(&self.resolver);
        let parsed = std::mem::take(&mut self.code.parsed);
        for (parsed, id) in parsed.iter().zip(self.files.code.iter().copied()) {
            maps.place(id, parsed, &placing);
            let package = self.resolver.package_of(&parsed.path);
            let at = packages.iter().position(|one| {
                package.is_some_and(|package| one.folder == package.folder.as_str())
            });
            maps.packages.extend(at.map(|at| (id, at)));
        }
        let imported = self.code.imported_elsewhere.iter();
        for (at, root) in self.migrations.roots.iter().enumerate() {
            let files = root.declarations.iter().flat_map(|one| &one.files);
            maps.catalogs.extend(files.map(|file| (*file, at)));
        }
        let imported_elsewhere =
            imported.filter_map(|number| maps.ids.get(number)).copied().collect();
        let (modules, imports) = maps.linked(parsed);
        let mut notices = self.notices;
        notices.extend(self.code.notices);
        notices.extend(self.replayed.notices.into_iter().flatten());
        let roots = std::mem::take(&mut self.migrations.roots);
        let program = Program {
            sources,
            modules,
            imports,
            catalogs: self.replayed.catalogs,
            catalog_of_file: maps.catalogs,
            packages,
            package_of_file: maps.packages,
            scripts: maps.scripts,
            quiet: maps.quiet,
            imported_elsewhere,
            backend: Backend {
                libraries: trave_backend::libraries(),
                entries: trave_backend::frameworks::entries,
            },
            comments: self.replayed.comments,
            notices,
            coverage: Coverage::default(),
            settings: model_settings(self.settings),
            generated,
            names: BTreeMap::new(),
            types_files: Vec::new(),
            other_sql: self.migrations.other,
        };
        (program, roots)
    }

    /// Tables that generated types show, by the root that their file speaks to.
    fn generated(&self, placing: &Placing<'_>) -> BTreeMap<SmolStr, Vec<GeneratedTable>> {
        let mut tables: BTreeMap<SmolStr, Vec<GeneratedTable>> = BTreeMap::new();
        for one in &self.code.generated {
            let root = placing.root_of(&one.path).and_then(|at| self.migrations.roots.get(at));
            if let Some(root) = root {
                tables.entry(root.folder.clone()).or_default().extend(one.types.names());
            }
        }
        tables
    }

    /// The files of generated types, with the root that each speaks to.
    fn types_files(&self) -> Vec<TypesFile> {
        let placing = Placing::new(&self.migrations.roots, &self.settings.roots);
        let placed = self.code.generated.iter().zip(&self.files.types).filter_map(|(one, file)| {
            let catalog = placing.root_of(&one.path)?;
            Some(TypesFile { file: *file, catalog, types: one.types.clone() })
        });
        placed.collect()
    }

    /// Takes the roots away that are fragments of others, and keeps what they show.
    fn set_fragments_aside(&mut self) -> Witnesses {
        if self.code.scanned == 0 {
            return Witnesses::new();
        }
        let placing = Placing::new(&self.migrations.roots, &self.settings.roots);
        let found = fragments(&self.migrations.roots, &self.replayed.catalogs, &placing);
        for root in found.roots.iter().filter_map(|at| self.migrations.roots.get(*at)) {
            self.notices.push(plain(format!(
                "`{}` changes tables of another folder of migrations: taken as run by hand",
                root.folder
            )));
        }
        let roots = std::mem::take(&mut self.migrations.roots);
        self.migrations.roots = without(roots, &found.roots);
        let catalogs = std::mem::take(&mut self.replayed.catalogs);
        self.replayed.catalogs = without(catalogs, &found.roots);
        found.witnesses
    }

    fn coverage(&self, sql_files: usize) -> Coverage {
        let catalogs = &self.replayed.catalogs;
        Coverage {
            files: self.code.scanned + sql_files,
            statements: catalogs.iter().map(|catalog| catalog.statements).sum(),
            statements_understood: catalogs
                .iter()
                .map(|catalog| catalog.statements_understood)
                .sum(),
            ..Coverage::default()
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
    ids: FxHashMap<u32, FileId>,
}

impl Maps {
    fn place(&mut self, id: FileId, parsed: &Parsed, placing: &Placing<'_>) {
        let path = parsed.path.as_str();
        self.ids.insert(parsed.number, id);
        self.catalogs.extend(placing.root_of(path).map(|root| (id, root)));
        if is_script(path) || is_test(path) {
            self.scripts.insert(id);
        }
        if !parsed.named {
            self.quiet.insert(id);
        }
    }

    /// Modules that know their file, and what their imports mean in terms of files.
    fn linked(&self, parsed: Vec<Parsed>) -> (Vec<Module>, Imports) {
        let mut modules = Vec::with_capacity(parsed.len());
        let mut imports = Imports::default();
        for parsed in parsed {
            let Some(id) = self.ids.get(&parsed.number) else { continue };
            for (specifier, number) in parsed.imports {
                if let Some(to) = self.ids.get(&number) {
                    imports.insert((*id, specifier), *to);
                }
            }
            modules.push(Module { file: *id, ..parsed.module });
        }
        (modules, imports)
    }
}

/// Which file a specifier means in a file.
type Imports = FxHashMap<(FileId, SmolStr), FileId>;

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
