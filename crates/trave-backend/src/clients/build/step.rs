//! What a chain says beside conditions: columns, joined tables, order, bounds.

use smol_str::SmolStr;
use trave_source::Origin;

use super::name::{ColumnRef, TableRef};
use super::scope::{Owner, Scope};
use crate::clients::given::{defined, items};
use crate::query::{Bound, Embed, OrderKey, Query, SelectedColumn, Selection};
use crate::value::Value;

/// Adds what a text selects: `u.id as userId`, `u.*`, `*`.
pub(crate) fn select(query: &mut Query, scope: &Scope, (written, origin): (&str, Origin)) {
    let column = ColumnRef::of(written);
    let joined = match scope.owner(&column) {
        Owner::Lead => None,
        Owner::Joined(alias) => Some(alias),
        Owner::Unknown if column.name == "*" => None,
        Owner::Unknown => {
            query.selection.known = false;
            return;
        }
    };
    let selection = match joined {
        None => Some(&mut query.selection),
        Some(alias) => {
            let mut embeds = query.selection.embeds.iter_mut();
            let embed = embeds.find(|embed| embed.alias.as_ref() == Some(&alias));
            embed.map(|embed| &mut embed.selection)
        }
    };
    let Some(selection) = selection else { return };
    if column.name == "*" {
        selection.star = true;
        return;
    }
    let (name, alias) = (SmolStr::new(column.name), column.alias.map(SmolStr::new));
    selection.columns.push(SelectedColumn { name, origin, alias });
}

/// Adds a joined table.
pub(crate) fn join(query: &mut Query, table: &TableRef, (inner, origin): (bool, Origin)) {
    query.selection.embeds.push(Embed {
        relation: table.name.clone(),
        hint: None,
        alias: Some(table.alias.clone()),
        inner,
        selection: Selection { known: true, ..Selection::default() },
        origin,
    });
}

/// Adds a sort key; none where the column is not known.
pub(crate) fn order(
    query: &mut Query,
    scope: &Scope,
    column: Option<&str>,
    (ascending, conditional, origin): (bool, bool, Origin),
) {
    let column = column.map(ColumnRef::of);
    let owner = column.as_ref().map(|column| scope.owner(column));
    let relation = match &owner {
        Some(Owner::Joined(alias)) => Some(alias.clone()),
        _ => None,
    };
    // `order by day` means what is returned as `day`, before any column of that name: also an
    // expression whose name was not kept.
    let is_vague = query.selection.aggregates || !query.selection.known;
    let output = |name: &str| {
        let mut columns = query.selection.columns.iter();
        is_vague || columns.any(|it| it.alias.as_deref() == Some(name))
    };
    let known = column.filter(|column| {
        !matches!(owner, Some(Owner::Unknown)) && (column.table.is_some() || !output(column.name))
    });
    let column = known.map(|column| SmolStr::new(column.name));
    query.order.push(OrderKey { relation, column, ascending, conditional, origin });
}

/// A limit or an offset; `undefined` is none.
pub(crate) fn bound(value: &Value, (conditional, origin): (bool, Origin)) -> Option<Bound> {
    let (value, optional) = defined(value)?;
    Some(Bound { value, conditional: conditional || optional, origin })
}

/// Makes a write give back what texts name.
pub(crate) fn returns(query: &mut Query, scope: &Scope, names: &[(Value, Origin)]) {
    query.returning = true;
    query.selection.known = true;
    for (name, origin) in names {
        match name.as_text() {
            Some(name) => select(query, scope, (name, *origin)),
            None => query.selection.known = false,
        }
    }
}

/// The names that a list of texts gives, without the tables before them; none where one is unknown.
pub(crate) fn list_of_names(value: &Value) -> Option<Vec<SmolStr>> {
    let (items, known) = items(value);
    let name = |value: &Value| Some(SmolStr::new(ColumnRef::of(value.as_text()?).name));
    known.then(|| items.iter().map(|(item, _)| name(item)).collect::<Option<Vec<_>>>())?
}
