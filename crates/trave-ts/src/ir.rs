//! One TypeScript or JavaScript file, lowered: owned, small, names resolved, no syntax tree.
//!
//! Everything right of this crate works on these types. They say *shape*; what an imported
//! function means is decided later. Types are erased except for the few notes that tell which
//! client a parameter is ([`TypeNote`]).

use smol_str::SmolStr;
use trave_source::{FileId, Span};

/// Index of an [`Expr`] in [`Module::exprs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub u32);

/// Index of a [`Binding`] in [`Module::bindings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BindingId(pub u32);

/// Index of a [`Function`] in [`Module::functions`]; 0 is the module's own top level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u32);

/// Index of a [`Class`] in [`Module::classes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u32);

/// A lowered file.
#[derive(Debug, Clone)]
pub struct Module {
    /// The file.
    pub file: FileId,
    /// Directives at the top of the file: `use client`, `use server`, `use cache` …
    pub directives: Vec<SmolStr>,
    /// Every `import`, `require` of a constant, and dynamic `import()` of a constant.
    pub imports: Vec<Import>,
    /// Every name the module exports.
    pub exports: Vec<Export>,
    /// Every function; the first is the top level, whose body runs when the module loads.
    pub functions: Vec<Function>,
    /// Every class.
    pub classes: Vec<Class>,
    /// Every expression.
    pub exprs: Vec<Expr>,
    /// Every declared name.
    pub bindings: Vec<Binding>,
    /// Type aliases and interfaces, as far as their fields may carry a client.
    pub types: Vec<TypeDeclaration>,
    /// Comments that begin with `trave-ignore` (after the comment sign and blanks), with their text.
    pub comments: Vec<Comment>,
    /// Syntax that could not be read: the span of each ERROR node.
    pub errors: Vec<Span>,
}

/// One name bound by an import; `import 'x'` alone has no name.
#[derive(Debug, Clone)]
pub struct Import {
    /// The specifier as written: `@/lib/db`, `next/server`, `npm:hono`.
    pub specifier: SmolStr,
    /// What is taken from the module.
    pub what: Imported,
    /// The local name, if any.
    pub binding: Option<BindingId>,
    /// `import type`, or `import { type X }`: gone at run time.
    pub type_only: bool,
    /// The whole statement, or the `require(…)` / `import(…)` call.
    pub span: Span,
}

/// What an import takes from its module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// Nothing: only for its effects.
    Nothing,
    /// The default export.
    Default,
    /// One named export.
    Named(SmolStr),
    /// The whole namespace (`import * as x`, `require`, `import()`).
    Namespace,
}

/// One exported name.
#[derive(Debug, Clone)]
pub struct Export {
    /// The exported name; `default` for the default export, `*` for `export * from`.
    pub name: SmolStr,
    /// What stands behind it.
    pub what: Exported,
    /// The declaration or the specifier.
    pub span: Span,
}

/// What stands behind an exported name.
#[derive(Debug, Clone)]
pub enum Exported {
    /// A name of this module.
    Binding(BindingId),
    /// An expression (`export default withAuth(…)`).
    Expr(ExprId),
    /// A name of another module (`export { a as b } from './x'`, `export * from './x'`).
    From {
        /// The other module.
        specifier: SmolStr,
        /// The name there; `*` for all.
        name: SmolStr,
    },
}

/// A declared name.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The name.
    pub name: SmolStr,
    /// Where it is declared.
    pub span: Span,
    /// How it came to be.
    pub kind: BindingKind,
    /// The function whose scope declares it (0 = top level).
    pub function: FunctionId,
    /// The annotated type, if it is one that may matter.
    pub note: Option<TypeNote>,
    /// Whether anything assigns to it after its declaration.
    pub reassigned: bool,
}

/// How a name came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindingKind {
    /// Index into [`Module::imports`].
    Import(u32),
    /// `const`.
    Const,
    /// `let` or `var`.
    Let,
    /// A parameter.
    Param,
    /// A function declaration.
    Function(FunctionId),
    /// A class declaration.
    Class(ClassId),
    /// An enum: its members are the fields of the object expression.
    Enum(ExprId),
    /// A `catch` parameter.
    Catch,
}

