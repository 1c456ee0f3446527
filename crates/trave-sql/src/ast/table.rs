//! `CREATE TABLE`: columns, constraints, partitions.

use smol_str::SmolStr;
use trave_source::Span;

use super::data_type::DataType;
use super::expression::Expr;
use super::index::{CreateIndex, IndexKey};
use super::name::{Ident, Name, ObjectName};
use super::object::SequenceOption;
use super::query::Query;

/// `CREATE [FOREIGN] TABLE`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTable {
    /// Its name.
    pub name: ObjectName,
    /// How long it lives, and where its rows are.
    pub kind: TableKind,
    /// `IF NOT EXISTS`: the first definition stays.
    pub if_not_exists: bool,
    /// The columns, in order. An untyped partition or `AS` column has no type.
    pub columns: Vec<Column>,
    /// The constraints of the table; those of a column stand at the column.
    pub constraints: Vec<Constraint>,
    /// `LIKE other INCLUDING …`.
    pub likes: Vec<LikeTable>,
    /// Indexes that MySQL writes inside a table.
    pub indexes: Vec<CreateIndex>,
    /// `INHERITS (…)`.
    pub inherits: Vec<ObjectName>,
    /// `PARTITION BY …`.
    pub partition_by: Option<PartitionBy>,
    /// `PARTITION OF parent …`.
    pub partition_of: Option<PartitionOf>,
    /// `OF type`.
    pub of_type: Option<ObjectName>,
    /// `AS SELECT …`.
    pub query: Option<Box<Query>>,
    /// `WITH (…)`, or the table options of MySQL.
    pub options: Vec<StorageOption>,
    /// `SERVER name` of a foreign table.
    pub server: Option<Ident>,
    /// `ON COMMIT DROP`.
    pub on_commit_drop: bool,
}

/// How long a table lives, and where its rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TableKind {
    /// The usual one.
    #[default]
    Permanent,
    /// `TEMP`: until the session ends.
    Temporary,
    /// `UNLOGGED`.
    Unlogged,
    /// `FOREIGN`: somewhere else.
    Foreign,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: Ident,
    /// Its type; `None` where SQLite or a partition leaves it out.
    pub data_type: Option<DataType>,
    /// `NOT NULL` was written (a primary key or an identity implies it without saying so).
    pub not_null: bool,
    /// `DEFAULT …`.
    pub default: Option<Expr>,
    /// `GENERATED …`.
    pub generated: Option<Generated>,
    /// `COLLATE …`.
    pub collation: Option<ObjectName>,
    /// Keys, references and checks written at the column; their columns name this one.
    pub constraints: Vec<Constraint>,
    /// The whole definition.
    pub span: Span,
}

/// A column whose value the database makes.
#[derive(Debug, Clone, PartialEq)]
pub enum Generated {
    /// `GENERATED ALWAYS AS (…)`.
    Expression(Box<Expr>),
    /// `GENERATED … AS IDENTITY`, `AUTO_INCREMENT`.
    Identity(Identity),
}

/// An identity column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// `ALWAYS`, as opposed to `BY DEFAULT`.
    pub always: bool,
    /// What stands in the parentheses.
    pub options: Vec<SequenceOption>,
}

/// A constraint of a table or a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// `CONSTRAINT name`.
    pub name: Option<Ident>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// When it is checked.
    pub timing: ConstraintTiming,
    /// `NOT VALID`: existing rows are not checked.
    pub not_valid: bool,
    /// Written at a column.
    pub inline: bool,
    /// Where it was written.
    pub span: Span,
}

/// When a constraint is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConstraintTiming {
    /// At each statement, always.
    #[default]
    Immediate,
    /// `DEFERRABLE`.
    Deferrable,
    /// `DEFERRABLE INITIALLY DEFERRED`.
    Deferred,
}

/// What a constraint demands.
#[derive(Debug, Clone, PartialEq)]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey(Key),
    /// `UNIQUE`.
    Unique(Key),
    /// `FOREIGN KEY`, `REFERENCES`.
    ForeignKey(ForeignKey),
    /// `CHECK (…)`.
    Check(Expr),
    /// `EXCLUDE USING …`.
    Exclude(Exclude),
    /// `NOT NULL column` with a name.
    NotNull(Ident),
}

/// The columns of a primary or unique key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Key {
    /// Its columns, in order; empty with `using_index`.
    pub columns: Vec<Ident>,
    /// `INCLUDE (…)`.
    pub include: Vec<Ident>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// `USING INDEX name`: an existing index becomes the key.
    pub using_index: Option<Ident>,
}

/// A reference to another table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// The referencing columns.
    pub columns: Vec<Ident>,
    /// The table referred to.
    pub target: ObjectName,
    /// Its columns; empty for its primary key.
    pub target_columns: Vec<Ident>,
    /// `ON DELETE`.
    pub on_delete: ReferentialAction,
    /// `ON UPDATE`.
    pub on_update: ReferentialAction,
    /// `MATCH FULL`.
    pub match_full: bool,
}

/// What happens to a referencing row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ReferentialAction {
    /// `NO ACTION`, the default.
    #[default]
    NoAction,
    /// `RESTRICT`
    Restrict,
    /// `CASCADE`
    Cascade,
    /// `SET NULL`, of these columns if they are named.
    SetNull(Vec<Ident>),
    /// `SET DEFAULT`, of these columns if they are named.
    SetDefault(Vec<Ident>),
}

/// `EXCLUDE USING method (key WITH operator, …)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Exclude {
    /// The index method, `gist` as a rule.
    pub method: Option<Name>,
    /// What is compared.
    pub keys: Vec<IndexKey>,
    /// With which operator, one for each key.
    pub operators: Vec<SmolStr>,
    /// `WHERE (…)`.
    pub predicate: Option<Expr>,
}

/// `LIKE other INCLUDING …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LikeTable {
    /// The table that is copied.
    pub table: ObjectName,
    /// `all`, `defaults`, `constraints`, `indexes`, `identity`, `generated` …, in lower case;
    /// what is excluded afterwards is taken out, `all` is spelled out then.
    pub including: Vec<SmolStr>,
    /// How many columns stood before it.
    pub position: usize,
}

/// `PARTITION BY strategy (keys)`.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionBy {
    /// `range`, `list` or `hash`.
    pub strategy: Name,
    /// The keys.
    pub keys: Vec<IndexKey>,
    /// Where it was written.
    pub span: Span,
}

/// `PARTITION OF parent bound`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionOf {
    /// The partitioned table.
    pub parent: ObjectName,
    /// `FOR VALUES …` or `DEFAULT`, as written.
    pub bound: SmolStr,
}

/// One option of `WITH (…)`, of a view, of a table in MySQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageOption {
    /// Its name, in lower case, with `toast.` where it was written.
    pub name: SmolStr,
    /// Its value, without quotes; none means true.
    pub value: Option<SmolStr>,
}

impl StorageOption {
    /// Whether the option switches something on.
    pub fn is_on(&self) -> bool {
        let on = |value: &SmolStr| {
            ["true", "on", "yes", "1", "t", "y"].iter().any(|word| value.eq_ignore_ascii_case(word))
        };
        self.value.as_ref().is_none_or(on)
    }
}
