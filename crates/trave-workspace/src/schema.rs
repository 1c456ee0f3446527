//! What SQL, declared schemas and generated types say: made anew when one of them changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;
use trave_backend::declared::Source as DeclaredSource;
use trave_backend::generated::GeneratedTable;
use trave_catalog::{Catalog, MigrationRoot, RootConfig};
use trave_model::{Coverage, IgnoreComment, TypesFile};
use trave_source::{FileId, Notice, Sources};

use crate::applied::Applied;
use crate::code::{Code, TypesText};
use crate::declared::{self, CodeNames, Declarations};
use crate::fragment::{fragments, without};
use crate::numbering::Numbering;
use crate::phases::Phases;
use crate::place::Placing;
use crate::replays::Replays;
use crate::resolve::Resolver;
use crate::settings::Settings;
use crate::sql::{self, Files, Migrations, ReplayedRoots};
use crate::{shown, supabase};

/// What was said once of a project, and its settings.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) configs: &'a [RootConfig],
    pub(crate) applied: Applied<'a>,
}

/// Everything that is known of the schemas of a project.
#[derive(Debug, Default, Clone)]
pub(crate) struct Schema {
    /// SQL and Prisma.
    pub(crate) sources: Sources,
    pub(crate) roots: Vec<MigrationRoot>,
    pub(crate) catalogs: Vec<Arc<Catalog>>,
    pub(crate) names: CodeNames,
    pub(crate) comments: Vec<IgnoreComment>,
    /// Tables that generated types and fragments show, by root.
    pub(crate) generated: BTreeMap<SmolStr, Vec<GeneratedTable>>,
    pub(crate) types_files: Vec<TypesFile>,
    pub(crate) other_sql: Vec<Arc<str>>,
    /// What could not be read.
    pub(crate) unread: Vec<Notice>,
    /// What was not understood.
    pub(crate) not_understood: Vec<Notice>,
    pub(crate) coverage: Coverage,
}

/// What is kept of schemas between runs.
#[derive(Debug, Default)]
pub(crate) struct SchemaCache {
    written: Option<Written>,
    replays: Replays,
    /// What the code declared and generated types showed when the schema was made.
    beside: Option<Beside>,
    schema: Option<Arc<Schema>>,
}

/// SQL and Prisma as they are read.
#[derive(Debug)]
pub(crate) struct Written {
    sources: Sources,
    migrations: Migrations,
    prisma: Declarations,
    pending: Option<usize>,
}

/// What code and generated types say about schemas.
#[derive(Debug)]
struct Beside {
    declared: Vec<DeclaredSource>,
    generated: Vec<(FileId, Arc<TypesText>)>,
    scanned: usize,
}

impl Beside {
    fn of(code: &Code, resolver: &Resolver, numbering: &Numbering) -> Self {
        let generated = code.generated.iter();
        Self {
            declared: declared::read_code(code, resolver),
            generated: generated
                .map(|one| (numbering.types_id(one.number), Arc::clone(one)))
                .collect(),
            scanned: code.scanned,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let pairs = self.generated.iter().zip(&other.generated);
        self.scanned == other.scanned
            && self.generated.len() == other.generated.len()
            && pairs.into_iter().all(|((_, one), (_, other))| Arc::ptr_eq(one, other))
            && self.declared == other.declared
    }
}

impl SchemaCache {
    /// Says that a file of SQL or Prisma changed.
    pub(crate) fn forget_written(&mut self) {
        self.written = None;
        self.schema = None;
    }

    /// Reads SQL and Prisma, unless they are known.
    pub(crate) fn read(&mut self, files: Files<'_>, said: Said<'_>) -> Result<(), String> {
        if self.written.is_none() {
            self.written = Some(Written::read(files, said)?);
        }
        Ok(())
    }

    /// Replays the migrations alone, unless the schema is known.
    pub(crate) fn replay(&mut self) -> Option<ReplayedRoots> {
        let written = self.written.as_ref().filter(|_| self.schema.is_none())?;
        self.replays.begin();
        Some(written.migrations.replay(&mut self.replays, &written.sources))
    }

