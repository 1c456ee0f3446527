//! Folds the statements of a root into a catalog, and ends where PostgreSQL would end.
//!
//! Each statement either takes effect or fails and changes nothing, as in PostgreSQL. A statement
//! that is not understood is counted and costs nothing else.

mod alter;
mod alter_parts;
mod body;
mod column;
mod constraint;
mod drop;
mod drop_cascade;
mod drop_constraint;
mod drop_function;
mod drop_schema;
mod expression;
mod follow;
mod follow_type;
mod foreign_key;
mod function;
mod generated;
mod grant;
mod halfway;
mod index;
mod inherit;
mod meaning;
mod names;
mod object;
mod only;
mod outputs;
mod partition;
mod partition_index;
mod pending;
mod policy;
mod prelude;
mod privilege;
mod remade;
mod rename;
mod rewrite;
mod routine;
mod scope;
mod sequence;
mod session;
mod statement;
mod store;
mod table;
mod table_like;
mod types;
mod unchanged;
mod user_type;
mod view;

use std::sync::Arc;

use smol_str::SmolStr;
use trave_source::{FileId, Notice, Origin, Sources, Span};

use crate::{Catalog, Declaration, Dialect, Migration, MigrationRoot};
pub use halfway::Halfway;
use pending::{PendingFile, Wrapping};
use session::{Frame, Session};

/// What becomes of a statement that names a table which no migration makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Missing {
    /// The table was made elsewhere, in a dashboard say: it is taken as there, its shape unknown.
    #[default]
    Assumed,
    /// The statement fails, as it would on an empty server.
    Refused,
}

/// How to replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Replay {
    /// Tables that nothing makes.
    pub missing: Missing,
}

/// What a replay gives.
#[derive(Debug, Clone, Default)]
pub struct Replayed {
    /// What the migrations leave behind.
    pub catalog: Catalog,
    /// Statements that were not understood, each with its place.
    pub notices: Vec<Notice>,
    /// Statements that PostgreSQL would refuse, each with its place and the reason.
    pub failures: Vec<Notice>,
}

/// Replays a root.
pub fn replay(root: &MigrationRoot, sources: &Sources, options: Replay) -> Replayed {
    Halfway::start(root, options).finish(root, sources)
}

/// What the database of a root holds before its first migration.
pub(crate) fn before(catalog: &Catalog) -> Catalog {
    if catalog.exposed {
        return prelude::store().catalog;
    }
    let mut empty = Catalog::default();
    empty.schemas.insert("public".into(), prelude::public_schema());
    empty
}

fn replay_file(
    session: &mut Session,
    sources: &Sources,
    migration: Migration,
    root: &MigrationRoot,
) {
    let Some(source) = sources.get(migration.file) else { return };
    let text = masked(&source.text);
    let part = text.get(migration.part.start as usize..migration.part.end as usize);
    let options = trave_sql::Options { dialect: root.dialect, offset: migration.part.start };
    let part = part.unwrap_or_default();
    session.begin_file(Frame::of_file(migration.file, Arc::clone(&text)), &source.path);
    if migration.is_pending && root.dialect == Dialect::Postgres {
        let count = trave_sql::statements(part, options).count();
        let wrapping = Wrapping::of(root.kind, &text, count);
        session.pending = Some(PendingFile::new(wrapping, count, part));
        session.note_long_names(part, options);
    }
    // One at a time: a dump of the whole database need not be held as statements.
    for parsed in trave_sql::statements(part, options) {
        session.run_top(&parsed.statement, parsed.span);
    }
    session.end_file();
}

/// A declared schema is a last migration, which makes what no other made.
fn replay_declaration(session: &mut Session, declaration: &Declaration, root: &MigrationRoot) {
    let options = trave_sql::Options { dialect: root.dialect, offset: 0 };
    session.begin_declaration(declaration);
    for parsed in trave_sql::statements(&declaration.sql.text, options) {
        session.run_top(&parsed.statement, parsed.span);
    }
    session.end_declaration();
}

/// Go templates (`{{ .Schema }}.users`) become names of the same length.
fn masked(text: &Arc<str>) -> Arc<str> {
    if !text.contains("{{") {
        return Arc::clone(text);
    }
    let mut out = text.as_bytes().to_vec();
    let mut from = 0;
    while let Some((start, end)) = next_template(text, from) {
        if let Some(bytes) = out.get_mut(start..end) {
            bytes.fill(b'_');
        }
        from = end;
    }
    String::from_utf8(out).map_or_else(|_| Arc::clone(text), Arc::from)
}

/// The next `{{ … }}` on one line that begins like a template: `{{1,2}}` is an array.
fn next_template(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut from = from;
    loop {
        let start = from + text.get(from..)?.find("{{")?;
        let inside = text.get(start + 2..)?;
        let line = inside.split('\n').next().unwrap_or_default();
        let begins = line
            .trim_start_matches(['-', ' '])
            .starts_with(|c: char| c == '.' || c.is_ascii_alphabetic());
        match line.find("}}") {
            Some(end) if begins => return Some((start, start + 2 + end + 2)),
            _ => from = start + 2,
        }
    }
}

/// Why PostgreSQL would refuse a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Failure(String);

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    fn exists(what: &str, name: &dyn std::fmt::Display) -> Self {
        Self(format!("{what} {name} exists already"))
    }

    fn missing(what: &str, name: &dyn std::fmt::Display) -> Self {
        Self(format!("{what} {name} does not exist"))
    }
}

pub(crate) use types::is_built_in;
pub use unchanged::{Unchanged, unchanged};

/// The names of the functions that an expression calls.
pub(crate) fn called(text: &str) -> Vec<SmolStr> {
    let calls = rewrite::parse_expression(text, 0).map(|expr| expression::calls(&expr));
    calls.into_iter().flatten().map(|call| SmolStr::new(call.name.as_str())).collect()
}

/// Whether a statement took effect.
type Outcome = Result<(), Failure>;

/// The origin of what the platform makes: it belongs to no file.
const PLATFORM: Origin = Origin { file: FileId(u32::MAX), span: Span { start: 0, end: 0 } };

/// Whether something was made by the platform, not by a statement of the project.
pub(crate) fn is_of_platform(origin: Origin) -> bool {
    origin.file == PLATFORM.file
}

#[cfg(test)]
mod as_postgres;
#[cfg(test)]
mod tests;
