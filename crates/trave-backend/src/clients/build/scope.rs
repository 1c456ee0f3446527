//! Which table a column of a builder belongs to.

use smol_str::SmolStr;

use super::name::{ColumnRef, TableRef};
use crate::query::Query;
use crate::value::{LibraryValue, Shape, Value};

/// What columns of the leading table are written with.
pub(super) const ALIAS: &str = "alias";

/// Something else gives rows too, of which no more is known: a sub-query, a name of `WITH`.
pub(super) const OPEN: &str = "open";

/// The tables of a builder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Scope {
    /// What columns of the leading table are written with.
    pub(crate) lead: SmolStr,
    /// What columns of joined tables are written with.
    joined: Vec<SmolStr>,
    /// A column without a table may belong to something else.
    is_open: bool,
}

/// Whose column it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner {
    /// The leading table's.
    Lead,
    /// A joined table's, by the name that its columns are written with.
    Joined(SmolStr),
    /// It cannot be told, or is of a query around.
    Unknown,
}

impl Scope {
    /// The tables of a builder and its query.
    pub(crate) fn of(builder: &LibraryValue, query: &Query) -> Self {
        let named = builder.kept(ALIAS).and_then(Value::as_text);
        let lead = named.or(query.table.as_deref()).unwrap_or_default();
        let embeds = query.selection.embeds.iter();
        Self {
            lead: SmolStr::new(lead),
            joined: embeds.filter_map(|embed| embed.alias.clone()).collect(),
            is_open: Self::is_opened(builder),
        }
    }

    /// The builder on a leading table.
    pub(crate) fn led(builder: LibraryValue, table: &TableRef) -> LibraryValue {
        builder.with(ALIAS, Value::text(table.alias.clone()))
    }

    /// Whether something else gives rows of a builder too.
    pub(crate) fn is_opened(builder: &LibraryValue) -> bool {
        builder.kept(OPEN).is_some()
    }

    /// The same builder, in which something else gives rows too.
    pub(crate) fn opened(builder: LibraryValue) -> LibraryValue {
        builder.with(OPEN, Value::of(Shape::Bool(true)))
    }

    /// Every table with the name that its columns are written with, the leading one first.
    pub(super) fn tables<'s>(&'s self, query: &'s Query) -> Vec<(&'s str, &'s str)> {
        let lead = query.table.as_deref().map(|table| (table, self.lead.as_str()));
        let joined = query.selection.embeds.iter();
        let joined = joined.filter_map(|it| Some((it.relation.as_str(), it.alias.as_deref()?)));
        lead.into_iter().chain(joined).collect()
    }

    pub(super) fn owner(&self, column: &ColumnRef<'_>) -> Owner {
        match column.table {
            Some(table) if table == self.lead => Owner::Lead,
            Some(table) if self.joined.iter().any(|it| it == table) => {
                Owner::Joined(SmolStr::new(table))
            }
            None if self.joined.is_empty() && !self.is_open => Owner::Lead,
            _ => Owner::Unknown,
        }
    }
}
