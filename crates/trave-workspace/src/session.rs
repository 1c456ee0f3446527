//! A project that stays in memory while its files are edited.
//!
//! What a run finds out is kept for the next one: which files there are until one comes or goes,
//! what each text says until it changes, and what functions do until something changes that they
//! asked for. The outcome is the same as that of a fresh run over the same texts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::ThreadPool;
use trave_engine::Report;
use trave_engine::rule::Rule;
use trave_model::Linker;

use crate::baseline::without_known;
use crate::interrupt::Interrupter;
use crate::kind::{Kind, is_foreign_folder};
use crate::load::{Options, Project, Said, WorkspaceError, open};
use crate::path::file_name;
use crate::phases::{Phase, Phases};
use crate::project::{Base, Standing, amount};
use crate::store::Overlay;

/// Evaluations recurse: their threads get room for it.
const STACK_BYTES: usize = 64 << 20;

/// A project that stays in memory while its files are edited.
#[derive(Debug)]
pub struct Session {
    root: PathBuf,
    options: Options<'static>,
    store: Overlay,
    /// The paths whose texts changed since the last run.
    dirty: BTreeSet<String>,
    state: Option<State>,
    /// The project as it was last made, if nothing changed since.
    last: Option<Arc<Project>>,
    /// What rules found in that project, with how many rules there were.
    judged: Option<(Arc<Project>, usize, Arc<Report>)>,
    pool: Option<Arc<ThreadPool>>,
    /// How many edits it was told of.
    edition: u64,
    interrupter: Interrupter,
    /// How often somebody had interrupted when it was last told of an edit.
    heard: u64,
}

/// What holds for as long as no file comes or goes and no settings change.
#[derive(Debug)]
struct State {
    said: Said,
    base: Base,
    linker: Linker,
    /// How long the files took to list, for the first project.
    phases: Phases,
}

/// What rules say of a project in a session.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The project.
    pub project: Arc<Project>,
    /// What the rules found.
    pub report: Arc<Report>,
    /// The edition of the texts: what [`Session::edition`] was.
    pub edition: u64,
    /// How long the rules took.
    pub elapsed: Duration,
}

impl Session {
    /// A session over a folder. Nothing is read yet.
    pub fn new(root: &Path, options: Options<'static>) -> Self {
        Self {
            root: root.to_owned(),
            options,
            store: Overlay::new(root.to_owned()),
            dirty: BTreeSet::new(),
            state: None,
            last: None,
            judged: None,
            pool: None,
            edition: 0,
            interrupter: Interrupter::default(),
            heard: 0,
        }
    }

    /// Puts the text that an editor holds in place of a file of the disk; with none, the disk
    /// counts again. The path is as in the project: `src/app/route.ts`.
    pub fn edit(&mut self, path: &str, text: Option<String>) {
        self.hear();
        match text {
            Some(text) => self.store.over.put(path, text),
            None => self.store.over.remove(path),
        }
        self.dirty.insert(path.to_owned());
    }

