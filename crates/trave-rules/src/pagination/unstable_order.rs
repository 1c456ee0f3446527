//! Limited lists whose order leaves rows tied.

use trave_rule::catalog::Table;
use trave_rule::model::{Query, RouteKind};
use trave_rule::query::OrderKey;
use trave_rule::{Context, Level, rule};

#[rule]
fn unstable_order(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script || query.facts.limit.is_none() {
        return;
    }
    let Some(table) = model.table_of(query) else { return };
    if !table.provenance.is_migration() || !query.is_list(table) {
        return;
    }
    if model.routes_of(query).iter().all(|route| route.kind == RouteKind::Job) {
        return;
    }
    let keys: Vec<&OrderKey> =
        query.facts.order.iter().filter(|key| key.relation.is_none()).collect();
    match keys.first() {
        None => report_unordered(query, table, cx),
        Some(first) if query.facts.offset.is_some() && leaves_ties(&keys, query, table) => {
            report_ties(first, query, table, cx);
        }
        Some(_) => {}
    }
}

fn report_unordered(query: &Query, table: &Table, cx: &mut Context) {
    let Some(limit) = &query.facts.limit else { return };
    let name = &table.name.name;
    cx.report(
        limit.origin,
        format!("this takes some rows of `{name}` in no order: another call may return others"),
    )
    .about(&table.name)
    .symbol(cx_way(query, name))
    .help(format!(
        "add `.order(…)` before the limit, ending in a unique column such as {}",
        unique_column(table)
    ));
}

fn report_ties(key: &OrderKey, query: &Query, table: &Table, cx: &mut Context) {
    let Some(column) = &key.column else { return };
    let name = &table.name.name;
    let is_time =
        table.column(column).is_some_and(|column| column.type_name.starts_with("timestamp"));
    let finding = cx
        .report(
            key.origin,
            format!(
                "pages of `{name}` repeat and skip rows that share a `{column}`: nothing breaks \
                the tie"
            ),
        )
        .about(format!("{}.{column}", table.name))
        .symbol(cx_way(query, name))
        .help(format!(
            "add a unique column as the last key: `.order('{}')`",
            unique_column(table).trim_matches('`')
        ));
    if is_time {
        finding.level(Level::Info);
    }
}

/// Whether two rows may compare equal under all keys; an order that is not known may break ties.
fn leaves_ties(keys: &[&OrderKey], query: &Query, table: &Table) -> bool {
    let known = keys.iter().all(|key| key.column.is_some());
    let sorted = |column: &str| {
        keys.iter().any(|key| key.column.as_deref() == Some(column)) || query.pins(column)
    };
    known && !table.unique_keys().iter().any(|key| key.iter().all(|column| sorted(column)))
}

/// A column that breaks ties.
fn unique_column(table: &Table) -> String {
    let keys = table.unique_keys();
    let single = keys.iter().find(|key| key.len() == 1).and_then(|key| key.first());
    single.map_or_else(|| "`id`".to_owned(), |column| format!("`{column}`"))
}

/// What the finding is known by: the function is not, the table and its limit are.
fn cx_way(query: &Query, table: &str) -> String {
    let columns: Vec<&str> =
        query.facts.filters.iter().map(|filter| filter.column.as_str()).collect();
    format!("{table} by {}", columns.join(","))
}
