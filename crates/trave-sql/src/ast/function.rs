//! Functions, procedures and triggers.

use std::sync::OnceLock;

use smol_str::SmolStr;
use trave_source::Span;

use super::block::Block;
use super::data_type::DataType;
use super::expression::Expr;
use super::name::{Ident, Name, ObjectName};
use super::object::{AlterChange, ObjectKind};
use super::statement::SetVariable;
use crate::parse::body::Unread;

/// `CREATE [OR REPLACE] FUNCTION` or `PROCEDURE`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateFunction {
    /// Its name.
    pub name: ObjectName,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// Function or procedure.
    pub kind: RoutineKind,
    /// Its arguments.
    pub arguments: Vec<RoutineArgument>,
    /// What it returns.
    pub returns: Returns,
    /// `LANGUAGE`; a body of standard SQL without it is `sql`.
    pub language: Option<Name>,
    /// Volatility, security, settings: all that `ALTER FUNCTION` can change too.
    pub attributes: RoutineAttributes,
    /// What it does.
    pub body: Option<FunctionBody>,
}

/// Function or procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoutineKind {
    /// `FUNCTION`
    Function,
    /// `PROCEDURE`
    Procedure,
}

/// What can be said of a routine besides its signature and body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoutineAttributes {
    /// `IMMUTABLE`, `STABLE`, `VOLATILE`, if it was said.
    pub volatility: Option<Volatility>,
    /// `SECURITY DEFINER` (true) or `INVOKER` (false), if it was said.
    pub security_definer: Option<bool>,
    /// `STRICT` (true) or `CALLED ON NULL INPUT` (false), if it was said.
    pub strict: Option<bool>,
    /// `SET name = …`, in order.
    pub settings: Vec<SetVariable>,
    /// `RESET name`, or `all`.
    pub resets: Vec<SmolStr>,
}

/// Whether the same arguments give the same result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Volatility {
    /// `IMMUTABLE`: always.
    Immutable,
    /// `STABLE`: within one statement.
    Stable,
    /// `VOLATILE`, the default: never.
    #[default]
    Volatile,
}

/// An argument of a routine.
#[derive(Debug, Clone, PartialEq)]
pub struct RoutineArgument {
    /// In or out.
    pub mode: ArgumentMode,
    /// Its name, if it has one.
    pub name: Option<Ident>,
    /// Its type.
    pub data_type: DataType,
    /// `DEFAULT …`.
    pub default: Option<Expr>,
}

/// In or out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ArgumentMode {
    /// `IN`, the default.
    #[default]
    In,
    /// `OUT`
    Out,
    /// `INOUT`
    InOut,
    /// `VARIADIC`
    Variadic,
}

/// What a routine returns.
#[derive(Debug, Clone, PartialEq)]
pub enum Returns {
    /// Not said: a procedure, or a function with `OUT` arguments.
    Unsaid,
    /// `RETURNS type`; the type is `trigger` for a trigger function.
    Type(DataType),
    /// `RETURNS SETOF type`.
    SetOf(DataType),
    /// `RETURNS TABLE (…)`.
    Table(Vec<RoutineArgument>),
}

/// What a routine does.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionBody {
    /// The text between the quotes, without escapes.
    pub text: SmolStr,
    /// Where the text stands in the file, quotes not included.
    pub span: Span,
    /// How the text is read, if it is not read yet.
    pub(crate) unread: Option<Unread>,
    /// What was read.
    pub(crate) block: OnceLock<Option<Block>>,
}

impl FunctionBody {
    /// The text read as PL/pgSQL or SQL; `None` for other languages. It is read when somebody first
    /// asks: most bodies are replaced by a later one before anybody does.
    pub fn block(&self) -> Option<&Block> {
        let read = || self.unread.as_ref().map(|unread| unread.read(&self.text));
        self.block.get_or_init(read).as_ref()
    }

    /// As [`FunctionBody::block`], for whoever wants nothing else.
    pub(crate) fn into_block(self) -> Option<Block> {
        let Self { text, unread, block, .. } = self;
        block.into_inner().unwrap_or_else(|| unread.map(|unread| unread.read(&text)))
    }

    /// Whether the body is in a language that is read.
    pub fn is_read(&self) -> bool {
        self.unread.is_some() || self.block.get().is_some_and(Option::is_some)
    }
}

/// A routine as other statements name it.
#[derive(Debug, Clone, PartialEq)]
pub struct RoutineName {
    /// Its name.
    pub name: ObjectName,
    /// Its arguments; `None` where no list was written, which needs a name that is unique.
    pub arguments: Option<Vec<RoutineArgument>>,
}

/// `ALTER FUNCTION`, `PROCEDURE`, `ROUTINE`, `AGGREGATE`.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterFunction {
    /// What it is called: procedures are not found among functions.
    pub kind: ObjectKind,
    /// Which.
    pub routine: RoutineName,
    /// What changes.
    pub change: RoutineChange,
}

/// What changes at a routine.
#[derive(Debug, Clone, PartialEq)]
pub enum RoutineChange {
    /// A new name, schema or owner.
    Object(AlterChange),
    /// Volatility, security, settings.
    Attributes(RoutineAttributes),
}

/// `CREATE [OR REPLACE] [CONSTRAINT] TRIGGER`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTrigger {
    /// Its name.
    pub name: Ident,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `CONSTRAINT`.
    pub constraint: bool,
    /// When it fires.
    pub timing: TriggerTiming,
    /// What makes it fire.
    pub events: Vec<TriggerEvent>,
    /// The table or view.
    pub table: ObjectName,
    /// `FOR EACH ROW`, as opposed to `STATEMENT`.
    pub for_each_row: bool,
    /// `WHEN (…)`.
    pub condition: Option<Expr>,
    /// The function that runs.
    pub function: ObjectName,
    /// What it is given.
    pub arguments: Vec<SmolStr>,
}

/// When a trigger fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriggerTiming {
    /// `BEFORE`
    Before,
    /// `AFTER`
    After,
    /// `INSTEAD OF`
    InsteadOf,
}

/// What makes a trigger fire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TriggerEvent {
    /// `INSERT`
    Insert,
    /// `UPDATE`, of these columns if some are named.
    Update(Vec<Ident>),
    /// `DELETE`
    Delete,
    /// `TRUNCATE`
    Truncate,
}

/// `CREATE EVENT TRIGGER`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateEventTrigger {
    /// Its name.
    pub name: Ident,
    /// `ddl_command_end`, `sql_drop` …
    pub event: Name,
    /// The function that runs.
    pub function: ObjectName,
}