    /// Says that files of the disk changed, came or went.
    pub fn changed_on_disk<'p>(&mut self, paths: impl IntoIterator<Item = &'p str>) {
        self.hear();
        // The file of known findings may be among them.
        self.judged = None;
        for path in paths {
            self.store.forget(path);
            let is_foreign = path.split('/').any(|part| is_foreign_folder(part, || false));
            if !is_foreign && self.store.over.get(path).is_none() {
                self.dirty.insert(path.to_owned());
            }
        }
    }

    /// How many edits it was told of: which texts a result belongs to.
    pub fn edition(&self) -> u64 {
        self.edition
    }

    /// Stops a run of this session from another thread.
    pub fn interrupter(&self) -> Interrupter {
        self.interrupter.clone()
    }

    /// The project as it stands now: the same as a fresh read of the same texts. Whoever shows it
    /// may keep it while the session goes on.
    pub fn project(&mut self) -> Result<Arc<Project>, WorkspaceError> {
        self.go_on()?;
        match self.pool() {
            Some(pool) => pool.install(|| self.project_here()),
            None => self.project_here(),
        }
    }

    /// The project as it stands now, with what rules find in it: the same as a fresh check.
    pub fn check(&mut self, rules: &[&Rule]) -> Result<Checked, WorkspaceError> {
        let project = self.project()?;
        self.go_on()?;
        let start = Instant::now();
        let known = self
            .judged
            .take()
            .filter(|(known, count, _)| Arc::ptr_eq(known, &project) && *count == rules.len());
        let report = match known {
            Some((_, _, report)) => report,
            None => Arc::new(self.judge(&project, rules)?),
        };
        self.judged = Some((Arc::clone(&project), rules.len(), Arc::clone(&report)));
        Ok(Checked { project, report, edition: self.edition, elapsed: start.elapsed() })
    }

    fn judge(&mut self, project: &Project, rules: &[&Rule]) -> Result<Report, WorkspaceError> {
        let options = project.settings.rule_options();
        let judge = || trave_engine::check(&project.model, rules, &options);
        let report = match self.pool() {
            Some(pool) => pool.install(judge),
            None => judge(),
        };
        without_known(report, project)
    }

    fn project_here(&mut self) -> Result<Arc<Project>, WorkspaceError> {
        let numbers = self.state.as_ref().and_then(|state| self.dirty_numbers(state));
        let numbers = if let Some(numbers) = numbers {
            numbers
        } else {
            self.state = None;
            self.open()?;
            Vec::new()
        };
        let Some(state) = &mut self.state else { return Err(WorkspaceError::Interrupted) };
        if self.last.is_none() {
            state.base.forget_last();
        }
        let ways = state.said.ways(self.options.depth);
        let made = state.base.program(&self.store, ways, &numbers);
        let made = made.map_err(WorkspaceError::UnknownMigration)?;
        self.dirty.clear();
        let Some(Standing { program, schema, phases }) = made else {
            return self.last.clone().ok_or(WorkspaceError::Interrupted);
        };
        self.forget_last();
        let Some(state) = &mut self.state else { return Err(WorkspaceError::Interrupted) };
        state.said.find_root(&schema.roots)?;
        let mut all = std::mem::take(&mut state.phases);
        all.extend(phases);
        let (start, amount) = (Instant::now(), amount(&program));
        let (interrupter, heard) = (&self.interrupter, self.heard);
        let stops = || interrupter.count() != heard;
        let mut model = state.linker.link(program, &stops).ok_or(WorkspaceError::Interrupted)?;
        let mut settings = state.said.settings.clone();
        settings.stand_among(&mut model.sources);
        all.end(Phase::Link, start, amount);
        let project = Arc::new(Project {
            root: self.root.clone(),
            settings,
            model,
            migrations: schema.roots.clone(),
            phases: all,
        });
        self.last = Some(Arc::clone(&project));
        Ok(project)
    }

    /// Lists the files anew.
    fn open(&mut self) -> Result<(), WorkspaceError> {
        self.forget_last();
        let opened = open(&self.root, &self.options, &self.store)?;
        let base = Base::new(opened.inventory, &self.store);
        let (said, phases) = (opened.said, opened.phases);
        self.state = Some(State { said, base, linker: Linker::default(), phases });
        Ok(())
    }

    /// The numbers of the files whose texts changed; none where everything has to be read anew.
    fn dirty_numbers(&self, state: &State) -> Option<Vec<u32>> {
        let mut numbers = Vec::new();
        for path in &self.dirty {
            if matches!(file_name(path), "trave.toml" | ".gitignore" | ".ignore") {
                return None;
            }
            match state.base.find(path) {
                Some((number, Kind::Code | Kind::Sql | Kind::Prisma)) if self.store.has(path) => {
                    numbers.push(number);
                }
                Some(_) => return None,
                None if state.said.selection.file(path).is_some() && self.store.has(path) => {
                    return None;
                }
                None => {}
            }
        }
        Some(numbers)
    }

    /// Lets go of the last project. It is large, and nobody waits for that.
    fn forget_last(&mut self) {
        let last = (self.last.take(), self.judged.take());
        match self.pool() {
            Some(pool) => pool.spawn(move || drop(last)),
            None => rayon::spawn(move || drop(last)),
        }
    }

    /// The threads that work for this session; none where the caller brings some, which have the
    /// room that evaluations need.
    fn pool(&mut self) -> Option<Arc<ThreadPool>> {
        if rayon::current_thread_index().is_some() {
            return None;
        }
        if self.pool.is_none() {
            let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build();
            self.pool = pool.ok().map(Arc::new);
        }
        self.pool.clone()
    }

    fn hear(&mut self) {
        self.edition += 1;
        self.heard = self.interrupter.count();
    }

    /// An error when an edit is on its way.
    fn go_on(&self) -> Result<(), WorkspaceError> {
        if self.interrupter.count() == self.heard {
            Ok(())
        } else {
            Err(WorkspaceError::Interrupted)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use trave_engine::Baseline;
    use trave_engine::rule::source::Span;
    use trave_engine::rule::{Level, Meta, Rule};

    use super::Session;
    use crate::baseline::BaselineFile;
    use crate::load::{Options, WorkspaceError};
    use crate::phases::Phase;

    #[test]
    fn what_an_editor_holds_stands_over_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let migrations = folder.path().join("supabase/migrations");
        fs::create_dir_all(&migrations).unwrap();
        fs::write(migrations.join("20240101000000_a.sql"), "create table notes (id int);").unwrap();
        let mut session = Session::new(folder.path(), Options::default());
        let tables = |session: &mut Session| {
            let project = session.project().unwrap();
            let names = project.model.catalogs[0].tables.keys();
            names.filter(|name| name.schema == "public").count()
        };
        assert_eq!(tables(&mut session), 1);
        let unsaved = "create table notes (id int); create table tags (id int);";
        session.edit("supabase/migrations/20240101000000_a.sql", Some(unsaved.to_owned()));
        session.edit(
            "supabase/migrations/20240102000000_b.sql",
            Some("create table c (id int);".to_owned()),
        );
        assert_eq!(tables(&mut session), 3);
        session.edit("supabase/migrations/20240101000000_a.sql", None);
        assert_eq!(tables(&mut session), 2);
    }

    #[test]
    fn an_edit_of_code_replays_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut session = Session::new(folder.path(), Options::default());
        let mut edit = |path: &str, text: &str| {
            session.edit(path, Some(text.to_owned()));
            let project = session.project().unwrap();
            let mut measures = project.phases.measures.iter();
            measures.any(|measure| measure.phase == Phase::Replay)
        };
        edit("supabase/migrations/001_a.sql", "create table notes (id int);");
        let code = "import { createClient } from '@supabase/supabase-js';\n";
        assert!(edit("src/db.ts", code), "a file more: everything is read anew");
        assert!(!edit("src/db.ts", &format!("{code}export const one = 1;\n")));
        assert!(edit("supabase/migrations/001_a.sql", "create table notes (id bigint);"));
    }

    #[test]
    fn an_edit_of_a_migration_changes_what_later_ones_find() {
        let folder = tempfile::tempdir().unwrap();
        let mut session = Session::new(folder.path(), Options::default());
        let path = |at: u32| format!("supabase/migrations/00{at}_a.sql");
        for at in 1..5 {
            let text = format!("create table t{at} (id int);");
            session.edit(&path(at), Some(text));
        }
        let mut tables = |at: u32, text: &str| {
            session.edit(&path(at), Some(text.to_owned()));
            let project = session.project().unwrap();
            let names = project.model.catalogs[0].tables.keys();
            let own = names.filter(|name| name.schema == "public");
            own.map(|name| name.name.to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(tables(4, "drop table t2;"), "t1 t3");
        assert_eq!(tables(4, "drop table t3;"), "t1 t2");
        assert_eq!(tables(2, "create table u2 (id int);"), "t1 u2");
        assert_eq!(tables(4, "drop table u2;"), "t1 t3");
        assert_eq!(tables(3, "drop table t1;"), "");
        assert_eq!(tables(1, "create table t1 (id int); create table v (id int);"), "v");
    }

    #[test]
    fn an_editor_knows_what_the_baseline_knows() {
        static OPEN: Rule = Rule {
            meta: Meta::new("rls/open", Level::Error),
            check: |model, cx| {
                for (file, _) in model.sources.iter() {
                    cx.report(Span::new(0, 1).in_file(file), "it is open");
                }
            },
        };
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).unwrap();
        fs::create_dir_all(folder.path().join("supabase/migrations")).unwrap();
        write("supabase/migrations/001_a.sql", "create table a (id int);");
        let mut session = Session::new(folder.path(), Options::default());
        session.edit("supabase/migrations/002_b.sql", Some("create table b (id int);".to_owned()));
        let all = session.check(&[&OPEN]).unwrap();
        let mut first = (*all.report).clone();
        first.findings.truncate(1);
        let mut file = BaselineFile::empty(&all.project.settings, None);
        file.baseline = Baseline::of(&first, &all.project.model.sources);
        file.write().unwrap();
        session.changed_on_disk(["trave-baseline.json"]);
        let rest = session.check(&[&OPEN]).unwrap().report;
        assert_eq!((all.report.findings.len(), rest.findings.len(), rest.known), (2, 1, 1));
    }

    #[test]
    fn a_run_without_an_announced_edit_stops() {
        let folder = tempfile::tempdir().unwrap();
        let mut session = Session::new(folder.path(), Options::default());
        let interrupter = session.interrupter();
        session.edit("a.sql", Some(String::new()));
        assert!(session.check(&[]).is_ok());
        interrupter.interrupt();
        assert!(matches!(session.check(&[]), Err(WorkspaceError::Interrupted)));
        session.edit("a.sql", Some("select 1;".to_owned()));
        assert_eq!(session.check(&[]).unwrap().edition, 2);
    }
}
