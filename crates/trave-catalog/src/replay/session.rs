//! What one connection knows while it runs: settings, the current file, what was counted.

use std::collections::BTreeSet;
use std::sync::Arc;

use smol_str::SmolStr;
use trave_source::{FileId, Notice, Origin, Span, Translation};
use trave_sql::{SetVariable, Statement};

use super::body::Bodies;
use super::pending::PendingFile;
use super::prelude;
use super::store::Store;
use super::{Failure, Missing, Outcome, PLATFORM, Replay, Replayed};
use crate::schema::Refused;
use crate::{
    Catalog, Change, ChangeKind, Declaration, DeclaredBy, Dialect, MigrationRoot, Provenance,
    QualifiedName, RootKind,
};

/// Functions that call functions, blocks in blocks: no deeper than this.
pub(super) const DEPTH_MAX: u32 = 16;

/// Dependants of dependants, heirs of heirs: no deeper than this.
const CASCADE_MAX: u32 = 400;

/// The text that spans point into, and where its statements come from.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    file: FileId,
    text: Arc<str>,
    /// For text that a block put together: the place that runs it.
    fixed: Option<Origin>,
    /// For text that says again what was declared elsewhere.
    places: Option<Arc<Translation>>,
}

impl Frame {
    /// A file of the project.
    pub(super) fn of_file(file: FileId, text: Arc<str>) -> Self {
        Self { file, text, fixed: None, places: None }
    }

    /// A schema that was declared in another language.
    fn of_declaration(declaration: &Declaration) -> Self {
        let text = Arc::clone(&declaration.sql.text);
        let places = Some(Arc::new(declaration.sql.clone()));
        Self { file: PLATFORM.file, text, fixed: None, places }
    }

    /// A text that was put together at a place.
    pub(super) fn of_text(text: &str, origin: Origin) -> Self {
        Self { file: origin.file, text: Arc::from(text), fixed: Some(origin), places: None }
    }
}

/// A running replay.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "settings of a connection, each its own")]
pub(super) struct Session {
    /// The catalog in the making.
    pub(super) store: Store,
    /// What unknown tables do.
    pub(super) missing: Missing,
    /// Schemas searched for names without one.
    pub(super) search_path: Vec<SmolStr>,
    /// Whose objects are made: default privileges depend on it.
    pub(super) role: SmolStr,
    /// Whether default grants of new tables are certain in this file.
    pub(super) grants_known: bool,
    /// How deep blocks and functions are nested.
    pub(super) depth: u32,
    /// Columns that the running `ALTER TABLE` has given another type.
    pub(super) retyped: Vec<SmolStr>,
    /// Relations that the running `DROP` takes away together: they may need each other.
    pub(super) dropping: Vec<QualifiedName>,
    /// Whether `ONLY` keeps a change away from children.
    pub(super) only: bool,
    /// Whether the platform itself is being made.
    pub(super) platform: bool,
    /// The column for which the statement at hand was refused: it is gone.
    pub(super) gone_column: Option<(QualifiedName, SmolStr)>,
    /// Whether a branch runs that may not be taken: its failures mean nothing.
    pub(super) speculative: bool,
    /// Whether a declaration runs.
    declares: Option<DeclaredBy>,
    /// `check_function_bodies`.
    pub(super) checks_bodies: bool,
    /// Bodies of functions, to be run where they are called.
    pub(super) bodies: Bodies,
    /// The file that runs, if it is a migration not applied yet.
    pub(super) pending: Option<PendingFile>,
    /// Tables that migrations not applied yet left without rows.
    pub(super) emptied: BTreeSet<QualifiedName>,
    frame: Frame,
    path_default: Vec<SmolStr>,
    path_outside: Option<Vec<SmolStr>>,
    explicit_grants: Option<bool>,
    drop_on_commit: BTreeSet<QualifiedName>,
    notices: Vec<Notice>,
    noticed: BTreeSet<Notice>,
    has_notice: bool,
    failures: Vec<Notice>,
}

