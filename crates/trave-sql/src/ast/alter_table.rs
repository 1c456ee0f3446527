//! `ALTER TABLE`, and `ALTER` of everything else that lives where tables live.

use smol_str::SmolStr;
use trave_source::Span;

use super::data_type::DataType;
use super::expression::Expr;
use super::index::CreateIndex;
use super::name::{Ident, ObjectName};
use super::object::SequenceOption;
use super::role::RoleRef;
use super::table::{Column, Constraint, Identity, StorageOption};

/// `ALTER TABLE`, `ALTER [MATERIALIZED] VIEW`, `ALTER INDEX`, `ALTER FOREIGN TABLE`.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterTable {
    /// Which word followed `ALTER`; PostgreSQL lets `ALTER TABLE` name any relation.
    pub kind: RelationKind,
    /// What is altered.
    pub name: ObjectName,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `ONLY`.
    pub only: bool,
    /// What is done, in order.
    pub actions: Vec<AlterAction>,
}

/// The word after `ALTER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationKind {
    /// `TABLE`
    Table,
    /// `VIEW`
    View,
    /// `MATERIALIZED VIEW`
    MaterializedView,
    /// `INDEX`
    Index,
    /// `FOREIGN TABLE`
    ForeignTable,
}

/// One action and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterAction {
    /// What is done.
    pub kind: AlterActionKind,
    /// Where it was written.
    pub span: Span,
}

/// What an `ALTER TABLE` can do.
#[derive(Debug, Clone, PartialEq)]
pub enum AlterActionKind {
    /// `ADD [COLUMN]`.
    AddColumn(AddColumn),
    /// `DROP [COLUMN]`.
    DropColumn(DropPart),
    /// `RENAME [COLUMN] a TO b`.
    RenameColumn(RenamePart),
    /// `ALTER column …`.
    AlterColumn(AlterColumn),
    /// `ADD [CONSTRAINT name] …`.
    AddConstraint(Box<Constraint>),
    /// `DROP CONSTRAINT`.
    DropConstraint(DropPart),
    /// `RENAME CONSTRAINT a TO b`.
    RenameConstraint(RenamePart),
    /// `VALIDATE CONSTRAINT`.
    ValidateConstraint(Ident),
    /// `ALTER CONSTRAINT`.
    AlterConstraint(AlterConstraint),
    /// `ENABLE ROW LEVEL SECURITY` and its sisters.
    RowSecurity(RowSecurity),
    /// `ENABLE TRIGGER`, `DISABLE TRIGGER`.
    Trigger(SwitchTrigger),
    /// `ATTACH PARTITION name FOR VALUES …`; the bound as written.
    AttachPartition(ObjectName, SmolStr),
    /// `DETACH PARTITION`.
    DetachPartition(DetachPartition),
    /// `INHERIT parent`.
    Inherit(ObjectName),
    /// `NO INHERIT parent`.
    NoInherit(ObjectName),
    /// `OWNER TO`.
    OwnerTo(RoleRef),
    /// `SET SCHEMA`.
    SetSchema(Ident),
    /// `RENAME TO`.
    RenameTo(Ident),
    /// `REPLICA IDENTITY`.
    ReplicaIdentity(ReplicaIdentity),
    /// `SET (…)`, or the table options of MySQL.
    SetOptions(Vec<StorageOption>),
    /// `RESET (…)`: names of options.
    ResetOptions(Vec<SmolStr>),
    /// `SET LOGGED`, `SET UNLOGGED`.
    SetLogged(bool),
    /// `DROP PRIMARY KEY` of MySQL.
    DropPrimaryKey,
    /// `ADD INDEX` of MySQL.
    AddIndex(Box<CreateIndex>),
    /// `DROP INDEX` of MySQL.
    DropIndex(Ident),
    /// `RENAME INDEX a TO b` of MySQL.
    RenameIndex(RenamePart),
    /// Understood, and without effect on a catalog: `CLUSTER ON`, `SET TABLESPACE` …
    Other(SmolStr),
}

/// `ADD [COLUMN] [IF NOT EXISTS] …`.
#[derive(Debug, Clone, PartialEq)]
pub struct AddColumn {
    /// The column.
    pub column: Box<Column>,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

/// `ALTER CONSTRAINT name [NOT] DEFERRABLE …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterConstraint {
    /// The constraint.
    pub name: Ident,
    /// Whether it may wait for the end of a transaction, if that is said.
    pub deferrable: Option<bool>,
}

/// `DETACH PARTITION name [CONCURRENTLY | FINALIZE]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetachPartition {
    /// The partition.
    pub partition: ObjectName,
    /// `CONCURRENTLY`, or `FINALIZE`, which ends what that began.
    pub concurrently: bool,
}

/// A column or constraint that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropPart {
    /// Its name.
    pub name: Ident,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

/// A column, constraint, value or attribute with a new name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenamePart {
    /// The old name.
    pub from: Ident,
    /// The new name.
    pub to: Ident,
}

/// `ALTER [COLUMN] name …`.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterColumn {
    /// The column.
    pub name: Ident,
    /// What changes.
    pub change: ColumnChange,
}

/// What a drop does where there is nothing to drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMissing {
    /// It fails.
    Fail,
    /// `IF EXISTS`: nothing.
    Ignore,
}

/// What changes at a column.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnChange {
    /// `SET DEFAULT …`.
    SetDefault(Expr),
    /// `DROP DEFAULT`.
    DropDefault,
    /// `SET NOT NULL`.
    SetNotNull,
    /// `DROP NOT NULL`.
    DropNotNull,
    /// `[SET DATA] TYPE … [USING …]`.
    SetType(Box<DataType>, Option<Expr>),
    /// `ADD GENERATED … AS IDENTITY`.
    AddIdentity(Identity),
    /// `SET GENERATED …`, `RESTART`, `SET <sequence option>`.
    SetIdentity(Option<IdentityMode>, Vec<SequenceOption>),
    /// `DROP IDENTITY`.
    DropIdentity(IfMissing),
    /// `SET EXPRESSION AS (…)`.
    SetExpression(Expr),
    /// `DROP EXPRESSION`.
    DropExpression(IfMissing),
    /// `MODIFY`/`CHANGE` of MySQL, `ALTER COLUMN … TO …` of libSQL: the whole column anew, under
    /// its new name.
    Replace(Box<Column>),
    /// Without effect on a catalog: statistics, storage, compression, options.
    Other(SmolStr),
}

/// Who gives an identity column its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityMode {
    /// `ALWAYS`
    Always,
    /// `BY DEFAULT`
    ByDefault,
}

/// The switches of row level security.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowSecurity {
    /// `ENABLE`
    Enable,
    /// `DISABLE`
    Disable,
    /// `FORCE`
    Force,
    /// `NO FORCE`
    NoForce,
}

/// `ENABLE TRIGGER …`, `DISABLE TRIGGER …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchTrigger {
    /// Which; `None` for `ALL` and `USER`.
    pub name: Option<Ident>,
    /// On or off.
    pub enabled: bool,
}

/// What a change of a row is identified by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplicaIdentity {
    /// `DEFAULT`: the primary key.
    Default,
    /// `FULL`
    Full,
    /// `NOTHING`
    Nothing,
    /// `USING INDEX name`
    Index(Ident),
}
