//! The tables that a statement reads, and which of them a column belongs to.

use smol_str::SmolStr;
use trave_source::{Origin, Span};
use trave_sql::{ColumnRef, Expr, FromItem, FromKind, Ident, JoinCondition, JoinKind, ObjectName};
use trave_sql::{Query as SqlQuery, Select};

use super::text::SqlText;

/// A table of a statement.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) schema: Option<SmolStr>,
    /// None where a hole names it.
    pub(super) table: Option<SmolStr>,
    /// What columns of it are written with.
    pub(super) alias: SmolStr,
    pub(super) origin: Origin,
    /// Rows without a partner are left out.
    pub(super) inner: bool,
}

/// Whether rows without a partner are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// They are.
    Inner,
    /// They stay, with nulls for this side.
    Outer,
}

/// What stands behind `FROM`.
#[derive(Debug, Default)]
pub(super) struct Scope<'s> {
    /// The tables, the leading one first.
    pub(super) tables: Vec<Named>,
    /// Conditions that join them.
    pub(super) joins: Vec<&'s Expr>,
    /// Queries that stand where a table could.
    pub(super) nested: Vec<&'s SqlQuery>,
    /// Functions that stand where a table could.
    pub(super) functions: Vec<&'s ObjectName>,
    /// Something else gives rows too: a column without a table may be its own.
    pub(super) is_open: bool,
}

/// Which table a column belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The table at this index.
    Table(usize),
    /// It cannot be told, or is of a query around.
    Unknown,
}

impl<'s> Scope<'s> {
    /// The scope of a `SELECT`.
    pub(super) fn of_select(select: &'s Select, text: &SqlText, common: &[SmolStr]) -> Self {
        let mut scope = Self::default();
        for item in &select.from {
            scope.add(item, Side::Inner, (text, common));
        }
        scope
    }

    /// Adds what `FROM`, `USING` or `JOIN` names.
    pub(super) fn add(&mut self, item: &'s FromItem, side: Side, known: (&SqlText, &[SmolStr])) {
        match &item.kind {
            FromKind::Table(name) => self.add_table(name, item.alias.as_ref(), (side, known)),
            FromKind::Query(query) => {
                self.is_open = true;
                self.nested.push(query);
            }
            FromKind::Functions(calls) => {
                self.is_open = true;
                self.functions.extend(calls.iter().map(|call| &call.name));
            }
            FromKind::Join(join) => {
                let (left, right) = match join.kind {
                    JoinKind::Inner | JoinKind::Cross => (side, side),
                    JoinKind::Left => (side, Side::Outer),
                    JoinKind::Right => (Side::Outer, side),
                    JoinKind::Full => (Side::Outer, Side::Outer),
                };
                self.add(&join.left, left, known);
                self.add(&join.right, right, known);
                if let JoinCondition::On(condition) = &join.condition {
                    self.joins.push(condition);
                }
            }
        }
    }

    /// Adds a table; a name of `WITH` is none.
    pub(super) fn add_table(
        &mut self,
        name: &ObjectName,
        alias: Option<&Ident>,
        (side, (text, common)): (Side, (&SqlText, &[SmolStr])),
    ) {
        let written = name.name.as_str();
        if name.schema.is_none() && common.iter().any(|it| it == written) {
            self.is_open = true;
            return;
        }
        let schema = name.schema.as_ref().filter(|schema| !schema.is_hole());
        self.tables.push(Named {
            schema: schema.map(|schema| SmolStr::new(schema.as_str())),
            table: (!name.name.is_hole()).then(|| SmolStr::new(written)),
            alias: SmolStr::new(alias.map_or(written, Ident::as_str)),
            origin: text.place(name.span),
            inner: side == Side::Inner,
        });
    }

    /// Which table a column belongs to.
    pub(super) fn owner(&self, column: &ColumnRef) -> Owner {
        let Some(qualifier) = &column.qualifier else {
            let is_only = self.tables.len() == 1 && !self.is_open;
            return if is_only { Owner::Table(0) } else { Owner::Unknown };
        };
        let alias = qualifier.name.as_str();
        let found = self.tables.iter().position(|table| table.alias == alias);
        found.map_or(Owner::Unknown, Owner::Table)
    }
}

/// The bytes of a column's own name in `t.column`.
pub(super) fn column_span(column: &ColumnRef, whole: Span) -> Span {
    let length = u32::try_from(column.name.as_str().len()).unwrap_or(0);
    let is_bare = whole.len() >= length && column.qualifier.is_some();
    if is_bare { Span { start: whole.end - length, end: whole.end } } else { whole }
}
