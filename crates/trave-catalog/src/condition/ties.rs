//! Whether a condition leaves a caller only rows of its own.

use trave_sql::{Expr, ExprKind, Operator, Query};

use super::correlation::depends_on_outside;
use super::visit::{DEPTH_MAX, Visitor, visit};
use crate::Catalog;

/// Whether a column of the row meets the caller on every way of holding.
pub(super) fn ties(expr: &Expr, catalog: &Catalog, depth: usize) -> bool {
    if depth > DEPTH_MAX {
        return false;
    }
    match &expr.kind {
        ExprKind::Binary(binary) if binary.operator == Operator::And => {
            ties(&binary.left, catalog, depth + 1) || ties(&binary.right, catalog, depth + 1)
        }
        ExprKind::Binary(binary) if binary.operator == Operator::Or => {
            ties(&binary.left, catalog, depth + 1) && ties(&binary.right, catalog, depth + 1)
        }
        // What is not understood ties nothing.
        ExprKind::Not(_) | ExprKind::Other(_) => false,
        ExprKind::InQuery(within) if within.negated => false,
        ExprKind::InList(within) if within.negated => false,
        _ => {
            let mut met = Met { catalog, row: false, call: false, depth: 0 };
            visit(expr, &mut met, 0);
            met.row && met.call
        }
    }
}

/// What an expression looks at.
struct Met<'c> {
    catalog: &'c Catalog,
    /// A column of the row at hand, also from inside of a sub-select.
    row: bool,
    /// A function that may know who is calling.
    call: bool,
    depth: usize,
}

impl Visitor<'_> for Met<'_> {
    fn enter(&mut self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Call(_) => self.call = true,
            ExprKind::Column(_) => self.row |= self.depth == 0,
            _ => {}
        }
        true
    }

    fn enter_query(&mut self, query: &Query) -> bool {
        self.row |= depends_on_outside(query, self.catalog);
        self.depth += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{catalog, table};

    fn ties(condition: &str) -> bool {
        let catalog = catalog(&format!(
            "create function is_admin() returns boolean language sql as 'select true';
             create function is_member(team int) returns boolean language sql as 'select true';
             create table members (team_id int, user_id uuid);
             create table notes (id int, team_id int, owner_id uuid, sharing text);
             create policy p on notes for select using ({condition});"
        ));
        let using = table(&catalog, "notes").policies[0].using.as_ref().unwrap();
        using.ties_rows_to_caller(&catalog)
    }

    #[test]
    fn rows_of_the_caller_are_tied_to_it() {
        assert!(ties("owner_id = (select auth.uid())"));
        assert!(ties("public.is_member(team_id)"));
        assert!(ties("team_id in (select team_id from members where user_id = auth.uid())"));
        assert!(ties(
            "exists (select 1 from members m where m.team_id = notes.team_id and m.user_id = auth.uid())"
        ));
        assert!(ties("owner_id = auth.uid() or public.is_member(team_id)"));
        assert!(ties("sharing = 'team' and public.is_member(team_id)"));
    }

    #[test]
    fn a_way_that_asks_only_who_is_calling_shows_all_rows() {
        assert!(!ties("public.is_admin()"));
        assert!(!ties("auth.role() = 'authenticated'"));
        assert!(!ties("owner_id = auth.uid() or public.is_admin()"));
        assert!(!ties("owner_id = auth.uid() or sharing = 'public'"));
        assert!(!ties("exists (select 1 from members m where m.user_id = auth.uid())"));
        assert!(!ties("true"));
    }
}
