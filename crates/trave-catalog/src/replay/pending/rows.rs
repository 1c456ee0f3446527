//! Statements that change rows.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{
    Assignment, CreateView, Delete, Expr, ExprKind, Ident, Name, ObjectName, Operator, Query,
    QueryBody, SelectItem, Statement, Truncate,
};

use super::Place;
use crate::replay::generated::output_name;
use crate::replay::session::Session;
use crate::schema::StepKind;

impl Session {
    pub(super) fn note_truncate(&mut self, truncate: &Truncate, span: Span) {
        let tables: Vec<_> =
            truncate.tables.iter().filter_map(|name| self.step_table(name)).collect();
        if truncate.cascade && tables.iter().any(|table| !table.is_idle) {
            let names = tables.iter().map(|table| table.name.clone()).collect();
            let kind = StepKind::TruncatedWithOthers(names);
            self.step(Place::at(span, span), tables.first().cloned(), kind);
        }
        self.emptied.extend(tables.into_iter().map(|table| table.name));
    }

    pub(super) fn note_rows(&mut self, statement: &Statement, span: Span) {
        match statement {
            Statement::Update(update) => {
                self.note_assignments(&update.assignments, span);
                self.note_written(&update.table, update.filter.as_ref(), span);
            }
            Statement::Insert(insert) => {
                if !insert.in_parts {
                    self.note_named_twice(insert.columns.iter(), span);
                }
                if let Some(conflict) = &insert.on_conflict {
                    self.note_assignments(&conflict.assignments, span);
                }
                self.filled(&insert.table);
            }
            Statement::Delete(delete) => {
                self.note_written(&delete.table, delete.filter.as_ref(), span);
                self.note_delete(delete);
            }
            Statement::Merge(merge) => {
                for columns in &merge.branches {
                    self.note_named_twice(columns.iter(), span);
                }
                self.filled(&merge.table);
            }
            _ => {}
        }
    }

    /// Notes that rows change, unless the condition names a single one by its key.
    fn note_written(&mut self, table: &ObjectName, filter: Option<&Expr>, span: Span) {
        let Some(table) = self.step_table(table) else { return };
        let known = self.catalog().tables.get(&table.name);
        let keys = known.map(crate::Table::unique_keys).unwrap_or_default();
        let is_key = |column: &str| keys.iter().any(|key| key.iter().eq([column]));
        let parts = filter.map(Expr::conjuncts).unwrap_or_default();
        if parts.into_iter().any(|part| names_one(part, &is_key)) {
            return;
        }
        self.step(Place::at(span, span), Some(table), StepKind::RowsWritten);
    }

    /// `DELETE FROM t` without a condition leaves nothing.
    fn note_delete(&mut self, delete: &Delete) {
        if delete.filter.is_none() && delete.using.is_empty() {
            let table = self.step_table(&delete.table);
            self.emptied.extend(table.map(|table| table.name));
        }
    }

    fn filled(&mut self, table: &ObjectName) {
        if let Some((name, _)) = self.find_relation(table) {
            self.emptied.remove(&name);
        }
    }

    /// A column as a whole and a part of it are too much; several parts are not.
    fn note_assignments(&mut self, assignments: &[Assignment], span: Span) {
        let whole: Vec<&Ident> =
            assignments.iter().filter(|one| !one.in_part).flat_map(|one| &one.columns).collect();
        let is_whole = |part: &&Ident| whole.iter().any(|column| column.name == part.name);
        let parts = assignments.iter().filter(|one| one.in_part).flat_map(|one| &one.columns);
        let parts = parts.filter(is_whole).take(1);
        self.note_named_twice(whole.iter().copied().chain(parts), span);
    }

    /// A view names its columns once each; those behind a `*` are not looked at.
    pub(super) fn note_view(&mut self, create: &CreateView, span: Span) {
        if create.columns.is_empty() {
            self.note_outputs(&create.query, span);
        } else {
            self.note_named_twice(create.columns.iter(), span);
        }
    }

    /// `SELECT … INTO` makes a table of what it returns.
    pub(super) fn note_query(&mut self, query: &Query, span: Span) {
        if matches!(&query.body, QueryBody::Select(select) if select.into.is_some()) {
            self.note_outputs(query, span);
        }
    }

    fn note_outputs(&mut self, query: &Query, span: Span) {
        let QueryBody::Select(select) = &query.body else { return };
        let items = select.projection.iter();
        let items = items.filter(|item| !matches!(item.value.kind, ExprKind::Wildcard(_)));
        let named = |item: &SelectItem| {
            let name = || Name::exact(&output_name(&item.value));
            let unnamed = || Ident { name: name(), span: item.value.span };
            item.alias.clone().unwrap_or_else(unnamed)
        };
        let outputs: Vec<Ident> = items.map(named).collect();
        self.note_named_twice(outputs.iter(), span);
    }

    pub(super) fn note_named_twice<'a>(
        &mut self,
        columns: impl Iterator<Item = &'a Ident>,
        statement: Span,
    ) {
        let columns: Vec<&Ident> = columns.collect();
        for (at, column) in columns.iter().enumerate() {
            let before = columns.iter().take(at).find(|other| other.name == column.name);
            let Some(before) = before else { continue };
            let first = self.origin(before.span);
            let column_name = SmolStr::new(column.as_str());
            let kind = StepKind::AssignedTwice { column: column_name, first };
            self.step(Place { at: column.span, statement }, None, kind);
        }
    }
}

/// `key = 'constant'`, `key in ('a', 'b')`.
fn names_one(part: &Expr, is_key: &dyn Fn(&str) -> bool) -> bool {
    let key = |expr: &Expr| match &expr.kind {
        ExprKind::Column(column) => is_key(column.name.as_str()),
        _ => false,
    };
    let constant = |expr: &Expr| match &expr.kind {
        ExprKind::Literal(_) => true,
        ExprKind::Cast(cast) => matches!(cast.value.kind, ExprKind::Literal(_)),
        _ => false,
    };
    match &part.kind {
        ExprKind::Binary(binary) if binary.operator == Operator::Equal => {
            key(&binary.left) && constant(&binary.right)
        }
        ExprKind::InList(list) if !list.negated => {
            key(&list.value) && list.list.iter().all(constant)
        }
        _ => false,
    }
}