    /// The schema beside what code says, given what was replayed if anything was; with how long
    /// that took.
    pub(crate) fn complete(
        &mut self,
        replayed: Option<ReplayedRoots>,
        said: Said<'_>,
        (code, resolver, numbering): (&Code, &Resolver, &Numbering),
    ) -> (Arc<Schema>, Phases) {
        let beside = Beside::of(code, resolver, numbering);
        let known = self.beside.as_ref().is_some_and(|known| known.is_same(&beside));
        if let Some(schema) = self.schema.as_ref().filter(|_| known && replayed.is_none()) {
            return (Arc::clone(schema), Phases::default());
        }
        let Some(written) = &self.written else { return Default::default() };
        let mut replayed = replayed.unwrap_or_else(|| {
            self.replays.begin();
            written.migrations.replay(&mut self.replays, &written.sources)
        });
        let phases = std::mem::take(&mut replayed.phases);
        let schema = Arc::new(written.schema(replayed, &mut self.replays, (&beside, said)));
        self.beside = Some(beside);
        self.schema = Some(Arc::clone(&schema));
        (schema, phases)
    }
}

impl Written {
    fn read(files: Files<'_>, said: Said<'_>) -> Result<Self, String> {
        let mut sources = Sources::default();
        let mut migrations = sql::read(files, said.configs, &mut sources);
        let prisma = declared::read_prisma(files, &mut sources);
        for root in &mut migrations.roots {
            supabase::complete(&mut root.config, &said.settings.at(&root.folder).supabase);
        }
        let pending = said.applied.mark(&mut migrations.roots, &sources)?;
        Ok(Self { sources, migrations, prisma, pending })
    }

    fn schema(
        &self,
        mut replayed: ReplayedRoots,
        replays: &mut Replays,
        (beside, said): (&Beside, Said<'_>),
    ) -> Schema {
        let migrations = &self.migrations;
        let mut roots = migrations.roots.clone();
        let mut declarations = self.prisma.clone();
        let unread = [&*migrations.notices, &*declarations.notices].concat();
        declarations.sources.extend(beside.declared.iter().cloned());
        let names = declarations.give_to(&mut roots, &mut replayed, (&mut *replays, &self.sources));
        if roots.is_empty() {
            let config = shown::config(said.configs, &said.settings.supabase);
            roots = shown::roots(&beside.generated, &config);
            let all: Vec<(usize, &MigrationRoot)> = roots.iter().enumerate().collect();
            replayed.put(&all, (replays, &self.sources));
        }
        let mut schema = Schema {
            sources: self.sources.clone(),
            roots,
            names,
            unread,
            coverage: coverage(&replayed.catalogs, beside.scanned + self.sources.len()),
            catalogs: replayed.catalogs,
            comments: replayed.comments,
            other_sql: migrations.other.clone(),
            not_understood: replayed.notices.into_iter().flatten().collect(),
            ..Schema::default()
        };
        schema.coverage.pending = self.pending;
        schema.place(beside, said.settings);
        schema
    }
}

impl Schema {
    /// Sets fragments aside, and says which root generated types speak of.
    fn place(&mut self, beside: &Beside, settings: &Settings) {
        let mut witnesses = BTreeMap::new();
        if beside.scanned != 0 {
            let placing = Placing::new(&self.roots, &settings.roots);
            let found = fragments(&self.roots, &self.catalogs, &placing);
            for root in found.roots.iter().filter_map(|at| self.roots.get(*at)) {
                let folder = &root.folder;
                let message = format!(
                    "`{folder}` changes tables of another folder of migrations: taken as run by \
                     hand"
                );
                self.unread.push(Notice { origin: None, message });
            }
            self.roots = without(std::mem::take(&mut self.roots), &found.roots);
            self.catalogs = without(std::mem::take(&mut self.catalogs), &found.roots);
            witnesses = found.witnesses;
        }
        let placing = Placing::new(&self.roots, &settings.roots);
        for (file, one) in &beside.generated {
            let Some(catalog) = placing.root_of(&one.source.path) else { continue };
            let Some(root) = self.roots.get(catalog) else { continue };
            self.generated.entry(root.folder.clone()).or_default().extend(one.types.names());
            self.types_files.push(TypesFile { file: *file, catalog, types: one.types.clone() });
        }
        for (root, tables) in witnesses {
            self.generated.entry(root).or_default().extend(tables);
        }
    }
}

fn coverage(catalogs: &[Arc<Catalog>], files: usize) -> Coverage {
    Coverage {
        files,
        statements: catalogs.iter().map(|catalog| catalog.statements).sum(),
        statements_understood: catalogs.iter().map(|catalog| catalog.statements_understood).sum(),
        ..Coverage::default()
    }
}
