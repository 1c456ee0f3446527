//! Cached values that depend on inputs which the key leaves out.

use trave_rule::effect::CacheAction;
use trave_rule::model::Cache;
use trave_rule::value::Input;
use trave_rule::words::code_list;
use trave_rule::{Context, rule};

#[rule]
fn cache_key_incomplete(cache: &Cache, cx: &mut Context) {
    let facts = &cache.facts;
    let stores = matches!(facts.action, CacheAction::ReadThrough | CacheAction::Write);
    if !stores
        || !facts.shared
        || facts.bookkeeping
        || !facts.key.is_known_key()
        || cx.model().is_second_half(cache)
    {
        return;
    }
    let missing = cx.model().inputs_missing_in_key(cache);
    if missing.is_empty() {
        return;
    }
    let write = cx.model().write_of(cache).unwrap_or(cache).facts.origin;
    let names: Vec<String> = missing.iter().map(Input::title).collect();
    cx.report(
        facts.key_origin,
        format!(
            "the cached value depends on {}, which the key leaves out: callers get each other's \
            answers",
            code_list(&names)
        ),
    )
    .here("the key")
    .label(write, "stored here")
    .help(format!("add {} to the key", code_list(&names)));
}
