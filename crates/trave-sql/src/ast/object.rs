//! Kinds of object, and the statements that are alike for many of them: drop, rename, comment.

use smol_str::SmolStr;

use super::expression::Expr;
use super::function::RoutineArgument;
use super::name::{Ident, ObjectName};
use super::query::Query;
use super::role::RoleRef;
use super::statement::ParsedStatement;
use super::table::StorageOption;

/// What kind of object a statement names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the SQL word of the same name")]
pub enum ObjectKind {
    AccessMethod,
    Aggregate,
    Cast,
    Collation,
    Column,
    Constraint,
    Conversion,
    Database,
    Domain,
    EventTrigger,
    Extension,
    ForeignDataWrapper,
    ForeignTable,
    Function,
    Index,
    Language,
    LargeObject,
    MaterializedView,
    Operator,
    OperatorClass,
    OperatorFamily,
    Owned,
    Parameter,
    Policy,
    Procedure,
    Publication,
    Role,
    Routine,
    Rule,
    Schema,
    Sequence,
    Server,
    Statistics,
    Subscription,
    Table,
    Tablespace,
    TextSearch,
    Transform,
    Trigger,
    Type,
    UserMapping,
    View,
}

/// `DROP kind name, …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Drop {
    /// What kind of object.
    pub kind: ObjectKind,
    /// Which.
    pub targets: Vec<DropTarget>,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
}

/// One object that goes.
#[derive(Debug, Clone, PartialEq)]
pub struct DropTarget {
    /// Its name; of a cast, an operator or a user mapping only what it is tied to.
    pub name: ObjectName,
    /// Argument types of a routine; `None` where no list was written.
    pub arguments: Option<Vec<RoutineArgument>>,
    /// `ON table`, for triggers, policies and rules (and the indexes of MySQL).
    pub on: Option<ObjectName>,
}

/// `ALTER kind name RENAME TO / SET SCHEMA / OWNER TO …` of kinds without a statement of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterObject {
    /// What kind of object.
    pub kind: ObjectKind,
    /// Which.
    pub name: ObjectName,
    /// `ON table`, for triggers and rules.
    pub on: Option<ObjectName>,
    /// What changes.
    pub change: AlterChange,
}

/// What can change at nearly every object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlterChange {
    /// `RENAME TO`.
    Rename(Ident),
    /// `SET SCHEMA`.
    SetSchema(Ident),
    /// `OWNER TO`.
    Owner(RoleRef),
    /// `DEPENDS ON EXTENSION`, `ENABLE`, options …: as written.
    Other(SmolStr),
}

/// `COMMENT ON kind name IS 'text'`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// What kind of object.
    pub kind: ObjectKind,
    /// Which; the table of a column, for a column.
    pub name: ObjectName,
    /// The column, for a column.
    pub column: Option<Ident>,
    /// The comment; `None` for `NULL`.
    pub text: Option<SmolStr>,
}

/// `CREATE [OR REPLACE] [MATERIALIZED] VIEW`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateView {
    /// Its name.
    pub name: ObjectName,
    /// What kind of view.
    pub kind: ViewKind,
    /// `OR REPLACE` or `IF NOT EXISTS`.
    pub existing: IfExisting,
    /// `name (a, b)`.
    pub columns: Vec<Ident>,
    /// `WITH (security_invoker = true)`.
    pub options: Vec<StorageOption>,
    /// What it shows.
    pub query: Box<Query>,
    /// `WITH NO DATA`.
    pub with_no_data: bool,
}

/// What kind of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewKind {
    /// The usual one.
    Plain,
    /// `MATERIALIZED`
    Materialized,
    /// `TEMPORARY`
    Temporary,
    /// `RECURSIVE`
    Recursive,
}

/// What happens when the object is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IfExisting {
    /// It is an error.
    #[default]
    Fail,
    /// `OR REPLACE`
    Replace,
    /// `IF NOT EXISTS`
    Keep,
}

/// `CREATE SEQUENCE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateSequence {
    /// Its name.
    pub name: ObjectName,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// What it counts, and how.
    pub options: Vec<SequenceOption>,
}

/// `ALTER SEQUENCE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterSequence {
    /// Its name.
    pub name: ObjectName,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// What it counts, and how.
    pub options: Vec<SequenceOption>,
    /// A new name, schema or owner.
    pub change: Option<AlterChange>,
}

/// One option of a sequence or an identity column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SequenceOption {
    /// `AS type`.
    As(SmolStr),
    /// `OWNED BY table.column`; `None` for `NONE`.
    OwnedBy(Option<(ObjectName, Ident)>),
    /// `SEQUENCE NAME x`.
    Name(ObjectName),
    /// `START`, `INCREMENT`, `MINVALUE`, `CACHE`, `CYCLE`, `RESTART` …: as written.
    Other(SmolStr),
}

/// `CREATE EXTENSION`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateExtension {
    /// Its name.
    pub name: Ident,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `SCHEMA x`.
    pub schema: Option<Ident>,
    /// `CASCADE`.
    pub cascade: bool,
}

/// `CREATE SCHEMA`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateSchema {
    /// Its name; that of the owner if only `AUTHORIZATION` was written.
    pub name: Ident,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `AUTHORIZATION role`.
    pub owner: Option<RoleRef>,
    /// Statements that run inside it.
    pub elements: Vec<ParsedStatement>,
}

/// `CREATE PUBLICATION` and `ALTER PUBLICATION`.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    /// Its name.
    pub name: Ident,
    /// What is done.
    pub change: PublicationChange,
}

/// What is done to a publication.
#[derive(Debug, Clone, PartialEq)]
pub enum PublicationChange {
    /// `CREATE … FOR ALL TABLES`.
    CreateForAllTables,
    /// `CREATE … [FOR …]`.
    Create(Vec<PublicationObject>),
    /// `ADD …`.
    Add(Vec<PublicationObject>),
    /// `SET …`: the list is replaced.
    Set(Vec<PublicationObject>),
    /// `DROP …`: taken out of the publication, not out of the database.
    Drop(Vec<PublicationObject>),
    /// `SET (option = value)`.
    Options(Vec<StorageOption>),
    /// A new name or owner.
    Object(AlterChange),
}

/// A table of a publication.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicationTable {
    /// The table.
    pub name: ObjectName,
    /// `ONLY`: without those that inherit from it.
    pub only: bool,
    /// `(columns)`.
    pub columns: Vec<Ident>,
    /// `WHERE (…)`.
    pub filter: Option<Expr>,
}

/// What a publication is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum PublicationObject {
    /// `TABLE name (columns) WHERE (…)`.
    Table(PublicationTable),
    /// `TABLES IN SCHEMA name`.
    Schema(Ident),
}

/// `CREATE RULE`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateRule {
    /// Its name.
    pub name: Ident,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// The table or view.
    pub table: ObjectName,
    /// `select`, `insert`, `update` or `delete`.
    pub event: SmolStr,
    /// `DO INSTEAD`.
    pub instead: bool,
}

/// `CREATE` of a kind that a catalog only needs by name: aggregates, operators, statistics …
#[derive(Debug, Clone, PartialEq)]
pub struct CreateObject {
    /// What kind of object.
    pub kind: ObjectKind,
    /// Its name; of a cast or an operator only what it is tied to.
    pub name: ObjectName,
    /// `OR REPLACE` or `IF NOT EXISTS`.
    pub existing: IfExisting,
    /// Argument types of an aggregate.
    pub arguments: Option<Vec<RoutineArgument>>,
}
