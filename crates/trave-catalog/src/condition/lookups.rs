//! What an index would have to begin with for a condition to find rows by it.
//!
//! PostgreSQL does not turn the sub-selects of policies into joins: `team_id in (select …)` is
//! checked for each row, whatever index `team_id` has, while `team_id = any (array(select …))` and
//! `owner_id = (select auth.uid())` are looked up.

use smol_str::SmolStr;
use trave_source::Origin;
use trave_sql::{
    Binary, ColumnRef, Expr, ExprKind, FromItem, FromKind, Operator, Quantifier, Query, QueryBody,
    Select,
};

use super::correlation::depends_on_outside;
use super::reads::qualified;
use super::truth::{self, Truth};
use super::visit::{DEPTH_MAX, Visitor, visit};
use crate::schema::{Catalog, Condition, QualifiedName, Table};

/// What a sub-select finds rows by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The table that it reads.
    pub table: QualifiedName,
    /// The columns that it compares with the caller, or with what else is the same for the whole
    /// query, and then those that it compares with the row around it. An index on any of them
    /// finds the rows.
    pub columns: Vec<SmolStr>,
    /// It looks at the row around it, so that it may run for each.
    pub per_row: bool,
    /// Where it stands.
    pub origin: Origin,
}

/// See [`Condition::finding_columns`].
pub(super) fn finding_columns(
    expr: &Expr,
    place: (&Table, &Catalog),
    depth: usize,
) -> Option<Vec<Vec<SmolStr>>> {
    if depth > DEPTH_MAX {
        return None;
    }
    let of = |part: &Expr| finding_columns(part, place, depth + 1);
    match &expr.kind {
        ExprKind::Binary(binary) => match binary.operator {
            Operator::And => match (of(&binary.left), of(&binary.right)) {
                (Some(left), Some(right)) => Some(either(left, right)),
                (left, right) => left.or(right),
            },
            Operator::Or => {
                let never = |part: &Expr| truth::of(part) == Truth::Never;
                match (never(&binary.left), never(&binary.right)) {
                    (true, _) => of(&binary.right),
                    (_, true) => of(&binary.left),
                    _ => Some([of(&binary.left)?, of(&binary.right)?].concat()),
                }
            }
            Operator::Equal => compared(binary, place).map(|column| vec![vec![column]]),
            _ => None,
        },
        ExprKind::Quantified(test) => {
            let is_lookup = test.operator == Operator::Equal
                && test.quantifier == Quantifier::Any
                && !matches!(test.right.kind, ExprKind::Subquery(_));
            let column = own_column(&test.value, place.0).filter(|_| is_lookup)?;
            is_same_for_all_rows(&test.right, place).then(|| vec![vec![column]])
        }
        _ => None,
    }
}

/// Both sides find rows: each alternative of the one that has fewer may also use the other's.
fn either(left: Vec<Vec<SmolStr>>, right: Vec<Vec<SmolStr>>) -> Vec<Vec<SmolStr>> {
    match (left.as_slice(), right.as_slice()) {
        ([one], [other]) => vec![[one.clone(), other.clone()].concat()],
        (one, other) if one.len() <= other.len() => left,
        _ => right,
    }
}

/// The column of the row in `column = value`, where the value is the same for all rows.
fn compared(binary: &Binary, place: (&Table, &Catalog)) -> Option<SmolStr> {
    let sides = [(&binary.left, &binary.right), (&binary.right, &binary.left)];
    sides.into_iter().find_map(|(column, value)| {
        let column = own_column(column, place.0)?;
        is_same_for_all_rows(value, place).then_some(column)
    })
}

fn own_column(expr: &Expr, table: &Table) -> Option<SmolStr> {
    let ExprKind::Column(column) = &expr.kind else { return None };
    let is_own = column.qualifier.as_ref().is_none_or(|it| it.name.as_str() == table.name.name);
    let name = column.name.as_str();
    (is_own && table.column(name).is_some()).then(|| name.into())
}

/// Whether a value is the same for all rows of a query, and no constant: it asks who is calling, or
/// reads another table once.
fn is_same_for_all_rows(expr: &Expr, (_, catalog): (&Table, &Catalog)) -> bool {
    let mut seen = Seen { catalog, asks: false, varies: false };
    visit(expr, &mut seen, 0);
    seen.asks && !seen.varies
}

