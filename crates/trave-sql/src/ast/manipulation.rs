//! Statements that change rows: `INSERT`, `UPDATE`, `DELETE`, `MERGE`.

use super::expression::Expr;
use super::name::{Ident, ObjectName};
use super::query::{CommonTable, FromItem, Query, SelectItem};

/// `INSERT INTO`.
#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    /// `with …`.
    pub with: Vec<CommonTable>,
    /// The table.
    pub table: ObjectName,
    /// `as name`.
    pub alias: Option<Ident>,
    /// The columns; empty for all of them, in order.
    pub columns: Vec<Ident>,
    /// Some are written with a part: `(place.x, place.y)`, `(list[1])`.
    pub in_parts: bool,
    /// Where the rows come from; `None` for `DEFAULT VALUES`. A `DEFAULT` among the values is a
    /// call of `default` without arguments.
    pub source: Option<Box<Query>>,
    /// `on conflict …`.
    pub on_conflict: Option<OnConflict>,
    /// `returning …`.
    pub returning: Vec<SelectItem>,
}

/// `on conflict …`.
#[derive(Debug, Clone, PartialEq)]
pub struct OnConflict {
    /// Which conflict.
    pub target: ConflictTarget,
    /// `do update set …`; empty for `do nothing`.
    pub assignments: Vec<Assignment>,
    /// `do update … where …`.
    pub filter: Option<Expr>,
}

/// Which conflict an insert survives.
#[derive(Debug, Clone, PartialEq)]
pub enum ConflictTarget {
    /// Any.
    Any,
    /// On these columns or expressions.
    Keys(Vec<Expr>),
    /// On this constraint.
    Constraint(Ident),
}

/// `column = value`, or `(a, b) = …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The columns; more than one for a row assignment.
    pub columns: Vec<Ident>,
    /// Only a part of the column is set: `place.x = 1`, `list[1] = 2`.
    pub in_part: bool,
    /// The value.
    pub value: Expr,
}

/// `UPDATE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// `with …`.
    pub with: Vec<CommonTable>,
    /// The table.
    pub table: ObjectName,
    /// `as name`.
    pub alias: Option<Ident>,
    /// `set …`.
    pub assignments: Vec<Assignment>,
    /// `from …`.
    pub from: Vec<FromItem>,
    /// `where …`.
    pub filter: Option<Expr>,
    /// `returning …`.
    pub returning: Vec<SelectItem>,
}

/// `DELETE FROM`.
#[derive(Debug, Clone, PartialEq)]
pub struct Delete {
    /// `with …`.
    pub with: Vec<CommonTable>,
    /// The table.
    pub table: ObjectName,
    /// `as name`.
    pub alias: Option<Ident>,
    /// `using …`.
    pub using: Vec<FromItem>,
    /// `where …`.
    pub filter: Option<Expr>,
    /// `returning …`.
    pub returning: Vec<SelectItem>,
}

/// `MERGE INTO`: only what it touches; of the branches only the columns that they set.
#[derive(Debug, Clone, PartialEq)]
pub struct Merge {
    /// The table.
    pub table: ObjectName,
    /// `as name`.
    pub alias: Option<Ident>,
    /// `using …`.
    pub source: FromItem,
    /// `on …`.
    pub condition: Expr,
    /// The columns that each branch sets, in order.
    pub branches: Vec<Vec<Ident>>,
}
