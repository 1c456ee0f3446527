//! Limited lists that are sorted without an index.

use trave_rule::model::{Query, Serving};
use trave_rule::{Context, rule};

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
    // Filters that an index serves leave few rows to sort; those that none serves are
    // unindexed-filter's.
    if !query.is_list(table) || model.serving(query, table) != Serving::Unfiltered {
        return;
    }
    let mut keys = query.facts.order.iter().filter(|key| key.relation.is_none());
    let Some(key) = keys.next().filter(|key| !key.conditional) else { return };
    let Some(column) = key.column.as_ref().and_then(|name| table.column(name)) else { return };
    if model.gives_order(query, table, key) {
        return;
    }
    let (name, way) = (&table.name.name, model.reached_from(query).unwrap_or_default());
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
