//! A replay that can be stopped before a migration and gone on with from there: after an edit, what
//! came before it need not be replayed again.

use std::fmt;

use trave_source::Sources;

use super::session::Session;
use super::{Replay, Replayed, replay_declaration, replay_file};
use crate::MigrationRoot;

/// What the first migrations of a root left behind.
#[derive(Clone)]
pub struct Halfway {
    session: Session,
    done: usize,
}

impl fmt::Debug for Halfway {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Halfway").field("done", &self.done).finish_non_exhaustive()
    }
}

impl Halfway {
    /// Before the first migration of a root.
    pub fn start(root: &MigrationRoot, options: Replay) -> Self {
        Self { session: Session::new(root, options), done: 0 }
    }

    /// How many migrations were replayed.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Replays on until so many migrations are done. The root is the one that it began with, but
    /// for the texts of migrations that are not done yet and for declarations.
    pub fn go_on(&mut self, root: &MigrationRoot, sources: &Sources, until: usize) {
        let next = root.files.iter().take(until).skip(self.done);
        for migration in next {
            replay_file(&mut self.session, sources, *migration, root);
        }
        self.done = self.done.max(until.min(root.files.len()));
    }

    /// Replays what is left, declarations last.
    pub fn finish(mut self, root: &MigrationRoot, sources: &Sources) -> Replayed {
        self.go_on(root, sources, root.files.len());
        for declaration in &root.declarations {
            replay_declaration(&mut self.session, declaration, root);
        }
        self.session.finish()
    }
}

#[cfg(test)]
mod tests {
    use trave_source::{FileId, Sources};

    use crate::{Halfway, Replay, SqlFile, group, replay};

    #[test]
    fn going_on_from_halfway_ends_where_a_whole_replay_ends() {
        let texts = [
            "create table notes (id int primary key); set search_path = '';",
            "create function f() returns int language plpgsql as
               $$ begin return (select count(*) from notes); end $$;",
            "create temporary table passing (id int); alter table notes add column body text;",
            "create view all_notes as select * from notes; nonsense;",
        ];
        let paths: Vec<String> =
            (1..=texts.len()).map(|at| format!("supabase/migrations/{at}_a.sql")).collect();
        let mut sources = Sources::default();
        for (path, text) in paths.iter().zip(texts) {
            sources.add(path.as_str(), text);
        }
        let files = (0..).map(FileId).zip(paths.iter().zip(texts));
        let files: Vec<SqlFile<'_>> =
            files.map(|(id, (path, text))| SqlFile { id, path, text }).collect();
        let root = &group(&files, &[]).roots[0];
        let whole = replay(root, &sources, Replay::default());
        assert_eq!(whole.notices.len(), 1);
        for until in 0..=texts.len() + 1 {
            let mut halfway = Halfway::start(root, Replay::default());
            halfway.go_on(root, &sources, until);
            assert_eq!(halfway.done(), until.min(texts.len()));
            let ended = halfway.clone().finish(root, &sources);
            assert_eq!(format!("{ended:?}"), format!("{whole:?}"));
        }
    }
}
