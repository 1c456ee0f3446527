//! Whether a condition can hold for callers without a session, for whom `auth.uid()` is null.

use trave_sql::{Expr, ExprKind, IsTest, Operator, Query, QueryBody};

use super::truth::{self, Truth, is_auth};
use super::visit::DEPTH_MAX;

/// Whether a condition certainly fails for them.
pub(crate) fn shuts_out(expr: &Expr) -> bool {
    fails(expr, 0)
}

fn fails(expr: &Expr, depth: usize) -> bool {
    if depth > DEPTH_MAX {
        return false;
    }
    if matches!(truth::of(expr), Truth::Never | Truth::AnySession) {
        return true;
    }
    match &expr.kind {
        ExprKind::Binary(binary) => {
            let (left, right) = (&binary.left, &binary.right);
            match binary.operator {
                Operator::And => fails(left, depth + 1) || fails(right, depth + 1),
                Operator::Or => fails(left, depth + 1) && fails(right, depth + 1),
                _ => is_null(left, depth + 1) || is_null(right, depth + 1),
            }
        }
        ExprKind::Is(is) => is.negated && is.test == IsTest::Null && is_null(&is.value, depth + 1),
        ExprKind::InList(list) => {
            let never = |it: &Expr| is_null(it, depth + 1);
            never(&list.value) || (!list.negated && list.list.iter().all(never))
        }
        ExprKind::InQuery(found) => {
            let is_strict = !found.negated && is_null(&found.value, depth + 1);
            is_strict || (!found.negated && is_empty(&found.query, depth + 1))
        }
        ExprKind::Exists(query) => is_empty(query, depth + 1),
        ExprKind::Cast(cast) => fails(&cast.value, depth + 1),
        _ => false,
    }
}

/// Whether a query finds nothing for them.
fn is_empty(query: &Query, depth: usize) -> bool {
    let QueryBody::Select(select) = &query.body else { return false };
    select.group.is_empty() && select.filter.as_ref().is_some_and(|filter| fails(filter, depth + 1))
}

/// Whether an expression is null for them: operators give null when an operand is.
fn is_null(expr: &Expr, depth: usize) -> bool {
    if depth > DEPTH_MAX {
        return false;
    }
    match &expr.kind {
        _ if is_auth(expr, "uid") => true,
        ExprKind::Cast(cast) => is_null(&cast.value, depth + 1),
        ExprKind::Binary(binary) if !matches!(binary.operator, Operator::And | Operator::Or) => {
            is_null(&binary.left, depth + 1) || is_null(&binary.right, depth + 1)
        }
        _ => false,
    }
}
