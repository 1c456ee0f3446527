//! Sub-selects that look tied to the row or the caller, and are not.

use smol_str::{SmolStr, ToSmolStr};
use trave_source::Span;
use trave_sql::{Binary, Expr, ExprKind, FromItem, FromKind, Operator, Query};

use super::reads::{self, qualified};
use super::scopes::{Home, Scopes};
use super::visit::{Visitor, visit, visit_query};
use crate::schema::{Catalog, QualifiedName, Table};

/// A name in a sub-select that means a column of what the sub-select reads, although the row that
/// it was meant for has one of that name too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shadowed {
    /// Where the comparison or call stands.
    pub span: Span,
    /// The column.
    pub column: SmolStr,
    /// The table that it is really of.
    pub of: QualifiedName,
    /// What was written.
    pub how: Shadowing,
}

/// How a shadowed name shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shadowing {
    /// A column is compared with itself: `m.team_id = team_id`.
    Itself,
    /// The path of a stored file is read from another table: `storage.foldername(name)`.
    Path,
}

pub(super) fn shadowed(expr: &Expr, table: &Table, catalog: &Catalog) -> Vec<Shadowed> {
    let mut finder = Finder { scopes: Scopes::new(table, catalog), found: Vec::new() };
    visit(expr, &mut finder, 0);
    finder.found
}

struct Finder<'q> {
    scopes: Scopes<'q>,
    found: Vec<Shadowed>,
}

impl<'q> Finder<'q> {
    /// The table inside that a column is of.
    fn source(&self, expr: &'q Expr) -> Option<(&'q FromItem, SmolStr)> {
        let ExprKind::Column(column) = &expr.kind else { return None };
        match self.scopes.home(column) {
            Home::Source(item) => Some((item, column.name.as_str().into())),
            Home::Row | Home::Unknown => None,
        }
    }

    fn add(&mut self, span: Span, (item, column): (&FromItem, SmolStr), how: Shadowing) {
        if let FromKind::Table(name) = &item.kind
            && self.scopes.table.column(&column).is_some()
        {
            self.found.push(Shadowed { span, column, of: qualified(name), how });
        }
    }

    fn compared(&mut self, binary: &'q Binary, span: Span) {
        let sides = (self.source(&binary.left), self.source(&binary.right));
        if let (Some((left, column)), Some((right, other))) = sides
            && std::ptr::eq(left, right)
            && column == other
        {
            self.add(span, (left, column), Shadowing::Itself);
        }
    }
}

impl<'q> Visitor<'q> for Finder<'q> {
    fn enter(&mut self, expr: &'q Expr) -> bool {
        match &expr.kind {
            ExprKind::Binary(binary) if binary.operator == Operator::Equal => {
                self.compared(binary, expr.span);
            }
            ExprKind::Call(call)
                if self.scopes.table.name.is("storage", "objects")
                    && call.name.schema.as_ref().is_some_and(|schema| *schema == "storage") =>
            {
                let sources = call.arguments.iter().filter_map(|it| self.source(&it.value));
                if let Some(found) = sources.into_iter().find(|(_, column)| column == "name") {
                    self.add(expr.span, found, Shadowing::Path);
                }
            }
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

/// `exists (…)` whose answer is the same for every row and every caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LooseSubselect {
    /// Where it stands.
    pub span: Span,
    /// What it reads.
    pub tables: Vec<QualifiedName>,
}

/// The first sub-select that every row needs and that asks for neither the row nor the caller.
pub(super) fn loose(expr: &Expr, table: &Table, catalog: &Catalog) -> Option<LooseSubselect> {
    expr.conjuncts().into_iter().find_map(|part| {
        let ExprKind::Exists(query) = &part.kind else { return None };
        let tables = reads::of(part).tables;
        let is_plain = !tables.is_empty()
            && tables.iter().all(|name| shows_everybody_the_same(name, catalog))
            && is_loose(query, table, catalog);
        is_plain.then_some(LooseSubselect { span: part.span, tables })
    })
}

/// Whether callers all see the same rows of a table: its own policies would tie it to them.
fn shows_everybody_the_same(name: &QualifiedName, catalog: &Catalog) -> bool {
    let Some(table) = catalog.tables.get(name).filter(|table| table.is_known()) else {
        return false;
    };
    !catalog.unknown.contains(name) && catalog.shows_all_rows(table, "authenticated")
}

fn is_loose(query: &Query, table: &Table, catalog: &Catalog) -> bool {
    let mut ties = Ties { scopes: Scopes::new(table, catalog), found: false };
    visit_query(query, &mut ties, 0);
    !ties.found
}

/// Looks for anything that may tie a query to what is outside of it.
struct Ties<'q> {
    scopes: Scopes<'q>,
    found: bool,
}