/// What a value looks at.
struct Seen<'c> {
    catalog: &'c Catalog,
    /// A function, or a table.
    asks: bool,
    /// A column of the row, or a function that may return something else each time.
    varies: bool,
}

impl Visitor<'_> for Seen<'_> {
    fn enter(&mut self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Call(call) => {
                self.asks = true;
                let functions = self.catalog.functions.values();
                let mut named = functions.filter(|it| it.name.name == call.name.name.as_str());
                self.varies |= named.any(|it| it.volatility == "VOLATILE");
            }
            ExprKind::Column(_) | ExprKind::Other(_) => self.varies = true,
            _ => {}
        }
        true
    }

    /// A query that does not look at the row is run once, whatever it calls.
    fn enter_query(&mut self, query: &Query) -> bool {
        self.asks = true;
        self.varies |= depends_on_outside(query, self.catalog);
        false
    }
}

/// See [`Condition::lookups`].
pub(super) fn in_subselects(condition: &Condition, catalog: &Catalog) -> Vec<Lookup> {
    let mut finder = Finder { condition, catalog, found: Vec::new() };
    visit(&condition.expr, &mut finder, 0);
    finder.found
}

struct Finder<'c> {
    condition: &'c Condition,
    catalog: &'c Catalog,
    found: Vec<Lookup>,
}

impl Visitor<'_> for Finder<'_> {
    fn enter(&mut self, _expr: &Expr) -> bool {
        true
    }

    fn enter_query(&mut self, query: &Query) -> bool {
        if let QueryBody::Select(select) = &query.body
            && let [source] = select.from.as_slice()
            && let Some(lookup) = self.lookup(query, select, source)
        {
            self.found.push(lookup);
        }
        true
    }
}

impl Finder<'_> {
    fn lookup(&self, query: &Query, select: &Select, source: &FromItem) -> Option<Lookup> {
        let FromKind::Table(name) = &source.kind else { return None };
        let table = self.catalog.tables.get(&qualified(name)).filter(|it| it.is_known())?;
        let called = source.alias.as_ref().map_or(name.name.as_str(), |alias| alias.as_str());
        let inside = Inside { table, called };
        let filter = select.filter.as_ref()?;
        let (mut of_caller, mut of_row): (Vec<SmolStr>, Vec<SmolStr>) = (Vec::new(), Vec::new());
        for part in filter.conjuncts() {
            let ExprKind::Binary(binary) = &part.kind else { continue };
            if binary.operator != Operator::Equal {
                continue;
            }
            match inside.compared(binary) {
                Some((column, Other::Row)) => of_row.push(column),
                Some((column, Other::Value)) => of_caller.push(column),
                None => {}
            }
        }
        let columns = [of_caller, of_row].concat();
        let origin = query.span.in_file(self.condition.origin.file);
        let per_row = depends_on_outside(query, self.catalog);
        let table = table.name.clone();
        (!columns.is_empty()).then_some(Lookup { table, columns, per_row, origin })
    }
}

/// The one table that a sub-select reads.
struct Inside<'c> {
    table: &'c Table,
    called: &'c str,
}

/// What a column of a sub-select is compared with.
#[derive(Clone, Copy)]
enum Other {
    /// A column of the row around it.
    Row,
    /// Something that asks who is calling.
    Value,
}

impl Inside<'_> {
    fn compared(&self, binary: &Binary) -> Option<(SmolStr, Other)> {
        let sides = [(&binary.left, &binary.right), (&binary.right, &binary.left)];
        sides.into_iter().find_map(|(column, other)| {
            let ExprKind::Column(column) = &column.kind else { return None };
            let name: SmolStr = self.owns(column).then(|| column.name.as_str().into())?;
            Some((name, self.other(other)?))
        })
    }

    /// A column of the row around is one that this table does not have.
    fn other(&self, expr: &Expr) -> Option<Other> {
        let mut seen = Outside { inside: self, own: false, row: false, asks: false };
        visit(expr, &mut seen, 0);
        match seen {
            Outside { own: true, .. } => None,
            Outside { row: true, .. } => Some(Other::Row),
            Outside { asks: true, .. } => Some(Other::Value),
            Outside { .. } => None,
        }
    }

    fn owns(&self, column: &ColumnRef) -> bool {
        match &column.qualifier {
            Some(before) => before.name.as_str() == self.called,
            None => self.table.column(column.name.as_str()).is_some(),
        }
    }
}

