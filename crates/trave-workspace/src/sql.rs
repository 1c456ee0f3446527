//! SQL: which files are migrations of which root, and what their replay leaves behind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;
use trave_catalog::{Catalog, MigrationRoot, RootConfig, SqlFile};
use trave_model::IgnoreComment;
use trave_source::{FileId, Notice, Source, Sources};

use crate::kind::Kind;
use crate::numbering::Numbering;
use crate::phases::{Amount, Phase, Phases};
use crate::replays::Replays;
use crate::store::Store;
use crate::text::SQL_BYTES_MAX;
use crate::walk::Found;

/// SQL that is no migration is kept as a witness up to this size.
const OTHER_BYTES_MAX: usize = 256 << 10;

/// The migrations of a project, sorted into roots.
#[derive(Debug, Default, Clone)]
pub(crate) struct Migrations {
    /// The roots, by folder.
    pub(crate) roots: Vec<MigrationRoot>,
    /// What could not be read, and what is no migration.
    pub(crate) notices: Vec<Notice>,
    /// The texts of those that are no migrations, but for large ones, which hold data.
    pub(crate) other: Vec<Arc<str>>,
    /// How many bytes the migrations have.
    bytes: u64,
}

/// What the replay of every root left behind.
#[derive(Debug, Default)]
pub(crate) struct ReplayedRoots {
    /// One per root, in the same order.
    pub(crate) catalogs: Vec<Arc<Catalog>>,
    /// Statements that were not understood, by root.
    pub(crate) notices: Vec<Vec<Notice>>,
    /// Comments that speak to trave.
    pub(crate) comments: Vec<IgnoreComment>,
    /// How long it took.
    pub(crate) phases: Phases,
}

impl ReplayedRoots {
    /// Replays roots, and keeps what they leave behind in place of what they left before.
    pub(crate) fn put(
        &mut self,
        roots: &[(usize, &MigrationRoot)],
        (replays, sources): (&mut Replays, &Sources),
    ) {
        let listed: Vec<&MigrationRoot> = roots.iter().map(|(_, root)| *root).collect();
        for ((at, _), replayed) in roots.iter().zip(replays.of(&listed, sources)) {
            let known = self.catalogs.get_mut(*at).zip(self.notices.get_mut(*at));
            if let Some((catalog, notices)) = known {
                *catalog = replayed.catalog;
                *notices = replayed.notices;
            } else {
                self.catalogs.push(replayed.catalog);
                self.notices.push(replayed.notices);
            }
        }
    }
}

/// Where files are read from.
#[derive(Clone, Copy)]
pub(crate) struct Files<'a> {
    /// Every walked file.
    pub(crate) all: &'a [Found],
    /// Their ids.
    pub(crate) numbering: &'a Numbering,
    /// Their texts.
    pub(crate) store: &'a dyn Store,
}

impl<'a> Files<'a> {
    /// The files of a kind, with their ids.
    pub(crate) fn of_kind(self, kind: Kind) -> Vec<(FileId, &'a Found)> {
        let numbered = (0..).zip(self.all).filter(move |(_, file)| file.kind == kind);
        numbered.map(|(number, file)| (self.numbering.id(number), file)).collect()
    }
}

/// Reads every SQL file and puts those that are migrations among the sources.
pub(crate) fn read(files: Files<'_>, configs: &[RootConfig], sources: &mut Sources) -> Migrations {
    let sql = files.of_kind(Kind::Sql);
    let read = |(_, file): &(FileId, &Found)| files.store.read(&file.path, SQL_BYTES_MAX);
    let texts: Vec<_> = sql.par_iter().map(read).collect();
    let mut migrations = Migrations::default();
    let mut read: BTreeMap<FileId, (&str, Arc<str>)> = BTreeMap::new();
    for ((id, file), text) in sql.iter().zip(texts) {
        let notice = text.notice.map(|notice| about(&file.path, &notice));
        migrations.notices.extend(notice);
        read.extend(text.text.map(|text| (*id, (file.path.as_str(), text))));
    }
    let listed: Vec<SqlFile<'_>> =
        read.iter().map(|(id, (path, text))| SqlFile { id: *id, path, text }).collect();
    let grouping = trave_catalog::group(&listed, configs);
    migrations.roots = grouping.roots;
    for left in grouping.left_out {
        if let Some((path, _)) = read.get(&left.file) {
            migrations.notices.push(about(path, &format!("is no migration: {}", left.reason)));
        }
    }
    migrations.add_to(sources, read);
    migrations
}

impl Migrations {
    /// Gives the migrations their place among the sources; other SQL is kept aside.
    fn add_to(&mut self, sources: &mut Sources, read: BTreeMap<FileId, (&str, Arc<str>)>) {
        let used = self.files();
        for (id, (path, text)) in read {
            if used.contains(&id) {
                self.bytes += text.len() as u64;
                sources.put(id, Source::new(path, text));
            } else if text.len() <= OTHER_BYTES_MAX {
                self.other.push(text);
            }
        }
    }

    /// The files that are migrations.
    fn files(&self) -> BTreeSet<FileId> {
        let files = self.roots.iter().flat_map(|root| &root.files);
        files.map(|migration| migration.file).collect()
    }

    /// Replays every root.
    pub(crate) fn replay(&self, replays: &mut Replays, sources: &Sources) -> ReplayedRoots {
        let start = Instant::now();
        let mut all =
            ReplayedRoots { comments: self.comments(sources), ..ReplayedRoots::default() };
        let roots: Vec<(usize, &MigrationRoot)> = self.roots.iter().enumerate().collect();
        all.put(&roots, (replays, sources));
        let items = all.catalogs.iter().map(|catalog| catalog.statements).sum();
        all.phases.end(Phase::Replay, start, Amount { items, bytes: self.bytes });
        all
    }

    fn comments(&self, sources: &Sources) -> Vec<IgnoreComment> {
        self.files().into_iter().flat_map(|file| ignore_comments(file, sources)).collect()
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
