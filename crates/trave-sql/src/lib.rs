//! SQL text to statements: split first, then each statement is read alone, so that one bad
//! statement costs one statement.
//!
//! [`parse`] is the way in. What it returns are views of our own (statements, expressions,
//! queries, bodies), owned and with byte spans into the text; what was not understood says so.

mod ast;
mod comments;
mod cursor;
mod keyword;
mod lexer;
mod long_names;
mod offsets;
mod parse;
mod print;
mod print_query;
#[cfg(test)]
mod robustness;
mod second_opinion;
mod split;
mod statements;
#[cfg(test)]
mod testing;
mod walk;

pub use ast::alter_table::{
    AddColumn, AlterAction, AlterActionKind, AlterColumn, AlterConstraint, AlterTable,
    ColumnChange, DetachPartition, DropPart, IdentityMode, IfMissing, RelationKind, RenamePart,
    ReplicaIdentity, RowSecurity, SwitchTrigger,
};
pub use ast::block::{
    Assign, Block, BodyStatement, BodyStatementKind, Branch, Declaration, EmbeddedSql, Execute,
    Handler, If, Leave, Loop, LoopKind, Raise, RangeLoop,
};
pub use ast::data_type::DataType;
pub use ast::expression::{
    Argument, Between, Binary, Call, Case, CaseBranch, Cast, Collate, ColumnRef, Expr, ExprKind,
    Field, InList, InQuery, Is, IsTest, Like, LikeKind, Literal, Operator, OtherExpr, Quantified,
    Quantifier, Subscript, Unary, Window,
};
pub use ast::function::{
    AlterFunction, ArgumentMode, CreateEventTrigger, CreateFunction, CreateTrigger, FunctionBody,
    Returns, RoutineArgument, RoutineAttributes, RoutineChange, RoutineKind, RoutineName,
    TriggerEvent, TriggerTiming, Volatility,
};
pub use ast::grant::{
    AlterDefaultPrivileges, AlterPolicy, CreatePolicy, Grant, GrantAction, GrantObjects, GrantRole,
    PolicyCommand, Privilege, Privileges,
};
pub use ast::index::{CreateIndex, IndexKey, IndexMode};
pub use ast::manipulation::{
    Assignment, ConflictTarget, Delete, Insert, Merge, OnConflict, Update,
};
pub use ast::name::{Ident, Name, ObjectName};
pub use ast::object::{
    AlterChange, AlterObject, AlterSequence, Comment, CreateExtension, CreateObject, CreateRule,
    CreateSchema, CreateSequence, CreateView, Drop, DropTarget, IfExisting, ObjectKind,
    Publication, PublicationChange, PublicationObject, PublicationTable, SequenceOption, ViewKind,
};
pub use ast::query::{
    CommonTable, Direction, Distinct, FromItem, FromKind, Join, JoinCondition, JoinKind, Nulls,
    OrderKey, Query, QueryBody, Select, SelectItem, SetOperation, SetOperator,
};
pub use ast::role::{AlterRole, CreateRole, RoleChange, RoleRef};
pub use ast::statement::{
    Do, NotUnderstood, OtherStatement, ParsedStatement, Reindex, SetVariable, Statement,
    Transaction, Truncate,
};
pub use ast::table::{
    Column, Constraint, ConstraintKind, ConstraintTiming, CreateTable, Exclude, ForeignKey,
    Generated, Identity, Key, LikeTable, PartitionBy, PartitionOf, ReferentialAction,
    StorageOption, TableKind,
};
pub use ast::types::{
    AddValue, AlterDomain, AlterType, Attribute, CreateDomain, CreateType, DomainChange,
    TypeChange, TypeKind, ValuePosition,
};
pub use long_names::LongName;
pub use second_opinion::sqlparser_reads;
pub use statements::Statements;
use trave_source::Span;
pub use walk::{Descend, Visit};

/// Which database's SQL a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Dialect {
    /// PostgreSQL, the default.
    #[default]
    Postgres,
    /// MySQL and MariaDB: read leniently, as far as a catalog needs it.
    MySql,
    /// SQLite: read leniently, as far as a catalog needs it.
    Sqlite,
}

/// How a text is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Whose SQL it is.
    pub dialect: Dialect,
    /// Added to every span: where the text begins in its file (SQL inside TypeScript).
    pub offset: u32,
}

/// A text read.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// The statements, in order.
    pub statements: Vec<ParsedStatement>,
}

/// A comment, `-- …` or `/* … */`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlComment {
    /// What it says, without the marks, trimmed.
    pub text: String,
    /// Where it stands, marks included.
    pub span: Span,
}

/// Reads a whole text. Never fails: what is not understood is a statement that says so.
pub fn parse(text: &str, options: Options) -> Parsed {
    Parsed { statements: statements(text, options).collect() }
}

/// Reads a text statement by statement, for texts too large to hold all that they say.
pub fn statements(text: &str, options: Options) -> Statements<'_> {
    Statements::new(text, options)
}

/// Reads one expression: a policy or default from a catalog, a filter in code.
pub fn parse_expression(text: &str, options: Options) -> Option<Expr> {
    statements::expression(text, options)
}

/// Every name of a text that PostgreSQL cuts, in order.
pub fn long_names(text: &str, options: Options) -> Vec<LongName> {
    long_names::long_names(text, options)
}

/// Every comment of a text, in order; those inside function bodies too.
pub fn comments(text: &str, options: Options) -> Vec<SqlComment> {
    comments::comments(text, options)
}
