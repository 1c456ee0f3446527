//! The type of a column, an argument or a cast.

use std::fmt;

use smol_str::SmolStr;
use trave_source::Span;

use super::name::ObjectName;

/// A type as it was written, and as PostgreSQL would print it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataType {
    /// As PostgreSQL prints it: `integer` for `int4`, `character varying(20)` for `varchar(20)`,
    /// `timestamp with time zone[]` for `timestamptz[]`. A type of the project keeps its schema.
    pub text: SmolStr,
    /// The name alone, without modifiers and brackets: `character varying`, `public.mood`.
    pub name: ObjectName,
    /// What stands in parentheses: `20`, or `10` and `2`.
    pub modifiers: Vec<SmolStr>,
    /// How many `[]` follow (`ARRAY` counts as one).
    pub dimensions: u8,
    /// Set for `serial` and its sisters; `text` then names the integer behind it.
    pub serial: bool,
    /// Where it was written.
    pub span: Span,
}

impl DataType {
    /// Whether it is an array.
    pub fn is_array(&self) -> bool {
        self.dimensions > 0
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}
