//! What an expression inside a condition is worth for whoever is assumed to be calling.

use trave_sql::{Call, Expr, ExprKind, Operator};

use super::caller::{Who, claim, of_session};
use super::implied::{Known, literal};
use super::outcome::{is_empty, outcome};
use super::visit::{DEPTH_MAX, lone_value};

/// As much as is known of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// All of it.
    Known(Known),
    /// It is not null.
    Present,
    /// Nothing.
    Unknown,
}

impl Value {
    pub(super) const NULL: Self = Self::Known(Known::Null);

    pub(super) fn is_null(&self) -> bool {
        *self == Self::NULL
    }

    pub(super) fn text(text: &str) -> Self {
        Self::Known(Known::Text(text.into()))
    }
}

pub(super) fn value(expr: &Expr, who: Who, depth: usize) -> Value {
    if depth > DEPTH_MAX {
        return Value::Unknown;
    }
    match &expr.kind {
        ExprKind::Literal(_) => literal(expr).map_or(Value::Present, Value::Known),
        ExprKind::Call(call) => of_call(call, who, depth),
        ExprKind::Cast(cast) => value(&cast.value, who, depth + 1),
        ExprKind::Collate(collate) => value(&collate.value, who, depth + 1),
        ExprKind::Subquery(query) => match lone_value(query) {
            Some(inner) => value(inner, who, depth + 1),
            None if is_empty(query, who, depth + 1) => Value::NULL,
            None => Value::Unknown,
        },
        ExprKind::Binary(binary) if !is_condition(&binary.operator) => {
            if let Some(claim) = claim(binary) {
                return claim.value(who);
            }
            let operands = [&binary.left, &binary.right];
            // Operators give null when an operand is.
            match operands.map(|operand| value(operand, who, depth + 1)) {
                operands if operands.iter().any(Value::is_null) => Value::NULL,
                _ => Value::Unknown,
            }
        }
        ExprKind::Column(_)
        | ExprKind::Wildcard(_)
        | ExprKind::Parameter(_)
        | ExprKind::Unary(_)
        | ExprKind::Case(_)
        | ExprKind::Array(_)
        | ExprKind::ArrayQuery(_)
        | ExprKind::Row(_)
        | ExprKind::Subscript(_)
        | ExprKind::Field(_)
        | ExprKind::Other(_) => Value::Unknown,
        _ => outcome(expr, who, depth + 1).value(),
    }
}

/// Whether an operator's result is true, false or null.
fn is_condition(operator: &Operator) -> bool {
    matches!(
        operator,
        Operator::And
            | Operator::Or
            | Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
    )
}

fn of_call(call: &Call, who: Who, depth: usize) -> Value {
    if call.name.is("pg_catalog", "coalesce") {
        let mut arguments = call.arguments.iter().map(|it| value(&it.value, who, depth + 1));
        return arguments.find(|it| !it.is_null()).unwrap_or(Value::NULL);
    }
    of_session(call, who)
}
