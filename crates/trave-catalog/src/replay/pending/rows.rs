//! Statements that change rows.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{
    Assignment, CreateView, Delete, ExprKind, Ident, Name, ObjectName, Query, QueryBody,
    SelectItem, Statement, Truncate,
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
            Statement::Update(update) => self.note_assignments(&update.assignments, span),
            Statement::Insert(insert) => {
                if !insert.in_parts {
                    self.note_named_twice(insert.columns.iter(), span);
                }
                if let Some(conflict) = &insert.on_conflict {
                    self.note_assignments(&conflict.assignments, span);
                }
                self.filled(&insert.table);
            }
            Statement::Delete(delete) => self.note_delete(delete),
            Statement::Merge(merge) => {
                for columns in &merge.branches {
                    self.note_named_twice(columns.iter(), span);
                }
                self.filled(&merge.table);
            }
            _ => {}
        }
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
