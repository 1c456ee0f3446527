//! Whether a condition follows from what is known of a row's columns.

use smol_str::SmolStr;
use trave_sql::{Binary, Expr, ExprKind, Is, IsTest, Literal, Operator};

use super::visit::DEPTH_MAX;

/// The value that a column is known to have.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// `null`.
    Null,
    /// A boolean.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(SmolStr),
}

/// Whether a condition holds for every row with these values.
pub(super) fn holds(expr: &Expr, known: &dyn Fn(&str) -> Option<Known>, depth: usize) -> bool {
    if depth > DEPTH_MAX {
        return false;
    }
    match &expr.kind {
        ExprKind::Literal(Literal::Boolean(value)) => *value,
        ExprKind::Column(_) => value_of(expr, known) == Some(Known::Boolean(true)),
        ExprKind::Not(inner) => value_of(inner, known) == Some(Known::Boolean(false)),
        ExprKind::Binary(binary) => compares(binary, known, depth),
        ExprKind::Is(is) => is_so(is, known),
        ExprKind::InList(within) if !within.negated => {
            let value = value_of(&within.value, known).filter(|value| *value != Known::Null);
            value.is_some() && within.list.iter().any(|item| literal(item) == value)
        }
        _ => false,
    }
}

fn compares(binary: &Binary, known: &dyn Fn(&str) -> Option<Known>, depth: usize) -> bool {
    let side = |expr| holds(expr, known, depth + 1);
    match binary.operator {
        Operator::And => side(&binary.left) && side(&binary.right),
        Operator::Or => side(&binary.left) || side(&binary.right),
        Operator::Equal | Operator::NotEqual => {
            let sides = [&binary.left, &binary.right].map(|side| {
                literal(side).or_else(|| value_of(side, known)).filter(|it| *it != Known::Null)
            });
            let [Some(left), Some(right)] = sides else { return false };
            let same_kind = std::mem::discriminant(&left) == std::mem::discriminant(&right);
            same_kind && (left == right) == (binary.operator == Operator::Equal)
        }
        _ => false,
    }
}

fn is_so(is: &Is, known: &dyn Fn(&str) -> Option<Known>) -> bool {
    let Some(value) = value_of(&is.value, known) else { return false };
    let holds = match is.test {
        IsTest::Null => value == Known::Null,
        IsTest::True => value == Known::Boolean(true),
        IsTest::False => value == Known::Boolean(false),
        _ => return false,
    };
    holds != is.negated
}

fn value_of(expr: &Expr, known: &dyn Fn(&str) -> Option<Known>) -> Option<Known> {
    match &expr.kind {
        ExprKind::Column(column) => known(column.name.as_str()),
        _ => None,
    }
}

/// A constant; a cast of one keeps its text.
pub(super) fn literal(expr: &Expr) -> Option<Known> {
    match &expr.kind {
        ExprKind::Literal(Literal::Null) => Some(Known::Null),
        ExprKind::Literal(Literal::Boolean(value)) => Some(Known::Boolean(*value)),
        ExprKind::Literal(Literal::Number(text)) => text.parse().ok().map(Known::Number),
        ExprKind::Literal(Literal::String(text)) => Some(Known::Text(text.clone())),
        ExprKind::Cast(cast) => literal(&cast.value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Known;
    use crate::testing::{catalog, table};

    fn holds(condition: &str) -> bool {
        let catalog = catalog(&format!(
            "create table notes (id int, status text, published boolean, hidden boolean, gone int);
             create policy p on notes for select using ({condition});"
        ));
        let using = table(&catalog, "notes").policies[0].using.as_ref().unwrap();
        using.holds_given(&|column| match column {
            "status" => Some(Known::Text("open".into())),
            "published" => Some(Known::Boolean(true)),
            "hidden" => Some(Known::Boolean(false)),
            "gone" => Some(Known::Null),
            _ => None,
        })
    }

    #[test]
    fn what_the_values_imply_holds() {
        for condition in [
            "true",
            "status = 'open'",
            "status <> 'private'::text and published",
            "published = true and not hidden",
            "status in ('open', 'done') and gone is null",
            "id = 1 or published is true",
        ] {
            assert!(holds(condition), "{condition}");
        }
    }

    #[test]
    fn what_is_not_known_does_not_hold() {
        for condition in
            ["id = 1", "status = 'done'", "status <> 'open'", "hidden", "gone = 1", "gone <> 1"]
        {
            assert!(!holds(condition), "{condition}");
        }
    }
}
