//! What a column inside a condition belongs to: the row at hand, or something that a sub-select
//! reads. The innermost query that has a column of the name wins, as in PostgreSQL.

use trave_sql::{ColumnRef, FromItem, FromKind, Name, Query, QueryBody};

use super::correlation::{is_called, lacks};
use super::reads::qualified;
use crate::schema::{Catalog, Table};

/// What a column belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Home<'q> {
    /// The row that the policy is about.
    Row,
    /// What a sub-select reads.
    Source(&'q FromItem),
    /// It cannot be told.
    Unknown,
}

/// The queries around an expression, the innermost last.
pub(super) struct Scopes<'q> {
    pub(super) table: &'q Table,
    pub(super) catalog: &'q Catalog,
    open: Vec<Scope<'q>>,
}

struct Scope<'q> {
    sources: Vec<&'q FromItem>,
    /// It names queries with `with`, which hide tables.
    renames: bool,
}

impl<'q> Scopes<'q> {
    /// Of a condition of a policy on `table`, outside of all sub-selects.
    pub(super) fn new(table: &'q Table, catalog: &'q Catalog) -> Self {
        Self { table, catalog, open: Vec::new() }
    }

    pub(super) fn enter(&mut self, query: &'q Query) {
        let mut sources = Vec::new();
        collect(&query.body, &mut sources);
        self.open.push(Scope { sources, renames: !query.with.is_empty() });
    }

    pub(super) fn leave(&mut self) {
        self.open.pop();
    }

    pub(super) fn home(&self, column: &ColumnRef) -> Home<'q> {
        for scope in self.open.iter().rev() {
            let found = scope.home(column, self.catalog);
            if let Some(home) = found {
                return home;
            }
        }
        let name = column.name.as_str();
        let is_row = if let Some(before) = &column.qualifier {
            let is_same = |schema: &Name| schema.as_str() == self.table.name.schema;
            before.schema.as_ref().is_none_or(is_same) && before.name == *self.table.name.name
        } else {
            name == self.table.name.name || self.table.column(name).is_some()
        };
        if is_row { Home::Row } else { Home::Unknown }
    }
}

impl<'q> Scope<'q> {
    /// Where a column is at home if that is in this query or cannot be told.
    fn home(&self, column: &ColumnRef, catalog: &Catalog) -> Option<Home<'q>> {
        let name = column.name.as_str();
        let found = match &column.qualifier {
            Some(before) => self.sources.iter().find(|item| is_called(item, before.name.as_str())),
            None => self.sources.iter().find(|item| has(item, name, catalog)),
        };
        if let Some(item) = found {
            return Some(if self.renames { Home::Unknown } else { Home::Source(item) });
        }
        let is_elsewhere = column.qualifier.is_some()
            || self.sources.iter().all(|item| lacks(item, name, catalog));
        (!is_elsewhere).then_some(Home::Unknown)
    }
}

/// Whether a source certainly has a column of this name.
fn has(item: &FromItem, column: &str, catalog: &Catalog) -> bool {
    if !item.columns.is_empty() {
        return item.columns.iter().any(|name| name.as_str() == column);
    }
    let FromKind::Table(name) = &item.kind else { return false };
    catalog.tables.get(&qualified(name)).is_some_and(|table| table.column(column).is_some())
}

fn collect<'q>(body: &'q QueryBody, sources: &mut Vec<&'q FromItem>) {
    // Recursion ends with the text: unions are as deep as they are written.
    match body {
        QueryBody::Select(select) => {
            sources.extend(select.from.iter().flat_map(FromItem::flattened));
        }
        QueryBody::Set(set) => {
            collect(&set.left, sources);
            collect(&set.right, sources);
        }
        QueryBody::Nested(_)
        | QueryBody::Values(_)
        | QueryBody::Table(_)
        | QueryBody::Statement(_) => {}
    }
}
