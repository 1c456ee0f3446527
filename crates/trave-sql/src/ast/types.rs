//! Types and domains that a project makes.

use smol_str::SmolStr;

use super::alter_table::{DropPart, RenamePart};
use super::data_type::DataType;
use super::expression::Expr;
use super::name::{Ident, ObjectName};
use super::object::AlterChange;
use super::table::Constraint;

/// `CREATE TYPE`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateType {
    /// Its name.
    pub name: ObjectName,
    /// What it is.
    pub kind: TypeKind,
}

/// The kinds of type.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// `AS ENUM ('a', 'b')`.
    Enum(Vec<SmolStr>),
    /// `AS (name type, …)`.
    Composite(Vec<Attribute>),
    /// `AS RANGE (SUBTYPE = type, …)`: the subtype.
    Range(Option<ObjectName>),
    /// A base type, or a name that is only announced.
    Base,
}

/// An attribute of a composite type.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub data_type: DataType,
}

/// `ALTER TYPE`.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterType {
    /// Which.
    pub name: ObjectName,
    /// What changes, in order.
    pub changes: Vec<TypeChange>,
}

/// What changes at a type.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeChange {
    /// `ADD VALUE`.
    AddValue(AddValue),
    /// `RENAME VALUE a TO b`.
    RenameValue(SmolStr, SmolStr),
    /// `ADD ATTRIBUTE`.
    AddAttribute(Attribute),
    /// `DROP ATTRIBUTE`.
    DropAttribute(DropPart),
    /// `ALTER ATTRIBUTE name TYPE …`.
    AlterAttribute(Attribute),
    /// `RENAME ATTRIBUTE a TO b`.
    RenameAttribute(RenamePart),
    /// A new name, schema or owner.
    Object(AlterChange),
}

/// `ADD VALUE [IF NOT EXISTS] 'x' [BEFORE | AFTER 'y']`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddValue {
    /// The new value.
    pub value: SmolStr,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Where it goes; at the end if it was not said.
    pub position: ValuePosition,
}

/// Where a new value goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValuePosition {
    /// After the last.
    End,
    /// `BEFORE 'x'`
    Before(SmolStr),
    /// `AFTER 'x'`
    After(SmolStr),
}

/// `CREATE DOMAIN`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateDomain {
    /// Its name.
    pub name: ObjectName,
    /// The type behind it.
    pub data_type: DataType,
    /// `NOT NULL`.
    pub not_null: bool,
    /// `DEFAULT …`.
    pub default: Option<Expr>,
    /// `CHECK (…)`; the value is called `value` in it.
    pub constraints: Vec<Constraint>,
}

/// `ALTER DOMAIN`.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterDomain {
    /// Which.
    pub name: ObjectName,
    /// What changes.
    pub change: DomainChange,
}

/// What changes at a domain.
#[derive(Debug, Clone, PartialEq)]
pub enum DomainChange {
    /// `SET DEFAULT …`.
    SetDefault(Expr),
    /// `DROP DEFAULT`.
    DropDefault,
    /// `SET NOT NULL`.
    SetNotNull,
    /// `DROP NOT NULL`.
    DropNotNull,
    /// `ADD [CONSTRAINT name] CHECK (…)`.
    AddConstraint(Box<Constraint>),
    /// `DROP CONSTRAINT`.
    DropConstraint(DropPart),
    /// `RENAME CONSTRAINT a TO b`.
    RenameConstraint(RenamePart),
    /// `VALIDATE CONSTRAINT`.
    ValidateConstraint(Ident),
    /// A new name, schema or owner.
    Object(AlterChange),
}
