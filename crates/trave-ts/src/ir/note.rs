//! The few types that are kept.

use smol_str::SmolStr;

use super::BindingId;

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
