//! Tables, functions and columns that a condition names.

use smol_str::SmolStr;
use trave_sql::{Expr, ExprKind, FromItem, FromKind, ObjectName, Query};

use super::visit::{Visitor, visit};
use crate::schema::QualifiedName;

/// What a condition names.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) tables: Vec<QualifiedName>,
    pub(super) calls: Vec<ObjectName>,
    pub(super) columns: Vec<SmolStr>,
    pub(super) subselects: usize,
}

pub(super) fn of(expr: &Expr) -> Named {
    let mut named = Named::default();
    visit(expr, &mut named, 0);
    named
}

impl Visitor<'_> for Named {
    fn enter(&mut self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Call(call) => self.calls.push(call.name.clone()),
            ExprKind::Column(column) if column.qualifier.is_none() || self.subselects == 0 => {
                self.columns.push(column.name.as_str().into());
            }
            ExprKind::Other(other) => {
                self.calls.extend(other.calls.iter().cloned());
                self.columns.extend(other.columns.iter().map(|column| column.name.as_str().into()));
            }
            _ => {}
        }
        true
    }

    fn enter_query(&mut self, _query: &Query) -> bool {
        self.subselects += 1;
        true
    }

    fn reads(&mut self, item: &FromItem) {
        match &item.kind {
            FromKind::Table(name) => self.tables.push(qualified(name)),
            FromKind::Functions(calls) => {
                self.calls.extend(calls.iter().map(|call| call.name.clone()));
            }
            FromKind::Query(_) | FromKind::Join(_) => {}
        }
    }
}

/// The full name of what a query reads; `public` where no schema was written.
pub(super) fn qualified(name: &ObjectName) -> QualifiedName {
    let schema = name.schema.as_ref().map_or("public", |schema| schema.as_str());
    QualifiedName { schema: schema.into(), name: name.name.as_str().into() }
}
