//! The statement itself, and the small ones that need no file of their own.

use smol_str::SmolStr;
use trave_source::Span;

use super::alter_table::AlterTable;
use super::block::Block;
use super::expression::Call;
use super::function::{AlterFunction, CreateEventTrigger, CreateFunction, CreateTrigger};
use super::grant::{AlterDefaultPrivileges, AlterPolicy, CreatePolicy, Grant, GrantRole};
use super::index::CreateIndex;
use super::manipulation::{Delete, Insert, Merge, Update};
use super::name::{Ident, ObjectName};
use super::object::{
    AlterObject, AlterSequence, Comment, CreateExtension, CreateObject, CreateRule, CreateSchema,
    CreateSequence, CreateView, Drop, Publication,
};
use super::query::Query;
use super::role::{AlterRole, CreateRole};
use super::table::CreateTable;
use super::types::{AlterDomain, AlterType, CreateDomain, CreateType};

/// A statement and where it stands: from its first to its last token, without the semicolon.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedStatement {
    /// What it says.
    pub statement: Statement,
    /// Where it was written.
    pub span: Span,
}

/// What a statement says.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// `CREATE [FOREIGN] TABLE`
    CreateTable(Box<CreateTable>),
    /// `ALTER TABLE`, `ALTER [MATERIALIZED] VIEW`, `ALTER INDEX`, `ALTER FOREIGN TABLE`
    AlterTable(Box<AlterTable>),
    /// `CREATE INDEX`
    CreateIndex(Box<CreateIndex>),
    /// `CREATE VIEW`
    CreateView(Box<CreateView>),
    /// `CREATE POLICY`
    CreatePolicy(Box<CreatePolicy>),
    /// `ALTER POLICY`
    AlterPolicy(Box<AlterPolicy>),
    /// `CREATE FUNCTION`, `CREATE PROCEDURE`
    CreateFunction(Box<CreateFunction>),
    /// `ALTER FUNCTION`, `PROCEDURE`, `ROUTINE`, `AGGREGATE`
    AlterFunction(Box<AlterFunction>),
    /// `CREATE TRIGGER`
    CreateTrigger(Box<CreateTrigger>),
    /// `CREATE EVENT TRIGGER`
    CreateEventTrigger(CreateEventTrigger),
    /// `CREATE TYPE`
    CreateType(Box<CreateType>),
    /// `ALTER TYPE`
    AlterType(Box<AlterType>),
    /// `CREATE DOMAIN`
    CreateDomain(Box<CreateDomain>),
    /// `ALTER DOMAIN`
    AlterDomain(Box<AlterDomain>),
    /// `CREATE SEQUENCE`
    CreateSequence(Box<CreateSequence>),
    /// `ALTER SEQUENCE`
    AlterSequence(Box<AlterSequence>),
    /// `CREATE EXTENSION`
    CreateExtension(CreateExtension),
    /// `CREATE SCHEMA`
    CreateSchema(Box<CreateSchema>),
    /// `CREATE ROLE`, `CREATE USER`
    CreateRole(CreateRole),
    /// `ALTER ROLE`, `ALTER USER`
    AlterRole(AlterRole),
    /// `CREATE PUBLICATION`, `ALTER PUBLICATION`
    Publication(Publication),
    /// `CREATE RULE`
    CreateRule(CreateRule),
    /// `CREATE` of a kind that a catalog needs by name only
    CreateObject(Box<CreateObject>),
    /// `ALTER` of a kind that a catalog needs by name only
    AlterObject(Box<AlterObject>),
    /// `DROP` of any kind
    Drop(Drop),
    /// `GRANT … ON`, `REVOKE … ON`
    Grant(Box<Grant>),
    /// `GRANT role`, `REVOKE role`
    GrantRole(GrantRole),
    /// `ALTER DEFAULT PRIVILEGES`
    AlterDefaultPrivileges(Box<AlterDefaultPrivileges>),
    /// `COMMENT ON`
    Comment(Comment),
    /// `SET name = …`, `SET ROLE`, `SET TIME ZONE`
    Set(SetVariable),
    /// `RESET name`, or `all`
    Reset(SmolStr),
    /// `BEGIN`, `COMMIT`, `SAVEPOINT` …
    Transaction(Transaction),
    /// `DO $$ … $$`
    Do(Do),
    /// `CALL procedure(…)`
    Call(Box<Call>),
    /// `SELECT`, `VALUES`, `WITH`
    Query(Box<Query>),
    /// `INSERT`
    Insert(Box<Insert>),
    /// `UPDATE`
    Update(Box<Update>),
    /// `DELETE`
    Delete(Box<Delete>),
    /// `MERGE`
    Merge(Box<Merge>),
    /// `TRUNCATE`
    Truncate(Truncate),
    /// `REINDEX`
    Reindex(Reindex),
    /// `COPY`: the table, if it is not a query
    Copy(Option<ObjectName>),
    /// Understood, and without effect on a catalog: `VACUUM`, `LOCK`, `SHOW`, psql commands …
    Other(OtherStatement),
    /// Not understood: why. Callers count these and show them.
    NotUnderstood(NotUnderstood),
}

/// `SET [LOCAL] name = value, …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetVariable {
    /// In lower case: `search_path`, `role`, `timezone`, `session_authorization`.
    pub name: SmolStr,
    /// The values, without quotes; empty for `DEFAULT` and `FROM CURRENT`.
    pub values: Vec<SmolStr>,
    /// `LOCAL`: until the transaction ends.
    pub local: bool,
}

/// Where a transaction begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transaction {
    /// `BEGIN`, `START TRANSACTION`
    Begin,
    /// `COMMIT`, `END`
    Commit,
    /// `ROLLBACK`, `ABORT`
    Rollback,
    /// `SAVEPOINT`
    Savepoint,
    /// `RELEASE`
    Release,
    /// `ROLLBACK TO`
    RollbackTo,
    /// `SET TRANSACTION`, `PREPARE TRANSACTION` …
    Other,
}

/// `DO 'body'`.
#[derive(Debug, Clone, PartialEq)]
pub struct Do {
    /// `LANGUAGE`, if it was said; `plpgsql` otherwise.
    pub language: Option<Ident>,
    /// What it does; `None` for another language.
    pub block: Option<Block>,
    /// Where the body stands, quotes not included.
    pub body: Span,
}

/// `TRUNCATE a, b [CASCADE]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truncate {
    /// The tables.
    pub tables: Vec<ObjectName>,
    /// `CASCADE`: and every table that refers to them.
    pub cascade: bool,
}

/// `REINDEX kind [CONCURRENTLY] name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reindex {
    /// `index`, `table`, `schema`, `database` or `system`; empty where SQLite says none.
    pub kind: SmolStr,
    /// What is made anew; `None` for the current database.
    pub name: Option<ObjectName>,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
}

/// A statement without effect on a catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherStatement {
    /// Its first word, in lower case: `vacuum`, `lock`, `\connect`.
    pub verb: SmolStr,
    /// The object that it names first, if it names one.
    pub object: Option<ObjectName>,
}

/// A statement that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUnderstood {
    /// Its first words, in lower case: `create table`, `alter system`.
    pub kind: SmolStr,
    /// What was met and what was awaited.
    pub reason: String,
    /// Where reading stopped.
    pub at: Span,
}
