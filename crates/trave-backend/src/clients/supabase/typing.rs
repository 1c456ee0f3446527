//! What an argument names in a chain that is still being typed: editors complete it.

use super::filters::operator_of_method;

/// The method of a chain that names its table.
pub const TABLE: &str = "from";

/// The method that names the schema of that table.
pub const SCHEMA: &str = "schema";

/// A place in the arguments of a call.
#[derive(Debug, Clone, Copy)]
pub struct Slot<'a> {
    /// The method.
    pub method: &'a str,
    /// How many arguments stand before it.
    pub argument: usize,
    /// The brackets of objects and lists around it, outermost first.
    pub inside: &'a [char],
    /// The property that it is the value of.
    pub property: Option<&'a str>,
}

/// What is named there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A table or view.
    Relation,
    /// A function of the database.
    Function,
    /// An argument of the function that the first argument names.
    Argument,
    /// Columns of the chain's table, and of tables tied to it: the text of a `select`.
    Selection,
    /// A column of the chain's table.
    Column,
    /// The same, or one of a table that is tied to it: `author.name`.
    ColumnOrRelated,
    /// A table that a key ties to the chain's.
    Related,
}

impl Slot<'_> {
    /// What a text names there.
    pub fn of_text(&self) -> Option<Wanted> {
        let is_first = self.argument == 0 && self.inside.is_empty();
        match (self.method, self.property) {
            (TABLE, _) if is_first => Some(Wanted::Relation),
            ("rpc", _) if is_first => Some(Wanted::Function),
            ("select", _) if is_first => Some(Wanted::Selection),
            ("or", _) if is_first => Some(Wanted::Column),
            ("upsert", Some("onConflict")) => Some(Wanted::Column),
            ("order" | "limit" | "or", Some("referencedTable" | "foreignTable")) => {
                (self.inside == ['{']).then_some(Wanted::Related)
            }
            (method, _) if is_first && names_column(method) => Some(Wanted::ColumnOrRelated),
            _ => None,
        }
    }

    /// What the key of an object names there.
    pub fn of_key(&self) -> Option<Wanted> {
        let is_row = self.argument == 0 && matches!(self.inside, ['{'] | ['[', '{']);
        match self.method {
            "rpc" if self.argument == 1 && self.inside == ['{'] => Some(Wanted::Argument),
            "insert" | "update" | "upsert" | "match" if is_row => Some(Wanted::Column),
            _ => None,
        }
    }
}

/// Whether the first argument of a method is a column.
fn names_column(method: &str) -> bool {
    operator_of_method(method).is_some() || matches!(method, "not" | "filter" | "order" | "notIn")
}
