//! A project that stays in memory while its files are edited.

use std::path::{Path, PathBuf};

use crate::load::{Options, Project, WorkspaceError, load_over};
use crate::store::Memory;

/// A project that stays in memory while its files are edited.
#[derive(Debug)]
pub struct Session {
    root: PathBuf,
    options: Options<'static>,
    over: Memory,
}

impl Session {
    /// A session over a folder. Nothing is read yet.
    pub fn new(root: &Path, options: Options<'static>) -> Self {
        Self { root: root.to_owned(), options, over: Memory::default() }
    }

    /// Puts the text that an editor holds in place of a file of the disk; with none, the disk
    /// counts again. The path is as in the project: `src/app/route.ts`.
    pub fn edit(&mut self, path: &str, text: Option<String>) {
        match text {
            Some(text) => self.over.texts.insert(path.to_owned(), text),
            None => self.over.texts.remove(path),
        };
    }

    /// Says that files of the disk changed, came or went.
    pub fn changed_on_disk<'p>(&mut self, paths: impl IntoIterator<Item = &'p str>) {
        let _ = paths.into_iter().count();
    }

    /// The project as it stands now: the same as a fresh read of the same texts.
    pub fn project(&mut self) -> Result<Project, WorkspaceError> {
        load_over(&self.root, &self.options, &self.over)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Session;
    use crate::load::Options;

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
}
