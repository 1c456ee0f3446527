//! Conditions that ask whether the caller belongs to anything, and not to what.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{Expr, ExprKind, FromKind, Operator, QueryBody};

use super::caller::is_auth;
use super::reads::qualified;
use super::truth::{self, Truth};
use crate::schema::{Catalog, QualifiedName, Table};

/// A test that everybody passes who has any row in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Where it stands.
    pub span: Span,
    /// The table that holds who belongs to what.
    pub of: QualifiedName,
}

/// The test, if the condition asks for nothing else.
pub(super) fn of(expr: &Expr, catalog: &Catalog) -> Option<Membership> {
    let parts = expr.conjuncts().into_iter();
    let mut asking = parts.filter(|part| truth::of(part) == Truth::Depends);
    let only = asking.next().filter(|_| asking.next().is_none())?;
    let query = match &only.kind {
        ExprKind::Exists(query) => query,
        ExprKind::InQuery(found) if !found.negated && is_auth(&found.value, "uid") => &found.query,
        _ => return None,
    };
    let QueryBody::Select(select) = &query.body else { return None };
    let [item] = select.from.as_slice() else { return None };
    let FromKind::Table(name) = &item.kind else { return None };
    let of = qualified(name);
    let table = catalog.tables.get(&of).filter(|table| table.is_known())?;
    let filters = select.filter.as_ref().map(Expr::conjuncts).unwrap_or_default();
    let is_own = |filter: &&Expr| is_own_row(filter, table);
    let asks = matches!(only.kind, ExprKind::InQuery(_)) || filters.iter().any(|it| is_own(it));
    let is_plain = query.with.is_empty() && select.group.is_empty() && select.having.is_none();
    (asks && is_plain && filters.iter().all(is_own)).then_some(Membership { span: only.span, of })
}

/// `user_id = auth.uid()`.
fn is_own_row(filter: &Expr, table: &Table) -> bool {
    let ExprKind::Binary(binary) = &filter.kind else { return false };
    let is_column = |expr: &Expr| match &expr.kind {
        ExprKind::Column(column) => table.column(column.name.as_str()).is_some(),
        _ => false,
    };
    let sides = [(&binary.left, &binary.right), (&binary.right, &binary.left)];
    binary.operator == Operator::Equal
        && sides.iter().any(|(column, caller)| is_column(column) && is_auth(caller, "uid"))
}

/// The column of `members` that says to what one belongs, with the column of `table` that says to
/// what a row belongs: both refer to the same table.
pub(super) fn link(table: &Table, members: &Table) -> Option<(SmolStr, SmolStr)> {
    let single = |columns: &[SmolStr]| match columns {
        [column] => Some(column.clone()),
        _ => None,
    };
    members.foreign_keys.iter().find_map(|key| {
        let inner = single(&key.columns)?;
        if members.refers_to_person(&inner) || key.target.schema == "auth" {
            return None;
        }
        if key.target == table.name {
            return Some((inner, single(&key.target_columns)?));
        }
        let same = table.foreign_keys.iter().find(|own| own.target == key.target)?;
        Some((inner, single(&same.columns)?))
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{catalog, table};

    fn membership(condition: &str) -> Option<String> {
        let catalog = catalog(&format!(
            "create table teams (id int primary key);
             create table members (team_id int references teams, user_id uuid, role text);
             create table notes (id int, team_id int references teams, owner_id uuid);
             create policy p on notes for select using ({condition});"
        ));
        let notes = table(&catalog, "notes");
        let found = notes.policies[0].using.as_ref().unwrap().any_membership(&catalog)?;
        let (inner, own) = catalog.link_of(notes, &found)?;
        Some(format!("{}.{inner} = {own}", found.of.name))
    }

    #[test]
    fn any_membership_is_told_from_the_right_one() {
        let missing = Some("members.team_id = team_id".to_owned());
        for condition in [
            "exists (select 1 from members where user_id = auth.uid())",
            "exists (select 1 from members m where (select auth.uid()) = m.user_id)",
            "auth.uid() in (select user_id from members)",
            "auth.uid() is not null and auth.uid() in (select user_id from members)",
        ] {
            assert_eq!(membership(condition), missing, "{condition}");
        }
        for condition in [
            "exists (select 1 from members where user_id = auth.uid() and role = 'admin')",
            "exists (select 1 from members m where m.user_id = auth.uid() and m.team_id = notes.team_id)",
            "owner_id = auth.uid() and auth.uid() in (select user_id from members)",
            "owner_id in (select user_id from members)",
            "auth.uid() not in (select user_id from members)",
        ] {
            assert_eq!(membership(condition), None, "{condition}");
        }
    }
}
