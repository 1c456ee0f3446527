//! Session functions that a policy runs once per row.

use smol_str::{SmolStr, format_smolstr};
use trave_source::Origin;
use trave_sql::{Call, Expr, ExprKind, Operator, Query};

use super::correlation::depends_on_outside;
use super::visit::{DEPTH_MAX, Visitor, visit};
use crate::schema::{Catalog, Condition};

/// Functions that return the same for all rows of one query, and that PostgreSQL nevertheless
/// runs for each row unless a sub-select keeps the result.
const AUTH_CALLS: [&str; 4] = ["uid", "jwt", "role", "email"];

/// A session function that runs once per row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowCall {
    /// The call as people write it: `auth.uid()`.
    pub text: SmolStr,
    /// Where it stands.
    pub origin: Origin,
}

pub(super) fn of(condition: &Condition, catalog: &Catalog) -> Vec<RowCall> {
    let mut finder = Finder { catalog, found: Vec::new() };
    visit(&condition.expr, &mut finder, 0);
    let place =
        |(text, span): (SmolStr, trave_source::Span)| RowCall { text, origin: condition.at(span) };
    finder.found.into_iter().map(place).collect()
}

/// The condition with each of these calls in a sub-select, on one line; none where its text could
/// not be read again.
pub(super) fn kept(condition: &Condition, catalog: &Catalog) -> Option<String> {
    let expr = read(&condition.text)?;
    let mut finder = Finder { catalog, found: Vec::new() };
    visit(&expr, &mut finder, 0);
    let mut text = condition.text.clone();
    finder.found.sort_by_key(|(_, span)| span.start);
    for (_, span) in finder.found.into_iter().rev() {
        let range = span.start as usize..span.end as usize;
        let call = text.get(range.clone())?.to_owned();
        text.replace_range(range, &format!("(select {call})"));
    }
    let text = if text.contains('\n') { read(&text)?.to_sql() } else { text };
    let kept = read(&text)?;
    let mut left = Finder { catalog, found: Vec::new() };
    visit(&kept, &mut left, 0);
    (left.found.is_empty() && !text.contains('\n')).then_some(text)
}

/// Whether an index takes up each of these calls: on every way of holding, the condition compares a
/// column, of which `indexed` says yes, with such a call. PostgreSQL then runs it once, to look the
/// rows up.
pub(super) fn are_looked_up(
    condition: &Condition,
    catalog: &Catalog,
    indexed: &dyn Fn(&str) -> bool,
) -> bool {
    let (finds_rows, looked_up) = lookups(&condition.expr, indexed, 0);
    finds_rows && looked_up == of(condition, catalog).len()
}

/// Whether an index finds the rows by calls, and how many of these it takes up.
fn lookups(expr: &Expr, indexed: &dyn Fn(&str) -> bool, depth: usize) -> (bool, usize) {
    let ExprKind::Binary(binary) = &expr.kind else { return (false, 0) };
    if depth > DEPTH_MAX {
        return (false, 0);
    }
    let [left, right] = [&binary.left, &binary.right];
    let both = || (lookups(left, indexed, depth + 1), lookups(right, indexed, depth + 1));
    match binary.operator {
        Operator::And => {
            let ((one, calls), (other, more)) = both();
            (one || other, calls + more)
        }
        Operator::Or => {
            let ((one, calls), (other, more)) = both();
            (one && other, calls + more)
        }
        Operator::Equal => {
            let is_column = |it: &Expr| match &it.kind {
                ExprKind::Column(column) => indexed(column.name.as_str()),
                _ => false,
            };
            let found = (is_column(left) && is_call(right)) || (is_column(right) && is_call(left));
            (found, usize::from(found))
        }
        _ => (false, 0),
    }
}

/// A session function, also as another type: `auth.uid()::text`.
fn is_call(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call(call) => session_call(call).is_some(),
        ExprKind::Cast(cast) => is_call(&cast.value),
        _ => false,
    }
}

fn read(text: &str) -> Option<Expr> {
    trave_sql::parse_expression(text, trave_sql::Options::default())
}

