//! What a condition looks at of the row that it is asked about.

use smol_str::SmolStr;
use trave_sql::{Expr, ExprKind, Query};

use super::scopes::{Home, Scopes};
use super::visit::{Visitor, visit};
use crate::schema::{Catalog, Table};

/// What a condition looks at of the row that it is asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowUse {
    /// Columns of the row, also those that sub-selects compare with.
    pub columns: Vec<SmolStr>,
    /// Something could not be told: it may look at more.
    pub may_be_more: bool,
}

pub(super) fn of(expr: &Expr, table: &Table, catalog: &Catalog) -> RowUse {
    let mut reader = Reader { scopes: Scopes::new(table, catalog), used: RowUse::default() };
    visit(expr, &mut reader, 0);
    reader.used
}

struct Reader<'q> {
    scopes: Scopes<'q>,
    used: RowUse,
}

impl<'q> Visitor<'q> for Reader<'q> {
    fn enter(&mut self, expr: &'q Expr) -> bool {
        match &expr.kind {
            ExprKind::Column(column) => match self.scopes.home(column) {
                Home::Row if self.used.columns.contains(&column.name.as_str().into()) => {}
                Home::Row => self.used.columns.push(column.name.as_str().into()),
                Home::Source(_) => {}
                Home::Unknown => self.used.may_be_more = true,
            },
            ExprKind::Other(_) | ExprKind::Wildcard(Some(_)) => self.used.may_be_more = true,
            _ => {}
        }
        true
    }

    fn enter_query(&mut self, query: &'q Query) -> bool {
        self.scopes.enter(query);
        true
    }

    fn leave_query(&mut self) {
        self.scopes.leave();
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{lenient, table};

    fn used(condition: &str) -> (String, bool) {
        let sql = format!(
            "create table members (team_id int, user_id uuid);
             create table notes (id int, team_id int, owner_id uuid);
             create policy p on notes for select using ({condition});"
        );
        let catalog = lenient(&sql).catalog;
        let notes = table(&catalog, "notes");
        let used = notes.policies[0].using.as_ref().unwrap().row_use(notes, &catalog);
        (used.columns.join(" "), used.may_be_more)
    }

    #[test]
    fn a_name_belongs_to_the_innermost_query_that_has_it() {
        for (condition, columns) in [
            ("owner_id = auth.uid()", "owner_id"),
            ("exists (select 1 from members m where m.team_id = notes.team_id)", "team_id"),
            ("exists (select 1 from members m where m.team_id = team_id)", ""),
            ("exists (select 1 from members where user_id = owner_id)", "owner_id"),
            ("team_id in (select team_id from members where user_id = auth.uid())", "team_id"),
            ("exists (select 1 from members where user_id = auth.uid())", ""),
            ("is_admin()", ""),
            ("may_see(notes)", "notes"),
        ] {
            assert_eq!(used(condition), (columns.to_owned(), false), "{condition}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_said() {
        for condition in [
            "exists (select 1 from elsewhere where team_id = 3)",
            "exists (with members as (select 1 as x) select 1 from members where team_id = 3)",
            "exists (select 1 from unnest(array[1]) as t where owner_id is null)",
        ] {
            assert!(used(condition).1, "{condition}");
        }
    }
}
