//! Functions and procedures.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::{Grant, Provenance, QualifiedName};
use crate::caller::CallerUse;

/// A function or procedure (`pg_proc`).
#[expect(clippy::struct_excessive_bools, reason = "each is a column of `pg_catalog`")]
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: QualifiedName,
    /// Where it was made.
    pub provenance: Provenance,
    /// Arguments in order.
    pub arguments: Vec<FunctionArgument>,
    /// The return type as written; `trigger` for trigger functions.
    pub returns: SmolStr,
    /// `RETURNS SETOF` or `TABLE`.
    pub returns_set: bool,
    /// `sql`, `plpgsql` …
    pub language: SmolStr,
    /// `SECURITY DEFINER`.
    pub security_definer: bool,
    /// `STRICT`: null in, null out.
    pub strict: bool,
    /// `IMMUTABLE`, `STABLE` or `VOLATILE`, upper case.
    pub volatility: SmolStr,
    /// `SET name = value`.
    pub settings: Vec<(SmolStr, String)>,
    /// A procedure, not a function.
    pub is_procedure: bool,
    /// The body as written.
    pub body: String,
    /// Tables that the body reads or writes, as far as it could be read.
    pub tables: BTreeSet<QualifiedName>,
    /// What the body does with the identity of its caller, if it could be read.
    pub(crate) caller: Option<CallerUse>,
    /// Who may execute it.
    pub grants: Vec<Grant>,
    /// Whether `grants` is complete, as with tables.
    pub grants_known: bool,
}

/// An argument of a function.
#[derive(Debug, Clone)]
pub struct FunctionArgument {
    /// Its name, if it has one.
    pub name: Option<SmolStr>,
    /// The type as `format_type` prints it.
    pub type_name: SmolStr,
    /// `IN`, `OUT`, `INOUT`, `VARIADIC` or `TABLE`.
    pub mode: SmolStr,
    /// Whether it has a default.
    pub has_default: bool,
    /// The default as written.
    pub default: Option<String>,
}
