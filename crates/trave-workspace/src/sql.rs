//! SQL: which files are migrations of which root, and what their replay leaves behind.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use rayon::prelude::*;
use trave_catalog::{Catalog, MigrationRoot, Replay, Replayed, RootConfig, SqlFile};
use trave_model::IgnoreComment;
use trave_source::{FileId, Notice, Sources};

use crate::kind::Kind;
use crate::phases::{Amount, Phase, Phases};
use crate::store::Store;
use crate::text::SQL_BYTES_MAX;
use crate::walk::Found;

/// SQL that is no migration is kept as a witness up to this size.
const OTHER_BYTES_MAX: usize = 256 << 10;

/// The migrations of a project, sorted into roots, their texts among the sources.
#[derive(Debug, Default)]
pub(crate) struct Migrations {
    /// The roots, by folder.
    pub(crate) roots: Vec<MigrationRoot>,
    /// What could not be read, and what is no migration.
    pub(crate) notices: Vec<Notice>,
    /// The texts of those that are no migrations, but for large ones, which hold data.
    pub(crate) other: Vec<String>,
    /// How many bytes the migrations have.
    bytes: u64,
}

/// What the replay of every root left behind.
#[derive(Debug, Default)]
pub(crate) struct ReplayedRoots {
    /// One per root, in the same order.
    pub(crate) catalogs: Vec<Catalog>,
    /// Statements that were not understood, by root.
    pub(crate) notices: Vec<Vec<Notice>>,
    /// Comments that speak to trave.
    pub(crate) comments: Vec<IgnoreComment>,
    /// How long it took.
    pub(crate) phases: Phases,
}

impl ReplayedRoots {
    /// Keeps what a root left behind, in place of what it left before.
    pub(crate) fn put(&mut self, root: usize, replayed: Replayed) {
        let known = self.catalogs.get_mut(root).zip(self.notices.get_mut(root));
        if let Some((catalog, notices)) = known {
            *catalog = replayed.catalog;
            *notices = replayed.notices;
        } else {
            self.catalogs.push(replayed.catalog);
            self.notices.push(replayed.notices);
        }
    }
}

impl ReplayedRoots {
    /// Replays roots that were found later, and keeps what they left behind.
    pub(crate) fn add(&mut self, roots: &[MigrationRoot], sources: &Sources) {
        for root in roots {
            let replayed = trave_catalog::replay(root, sources, Replay::default());
            self.catalogs.push(replayed.catalog);
            self.notices.push(replayed.notices);
        }
    }
}

/// Reads every SQL file and adds those that are migrations to the sources.
pub(crate) fn read(
    files: &[Found],
    store: &dyn Store,
    configs: &[RootConfig],
    sources: &mut Sources,
) -> Migrations {
    let sql: Vec<&Found> = files.iter().filter(|file| file.kind == Kind::Sql).collect();
    let texts: Vec<_> = sql.par_iter().map(|file| store.read(&file.path, SQL_BYTES_MAX)).collect();
    let mut migrations = Migrations::default();
    let mut read: Vec<(&str, String)> = Vec::new();
    for (file, text) in sql.iter().zip(texts) {
        let notice = text.notice.map(|notice| about(&file.path, &notice));
        migrations.notices.extend(notice);
        read.extend(text.text.map(|text| (file.path.as_str(), text)));
    }
    let listed: Vec<SqlFile<'_>> =
        (0..).map(FileId).zip(&read).map(|(id, (path, text))| SqlFile { id, path, text }).collect();
    let grouping = trave_catalog::group(&listed, configs);
    migrations.roots = grouping.roots;
    for left in grouping.left_out {
        if let Some((path, _)) = read.get(left.file.0 as usize) {
            migrations.notices.push(about(path, &format!("is no migration: {}", left.reason)));
        }
    }
    migrations.add_to(sources, read);
    migrations
}

impl Migrations {
    /// Gives the migrations their place among the sources; other SQL is kept aside.
    fn add_to(&mut self, sources: &mut Sources, read: Vec<(&str, String)>) {
        let used: BTreeSet<FileId> = self
            .roots
            .iter()
            .flat_map(|root| &root.files)
            .map(|migration| migration.file)
            .collect();
        let mut ids: BTreeMap<FileId, FileId> = BTreeMap::new();
        for (old, (path, text)) in (0..).map(FileId).zip(read) {
            if used.contains(&old) {
                self.bytes += text.len() as u64;
                ids.insert(old, sources.add(path, text));
            } else if text.len() <= OTHER_BYTES_MAX {
                self.other.push(text);
            }
        }
        let migrations = self.roots.iter_mut().flat_map(|root| &mut root.files);
        for migration in migrations {
            if let Some(id) = ids.get(&migration.file) {
                migration.file = *id;
            }
        }
    }

    /// Replays every root.
    pub(crate) fn replay(&self, sources: &Sources) -> ReplayedRoots {
        let start = Instant::now();
        let replayed: Vec<Replayed> = self
            .roots
            .par_iter()
            .map(|root| trave_catalog::replay(root, sources, Replay::default()))
            .collect();
        let mut all =
            ReplayedRoots { comments: self.comments(sources), ..ReplayedRoots::default() };
        for replayed in replayed {
            all.notices.push(replayed.notices);
            all.catalogs.push(replayed.catalog);
        }
        let items = all.catalogs.iter().map(|catalog| catalog.statements).sum();
        all.phases.end(Phase::Replay, start, Amount { items, bytes: self.bytes });
        all
    }

    fn comments(&self, sources: &Sources) -> Vec<IgnoreComment> {
        let files: BTreeSet<FileId> = self
            .roots
            .iter()
            .flat_map(|root| &root.files)
            .map(|migration| migration.file)
            .collect();
        files.into_iter().flat_map(|file| ignore_comments(file, sources)).collect()
    }
}

fn ignore_comments(file: FileId, sources: &Sources) -> Vec<IgnoreComment> {
    const SIGN: &str = "trave-ignore";
    let text = sources.get(file).map_or("", |source| &source.text);
    if memchr::memmem::find(text.as_bytes(), SIGN.as_bytes()).is_none() {
        return Vec::new();
    }
    let comments = trave_sql::comments(text, trave_sql::Options::default()).into_iter();
    comments
        .filter(|comment| comment.text.starts_with(SIGN))
        .map(|comment| IgnoreComment {
            origin: comment.span.in_file(file),
            text: comment.text.into(),
        })
        .collect()
}

fn about(path: &str, what: &str) -> Notice {
    Notice { origin: None, message: format!("`{path}` {what}") }
}
