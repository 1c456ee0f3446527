//! Limited lists that are sorted without an index.

use trave_rule::catalog::{Column, Table};
use trave_rule::model::{Query, Serving};
use trave_rule::query::OrderKey;
use trave_rule::{Context, Level, rule};

#[rule]
fn unindexed_order(query: &Query, cx: &mut Context) {
    if query.in_script || query.reached.is_empty() || query.facts.limit.is_none() {
        return;
    }
    let model = cx.model();
    let Some(table) = model.table_of(query) else { return };
    if !table.provenance.is_migration() || model.is_small(&table.name.name) {
        return;
    }
    // A filter that no index serves is unindexed-filter's.
    let serving = model.serving(query, table);
    if !query.is_list(table) || matches!(serving, Serving::Unserved(_)) {
        return;
    }
    let mut keys = query.facts.order.iter().filter(|key| key.relation.is_none());
    let Some(key) = keys.next().filter(|key| !key.conditional) else { return };
    let Some(column) = key.column.as_ref().and_then(|name| table.column(name)) else { return };
    if model.gives_order(query, table, key) || (serving == Serving::Served && !is_time(column)) {
        return;
    }
    match serving {
        Serving::Unfiltered => sorts_all(query, table, (key, column), cx),
        _ => sorts_found(query, table, (key, column), cx),
    }
}

/// Whether a column orders rows by time: such lists are long, and only their end is read.
fn is_time(column: &Column) -> bool {
    column.type_name.starts_with("timestamp")
}

/// Nothing narrows the rows: each call sorts the whole table.
fn sorts_all(query: &Query, table: &Table, (key, column): (&OrderKey, &Column), cx: &mut Context) {
    let (name, way) = (&table.name.name, cx.model().reached_from(query).unwrap_or_default());
    let direction = if key.ascending { "" } else { " desc" };
    cx.report(
        key.origin,
        format!("every call sorts all of `{name}` by `{}`: no index gives that order", column.name),
    )
    .here(format!("sorted here, for {way}"))
    .about(format!("{}.{}", table.name, column.name))
    .once_per(format!("{} {}", table.name, column.name))
    .label(column.origin, "no index begins with this column")
    .help(format!(
        "create index concurrently {name}_{0}_idx on {1} ({0}{direction});",
        column.name, table.name
    ));
}

/// An index finds the rows by equality, but not in order: each call sorts all it finds.
fn sorts_found(
    query: &Query,
    table: &Table,
    (key, column): (&OrderKey, &Column),
    cx: &mut Context,
) {
    let fixed: Vec<&str> = query.fixed_columns().map(AsRef::as_ref).collect();
    // A partial index holds few rows: sorting these costs little.
    let Some(first) = fixed.iter().find(|name| table.index_serving(&[**name]).is_some()) else {
        return;
    };
    let (name, way) = (&table.name.name, cx.model().reached_from(query).unwrap_or_default());
    let direction = if key.ascending { "" } else { " desc" };
    cx.report(
        key.origin,
        format!(
            "all rows of `{name}` with that `{first}` are sorted by `{}` on each call",
            column.name
        ),
    )
    .level(Level::Info)
    .here(format!("sorted here, for {way}"))
    .about(format!("{}.{}", table.name, column.name))
    .once_per(format!("{} {first} {}", table.name, column.name))
    .label(column.origin, "no index continues with this column after the filtered ones")
    .help(format!(
        "create index concurrently {name}_{first}_{0}_idx on {1} ({first}, {0}{direction});",
        column.name, table.name
    ));
}
