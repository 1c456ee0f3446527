//! Whether an index can find the rows that a condition holds for.

use trave_sql::{Binary, Expr, ExprKind, Operator};

use super::visit::DEPTH_MAX;

/// Whether a condition compares a column, of which `indexed` says yes, on every way of holding.
pub(super) fn narrows(expr: &Expr, indexed: &dyn Fn(&str) -> bool, depth: usize) -> bool {
    if depth > DEPTH_MAX {
        return true;
    }
    match &expr.kind {
        ExprKind::Binary(binary) => narrows_by(binary, indexed, depth),
        ExprKind::InList(within) => !within.negated && is_indexed(&within.value, indexed),
        ExprKind::InQuery(within) => !within.negated && is_indexed(&within.value, indexed),
        ExprKind::Quantified(compared) => is_indexed(&compared.value, indexed),
        ExprKind::Is(is) => !is.negated && is_indexed(&is.value, indexed),
        ExprKind::Between(between) => !between.negated && is_indexed(&between.value, indexed),
        // Not understood: it may.
        ExprKind::Other(other) => other.columns.iter().any(|column| indexed(column.name.as_str())),
        _ => false,
    }
}

fn narrows_by(binary: &Binary, indexed: &dyn Fn(&str) -> bool, depth: usize) -> bool {
    let [left, right] = [&binary.left, &binary.right];
    match binary.operator {
        Operator::And => narrows(left, indexed, depth + 1) || narrows(right, indexed, depth + 1),
        Operator::Or => narrows(left, indexed, depth + 1) && narrows(right, indexed, depth + 1),
        Operator::Equal
        | Operator::Less
        | Operator::LessOrEqual
        | Operator::Greater
        | Operator::GreaterOrEqual => is_indexed(left, indexed) || is_indexed(right, indexed),
        _ => false,
    }
}

fn is_indexed(expr: &Expr, indexed: &dyn Fn(&str) -> bool) -> bool {
    match &expr.kind {
        ExprKind::Column(column) => indexed(column.name.as_str()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{catalog, table};

    fn narrows(condition: &str) -> bool {
        let catalog = catalog(&format!(
            "create table teams (id int, owner_id uuid);
             create table notes (id int, team_id int, owner_id uuid, sharing text);
             create policy p on notes for select using ({condition});"
        ));
        let using = table(&catalog, "notes").policies[0].using.as_ref().unwrap();
        using.is_narrowed_by(&|column| matches!(column, "team_id" | "owner_id"))
    }

    #[test]
    fn an_indexed_comparison_on_every_way_narrows() {
        assert!(narrows("owner_id = (select auth.uid())"));
        assert!(narrows("sharing = 'x' and (select auth.uid()) = owner_id"));
        assert!(narrows("team_id = 3 or owner_id = (select auth.uid())"));
        assert!(narrows("team_id in (select id from teams)"));
    }

    #[test]
    fn one_way_without_an_index_reads_all() {
        assert!(!narrows("sharing <> 'private'"));
        assert!(!narrows("owner_id = (select auth.uid()) or sharing <> 'private'"));
        assert!(!narrows("exists (select 1 from teams t where t.id = notes.team_id)"));
        assert!(!narrows("true"));
    }
}
