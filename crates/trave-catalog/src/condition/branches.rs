//! Parts of a condition that decide it, whatever the rest says.

use trave_source::Span;
use trave_sql::{Expr, ExprKind, Literal, Operator, Query, QueryBody};

use super::caller::Who;
use super::outcome::outcome;
use super::truth::{self, Truth};
use super::visit::{DEPTH_MAX, Visitor, visit};

/// The side of an `or` that always holds, while another side asks for something; for callers who
/// are signed in, one that asks for no more is enough.
pub(super) fn always(expr: &Expr, who: Who, depth: usize) -> Option<&Expr> {
    if depth > DEPTH_MAX {
        return None;
    }
    let is_open = |part: &Expr| match truth::of(part) {
        Truth::Always => true,
        Truth::AnySession => who == Who::SignedIn,
        Truth::Never | Truth::Depends => false,
    };
    let ways = expr.disjuncts();
    if ways.len() > 1 {
        let asks = ways.iter().any(|way| may_admit(way) && !is_open(way));
        let open = ways.iter().find(|way| is_open(way));
        return open
            .filter(|_| asks)
            .copied()
            .or_else(|| ways.into_iter().find_map(|way| always(way, who, depth + 1)));
    }
    let parts = expr.conjuncts();
    if parts.len() > 1 {
        return parts.into_iter().find_map(|part| always(part, who, depth + 1));
    }
    let query = match &expr.kind {
        ExprKind::Exists(query) => query,
        ExprKind::InQuery(found) => &found.query,
        _ => return None,
    };
    let QueryBody::Select(select) = &query.body else { return None };
    always(select.filter.as_ref()?, who, depth + 1)
}

/// Whether it depends on something, and may hold for some caller: what is for the server does not.
fn may_admit(expr: &Expr) -> bool {
    let may = |who| !outcome(expr, who, 0).is_ruled_out();
    truth::of(expr) == Truth::Depends && (may(Who::Stranger) || may(Who::SignedIn))
}

/// Why a part of a condition never holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impossible {
    /// A comparison with `null`, also inside of sub-selects.
    NullCompared,
    /// One column is to equal two constants.
    TwoValues,
    /// A constant stands beside what asks for something.
    Constant,
}

/// The part of a condition that never holds, beside others that ask for something; a condition
/// that says nothing but `false` means it.
pub(super) fn never(expr: &Expr) -> Option<(&Expr, Impossible)> {
    let mut nulls = NullFinder::default();
    visit(expr, &mut nulls, 0);
    if let Some(found) = nulls.found {
        return Some((found, Impossible::NullCompared));
    }
    in_conjunction(expr, 0)
}

fn in_conjunction(expr: &Expr, depth: usize) -> Option<(&Expr, Impossible)> {
    if depth > DEPTH_MAX {
        return None;
    }
    let ways = expr.disjuncts();
    if ways.len() > 1 {
        return ways.into_iter().find_map(|way| in_conjunction(way, depth + 1));
    }
    let parts = expr.conjuncts();
    if parts.len() < 2 {
        return None;
    }
    let asks = parts.iter().any(|part| truth::of(part) == Truth::Depends);
    let never = parts.iter().find(|part| truth::of(part) == Truth::Never);
    if let Some(never) = never.filter(|_| asks) {
        return Some((never, Impossible::Constant));
    }
    let pins: Vec<(String, &Literal, &Expr)> = parts.iter().filter_map(|it| pin(it)).collect();
    let clash = pins.iter().enumerate().find_map(|(at, (column, value, part))| {
        let before = pins.get(..at)?;
        let differs = |(other, constant, _): &&(String, &Literal, &Expr)| {
            other == column
                && constant != value
                && std::mem::discriminant(*constant) == std::mem::discriminant(*value)
        };
        before.iter().find(differs).map(|_| *part)
    });
    clash
        .map(|part| (part, Impossible::TwoValues))
        .or_else(|| parts.into_iter().find_map(|part| in_conjunction(part, depth + 1)))
}

/// `column = 'constant'`, by the column as written.
fn pin(expr: &Expr) -> Option<(String, &Literal, &Expr)> {
    let ExprKind::Binary(binary) = &expr.kind else { return None };
    if binary.operator != Operator::Equal {
        return None;
    }
    let sides = [(&binary.left, &binary.right), (&binary.right, &binary.left)];
    sides.into_iter().find_map(|(column, constant)| {
        let ExprKind::Literal(value) = &without_cast(constant).kind else { return None };
        let is_column = matches!(without_cast(column).kind, ExprKind::Column(_));
        is_column.then(|| (without_cast(column).to_sql(), value, expr))
    })
}

fn without_cast(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Cast(cast) => &cast.value,
        _ => expr,
    }
}

/// Looks for `x = null` and `x <> null`, which are null whatever `x` is.
#[derive(Default)]
struct NullFinder<'e> {
    found: Option<&'e Expr>,
}

impl<'e> Visitor<'e> for NullFinder<'e> {
    fn enter(&mut self, expr: &'e Expr) -> bool {
        if let ExprKind::Binary(binary) = &expr.kind
            && matches!(binary.operator, Operator::Equal | Operator::NotEqual)
        {
            let is_null =
                |side: &Expr| matches!(without_cast(side).kind, ExprKind::Literal(Literal::Null));
            if is_null(&binary.left) || is_null(&binary.right) {
                self.found = self.found.or(Some(expr));
            }
        }
        self.found.is_none()
    }

    fn enter_query(&mut self, _query: &'e Query) -> bool {
        self.found.is_none()
    }
}

