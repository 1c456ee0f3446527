//! In which transaction a statement of a migration runs, and how long it may wait for a lock.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use trave_source::{Origin, Span};
use trave_sql::{Statement, Transaction};

use super::Place;
use crate::replay::session::Session;
use crate::schema::{StepKind, StepTransaction, Timeouts};
use crate::{QualifiedName, RootKind};

/// What a file of migrations is applied in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::replay) enum Wrapping {
    /// Nothing, or it is not known.
    Unknown,
    /// One transaction.
    Transaction,
    /// One transaction, but for statements that cannot run in one: those go alone.
    Batches,
}

impl Wrapping {
    /// What the tool behind a folder of migrations does with a file.
    pub(in crate::replay) fn of(kind: RootKind, text: &str, statements: usize) -> Self {
        let says = |mark: &str| text.to_ascii_lowercase().contains(mark);
        let says_outside_comments = |mark: &str| {
            let length = |text: &str| text.to_ascii_lowercase().matches(mark).count();
            let comments = trave_sql::comments(text, trave_sql::Options::default());
            length(text) > comments.iter().map(|comment| length(&comment.text)).sum()
        };
        let wrapped = match kind {
            // What cannot run in a transaction splits the file: nothing undoes what ran before.
            RootKind::Supabase | RootKind::SupabaseSchemas | RootKind::Flyway => {
                let is_split = statements > 1 && says_outside_comments("concurrently");
                return if is_split { Self::Unknown } else { Self::Batches };
            }
            // The whole file is one message to the server: more than one statement share it.
            RootKind::Prisma | RootKind::UpDown => statements > 1,
            // A file without its marks was written by hand, and is run by hand as a rule.
            RootKind::Drizzle => says("--> statement-breakpoint"),
            RootKind::Goose => !says("+goose no transaction"),
            RootKind::Dbmate => !says("transaction:false"),
            RootKind::Numbered | RootKind::SchemaFile | RootKind::Declared => false,
        };
        if wrapped { Self::Transaction } else { Self::Unknown }
    }
}

/// A value that the transaction added to an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AddedValue {
    /// The enum.
    pub(super) of: QualifiedName,
    /// The value.
    pub(super) value: SmolStr,
    /// Where it was added.
    pub(super) at: Origin,
}

/// What is known of the file of a migration not applied yet, as far as it has run.
#[derive(Debug, Clone)]
pub(in crate::replay) struct PendingFile {
    wrapping: Wrapping,
    /// It holds one statement, which either ran or did not.
    pub(super) is_single: bool,
    /// The `BEGIN` that is still open.
    begun: Option<(Origin, Span)>,
    /// Constraints that this transaction added and did not check.
    unchecked: BTreeMap<(QualifiedName, SmolStr), Origin>,
    /// The limits of time that hold.
    pub(super) timeouts: Timeouts,
    /// Values that this transaction added to enums, and did not use yet.
    added_values: Vec<AddedValue>,
    /// Constraints that were dropped `IF EXISTS` and not added again.
    dropped: BTreeSet<SmolStr>,
    /// A comment says that an index is built concurrently: by hand, where a statement of the file
    /// builds it otherwise and does nothing if it is there.
    pub(super) is_indexed_by_hand: bool,
    /// Tables of which a constraint that nothing shows was validated.
    pub(super) vouched: Vec<QualifiedName>,
}

impl PendingFile {
    /// A file that has not begun.
    pub(in crate::replay) fn new(wrapping: Wrapping, statements: usize, text: &str) -> Self {
        let comments = trave_sql::comments(text, trave_sql::Options::default());
        let by_hand = |comment: &trave_sql::SqlComment| {
            comment.text.to_ascii_lowercase().contains("concurrently")
        };
        Self {
            wrapping,
            added_values: Vec::new(),
            is_indexed_by_hand: comments.iter().any(by_hand),
            is_single: statements == 1,
            begun: None,
            unchecked: BTreeMap::new(),
            timeouts: Timeouts::default(),
            dropped: BTreeSet::new(),
            vouched: Vec::new(),
        }
    }

    /// The transaction that the next statement runs in.
    pub(super) fn transaction(&self) -> Option<StepTransaction> {
        match (self.begun, self.wrapping) {
            (Some((begun, _)), _) => Some(StepTransaction::Begun(begun)),
            (None, Wrapping::Transaction) => Some(StepTransaction::ByTool),
            (None, Wrapping::Batches) => Some(StepTransaction::Batched),
            (None, Wrapping::Unknown) => None,
        }
    }

    /// Notes a constraint that is added without a look at the rows.
    pub(super) fn leave_unchecked(&mut self, key: (QualifiedName, SmolStr), origin: Origin) {
        if self.transaction().is_some() {
            self.unchecked.insert(key, origin);
        }
    }

    /// Notes a value that nothing may use before the transaction ends.
    pub(super) fn add_value(&mut self, value: AddedValue) {
        if self.transaction().is_some() {
            self.added_values.push(value);
        }
    }

    /// The values that this transaction added.
    pub(super) fn added_values(&self) -> &[AddedValue] {
        &self.added_values
    }

    /// Forgets a value; false where it was forgotten before.
    pub(super) fn take_value(&mut self, value: &AddedValue) -> bool {
        let before = self.added_values.len();
        self.added_values.retain(|added| added != value);
        self.added_values.len() < before
    }

    /// Notes that a constraint is dropped, if it is there, to be added anew.
    pub(super) fn drop_before(&mut self, name: &str) {
        self.dropped.insert(SmolStr::new(name));
    }

    /// Whether a constraint was dropped before, so that adding it can run twice.
    pub(super) fn takes_dropped(&mut self, name: &str) -> bool {
        self.dropped.remove(name)
    }

    /// Where this transaction added a constraint that is validated now.
    pub(super) fn added(&self, key: &(QualifiedName, SmolStr)) -> Option<Origin> {
        self.unchecked.get(key).copied()
    }
}

impl Session {
    /// Keeps track of transactions and of limits of time.
    pub(super) fn follow_transaction(&mut self, statement: &Statement, span: Span) {
        let origin = self.origin(span);
        let Some(pending) = &mut self.pending else { return };
        match statement {
            Statement::Transaction(Transaction::Begin) => {
                pending.begun = Some((origin, span));
            }
            Statement::Transaction(Transaction::Commit | Transaction::Rollback) => {
                if pending.begun.take().is_none() {
                    pending.wrapping = Wrapping::Unknown;
                }
                pending.unchecked.clear();
                pending.added_values.clear();
            }
            Statement::Set(set) => {
                let limits = set.values.first().is_some_and(|value| value != "0");
                match set.name.as_str() {
                    "lock_timeout" => pending.timeouts.lock = limits,
                    "statement_timeout" => pending.timeouts.statement = limits,
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// The file ends: a transaction that is still open is undone.
    pub(in crate::replay) fn end_pending(&mut self) {
        let left = self.pending.as_ref().and_then(|pending| pending.begun);
        if let Some((_, span)) = left {
            self.step(Place::at(span, span), None, StepKind::LeftOpen);
        }
        self.pending = None;
    }
}
