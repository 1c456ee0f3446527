//! Indexes and their keys.

use smol_str::SmolStr;
use trave_source::Origin;

/// An index (`pg_index`).
#[expect(clippy::struct_excessive_bools, reason = "each is a column of `pg_catalog`")]
#[derive(Debug, Clone)]
pub struct Index {
    /// Its name.
    pub name: SmolStr,
    /// The access method: `btree`, `gin`, `gist`, `hash`, `brin`, `hnsw` …
    pub method: SmolStr,
    /// Its keys in order.
    pub keys: Vec<IndexKey>,
    /// `INCLUDE` columns.
    pub include: Vec<SmolStr>,
    /// What its keys and `INCLUDE` columns were called when it was made (`pg_attribute`): new
    /// names of columns do not reach it, and copies are named after it.
    pub(crate) column_names: Vec<SmolStr>,
    /// `UNIQUE`.
    pub unique: bool,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// The `WHERE` of a partial index, as written.
    pub predicate: Option<String>,
    /// The name of the constraint it backs.
    pub constraint: Option<SmolStr>,
    /// Whether a partition has it because its parent has one like it (`pg_inherits`).
    pub inherited: bool,
    /// False for an index of a partitioned table that some partition lacks (`indisvalid`).
    pub valid: bool,
    /// Where it was made.
    pub origin: Origin,
}

/// One key of an index.
#[derive(Debug, Clone)]
pub struct IndexKey {
    /// A column, or an expression as written.
    pub what: IndexTarget,
    /// The operator class, if one is named: `gin_trgm_ops`, `text_pattern_ops`.
    pub opclass: Option<SmolStr>,
    /// `DESC`.
    pub descending: bool,
    /// `NULLS FIRST` (the default for `DESC`).
    pub nulls_first: bool,
}

/// What an index key is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexTarget {
    /// A column.
    Column(SmolStr),
    /// An expression, as written.
    Expression(String),
}