struct Finder<'c> {
    catalog: &'c Catalog,
    found: Vec<(SmolStr, trave_source::Span)>,
}

impl Visitor<'_> for Finder<'_> {
    fn enter(&mut self, expr: &Expr) -> bool {
        if let ExprKind::Call(call) = &expr.kind
            && let Some(text) = session_call(call)
        {
            self.found.push((text, expr.span));
        }
        true
    }

    /// A query that depends on nothing around it is run once, `(select auth.uid())` as well as
    /// `in (select team_id from members where user_id = auth.uid())`.
    fn enter_query(&mut self, query: &Query) -> bool {
        depends_on_outside(query, self.catalog)
    }
}

/// Whether a call says who is calling: `auth.uid()`, or the claims and headers of the request.
pub(crate) fn is_session_call(call: &Call) -> bool {
    let of_request =
        |text: &str| text.starts_with("request.jwt") || text.starts_with("request.headers");
    match session_call(call) {
        Some(text) if text.starts_with("auth.") => true,
        Some(_) => call.arguments.iter().any(|one| one.value.as_string().is_some_and(of_request)),
        None => false,
    }
}

fn session_call(call: &Call) -> Option<SmolStr> {
    let name = call.name.name.as_str();
    if call.name.schema.as_ref().is_some_and(|schema| *schema == "auth") {
        return AUTH_CALLS.contains(&name).then(|| format_smolstr!("auth.{name}()"));
    }
    (name == "current_setting").then(|| SmolStr::new_static("current_setting(…)"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{catalog, table};

    /// The calls of the only policy's `USING` that run per row, and the text without them.
    fn calls(condition: &str) -> (usize, Option<String>) {
        let catalog = catalog(&format!(
            "create table members (team_id int, user_id uuid, role text);
             create table notes (id int, team_id int, owner_id uuid);
             create policy p on notes for select using ({condition});"
        ));
        let notes = table(&catalog, "notes");
        let using = notes.policies[0].using.as_ref().unwrap();
        (using.row_calls(&catalog).len(), using.with_calls_kept(&catalog))
    }

    #[test]
    fn a_query_of_its_own_runs_once() {
        for condition in [
            "owner_id = (select auth.uid())",
            "team_id in (select team_id from members where user_id = auth.uid())",
            "team_id in (select m.team_id from public.members m where m.user_id = auth.uid())",
            "exists (select 1 from members where user_id = auth.uid() and role = 'admin')",
            "team_id = any (array(select team_id from members where auth.uid() = user_id))",
        ] {
            assert_eq!(calls(condition).0, 0, "{condition}");
        }
    }

    #[test]
    fn a_query_that_looks_at_the_row_runs_for_each() {
        for condition in [
            "exists (select 1 from members m where m.team_id = notes.team_id \
             and m.user_id = auth.uid())",
            "exists (select 1 from members where user_id = auth.uid() and user_id = owner_id)",
            "(select auth.uid() = owner_id)",
        ] {
            assert_eq!(calls(condition).0, 1, "{condition}");
        }
    }

    #[test]
    fn what_a_query_reads_from_an_unknown_source_is_its_own() {
        let (count, _) = calls(
            "team_id in (select x from jsonb_to_recordset('[]') as t(x int) \
             where owner_id = auth.uid())",
        );
        assert_eq!(count, 0);
    }

    #[test]
    fn calls_are_kept_by_a_subselect_of_their_own() {
        let (count, kept) = calls("owner_id = auth.uid() or auth.role() = 'admin'");
        assert_eq!(count, 2);
        assert_eq!(
            kept.as_deref(),
            Some("owner_id = (select auth.uid()) or (select auth.role()) = 'admin'")
        );
        let (_, kept) = calls(
            "exists (\n  select 1 from members m\n  where m.team_id = notes.team_id -- his\n  and m.user_id = auth.uid()::uuid\n)",
        );
        assert_eq!(
            kept.as_deref(),
            Some(
                "exists (select 1 from members m where m.team_id = notes.team_id and \
                 m.user_id = (select auth.uid())::uuid)"
            )
        );
    }
}
