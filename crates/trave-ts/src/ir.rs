//! One TypeScript or JavaScript file, lowered: owned, small, names resolved, no syntax tree.
//!
//! Everything right of this crate works on these types. They say *shape*; what an imported
//! function means is decided later. Types are erased except for the few notes that tell which
//! client a parameter is ([`TypeNote`]).

mod body;
mod expr;
mod note;
mod walk;

use smol_str::SmolStr;
use trave_source::{FileId, Span};

pub use body::{Loop, LoopKind, Pattern, PatternField, Stmt, Try};
pub use expr::{Argument, Call, Expr, ExprKind, Property, TemplatePart};
pub use note::{TypeDeclaration, TypeNote};

/// How deep expressions and statements of a [`Module`] nest at most; what is deeper is an empty
/// [`ExprKind::Other`]. Whoever walks a module by recursion may rely on it.
pub const DEPTH_MAX: u32 = 256;

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
    /// Comments that begin with `trave-ignore` after the comment sign and blanks, with their text.
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

impl Imported {
    /// The name that is taken: `default` for the default export, `*` for the whole namespace.
    pub fn name(&self) -> &str {
        match self {
            Self::Nothing => "",
            Self::Default => "default",
            Self::Named(name) => name,
            Self::Namespace => "*",
        }
    }
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
    /// An expression (`export default withAuth(…)`). It stands in no function body: whoever
    /// runs the top level must also evaluate these.
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
    pub note: Option<Box<TypeNote>>,
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
    pub returns: Option<Box<TypeNote>>,
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
    pub note: Option<Box<TypeNote>>,
    /// `constructor(private db: Db)`: also a field of `this`.
    pub field: bool,
    /// Decorators on it: `@Body()`, `@CurrentUser()`.
    pub decorators: Vec<ExprId>,
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
    /// The interfaces that it says it implements.
    pub implements: Vec<TypeNote>,
    /// The types that it gives to what it extends: `Repository<User>`.
    pub extends_args: Vec<TypeNote>,
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
    /// Its name; of a setter, `set` and the name, so that it does not hide the getter.
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
    pub note: Option<Box<TypeNote>>,
    /// Where its annotated type stands, whatever it is: decorators see it when they run.
    pub annotation: Option<Span>,
    /// `name?: T`.
    pub optional: bool,
    /// `static`.
    pub is_static: bool,
    /// Decorators on it: `@Column()`.
    pub decorators: Vec<ExprId>,
    /// The field without its decorators.
    pub span: Span,
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