impl Session {
    /// A connection to an empty database of this root.
    pub(super) fn new(root: &MigrationRoot, options: Replay) -> Self {
        let mut session =
            Self::bare(if root.exposed { prelude::store() } else { Store::default() });
        // SQLite lets a reference name a table that is not there yet.
        let is_lenient = root.dialect == Dialect::Sqlite;
        session.missing = if is_lenient { Missing::Assumed } else { options.missing };
        session.explicit_grants = root.config.auto_expose.map(|legacy| !legacy);
        if !root.exposed {
            session.store.put(SmolStr::new("public"), prelude::public_schema());
        }
        if session.explicit_grants == Some(true) {
            prelude::revoke_defaults(&mut session.store);
        }
        let served = || ["public", "graphql_public"].map(SmolStr::new).to_vec();
        let extensions = root.exposed.then_some("extensions");
        session.path_default =
            ["$user", "public"].into_iter().chain(extensions).map(SmolStr::new).collect();
        session.search_path = session.path_default.clone();
        let catalog = &mut session.store.catalog;
        catalog.root = root.folder.clone();
        catalog.dialect = root.dialect;
        catalog.exposed = root.exposed && root.dialect == Dialect::Postgres;
        catalog.exposed_schemas = root.config.schemas.clone().unwrap_or_else(served);
        let pending = root.files.iter().filter(|migration| migration.is_pending);
        catalog.pending.files = pending.map(|migration| migration.file).collect();
        catalog.pending.is_generated = matches!(root.kind, RootKind::Prisma | RootKind::Drizzle);
        catalog.token_hook = root.config.token_hook;
        catalog.rows_max = root.config.rows_max.or(root.exposed.then_some(1000));
        session
    }

    /// A connection with nothing set.
    pub(super) fn bare(store: Store) -> Self {
        let path: Vec<SmolStr> = vec!["public".into()];
        Self {
            store,
            missing: Missing::Assumed,
            search_path: path.clone(),
            role: "postgres".into(),
            grants_known: true,
            depth: 0,
            retyped: Vec::new(),
            dropping: Vec::new(),
            only: false,
            platform: false,
            gone_column: None,
            speculative: false,
            declares: None,
            checks_bodies: true,
            bodies: Bodies::default(),
            pending: None,
            emptied: BTreeSet::new(),
            frame: Frame::of_text("", PLATFORM),
            path_default: path,
            path_outside: None,
            explicit_grants: None,
            drop_on_commit: BTreeSet::new(),
            notices: Vec::new(),
            noticed: BTreeSet::new(),
            has_notice: false,
            failures: Vec::new(),
        }
    }

    /// Each file begins with the settings of the role.
    pub(super) fn begin_file(&mut self, frame: Frame, path: &str) {
        self.frame = frame;
        self.search_path = self.path_default.clone();
        self.path_outside = None;
        self.checks_bodies = true;
        self.role = "postgres".into();
        self.grants_known = match self.explicit_grants {
            Some(_) => true,
            None => !self.store.catalog.exposed || dated(path) <= LEGACY_UNTIL,
        };
    }

    /// One transaction per file: its end drops what lives no longer.
    pub(super) fn end_file(&mut self) {
        self.end_pending();
        for table in std::mem::take(&mut self.drop_on_commit) {
            self.drop_table_now(&table);
        }
    }

    /// A declaration says nothing of grants: what holds of them is not known.
    pub(super) fn begin_declaration(&mut self, declaration: &Declaration) {
        self.begin_file(Frame::of_declaration(declaration), "");
        self.store.catalog.declared_by.get_or_insert(declaration.by);
        self.grants_known = false;
        self.declares = Some(declaration.by);
    }

    /// What follows is a migration again.
    pub(super) fn end_declaration(&mut self) {
        self.end_file();
        self.declares = None;
    }

    /// The catalog, without what ends with the connection.
    pub(super) fn finish(mut self) -> Replayed {
        self.read_bodies();
        let temporary = |name: &QualifiedName| name.schema == TEMPORARY;
        let catalog = &mut self.store.catalog;
        catalog.tables.retain(|name, _| !temporary(name));
        catalog.views.retain(|name, _| !temporary(name));
        catalog.sequences.retain(|name, _| !temporary(name));
        catalog.functions.retain(|(name, _), _| !temporary(name));
        Replayed { catalog: self.store.catalog, notices: self.notices, failures: self.failures }
    }