impl<'q> Visitor<'q> for Ties<'q> {
    fn enter(&mut self, expr: &'q Expr) -> bool {
        self.found |= match &expr.kind {
            ExprKind::Column(column) => !matches!(self.scopes.home(column), Home::Source(_)),
            ExprKind::Call(call) => !is_pure(&call.name.name.as_str().to_smolstr()),
            ExprKind::Other(_) | ExprKind::Parameter(_) | ExprKind::Wildcard(Some(_)) => true,
            _ => false,
        };
        !self.found
    }

    fn enter_query(&mut self, query: &'q Query) -> bool {
        self.scopes.enter(query);
        true
    }

    fn leave_query(&mut self) {
        self.scopes.leave();
    }

    fn reads(&mut self, item: &'q FromItem) {
        self.found |= matches!(item.kind, FromKind::Functions(_));
    }
}

/// Functions that know nothing of the session.
fn is_pure(name: &str) -> bool {
    matches!(name, "lower" | "upper" | "coalesce" | "now" | "count" | "trim" | "btrim" | "length")
}

#[cfg(test)]
mod tests {
    use crate::testing::{lenient, table};

    const SCHEMA: &str = "
        create table members (team_id int, user_id uuid, role text);
        create table projects (id int, name text, owner_id uuid);
        create table hidden (team_id int, user_id uuid);
        alter table hidden enable row level security;
        create policy own on hidden using (user_id = auth.uid());
        create table notes (id int, team_id int, owner_id uuid);";

    fn shadowed(on: &str, condition: &str) -> Vec<String> {
        let sql = format!("{SCHEMA} create policy p on {on} for select using ({condition});");
        let catalog = lenient(&sql).catalog;
        let (schema, name) = on.split_once('.').unwrap_or(("public", on));
        let table = &catalog.tables[&crate::QualifiedName::new(schema, name)];
        let policy = table.policies.iter().find(|policy| policy.name == "p").unwrap();
        let found = policy.using.as_ref().unwrap().shadowed(table, &catalog);
        found.iter().map(|it| format!("{}.{}", it.of.name, it.column)).collect()
    }

    #[test]
    fn a_column_compared_with_itself_was_meant_for_the_row() {
        for condition in [
            "exists (select 1 from members m where m.team_id = team_id)",
            "exists (select 1 from members where team_id = members.team_id and role = 'x')",
        ] {
            assert_eq!(shadowed("notes", condition), ["members.team_id"], "{condition}");
        }
        for condition in [
            "exists (select 1 from members m where m.team_id = notes.team_id)",
            "exists (select 1 from members m where m.user_id = owner_id)",
            "exists (select 1 from members m join members n on m.team_id = n.team_id)",
            "exists (select 1 from members m where m.role = role)",
        ] {
            assert!(shadowed("notes", condition).is_empty(), "{condition}");
        }
    }

    #[test]
    fn the_path_of_a_file_is_not_the_name_of_a_project() {
        let condition = "exists (select 1 from projects \
                         where id::text = (storage.foldername(name))[1])";
        assert_eq!(shadowed("storage.objects", condition), ["projects.name"]);
        let condition = "exists (select 1 from projects \
                         where id::text = (storage.foldername(objects.name))[1])";
        assert!(shadowed("storage.objects", condition).is_empty());
    }

    fn loose(condition: &str) -> bool {
        let sql = format!("{SCHEMA} create policy p on notes for select using ({condition});");
        let catalog = lenient(&sql).catalog;
        let notes = table(&catalog, "notes");
        notes.policies[0].using.as_ref().unwrap().loose_subselect(notes, &catalog).is_some()
    }

    #[test]
    fn a_loose_subselect_answers_all_alike() {
        assert!(loose("exists (select 1 from members where role = 'admin')"));
        assert!(loose("exists (select 1 from members m where m.role = 'admin') and id > 0"));
    }

    #[test]
    fn what_may_tie_it_is_enough() {
        for condition in [
            "exists (select 1 from members where user_id = auth.uid())",
            "exists (select 1 from members where user_id = my_id())",
            "exists (select 1 from members m where m.team_id = notes.team_id)",
            "exists (select 1 from hidden)",
            "exists (select 1 from elsewhere)",
            "not exists (select 1 from members)",
            "owner_id = auth.uid() or exists (select 1 from members)",
        ] {
            assert!(!loose(condition), "{condition}");
        }
    }
}
