//! Bodies: what `DO` blocks, PL/pgSQL and SQL functions do, step by step.

use smol_str::SmolStr;
use trave_source::Span;

use super::data_type::DataType;
use super::expression::Expr;
use super::name::{Ident, Name, ObjectName};
use super::query::Query;
use super::statement::Statement;

/// A block, or a whole body. Every span points into the file that holds the body.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Block {
    /// `DECLARE …`.
    pub declarations: Vec<Declaration>,
    /// What runs, in order.
    pub statements: Vec<BodyStatement>,
    /// `EXCEPTION WHEN …`.
    pub handlers: Vec<Handler>,
    /// Where it was written.
    pub span: Span,
}

/// A variable of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// Its name.
    pub name: Ident,
    /// Its type; `None` for aliases, cursors and `%TYPE` references.
    pub data_type: Option<DataType>,
    /// What it holds a row of: `t%ROWTYPE`.
    pub row_of: Option<ObjectName>,
    /// `:= …` or `DEFAULT …`.
    pub value: Option<Expr>,
    /// `CURSOR FOR query`.
    pub query: Option<Box<Query>>,
}

/// `WHEN condition OR condition THEN …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Handler {
    /// Names of errors, in lower case: `duplicate_object`, `others`; `sqlstate '42710'` as `42710`.
    pub conditions: Vec<SmolStr>,
    /// What runs then.
    pub statements: Vec<BodyStatement>,
}

/// One step and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct BodyStatement {
    /// What it does.
    pub kind: BodyStatementKind,
    /// Where it was written.
    pub span: Span,
}

/// What a step of a body can be.
#[derive(Debug, Clone, PartialEq)]
pub enum BodyStatementKind {
    /// An SQL statement.
    Sql(EmbeddedSql),
    /// `IF … THEN … ELSIF … ELSE … END IF`, or a `CASE` statement (conditions spelled out).
    If(If),
    /// Any loop.
    Loop(Box<Loop>),
    /// `EXECUTE …`.
    Execute(Execute),
    /// `PERFORM …`.
    Perform(Box<Query>),
    /// `RETURN [value]`.
    Return(Option<Box<Expr>>),
    /// `RETURN NEXT [value]`.
    ReturnNext(Option<Box<Expr>>),
    /// `RETURN QUERY …`; the statement is a query, or one with `RETURNING`.
    ReturnQuery(Box<Statement>),
    /// `RETURN QUERY EXECUTE …`.
    ReturnExecute(Execute),
    /// `RAISE …`.
    Raise(Raise),
    /// `target := value`.
    Assign(Assign),
    /// `BEGIN … END` inside.
    Block(Box<Block>),
    /// `EXIT`, `CONTINUE`.
    Leave(Leave),
    /// `NULL`, `GET DIAGNOSTICS`, `ASSERT`, cursors …: understood, no effect on a catalog.
    Other(SmolStr),
    /// A step that could not be read: why.
    NotUnderstood(SmolStr),
}

/// An SQL statement in a body.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbeddedSql {
    /// The statement, without `INTO`.
    pub statement: Box<Statement>,
    /// The variables of `INTO`, `record.field` as written in lower case.
    pub into: Vec<SmolStr>,
}

/// Branches and what is done when none is taken.
#[derive(Debug, Clone, PartialEq)]
pub struct If {
    /// The branches, in order.
    pub branches: Vec<Branch>,
    /// `ELSE`.
    pub otherwise: Vec<BodyStatement>,
}

/// A condition and what is done when it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The condition.
    pub condition: Expr,
    /// What is done.
    pub statements: Vec<BodyStatement>,
}

/// A loop.
#[derive(Debug, Clone, PartialEq)]
pub struct Loop {
    /// What it goes over.
    pub kind: LoopKind,
    /// What is done each time.
    pub statements: Vec<BodyStatement>,
}

/// What a loop goes over.
#[derive(Debug, Clone, PartialEq)]
pub enum LoopKind {
    /// `LOOP`: until something leaves it.
    Endless,
    /// `WHILE condition LOOP`.
    While(Expr),
    /// `FOR i IN [REVERSE] a..b LOOP`.
    Range(RangeLoop),
    /// `FOR row IN query LOOP`.
    Query(Vec<Name>, Box<Statement>),
    /// `FOR row IN EXECUTE … LOOP`.
    Execute(Vec<Name>, Execute),
    /// `FOREACH x IN ARRAY … LOOP`.
    Each(Vec<Name>, Expr),
    /// `FOR row IN cursor LOOP`: the name of the cursor.
    Cursor(Vec<Name>, Name),
}

/// `FOR variable IN [REVERSE] low..high [BY step]`.
#[derive(Debug, Clone, PartialEq)]
pub struct RangeLoop {
    /// The variable.
    pub variable: Name,
    /// The first value.
    pub from: Expr,
    /// The last value.
    pub to: Expr,
    /// `BY step`.
    pub step: Option<Expr>,
    /// `REVERSE`.
    pub reverse: bool,
}

/// `EXECUTE command [INTO …] [USING …]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Execute {
    /// The text that is run: a constant, `format(…)`, a concatenation, a variable …
    pub command: Expr,
    /// The variables of `INTO`.
    pub into: Vec<SmolStr>,
    /// `USING …`.
    pub using: Vec<Expr>,
}

/// `RAISE level 'message', …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Raise {
    /// `exception` (also if it was not said), `notice`, `warning` …, in lower case.
    pub level: SmolStr,
    /// The message, or the name of the condition.
    pub message: Option<SmolStr>,
    /// What is put into the message.
    pub arguments: Vec<Expr>,
}

impl Raise {
    /// Whether it ends the body with an error.
    pub fn is_error(&self) -> bool {
        self.level == "exception"
    }
}

/// `target := value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Assign {
    /// As written, in lower case: `x`, `new.updated_at`, `a[1]`.
    pub target: SmolStr,
    /// The value.
    pub value: Box<Expr>,
}

/// `EXIT [WHEN …]`, `CONTINUE [WHEN …]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Leave {
    /// `CONTINUE`: only this round ends.
    pub goes_on: bool,
    /// `WHEN …`.
    pub condition: Option<Box<Expr>>,
}
