//! Searches that begin with a wildcard, without a trigram index.

use trave_rule::catalog::Table;
use trave_rule::model::{Query, Serving, has_trigram_index};
use trave_rule::query::{Filter, FilterOp};
use trave_rule::value::Value;
use trave_rule::{Context, rule};

#[rule]
fn wildcard_search(query: &Query, cx: &mut Context) {
    if query.in_script || query.reached.is_empty() {
        return;
    }
    let model = cx.model();
    let Some(table) = model.table_of(query) else { return };
    if !table.provenance.is_migration() || model.is_small(&table.name.name) {
        return;
    }
    // Another filter that an index serves leaves few rows to compare.
    if model.serving(query, table) == Serving::Served {
        return;
    }
    for filter in query.facts.filters.iter().filter(|filter| is_wildcard(filter)) {
        report(table, filter, cx);
    }
}

fn report(table: &Table, filter: &Filter, cx: &mut Context) {
    let Some(column) = table.column(&filter.column) else { return };
    if has_trigram_index(table, &column.name) {
        return;
    }
    let name = &table.name.name;
    cx.report(
        filter.origin,
        format!(
            "this search compares every row of `{name}`: no trigram index serves `{}`",
            column.name
        ),
    )
    .about(format!("{}.{}", table.name, column.name))
    .once_per(format!("{} {}", table.name, column.name))
    .label(column.origin, "an ordinary index cannot answer a pattern that begins with a wildcard")
    .help("create extension if not exists pg_trgm with schema extensions;")
    .help(format!(
        "create index concurrently {name}_{0}_trgm_idx on {1} using gin ({0} \
        extensions.gin_trgm_ops);",
        column.name, table.name
    ));
}

fn is_wildcard(filter: &Filter) -> bool {
    matches!(filter.op, FilterOp::Like | FilterOp::ILike)
        && filter.relation.is_none()
        && filter.path.is_none()
        && begins_with_wildcard(&filter.value)
}

/// `%` and `*` both stand for any text in a pattern of the API.
fn begins_with_wildcard(pattern: &Value) -> bool {
    pattern.known_prefix().is_some_and(|text| text.starts_with(['%', '*']))
}
