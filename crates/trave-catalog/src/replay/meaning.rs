//! What the names in a query or an expression mean.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{Expr, Query};

use super::scope::Reader;
use super::session::Session;
use super::{Failure, Outcome};
use crate::QualifiedName;

/// A column that a query names.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    /// The relation that has it; none where that cannot be told.
    pub(super) relation: Option<QualifiedName>,
    /// Its name in that relation.
    pub(super) column: SmolStr,
    /// Where it was written.
    pub(super) span: Span,
    /// What stands there.
    pub(super) place: Place,
}

/// How a column was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// By its name; the span of what stands before it if that is the name of the relation.
    Name(Option<Span>),
    /// As above, and what the query returns is called after it.
    Output(Option<Span>),
    /// By another name, or not by a name at all.
    Hidden,
}

/// What a wildcard stands for.
#[derive(Debug, Clone)]
pub(super) struct Expansion {
    /// Where it was written.
    pub(super) span: Span,
    /// The columns, each with what has to stand before it.
    pub(super) columns: Vec<(SmolStr, SmolStr)>,
}

/// All that the names of a query or an expression mean.
#[derive(Debug, Default)]
pub(super) struct Meaning {
    /// The columns.
    pub(super) references: Vec<Reference>,
    /// The wildcards.
    pub(super) expansions: Vec<Expansion>,
    /// Names of columns that nothing has of all that a query can see, where that can be told.
    pub(super) missing: Vec<SmolStr>,
}

impl Meaning {
    /// Whether a column is named, as far as that can be told.
    pub(super) fn names(&self, relation: &QualifiedName, column: &str) -> bool {
        self.references.iter().any(|one| {
            one.column == column && one.relation.as_ref().is_none_or(|found| found == relation)
        })
    }
}

impl Session {
    /// What the names of a query mean.
    pub(super) fn meaning_of_query(&self, query: &Query, path: &[SmolStr]) -> Meaning {
        Reader::new(self, path).read_query(query)
    }

    /// What the names of an expression over a table mean.
    pub(super) fn meaning_of_expr(
        &self,
        expr: &Expr,
        table: &QualifiedName,
        path: &[SmolStr],
    ) -> Meaning {
        Reader::new(self, path).read_expr(expr, table)
    }

    /// In strict replays, a query names columns that are there.
    pub(super) fn check_columns(&self, meaning: &Meaning) -> Outcome {
        match meaning.missing.first().filter(|_| !self.assumes_missing()) {
            Some(column) => Err(Failure::missing("column", column)),
            None => Ok(()),
        }
    }
}
