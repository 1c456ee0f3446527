//! What a condition does with the caller's e-mail address or another claim: patterns that others
//! can fit, and keys that can change.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{Expr, ExprKind, Literal, Operator, Query};

use super::caller::{claim, is_auth};
use super::scopes::{Home, Scopes};
use super::visit::{Visitor, lone_value, visit};
use crate::schema::{Catalog, Table};

/// How a condition knows its caller by an address or claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownBy {
    /// It matches a pattern: `like`, `ilike`, `similar to`, `~`. The pattern, if it is a constant.
    Pattern(Option<SmolStr>),
    /// It equals a column of the row, by this name.
    Column(SmolStr),
}

/// A place where a condition looks at the caller's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressUse {
    /// Where.
    pub span: Span,
    /// What is read: `auth.email()`, or the name of the claim.
    pub claim: SmolStr,
    /// How.
    pub known_by: KnownBy,
}

pub(super) fn uses(expr: &Expr, table: &Table, catalog: &Catalog) -> Vec<AddressUse> {
    let mut finder = Finder { scopes: Scopes::new(table, catalog), found: Vec::new() };
    visit(expr, &mut finder, 0);
    finder.found
}

struct Finder<'q> {
    scopes: Scopes<'q>,
    found: Vec<AddressUse>,
}

impl Finder<'_> {
    fn pattern(&mut self, span: Span, (value, pattern): (&Expr, &Expr)) {
        let Some(claim) = claim_in(value) else { return };
        let constant = match &pattern.kind {
            ExprKind::Literal(Literal::String(text)) => Some(text.clone()),
            _ => None,
        };
        self.found.push(AddressUse { span, claim, known_by: KnownBy::Pattern(constant) });
    }

    fn key(&mut self, span: Span, (column, value): (&Expr, &Expr)) {
        let ExprKind::Column(named) = &bare(column).kind else { return };
        if let Some(claim) = claim_in(value).filter(|claim| is_email(claim))
            && matches!(self.scopes.home(named), Home::Row)
        {
            let column = named.name.as_str().into();
            self.found.push(AddressUse { span, claim, known_by: KnownBy::Column(column) });
        }
    }
}

impl<'q> Visitor<'q> for Finder<'q> {
    fn enter(&mut self, expr: &'q Expr) -> bool {
        match &expr.kind {
            ExprKind::Like(like) => self.pattern(expr.span, (&like.value, &like.pattern)),
            ExprKind::Binary(binary) => match binary.operator {
                Operator::Regex { .. } => self.pattern(expr.span, (&binary.left, &binary.right)),
                Operator::Equal => {
                    self.key(expr.span, (&binary.left, &binary.right));
                    self.key(expr.span, (&binary.right, &binary.left));
                }
                _ => {}
            },
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

fn is_email(claim: &str) -> bool {
    matches!(claim, "auth.email()" | "email")
}

/// The address or claim that an expression is: alone, in other letters, in a sub-select.
fn claim_in(expr: &Expr) -> Option<SmolStr> {
    let expr = bare(expr);
    if is_auth(expr, "email") {
        return Some("auth.email()".into());
    }
    match &expr.kind {
        // What the user writes, and what the server writes, is for others to judge.
        ExprKind::Binary(binary) => {
            let name = claim(binary)?.name;
            (!matches!(name, "user_metadata" | "app_metadata" | "role" | "iss" | "aud"))
                .then(|| name.into())
        }
        ExprKind::Subquery(query) => lone_value(query).and_then(claim_in),
        _ => None,
    }
}

/// Without casts and changes of letters.
fn bare(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Cast(cast) => bare(&cast.value),
        ExprKind::Call(call)
            if matches!(call.name.name.as_str(), "lower" | "upper" | "trim" | "btrim") =>
        {
            call.arguments.first().map_or(expr, |argument| bare(&argument.value))
        }
        // `coalesce(claim, '')`.
        ExprKind::Call(call) if call.name.name == "coalesce" => {
            call.arguments.first().map_or(expr, |argument| bare(&argument.value))
        }
        _ => expr,
    }
}

#[cfg(test)]
mod tests {
    use super::KnownBy;
    use crate::testing::{catalog, table};

    fn uses(condition: &str) -> Vec<String> {
        let catalog = catalog(&format!(
            "create table members (team_id int, email text);
             create table notes (id int, email text, owner_id uuid);
             create policy p on notes for select using ({condition});"
        ));
        let notes = table(&catalog, "notes");
        let found = notes.policies[0].using.as_ref().unwrap().address_uses(notes, &catalog);
        let shown = found.iter().map(|it| match &it.known_by {
            KnownBy::Pattern(Some(pattern)) => format!("{} like {pattern}", it.claim),
            KnownBy::Pattern(None) => format!("{} like ?", it.claim),
            KnownBy::Column(column) => format!("{} = {column}", it.claim),
        });
        shown.collect()
    }

    #[test]
    fn patterns_and_keys_of_the_caller_are_found() {
        for (condition, expected) in [
            ("auth.email() like '%@acme.com'", "auth.email() like %@acme.com"),
            ("lower(auth.jwt() ->> 'email') ~ 'acme'", "email like acme"),
            ("(select auth.jwt() ->> 'email') ilike '%' || id", "email like ?"),
            ("lower(email) = lower((select auth.email()))", "auth.email() = email"),
            ("coalesce(auth.jwt() ->> 'email', '') = email", "email = email"),
        ] {
            assert_eq!(uses(condition), [expected], "{condition}");
        }
    }

    #[test]
    fn what_is_not_of_the_caller_or_the_row_is_left_alone() {
        for condition in [
            "email like '%@acme.com'",
            "auth.jwt() -> 'app_metadata' ->> 'plan' like 'pro%'",
            "split_part(auth.email(), '@', 2) = 'acme.com'",
            "exists (select 1 from members m where m.email = auth.email())",
            "owner_id = auth.uid()",
        ] {
            assert!(uses(condition).is_empty(), "{condition}");
        }
    }
}
