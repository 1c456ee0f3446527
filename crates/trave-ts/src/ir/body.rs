//! Statements, and the patterns that bind names in them.

use smol_str::SmolStr;
use trave_source::Span;

use super::{BindingId, ExprId};

/// What a declaration, parameter or assignment binds.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// One name.
    Name(BindingId),
    /// `{ a, b: c = 1, ...rest }`.
    Object {
        /// Field name, what it binds, its default.
        fields: Vec<PatternField>,
        /// `...rest`.
        rest: Option<Box<Pattern>>,
    },
    /// `[a, , b = 1, ...rest]`; a hole is `None`.
    Array {
        /// Element patterns with their defaults.
        items: Vec<Option<(Pattern, Option<ExprId>)>>,
        /// `...rest`.
        rest: Option<Box<Pattern>>,
    },
    /// A place that is not a name: `this.x = …`, `a.b = …`.
    Place(ExprId),
    /// Anything else.
    Unknown,
}

/// One field of an object pattern.
#[derive(Debug, Clone)]
pub struct PatternField {
    /// The field's name; none when computed.
    pub key: Option<SmolStr>,
    /// What it binds.
    pub pattern: Pattern,
    /// Its default.
    pub default: Option<ExprId>,
    /// Where it stands.
    pub span: Span,
}

/// A statement.
#[derive(Debug, Clone)]
pub enum Stmt {
    /// `const`, `let`, `var`, one declarator.
    Let {
        /// What it binds.
        pattern: Pattern,
        /// The initial value.
        value: Option<ExprId>,
        /// The declarator.
        span: Span,
    },
    /// An expression for its effects.
    Expr(ExprId),
    /// `return`.
    Return(Option<ExprId>, Span),
    /// `throw`.
    Throw(ExprId, Span),
    /// `if`.
    If {
        /// The condition.
        test: ExprId,
        /// When true.
        then: Vec<Stmt>,
        /// When false.
        otherwise: Vec<Stmt>,
    },
    /// Any loop.
    Loop(Box<Loop>),
    /// `try`.
    Try(Box<Try>),
    /// `switch`.
    Switch {
        /// What is compared.
        subject: ExprId,
        /// Each case: its value (none = default) and statements.
        cases: Vec<(Option<ExprId>, Vec<Stmt>)>,
    },
    /// A nested block.
    Block(Vec<Stmt>),
    /// `break` or `continue`: leaves the rest of the block.
    Break,
}

/// A loop.
#[derive(Debug, Clone)]
pub struct Loop {
    /// Which loop.
    pub kind: LoopKind,
    /// `for (init; …)`.
    pub init: Vec<Stmt>,
    /// What each round binds (`for … of`, `for … in`).
    pub pattern: Option<Pattern>,
    /// What is looped over (`of`, `in`), or the condition.
    pub over: Option<ExprId>,
    /// `for (…; …; update)`.
    pub update: Option<ExprId>,
    /// The body.
    pub body: Vec<Stmt>,
    /// The whole loop.
    pub span: Span,
}

/// A `try` statement.
#[derive(Debug, Clone)]
pub struct Try {
    /// The body.
    pub body: Vec<Stmt>,
    /// The `catch` parameter.
    pub param: Option<Pattern>,
    /// The handler.
    pub catch: Option<Vec<Stmt>>,
    /// The `finally` block.
    pub finally: Vec<Stmt>,
}

/// Which loop it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopKind {
    /// `for (;;)`.
    For,
    /// `for … of`, also `for await`.
    Of,
    /// `for … in`.
    In,
    /// `while`.
    While,
    /// `do … while`.
    DoWhile,
}