/// A function, method, arrow or the top level.
#[derive(Debug, Clone)]
pub struct Function {
    /// The name it is known by: declared, assigned (`const f = () =>`), or of the property.
    pub name: Option<SmolStr>,
    /// The whole function.
    pub span: Span,
    /// The function around it (none for the top level).
    pub parent: Option<FunctionId>,
    /// The class whose member it is.
    pub class: Option<ClassId>,
    /// Parameters in order.
    pub params: Vec<Param>,
    /// The body; an arrow with an expression body is one [`Stmt::Return`].
    pub body: Vec<Stmt>,
    /// Directives at the start of the body: `use server`, `use cache`.
    pub directives: Vec<SmolStr>,
    /// The annotated return type, if it may matter.
    pub returns: Option<TypeNote>,
    /// Declared `async`.
    pub is_async: bool,
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Param {
    /// What it binds.
    pub pattern: Pattern,
    /// The default value.
    pub default: Option<ExprId>,
    /// `...rest`.
    pub rest: bool,
    /// The annotated type, if it may matter.
    pub note: Option<TypeNote>,
    /// `constructor(private db: Db)`: also a field of `this`.
    pub field: bool,
}

/// A class.
#[derive(Debug, Clone)]
pub struct Class {
    /// The name, if it has one.
    pub name: Option<SmolStr>,
    /// The whole class.
    pub span: Span,
    /// What it extends.
    pub extends: Option<ExprId>,
    /// Methods, accessors and the constructor (named `constructor`).
    pub methods: Vec<Method>,
    /// Fields with their initial values.
    pub fields: Vec<Field>,
    /// Decorators on the class.
    pub decorators: Vec<ExprId>,
}

/// A member function of a class.
#[derive(Debug, Clone)]
pub struct Method {
    /// Its name.
    pub name: SmolStr,
    /// Its function.
    pub function: FunctionId,
    /// `static`.
    pub is_static: bool,
    /// `get x()`.
    pub is_getter: bool,
    /// Decorators on it.
    pub decorators: Vec<ExprId>,
}

/// A field of a class.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: SmolStr,
    /// Its initial value.
    pub value: Option<ExprId>,
    /// Its annotated type, if it may matter.
    pub note: Option<TypeNote>,
    /// `static`.
    pub is_static: bool,
}

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
    Try {
        /// The body.
        body: Vec<Stmt>,
        /// The `catch` parameter.
        param: Option<Pattern>,
        /// The handler.
        catch: Option<Vec<Stmt>>,
        /// The `finally` block.
        finally: Vec<Stmt>,
    },
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
        target: Pattern,
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
        note: TypeNote,
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

/// What is kept of a type: enough to follow a client or a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeNote {
    /// `SupabaseClient<Database>`, `ns.Name`, `Promise<X>`; the name as written.
    Named {
        /// The first part of the name, if this module declares or imports it as a value or type.
        binding: Option<BindingId>,
        /// The whole name as written, dots included.
        name: SmolStr,
        /// Its type arguments.
        args: Vec<TypeNote>,
    },
    /// `typeof x`.
    TypeOf(BindingId),
    /// `ReturnType<typeof f>`, with or without `Awaited` around it.
    ReturnTypeOf(BindingId),
    /// `{ a: X; b: Y }`.
    Object(Vec<(SmolStr, TypeNote)>),
    /// `X[]`.
    Array(Box<TypeNote>),
    /// `X | Y`, `X & Y`: those that may matter.
    AnyOf(Vec<TypeNote>),
    /// A string literal type.
    Literal(SmolStr),
    /// A type that tells nothing (`string`, `number`, generics, conditional types).
    Other,
}

/// A type alias or interface.
#[derive(Debug, Clone)]
pub struct TypeDeclaration {
    /// Its name.
    pub name: SmolStr,
    /// Whether the module exports it.
    pub exported: bool,
    /// What it stands for.
    pub note: TypeNote,
}

/// A comment that speaks to trave.
#[derive(Debug, Clone)]
pub struct Comment {
    /// The whole comment.
    pub span: Span,
    /// Its text without the comment sign, trimmed.
    pub text: SmolStr,
}

impl Module {
    /// An expression by its id.
    pub fn expr(&self, id: ExprId) -> Option<&Expr> {
        self.exprs.get(id.0 as usize)
    }

    /// A function by its id.
    pub fn function(&self, id: FunctionId) -> Option<&Function> {
        self.functions.get(id.0 as usize)
    }

    /// A binding by its id.
    pub fn binding(&self, id: BindingId) -> Option<&Binding> {
        self.bindings.get(id.0 as usize)
    }

    /// A class by its id.
    pub fn class(&self, id: ClassId) -> Option<&Class> {
        self.classes.get(id.0 as usize)
    }

    /// Whether the file opens with this directive.
    pub fn has_directive(&self, directive: &str) -> bool {
        self.directives.iter().any(|name| name == directive)
    }
}
