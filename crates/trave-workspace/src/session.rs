//! A project that stays in memory while its files are edited.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use trave_engine::Report;
use trave_engine::rule::Rule;

use crate::baseline::without_known;
use crate::interrupt::Interrupter;
use crate::load::{Options, Project, WorkspaceError, load_over};
use crate::store::Memory;

/// A project that stays in memory while its files are edited.
#[derive(Debug)]
pub struct Session {
    root: PathBuf,
    options: Options<'static>,
    over: Memory,
    /// How many edits it was told of.
    edition: u64,
    interrupter: Interrupter,
    /// How often somebody had interrupted when it was last told of an edit.
    heard: u64,
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
}

impl Session {
    /// A session over a folder. Nothing is read yet.
    pub fn new(root: &Path, options: Options<'static>) -> Self {
        Self {
            root: root.to_owned(),
            options,
            over: Memory::default(),
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
            Some(text) => self.over.texts.insert(path.to_owned(), text),
            None => self.over.texts.remove(path),
        };
    }

    /// Says that files of the disk changed, came or went.
    pub fn changed_on_disk<'p>(&mut self, paths: impl IntoIterator<Item = &'p str>) {
        self.hear();
        let _ = paths.into_iter().count();
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
        load_over(&self.root, &self.options, &self.over).map(Arc::new)
    }

    /// The project as it stands now, with what rules find in it: the same as a fresh check.
    pub fn check(&mut self, rules: &[&Rule]) -> Result<Checked, WorkspaceError> {
        let project = self.project()?;
        self.go_on()?;
        let options = project.settings.rule_options();
        let report = trave_engine::check(&project.model, rules, &options);
        let report = without_known(report, &project)?;
        Ok(Checked { project, report: Arc::new(report), edition: self.edition })
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
