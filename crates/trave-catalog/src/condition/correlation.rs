//! Whether a query inside a condition looks at something outside of it.
//!
//! PostgreSQL runs a sub-select that does not once per statement, and keeps what it returned.

use trave_sql::{ColumnRef, Expr, ExprKind, FromItem, FromKind, Query};

use super::reads::qualified;
use super::visit::{Visitor, visit_query};
use crate::schema::Catalog;

/// Whether some column in a query is certainly not one of what the query reads.
pub(super) fn depends_on_outside(query: &Query, catalog: &Catalog) -> bool {
    let mut scope = Scope::default();
    visit_query(query, &mut scope, 0);
    scope.columns.iter().any(|column| scope.leaves_out(column, catalog))
}

/// What a query reads and names, with the queries inside it: a name that any of them reads is
/// taken as theirs.
#[derive(Default)]
struct Scope<'q> {
    sources: Vec<&'q FromItem>,
    columns: Vec<&'q ColumnRef>,
}

impl Scope<'_> {
    fn leaves_out(&self, column: &ColumnRef, catalog: &Catalog) -> bool {
        match &column.qualifier {
            Some(before) => !self.sources.iter().any(|item| is_called(item, before.name.as_str())),
            None => self.sources.iter().all(|item| lacks(item, column.name.as_str(), catalog)),
        }
    }
}

impl<'q> Visitor<'q> for Scope<'q> {
    fn enter(&mut self, expr: &'q Expr) -> bool {
        if let ExprKind::Column(column) = &expr.kind {
            self.columns.push(column);
        }
        true
    }

    fn reads(&mut self, item: &'q FromItem) {
        // The two sides of a join come on their own.
        if item.alias.is_some() || !matches!(item.kind, FromKind::Join(_)) {
            self.sources.push(item);
        }
    }
}

/// Whether columns of a source are written with this name before the dot.
pub(super) fn is_called(item: &FromItem, name: &str) -> bool {
    match (&item.alias, &item.kind) {
        (Some(alias), _) => alias.as_str() == name,
        (None, FromKind::Table(table)) => table.name == name,
        (None, FromKind::Functions(calls)) => calls.iter().any(|call| call.name.name == name),
        (None, FromKind::Query(_) | FromKind::Join(_)) => false,
    }
}

/// Whether a source certainly has no column of this name.
pub(super) fn lacks(item: &FromItem, column: &str, catalog: &Catalog) -> bool {
    let FromKind::Table(name) = &item.kind else { return false };
    let table = catalog.tables.get(&qualified(name));
    item.columns.is_empty()
        && table.is_some_and(|table| table.is_known() && table.column(column).is_none())
}
