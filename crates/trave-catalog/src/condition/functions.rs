//! Calls of the project's own functions, and how often they run.

use trave_source::{Origin, Span};
use trave_sql::{Call, Expr, ExprKind, Query};

use super::correlation::depends_on_outside;
use super::visit::{Visitor, visit};
use crate::schema::{Catalog, Condition, Function};

/// A call of a function of the project in a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallIn {
    /// Where it stands.
    pub origin: Origin,
    /// No sub-select keeps the result: it runs for each row that a query looks at.
    pub per_row: bool,
    /// Its arguments hold a column, so that it has to run for each row.
    pub of_row: bool,
    /// Its arguments are written down, if it has any.
    pub is_fixed: bool,
}

pub(super) fn of(condition: &Condition, function: &Function, catalog: &Catalog) -> Vec<CallIn> {
    let mut all = Finder { catalog, function, into_kept: true, found: Vec::new() };
    visit(&condition.expr, &mut all, 0);
    if all.found.is_empty() {
        return Vec::new();
    }
    let mut repeated = Finder { catalog, function, into_kept: false, found: Vec::new() };
    visit(&condition.expr, &mut repeated, 0);
    let describe = |(call, span): (&Call, Span)| CallIn {
        origin: span.in_file(condition.origin.file),
        per_row: repeated.found.iter().any(|(_, other)| *other == span),
        of_row: holds(call, &|part| matches!(part.kind, ExprKind::Column(_) | ExprKind::Other(_))),
        is_fixed: !holds(call, &|part| !is_constant(part)),
    };
    all.found.into_iter().map(describe).collect()
}

struct Finder<'c, 'a> {
    catalog: &'c Catalog,
    function: &'c Function,
    /// Whether to look into sub-selects that run once.
    into_kept: bool,
    found: Vec<(&'a Call, Span)>,
}

impl<'a> Visitor<'a> for Finder<'_, 'a> {
    fn enter(&mut self, expr: &'a Expr) -> bool {
        if let ExprKind::Call(call) = &expr.kind
            && is_of(call, self.function)
        {
            self.found.push((call, expr.span));
        }
        true
    }

    fn enter_query(&mut self, query: &'a Query) -> bool {
        self.into_kept || depends_on_outside(query, self.catalog)
    }
}

/// Whether a call means this function: by its name and by how many arguments it takes.
fn is_of(call: &Call, function: &Function) -> bool {
    let is_named = call.name.name.as_str() == function.name.name
        && call.name.schema.as_ref().is_none_or(|it| it.as_str() == function.name.schema);
    let takes = |mode: &str| matches!(mode, "IN" | "INOUT" | "VARIADIC");
    let inputs = function.arguments.iter().filter(|one| takes(&one.mode));
    let most = inputs.clone().count();
    let least = inputs.filter(|one| !one.has_default).count();
    let is_variadic = function.arguments.iter().any(|one| one.mode == "VARIADIC");
    let given = call.arguments.len();
    is_named && (is_variadic || (least..=most).contains(&given))
}

/// Whether some part of a call's arguments is so.
fn holds(call: &Call, is_so: &dyn Fn(&Expr) -> bool) -> bool {
    struct Any<'t>(&'t dyn Fn(&Expr) -> bool, bool);
    impl Visitor<'_> for Any<'_> {
        fn enter(&mut self, expr: &Expr) -> bool {
            self.1 |= self.0(expr);
            true
        }
    }
    let mut any = Any(is_so, false);
    for argument in &call.arguments {
        visit(&argument.value, &mut any, 0);
    }
    any.1
}

fn is_constant(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(_) | ExprKind::Cast(_) | ExprKind::Array(_))
}

#[cfg(test)]
mod tests {
    use crate::testing::{catalog, table};

    /// Of each call whether it runs per row, depends on the row, and has fixed arguments.
    fn calls(condition: &str) -> Vec<(bool, bool, bool)> {
        let catalog = catalog(&format!(
            "create function f(x int default 1) returns int language sql as 'select 1';
             create table notes (id int, team_id int);
             create policy p on notes for select using ({condition});"
        ));
        let using = table(&catalog, "notes").policies[0].using.as_ref().unwrap();
        let mut functions = catalog.functions.values();
        let function = functions.find(|it| it.name.is("public", "f")).unwrap();
        let calls = using.calls_of(function, &catalog);
        calls.iter().map(|it| (it.per_row, it.of_row, it.is_fixed)).collect()
    }

    #[test]
    fn a_subselect_keeps_what_does_not_look_at_the_row() {
        assert_eq!(calls("team_id = f()"), [(true, false, true)]);
        assert_eq!(calls("team_id = (select f(2))"), [(false, false, true)]);
        assert_eq!(calls("f(team_id) = 1"), [(true, true, false)]);
        assert_eq!(calls("(select f(team_id)) = 1"), [(true, true, false)]);
        assert_eq!(calls("f(length('a')) = 1"), [(true, false, false)]);
        assert_eq!(calls("f(1, 2) = 1 or other.f() = 2"), []);
    }
}