/// A condition with `is null` for its comparison with null; none where it is not one line.
pub(super) fn with_null_test(text: &str) -> Option<String> {
    let expr = trave_sql::parse_expression(text, trave_sql::Options::default())?;
    let (part, Impossible::NullCompared) = never(&expr)? else { return None };
    let ExprKind::Binary(binary) = &part.kind else { return None };
    let is_null = |side: &Expr| matches!(without_cast(side).kind, ExprKind::Literal(_));
    let tested = if is_null(&binary.right) { &binary.left } else { &binary.right };
    let suffix = if binary.operator == Operator::Equal { "is null" } else { "is not null" };
    let before = text.get(..part.span.start as usize)?;
    let after = text.get(part.span.end as usize..)?;
    let changed = format!("{before}{} {suffix}{after}", tested.to_sql());
    (!changed.contains('\n')).then_some(changed)
}

/// The part that lets callers without a session pass because they have none. None where the
/// condition may also fail for them, where it holds for everybody, and where it names their role.
pub(super) fn admitting_strangers(expr: &Expr) -> Option<Span> {
    let admits = |part: &Expr| {
        outcome(part, Who::Stranger, 0).is_certain() && truth::of(part) != Truth::Always
    };
    if !admits(expr) || names_strangers(expr) {
        return None;
    }
    let mut part = expr;
    for _ in 0..DEPTH_MAX {
        let ways = part.disjuncts();
        let parts = if ways.len() > 1 { ways } else { part.conjuncts() };
        match parts.into_iter().find(|it| admits(it)) {
            Some(inner) if !std::ptr::eq(inner, part) => part = inner,
            _ => break,
        }
    }
    Some(part.span)
}

/// Whether a condition says `anon`: then it means them.
fn names_strangers(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |part| {
        found |= matches!(&part.kind, ExprKind::Literal(Literal::String(text)) if text == "anon");
        trave_sql::Descend::Into
    });
    found
}

#[cfg(test)]
mod tests {
    use super::{Impossible, Who, admitting_strangers, always, never};

    fn read(condition: &str) -> trave_sql::Expr {
        trave_sql::parse_expression(condition, trave_sql::Options::default()).unwrap()
    }

    #[test]
    fn one_open_side_of_an_or_makes_the_others_idle() {
        let open =
            |condition: &str, who| always(&read(condition), who, 0).map(trave_sql::Expr::to_sql);
        assert_eq!(open("owner_id = auth.uid() or true", Who::Anybody).as_deref(), Some("true"));
        assert_eq!(
            open("x > 1 and (1 = 1 or owner_id = auth.uid())", Who::Anybody).as_deref(),
            Some("1 = 1")
        );
        let session = "owner_id = auth.uid() or auth.uid() is not null";
        assert_eq!(open(session, Who::Anybody), None);
        assert_eq!(open(session, Who::SignedIn).as_deref(), Some("auth.uid() is not null"));
        let inside = "exists (select 1 from t where t.id = x and (t.owner = auth.uid() or true))";
        assert_eq!(open(inside, Who::Anybody).as_deref(), Some("true"));
        assert_eq!(
            open("auth.role() = 'service_role' or auth.role() = 'authenticated'", Who::SignedIn),
            None
        );
        assert_eq!(open("true", Who::Anybody), None);
        assert_eq!(open("true or 1 = 1", Who::Anybody), None);
        assert_eq!(open("owner_id = auth.uid() or shared", Who::Anybody), None);
    }

    #[test]
    fn impossible_parts_are_told_from_plain_refusals() {
        let part =
            |condition: &str| never(&read(condition)).map(|(part, why)| (part.to_sql(), why));
        let found = |text: &str, why| Some((text.to_owned(), why));
        assert_eq!(
            part("owner_id = auth.uid() and deleted_at = null"),
            found("deleted_at = null", Impossible::NullCompared)
        );
        assert_eq!(
            part("status = 'a' and owner_id = auth.uid() and status = 'b'::text"),
            found("status = 'b'::text", Impossible::TwoValues)
        );
        assert_eq!(part("owner_id = auth.uid() and false"), found("false", Impossible::Constant));
        for fine in [
            "false",
            "1 = 0",
            "owner_id = auth.uid() and deleted_at is null",
            "status = 'a' or status = 'b'",
            "a.status = 'a' and b.status = 'b'",
            "owner_id is distinct from null",
        ] {
            assert_eq!(part(fine), None, "{fine}");
        }
    }

    #[test]
    fn a_test_for_null_replaces_the_comparison() {
        for (condition, changed) in [
            ("a = 1 and b = null", Some("a = 1 and b is null")),
            ("null::int <> b", Some("b is not null")),
            ("a = 1", None),
        ] {
            assert_eq!(super::with_null_test(condition).as_deref(), changed, "{condition}");
        }
    }

    #[test]
    fn what_a_missing_session_opens_is_found() {
        let part = |condition: &str| {
            let span = admitting_strangers(&read(condition))?;
            Some(condition.get(span.start as usize..span.end as usize)?.to_owned())
        };
        assert_eq!(
            part("auth.uid() is null or owner_id = auth.uid()").as_deref(),
            Some("auth.uid() is null")
        );
        assert_eq!(
            part("id > 0 or (not (auth.uid() is not null) or shared)").as_deref(),
            Some("not (auth.uid() is not null)")
        );
        for fine in [
            "owner_id <> auth.uid()",
            "auth.uid() is null and shared",
            "shared and (auth.uid() is null or owner_id = auth.uid())",
            "auth.role() = 'anon'",
            "true",
            "auth.uid() is null or true",
            "my_id() is null",
        ] {
            assert_eq!(part(fine), None, "{fine}");
        }
    }
}
