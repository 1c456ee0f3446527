//! Which columns a condition compares with who is calling, or with what is the caller's.

use smol_str::SmolStr;
use trave_sql::{Expr, ExprKind, Operator};

use super::caller::is_auth;
use super::visit::{DEPTH_MAX, Visitor, visit};

/// The columns that must be the caller's id, or among what is found by it, on every way of holding.
pub(super) fn columns(expr: &Expr, depth: usize) -> Vec<SmolStr> {
    if depth > DEPTH_MAX {
        return Vec::new();
    }
    let binary = match &expr.kind {
        ExprKind::Binary(binary) => binary,
        ExprKind::InQuery(within) if !within.negated && asks_for_caller(expr) => {
            return column(&within.value).into_iter().collect();
        }
        _ => return Vec::new(),
    };
    let (left, right) = (&binary.left, &binary.right);
    let both = || (columns(left, depth + 1), columns(right, depth + 1));
    match binary.operator {
        Operator::And => {
            let (mut one, other) = both();
            one.extend(other);
            one
        }
        Operator::Or => {
            let (mut one, other) = both();
            one.retain(|column| other.contains(column));
            one
        }
        Operator::Equal if is_auth(left, "uid") => column(right).into_iter().collect(),
        Operator::Equal if is_auth(right, "uid") => column(left).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Whether some part of an expression is the caller's id.
fn asks_for_caller(expr: &Expr) -> bool {
    struct Asks(bool);
    impl Visitor<'_> for Asks {
        fn enter(&mut self, expr: &Expr) -> bool {
            self.0 |= is_auth(expr, "uid");
            true
        }
    }
    let mut asks = Asks(false);
    visit(expr, &mut asks, 0);
    asks.0
}

/// The column that an expression is, also under a cast.
fn column(expr: &Expr) -> Option<SmolStr> {
    match &expr.kind {
        ExprKind::Column(column) => Some(column.name.as_str().into()),
        ExprKind::Cast(cast) => column(&cast.value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{catalog, table};

    fn owners(condition: &str) -> Vec<String> {
        let catalog = catalog(&format!(
            "create table notes (id int, owner_id uuid, reader_id uuid, sharing text);
             create policy p on notes for select using ({condition});"
        ));
        let using = table(&catalog, "notes").policies[0].using.as_ref().unwrap();
        using.columns_of_caller().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_column_counts_where_every_way_asks_for_it() {
        assert_eq!(owners("owner_id = (select auth.uid())"), ["owner_id"]);
        assert_eq!(owners("auth.uid()::text = owner_id::text and sharing = 'x'"), ["owner_id"]);
        assert_eq!(
            owners("id in (select n.id from notes n where n.owner_id = auth.uid())"),
            ["id"]
        );
        assert!(owners("id in (select n.id from notes n)").is_empty());
        assert!(
            owners("id not in (select n.id from notes n where n.owner_id = auth.uid())").is_empty()
        );
        assert!(owners("owner_id = auth.uid() or reader_id = auth.uid()").is_empty());
        assert!(owners("owner_id = auth.uid() or owner_id is null").is_empty());
        assert!(owners("exists (select 1 from notes n where n.owner_id = auth.uid())").is_empty());
    }
}
