//! Reads that go around a cache which other handlers use.

use trave_rule::model::{Guarded, Query};
use trave_rule::{Context, rule};

#[rule]
fn cached_sibling_uncached(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script
        || query.reached.is_empty()
        || !query.fetches_rows()
        || query.facts.incomplete
    {
        return;
    }
    let Some(table) = model.table_of(query) else { return };
    // Behind a guard stand few callers, who want to see what is there now.
    let uncached =
        query.reached.iter().all(|reach| model.is_uncached(reach) && reach.guarded == Guarded::No);
    if !uncached || !model.routes_of(query).iter().any(|route| route.is_read()) {
        return;
    }
    // A hot read is uncached-hot-query's; one that differs by caller cannot share the cache.
    if !model.is_same_for_all(query) || model.heat(query, table).len() > 1 || !query.is_list(table)
    {
        return;
    }
    let name = &table.name.name;
    let Some(cache) = model.sibling_cache(query) else { return };
    cx.report(
        query.facts.target_origin,
        format!("this read of `{name}` goes around the cache that others use"),
    )
    .about(&table.name)
    .symbol(model.reached_from(query).unwrap_or_default())
    .label(cache.facts.origin, format!("`{name}` is cached here"))
    .help("use the same cache helper here");
}
