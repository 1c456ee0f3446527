//! Whether a condition depends on anything.

use trave_sql::{Expr, ExprKind, IsTest, Literal, Operator};

use super::visit::{DEPTH_MAX, lone_value};

/// Whether a condition depends on anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It holds for every row and caller.
    Always,
    /// It holds for none.
    Never,
    /// It holds for every row, for callers that are signed in: `auth.role() = 'authenticated'`.
    AnySession,
    /// It depends on more.
    Depends,
}

pub(super) fn of(expr: &Expr) -> Truth {
    truth(expr, 0)
}

fn truth(expr: &Expr, depth: usize) -> Truth {
    if depth > DEPTH_MAX {
        return Truth::Depends;
    }
    match &expr.kind {
        ExprKind::Literal(Literal::Boolean(true)) => Truth::Always,
        ExprKind::Literal(Literal::Boolean(false) | Literal::Null) => Truth::Never,
        ExprKind::Not(inner) => match truth(inner, depth + 1) {
            Truth::Always => Truth::Never,
            Truth::Never => Truth::Always,
            Truth::AnySession | Truth::Depends => Truth::Depends,
        },
        ExprKind::Cast(cast) => truth(&cast.value, depth + 1),
        ExprKind::Subquery(query) => {
            lone_value(query).map_or(Truth::Depends, |value| truth(value, depth + 1))
        }
        ExprKind::Is(is) if is.negated && is.test == IsTest::Null && is_auth(&is.value, "uid") => {
            Truth::AnySession
        }
        ExprKind::Binary(binary) => match binary.operator {
            Operator::And => both(truth(&binary.left, depth + 1), truth(&binary.right, depth + 1)),
            Operator::Or => either(truth(&binary.left, depth + 1), truth(&binary.right, depth + 1)),
            Operator::Equal => equality(&binary.left, &binary.right),
            _ => Truth::Depends,
        },
        _ => Truth::Depends,
    }
}

fn both(left: Truth, right: Truth) -> Truth {
    match (left, right) {
        (Truth::Never, _) | (_, Truth::Never) => Truth::Never,
        (Truth::Always, other) | (other, Truth::Always) => other,
        (Truth::AnySession, Truth::AnySession) => Truth::AnySession,
        _ => Truth::Depends,
    }
}

fn either(left: Truth, right: Truth) -> Truth {
    match (left, right) {
        (Truth::Always, _) | (_, Truth::Always) => Truth::Always,
        (Truth::Never, other) | (other, Truth::Never) => other,
        (Truth::AnySession, Truth::AnySession) => Truth::AnySession,
        _ => Truth::Depends,
    }
}

/// `1 = 1`, and `auth.role() = 'authenticated'`.
fn equality(left: &Expr, right: &Expr) -> Truth {
    match (&left.kind, &right.kind) {
        (ExprKind::Literal(Literal::Null), _) | (_, ExprKind::Literal(Literal::Null)) => {
            Truth::Never
        }
        (ExprKind::Literal(left), ExprKind::Literal(right)) if left == right => Truth::Always,
        (_, ExprKind::Literal(Literal::String(role))) if is_auth(left, "role") => session(role),
        (ExprKind::Literal(Literal::String(role)), _) if is_auth(right, "role") => session(role),
        _ => Truth::Depends,
    }
}

fn session(role: &str) -> Truth {
    if role == "authenticated" { Truth::AnySession } else { Truth::Depends }
}

/// Whether an expression is `auth.<name>()`: alone, cast, or in a sub-select of its own.
pub(super) fn is_auth(expr: &Expr, name: &str) -> bool {
    match &expr.kind {
        ExprKind::Call(call) => call.name.schema.is_some() && call.name.is("auth", name),
        ExprKind::Cast(cast) => is_auth(&cast.value, name),
        ExprKind::Subquery(query) => lone_value(query).is_some_and(|value| is_auth(value, name)),
        _ => false,
    }
}
