//! `CREATE INDEX` and the keys of an index.

use smol_str::SmolStr;
use trave_source::Span;

use super::expression::Expr;
use super::name::{Ident, Name, ObjectName};
use super::query::{Direction, Nulls};
use super::table::StorageOption;

/// `CREATE [UNIQUE] INDEX`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateIndex {
    /// Its name; PostgreSQL makes one up when there is none.
    pub name: Option<Ident>,
    /// The table. Inside a `CREATE TABLE` of MySQL it repeats the name of that table.
    pub table: ObjectName,
    /// How the statement is to run.
    pub mode: IndexMode,
    /// `UNIQUE`.
    pub unique: bool,
    /// `USING method`; `btree` if it is not said.
    pub method: Option<Name>,
    /// What is indexed, in order.
    pub keys: Vec<IndexKey>,
    /// `INCLUDE (…)`.
    pub include: Vec<Ident>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// `WITH (…)`.
    pub options: Vec<StorageOption>,
    /// `WHERE …`.
    pub predicate: Option<Expr>,
}

/// How a `CREATE INDEX` is to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IndexMode {
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `ON ONLY table`.
    pub only: bool,
}

/// One key of an index, a partition or an exclusion.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexKey {
    /// A column or an expression.
    pub value: Expr,
    /// `COLLATE …`.
    pub collation: Option<ObjectName>,
    /// The operator class, `gin_trgm_ops` for one.
    pub opclass: Option<ObjectName>,
    /// Parameters of the operator class, as written.
    pub opclass_options: Option<SmolStr>,
    /// `ASC` or `DESC`.
    pub direction: Direction,
    /// `NULLS FIRST` or `LAST`, if it was said.
    pub nulls: Option<Nulls>,
    /// Where it was written.
    pub span: Span,
}
