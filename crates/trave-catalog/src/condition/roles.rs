//! Which roles a condition expects its caller to have.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{Expr, ExprKind, Literal, Operator};

use super::caller::{claim, is_auth};
use super::visit::{Visitor, visit};

/// Roles that tokens of the platform name: those of callers, and those that only its own services
/// have.
const ISSUED: [&str; 6] = [
    "anon",
    "authenticated",
    "service_role",
    "supabase_admin",
    "supabase_auth_admin",
    "dashboard_user",
];

/// A role that a condition compares the caller's with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedRole {
    /// Its name.
    pub name: SmolStr,
    /// Where the comparison stands.
    pub span: Span,
    /// `<>` or `not in`.
    pub negated: bool,
}

impl ExpectedRole {
    /// Whether the platform gives this role to anybody by itself.
    pub fn is_issued(&self) -> bool {
        ISSUED.contains(&self.name.as_str())
    }
}

pub(super) fn of(expr: &Expr) -> Vec<ExpectedRole> {
    let mut finder = Finder::default();
    visit(expr, &mut finder, 0);
    finder.0
}

#[derive(Default)]
struct Finder(Vec<ExpectedRole>);

impl Finder {
    fn add(&mut self, constant: &Expr, (span, negated): (Span, bool)) {
        if let ExprKind::Literal(Literal::String(name)) = &without_cast(constant).kind {
            self.0.push(ExpectedRole { name: name.clone(), span, negated });
        }
    }
}

impl Visitor<'_> for Finder {
    fn enter(&mut self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Binary(binary)
                if matches!(binary.operator, Operator::Equal | Operator::NotEqual) =>
            {
                let how = (expr.span, binary.operator == Operator::NotEqual);
                if is_role(&binary.left) {
                    self.add(&binary.right, how);
                } else if is_role(&binary.right) {
                    self.add(&binary.left, how);
                }
            }
            ExprKind::InList(list) if is_role(&list.value) => {
                for item in &list.list {
                    self.add(item, (expr.span, list.negated));
                }
            }
            _ => {}
        }
        true
    }
}

/// `auth.role()`, or the claim that it reads.
fn is_role(expr: &Expr) -> bool {
    if is_auth(expr, "role") {
        return true;
    }
    let inner = without_cast(expr);
    match &inner.kind {
        ExprKind::Binary(binary) => {
            let is_text = matches!(binary.operator, Operator::JsonGetText | Operator::JsonPathText);
            // A path such as `{role,name}` is none that anybody writes.
            is_text && claim(binary).is_some_and(|claim| claim.name == "role")
        }
        ExprKind::Subquery(query) => super::visit::lone_value(query).is_some_and(is_role),
        _ => false,
    }
}

fn without_cast(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Cast(cast) => &cast.value,
        _ => expr,
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn roles_are_found_wherever_they_are_compared() {
        for (condition, expected) in [
            ("auth.role() = 'admin'", "admin"),
            ("'admin' = (select auth.role())", "admin"),
            ("auth.role() in ('authenticated', 'editor')", "authenticated editor"),
            ("(auth.jwt() ->> 'role')::text <> 'staff'", "not staff"),
            ("((select auth.jwt()) ->> 'role') = 'staff'", "staff"),
            ("auth.jwt() -> 'app_metadata' ->> 'role' = 'staff'", ""),
            ("role = 'admin'", ""),
        ] {
            let expr = trave_sql::parse_expression(condition, trave_sql::Options::default());
            let found = of(&expr.unwrap());
            let shown = found.iter().map(|role| {
                let not = if role.negated { "not " } else { "" };
                format!("{not}{}", role.name)
            });
            assert_eq!(shown.collect::<Vec<_>>().join(" "), expected, "{condition}");
        }
    }
}