    /// Runs a statement of a file, and counts it.
    pub(super) fn run_top(&mut self, statement: &Statement, span: Span) {
        self.has_notice = false;
        self.gone_column = None;
        self.store.catalog.statements += usize::from(self.declares.is_none());
        if let Err(failure) = self.run(statement, span) {
            self.note_gone_column(statement, span);
            self.failures.push(Notice::at(self.origin(span), failure.0));
        }
        if let Some(path) = self.path_outside.take_if(|_| ends_transaction(statement)) {
            self.search_path = path;
        }
        if !self.has_notice {
            self.store.catalog.statements_understood += usize::from(self.declares.is_none());
        }
    }

    /// Notes a statement that was refused because a column is gone.
    fn note_gone_column(&mut self, statement: &Statement, span: Span) {
        let what = match statement {
            Statement::CreatePolicy(_) | Statement::AlterPolicy(_) => "policy",
            Statement::CreateIndex(_) => "index",
            Statement::CreateView(_) => "view",
            _ => return,
        };
        if let Some((table, column)) = self.gone_column.take() {
            let origin = self.origin(span);
            self.store.catalog.refused.push(Refused { origin, what, table, column });
        }
    }

    /// Notes what was not understood; the statement then counts as such.
    pub(super) fn not_understood(&mut self, span: Span, message: impl Into<String>) {
        let notice = Notice::at(self.origin(span), message);
        self.has_notice = true;
        if self.noticed.insert(notice.clone()) {
            self.notices.push(notice);
        }
    }

    /// The current text, to come back to.
    pub(super) fn frame(&self) -> Frame {
        self.frame.clone()
    }

    /// Runs something with another text under the spans.
    pub(super) fn within<T>(&mut self, frame: Frame, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.frame, frame);
        let result = run(self);
        self.frame = outer;
        result
    }

    /// Whether the current text was put together by a block.
    pub(super) fn is_put_together(&self) -> bool {
        self.frame.fixed.is_some()
    }

    /// A span of the current text, as a place.
    pub(super) fn origin(&self, span: Span) -> Origin {
        let declared = || self.frame.places.as_ref().and_then(|places| places.origin(span));
        self.frame.fixed.or_else(declared).unwrap_or(span.in_file(self.frame.file))
    }

    /// The text under a span.
    pub(super) fn slice(&self, span: Span) -> &str {
        self.frame.text.get(span.start as usize..span.end as usize).unwrap_or_default().trim()
    }

    /// A span without the parentheses around what it holds.
    pub(super) fn inside(&self, span: Span) -> Span {
        let text = self.frame.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let inner = without_parentheses(text);
        let before = inner.as_ptr() as usize - text.as_ptr() as usize;
        Span::new(before, before + inner.len()).shifted(span.start)
    }

    /// The path along which the names of stored texts are found.
    pub(super) fn settled_path(&self) -> &[SmolStr] {
        &self.path_default
    }

    /// Where a new object comes from.
    pub(super) fn provenance(&self, span: Span) -> Provenance {
        match (self.platform, self.declares) {
            (true, _) => Provenance::Platform,
            (false, Some(DeclaredBy::GeneratedTypes)) => Provenance::Generated(self.origin(span)),
            (false, Some(_)) => Provenance::Declaration(self.origin(span)),
            (false, None) => Provenance::Migration(self.origin(span)),
        }
    }

    /// Whether what is made now is only shown by generated types.
    pub(super) fn is_generated(&self) -> bool {
        self.declares == Some(DeclaredBy::GeneratedTypes)
    }

    /// Writes history.
    pub(super) fn changed(&mut self, span: Span, kind: ChangeKind) {
        if !self.platform {
            let origin = self.origin(span);
            self.store.catalog.history.push(Change { origin, kind });
        }
    }

    /// The catalog as it stands.
    pub(super) fn catalog(&self) -> &Catalog {
        &self.store.catalog
    }

    /// Whether a failing name is taken as made elsewhere.
    pub(super) fn assumes_missing(&self) -> bool {
        self.missing == Missing::Assumed
    }

    /// `ON COMMIT DROP`.
    pub(super) fn drop_at_end(&mut self, table: QualifiedName) {
        self.drop_on_commit.insert(table);
    }

    /// `SET name = …`.
    pub(super) fn set(&mut self, variable: &SetVariable) {
        match variable.name.as_str() {
            "search_path" => {
                if variable.local {
                    self.path_outside.get_or_insert_with(|| self.search_path.clone());
                }
                self.search_path = if variable.values.is_empty() {
                    self.path_default.clone()
                } else {
                    path_of(&variable.values)
                };
            }
            "check_function_bodies" => {
                let off = |value: &SmolStr| matches!(value.as_str(), "false" | "off" | "no" | "0");
                self.checks_bodies = !variable.values.first().is_some_and(off);
            }
            "role" | "session_authorization" => {
                let role = variable.values.first().filter(|role| *role != "none");
                self.role = role.cloned().unwrap_or_else(|| "postgres".into());
            }
            _ => {}
        }
    }

    /// `RESET name`.
    pub(super) fn reset(&mut self, name: &str) {
        if matches!(name, "search_path" | "all") {
            self.search_path = self.path_default.clone();
        }
        if matches!(name, "role" | "all" | "session_authorization") {
            self.role = "postgres".into();
        }
    }

    /// Follows dependants of dependants, but not without end.
    pub(super) fn deeper(&mut self, run: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        if self.depth >= CASCADE_MAX {
            return Err(Failure::new("too many objects depend on one another"));
        }
        self.depth += 1;
        let outcome = run(self);
        self.depth -= 1;
        outcome
    }

    /// Runs a step that either takes effect as a whole or not at all.
    pub(super) fn atomically(
        &mut self,
        run: impl FnOnce(&mut Self) -> Outcome,
    ) -> Result<(), Failure> {
        let mark = self.store.mark();
        let outcome = run(self);
        match outcome {
            Ok(()) => self.store.keep(mark),
            Err(_) => self.store.back_to(mark),
        }
        outcome
    }
}

