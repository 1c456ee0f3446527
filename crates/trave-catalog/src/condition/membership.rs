//! Conditions that ask whether the caller belongs to anything, and not to what.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{Expr, ExprKind, FromKind, Operator, QueryBody, Select};

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
    /// Its column that names the caller.
    pub person: SmolStr,
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
    let own: Option<Vec<SmolStr>> = filters.iter().map(|it| person_in(it, table)).collect();
    let named = match &only.kind {
        ExprKind::InQuery(_) => returned(select),
        _ => None,
    };
    let person = named.or_else(|| own.as_ref()?.first().cloned())?;
    let is_plain = query.with.is_empty() && select.group.is_empty() && select.having.is_none();
    (is_plain && own.is_some()).then_some(Membership { span: only.span, of, person })
}

/// The one column that a query returns.
fn returned(select: &Select) -> Option<SmolStr> {
    let [item] = select.projection.as_slice() else { return None };
    match &item.value.kind {
        ExprKind::Column(column) => Some(column.name.as_str().into()),
        _ => None,
    }
}

/// The column of `user_id = auth.uid()`.
fn person_in(filter: &Expr, table: &Table) -> Option<SmolStr> {
    let ExprKind::Binary(binary) = &filter.kind else { return None };
    let sides = [(&binary.left, &binary.right), (&binary.right, &binary.left)];
    sides.into_iter().find_map(|(column, caller)| {
        let ExprKind::Column(column) = &column.kind else { return None };
        let is_test = binary.operator == Operator::Equal && is_auth(caller, "uid");
        table.column(column.name.as_str()).filter(|_| is_test).map(|column| column.name.clone())
    })
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
        Some(format!("{}.{inner} = {own} for {}", found.of.name, found.person))
    }

    #[test]
    fn any_membership_is_told_from_the_right_one() {
        let missing = Some("members.team_id = team_id for user_id".to_owned());
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
