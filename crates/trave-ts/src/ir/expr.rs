//! Expressions, with their names resolved.

use smol_str::SmolStr;
use trave_source::Span;

use super::{BindingId, ClassId, ExprId, FunctionId, Pattern, TypeNote};

/// An expression with its place.
#[derive(Debug, Clone)]
pub struct Expr {
    /// The bytes.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is. Parentheses, `!` and `satisfies` are gone.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A string constant, escapes decoded; also a template without holes.
    String(SmolStr),
    /// A number constant.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// `undefined`, `void 0`.
    Undefined,
    /// A regular expression, as written.
    Regex(SmolStr),
    /// A template string with holes.
    Template(Vec<TemplatePart>),
    /// A tagged template: also without holes.
    Tagged {
        /// The tag.
        tag: ExprId,
        /// Its parts.
        parts: Vec<TemplatePart>,
    },
    /// A name declared in this module.
    Name(BindingId),
    /// A name nothing in this module declares: `process`, `fetch`, `Array`.
    Global(SmolStr),
    /// `this`.
    This,
    /// `super`.
    Super,
    /// `a.b`, `a?.b`, and `a['b']` with a constant.
    Member {
        /// The object.
        object: ExprId,
        /// The property.
        property: SmolStr,
        /// The property's own bytes.
        property_span: Span,
        /// `?.`.
        optional: bool,
    },
    /// `a[b]`.
    Index {
        /// The object.
        object: ExprId,
        /// The key.
        index: ExprId,
    },
    /// A call.
    Call(Box<Call>),
    /// `new X(…)`.
    New(Box<Call>),
    /// An object literal.
    Object(Vec<Property>),
    /// An array literal.
    Array(Vec<Argument>),
    /// A function or arrow expression.
    Function(FunctionId),
    /// A class expression.
    Class(ClassId),
    /// `require('x')` or `import('x')` of a constant: the module's namespace (for `import()`, a
    /// promise of it). Also listed in [`Module::imports`].
    ///
    /// [`Module::imports`]: super::Module::imports
    Import(SmolStr),
    /// `await e`.
    Await(ExprId),
    /// `!e`, `-e`, `typeof e`, `delete e`, `e++` …
    Unary {
        /// The operator as written.
        op: SmolStr,
        /// The operand.
        value: ExprId,
    },
    /// `a + b`, `a === b`, `a in b`, `a instanceof b` …
    Binary {
        /// The operator as written.
        op: SmolStr,
        /// Left.
        left: ExprId,
        /// Right.
        right: ExprId,
    },
    /// `a && b`, `a || b`, `a ?? b`.
    Logical {
        /// The operator as written.
        op: SmolStr,
        /// Left.
        left: ExprId,
        /// Right.
        right: ExprId,
    },
    /// `test ? yes : no`.
    Conditional {
        /// The condition.
        test: ExprId,
        /// When true.
        yes: ExprId,
        /// When false.
        no: ExprId,
    },
    /// `a = b`, `a += b`, `({ a } = b)`.
    Assign {
        /// What is assigned to.
        target: Box<Pattern>,
        /// The operator as written.
        op: SmolStr,
        /// The value.
        value: ExprId,
    },
    /// `e as T` where the type may matter.
    Typed {
        /// The expression.
        value: ExprId,
        /// Its asserted type.
        note: Box<TypeNote>,
    },
    /// `a, b`, JSX, `yield`, and whatever else: only the parts count.
    Other(Vec<ExprId>),
}

/// A call or construction.
#[derive(Debug, Clone)]
pub struct Call {
    /// What is called.
    pub callee: ExprId,
    /// Its arguments.
    pub args: Vec<Argument>,
    /// Type arguments that may matter.
    pub type_args: Vec<TypeNote>,
    /// `f?.()`.
    pub optional: bool,
}

/// An argument or array element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argument {
    /// The expression.
    pub value: ExprId,
    /// `...value`.
    pub spread: bool,
}

/// A piece of a template string.
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// Text, escapes decoded, with its bytes in the file.
    Text(SmolStr, Span),
    /// `${e}`.
    Hole(ExprId),
}

/// A property of an object literal.
#[derive(Debug, Clone)]
pub enum Property {
    /// `key: value`, `key` and `key() {}`.
    Field {
        /// The key.
        key: SmolStr,
        /// The value.
        value: ExprId,
        /// The key's bytes.
        span: Span,
    },
    /// `[key]: value`.
    Computed {
        /// The key.
        key: ExprId,
        /// The value.
        value: ExprId,
    },
    /// `...value`.
    Spread(ExprId),
}