/// The schema of temporary objects, which every search begins with.
pub(super) const TEMPORARY: &str = "pg_temp";

/// Projects made later grant nothing by default; without a setting nobody can tell.
const LEGACY_UNTIL: u64 = 20_261_030;

/// The date that a file name begins with, as `yyyymmdd`; 0 without one.
fn dated(path: &str) -> u64 {
    let name = path.rsplit('/').next().unwrap_or(path);
    let date = name.get(..8).filter(|date| date.bytes().all(|byte| byte.is_ascii_digit()));
    let date = date.and_then(|date| date.parse().ok()).unwrap_or(0);
    if (19_900_000..21_000_000).contains(&date) { date } else { 0 }
}

/// What parentheses around a whole text hold; `(a) or (b)` keeps its own.
fn without_parentheses(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        if !is_balanced(inner) || is_query(inner) {
            break;
        }
        text = inner.trim();
    }
    text
}

/// Whether a text is a query, whose parentheses make it one value.
fn is_query(text: &str) -> bool {
    let word = text.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next();
    let word = word.unwrap_or_default();
    ["select", "with", "values", "table"].iter().any(|query| word.eq_ignore_ascii_case(query))
}

/// Whether every parenthesis is closed after it was opened, quoted ones aside.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut quote = None;
    for byte in text.bytes() {
        match (quote, byte) {
            (Some(open), byte) if open == byte => quote = None,
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => {}
        }
    }
    depth == 0 && quote.is_none()
}

/// `SET search_path = ''` names no schema at all.
pub(super) fn path_of(values: &[SmolStr]) -> Vec<SmolStr> {
    values.iter().filter(|value| !value.is_empty()).cloned().collect()
}

fn ends_transaction(statement: &Statement) -> bool {
    use trave_sql::Transaction::{Commit, Rollback};
    matches!(statement, Statement::Transaction(Commit | Rollback))
}

#[cfg(test)]
mod tests {
    use super::without_parentheses;

    #[test]
    fn parentheses_go_only_where_they_hold_everything() {
        assert_eq!(without_parentheses("((a > 1))"), "a > 1");
        assert_eq!(without_parentheses("(a) or (b)"), "(a) or (b)");
        assert_eq!(without_parentheses("(a = ')')"), "a = ')'");
        assert_eq!(without_parentheses("(')"), "(')");
        assert_eq!(without_parentheses("((select f()))"), "(select f())");
        assert_eq!(without_parentheses("()"), "");
    }
}
