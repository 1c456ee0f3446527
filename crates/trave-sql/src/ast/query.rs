//! Queries: `select`, `values`, `with`, and what they read.

use trave_source::Span;

use super::expression::{Call, Expr};
use super::name::{Ident, ObjectName};
use super::statement::Statement;

/// A whole query with its order and limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// `with …`.
    pub with: Vec<CommonTable>,
    /// `select`, `values`, a union …
    pub body: QueryBody,
    /// `order by`.
    pub order: Vec<OrderKey>,
    /// `limit`, or `fetch first … rows`.
    pub limit: Option<Expr>,
    /// `offset`.
    pub offset: Option<Expr>,
    /// `for update` and its sisters.
    pub locks: bool,
    /// Where it was written.
    pub span: Span,
}

/// One entry of `with`.
#[derive(Debug, Clone, PartialEq)]
pub struct CommonTable {
    /// Its name.
    pub name: Ident,
    /// `name (a, b)`.
    pub columns: Vec<Ident>,
    /// What it stands for: a query, or `insert`/`update`/`delete … returning`.
    pub statement: Box<Statement>,
    /// Whether `with recursive` began the list.
    pub recursive: bool,
}

/// The middle of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum QueryBody {
    /// `select …`.
    Select(Box<Select>),
    /// `values (…), (…)`.
    Values(Vec<Vec<Expr>>),
    /// `table name`.
    Table(ObjectName),
    /// A query in parentheses.
    Nested(Box<Query>),
    /// `a union b`.
    Set(Box<SetOperation>),
    /// `with … insert/update/delete …`: the statement after the list.
    Statement(Box<Statement>),
}

/// Two queries made one.
#[derive(Debug, Clone, PartialEq)]
pub struct SetOperation {
    /// The left side.
    pub left: QueryBody,
    /// Which operation.
    pub operator: SetOperator,
    /// `all`: duplicates stay.
    pub all: bool,
    /// The right side.
    pub right: QueryBody,
}

/// How two queries are made one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperator {
    /// `union`
    Union,
    /// `intersect`
    Intersect,
    /// `except`
    Except,
}

/// One `select`.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// `distinct`, or `distinct on (…)`.
    pub distinct: Option<Distinct>,
    /// What it returns.
    pub projection: Vec<SelectItem>,
    /// `select … into table`.
    pub into: Option<ObjectName>,
    /// What it reads; several items are a cross join.
    pub from: Vec<FromItem>,
    /// `where`.
    pub filter: Option<Expr>,
    /// `group by`; grouping sets are flattened.
    pub group: Vec<Expr>,
    /// `having`.
    pub having: Option<Expr>,
    /// Where it was written.
    pub span: Span,
}

/// `distinct` of a select.
#[derive(Debug, Clone, PartialEq)]
pub struct Distinct {
    /// `on (…)`; empty for a plain `distinct`.
    pub on: Vec<Expr>,
}

/// One output column.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectItem {
    /// The expression; `*` is [`super::expression::ExprKind::Wildcard`].
    pub value: Expr,
    /// `as name`.
    pub alias: Option<Ident>,
}

/// One thing that a query reads.
#[derive(Debug, Clone, PartialEq)]
pub struct FromItem {
    /// What it is.
    pub kind: FromKind,
    /// `as name`.
    pub alias: Option<Ident>,
    /// `as name (a, b)`.
    pub columns: Vec<Ident>,
    /// Where it was written, alias included.
    pub span: Span,
}

/// The kinds of thing that a query reads.
#[derive(Debug, Clone, PartialEq)]
pub enum FromKind {
    /// A table, a view, or a name of `with`.
    Table(ObjectName),
    /// `(select …)`.
    Query(Box<Query>),
    /// `unnest(…)`, `jsonb_to_recordset(…)`, `rows from (f(), g())`.
    Functions(Vec<Call>),
    /// Two items and how they are joined.
    Join(Box<Join>),
}

/// Two items and how they are joined.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// The left side.
    pub left: FromItem,
    /// Which rows stay.
    pub kind: JoinKind,
    /// The right side.
    pub right: FromItem,
    /// Which rows belong together.
    pub condition: JoinCondition,
}

/// Which rows of a join stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// `join`
    Inner,
    /// `left join`
    Left,
    /// `right join`
    Right,
    /// `full join`
    Full,
    /// `cross join`
    Cross,
}

/// Which rows of a join belong together.
#[derive(Debug, Clone, PartialEq)]
pub enum JoinCondition {
    /// `on …`.
    On(Expr),
    /// `using (a, b)`.
    Using(Vec<Ident>),
    /// `natural`.
    Natural,
    /// All with all.
    None,
}

/// One key of `order by`.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderKey {
    /// What is compared.
    pub value: Expr,
    /// Which way.
    pub direction: Direction,
    /// Where nulls go, if it was said.
    pub nulls: Option<Nulls>,
}

/// Which way an order goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// `asc`, the default.
    #[default]
    Ascending,
    /// `desc`
    Descending,
}

/// Where nulls go in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// `nulls first`
    First,
    /// `nulls last`
    Last,
}