/// What the other side of a comparison looks at.
struct Outside<'c> {
    inside: &'c Inside<'c>,
    own: bool,
    row: bool,
    asks: bool,
}

impl Visitor<'_> for Outside<'_> {
    fn enter(&mut self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Column(column) if self.inside.owns(column) => self.own = true,
            ExprKind::Column(_) => self.row = true,
            ExprKind::Other(_) => self.own = true,
            ExprKind::Call(_) => self.asks = true,
            _ => {}
        }
        true
    }

    fn enter_query(&mut self, _query: &Query) -> bool {
        self.asks = true;
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{catalog, table};

    const TABLES: &str = "
create function team() returns int language sql stable as 'select 1';
create function wild() returns int language sql as 'select 1';
create table members (team_id int, user_id uuid, role text);
create table teams (id int, owner_id uuid);
create table notes (id int, team_id int, owner_id uuid, sharing text);
";

    fn finding(condition: &str) -> Option<Vec<String>> {
        let catalog =
            catalog(&format!("{TABLES} create policy p on notes for select using ({condition});"));
        let notes = table(&catalog, "notes");
        let ways = notes.policies[0].using.as_ref()?.finding_columns(notes, &catalog)?;
        Some(ways.iter().map(|way| way.join("|")).collect())
    }

    #[test]
    fn columns_that_meet_the_caller_find_rows() {
        for (condition, expected) in [
            ("owner_id = auth.uid()", "owner_id"),
            ("sharing = 'x' and (select auth.uid()) = notes.owner_id", "owner_id"),
            ("owner_id = auth.uid() and team_id = team()", "owner_id|team_id"),
            ("owner_id = auth.uid() or false", "owner_id"),
            ("team_id = any (array(select team_id from members))", "team_id"),
            ("team_id = (select team_id from members where user_id = auth.uid())", "team_id"),
        ] {
            assert_eq!(finding(condition).unwrap_or_default().join(" "), expected, "{condition}");
        }
        let two = finding("owner_id = auth.uid() or team_id = team()");
        assert_eq!(two.unwrap_or_default(), ["owner_id", "team_id"]);
    }

    #[test]
    fn what_is_checked_for_each_row_finds_none() {
        for condition in [
            "sharing = 'public'",
            "owner_id::text = auth.uid()::text",
            "team_id = wild()",
            "team_id in (select team_id from members where user_id = auth.uid())",
            "owner_id = auth.uid() or sharing = 'public'",
            "exists (select 1 from members m where m.team_id = notes.team_id)",
            "owner_id <> auth.uid()",
        ] {
            assert_eq!(finding(condition), None, "{condition}");
        }
    }

    fn lookups(condition: &str) -> String {
        let catalog =
            catalog(&format!("{TABLES} create policy p on notes for select using ({condition});"));
        let notes = table(&catalog, "notes");
        let using = notes.policies[0].using.as_ref().unwrap();
        let text = using.lookups(&catalog).into_iter().map(|it| {
            let how = if it.per_row { " per row" } else { "" };
            format!("{} by {}{how}", it.table.short(), it.columns.join(", "))
        });
        text.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_subselect_finds_rows_by_what_it_compares() {
        for (condition, expected) in [
            (
                "team_id in (select team_id from members where user_id = auth.uid())",
                "members by user_id",
            ),
            (
                "exists (select 1 from members m where m.team_id = notes.team_id and m.user_id = \
                 (select auth.uid()) and m.role = 'admin')",
                "members by user_id, team_id per row",
            ),
            (
                "exists (select 1 from teams where teams.id = team_id and owner_id = auth.uid())",
                "teams by owner_id, id per row",
            ),
            ("exists (select 1 from members m where m.role = 'admin')", ""),
            ("exists (select 1 from members m join teams t on t.id = m.team_id)", ""),
            ("exists (select 1 from members m where m.user_id = m.team_id::text::uuid)", ""),
        ] {
            assert_eq!(lookups(condition), expected, "{condition}");
        }
    }
}
