//! Cache entries without an expiry.

use trave_rule::effect::CacheAction;
use trave_rule::model::Cache;
use trave_rule::{Context, rule};

#[rule]
fn missing_ttl(cache: &Cache, cx: &mut Context) {
    let facts = &cache.facts;
    let stores = matches!(facts.action, CacheAction::ReadThrough | CacheAction::Write);
    if !stores || !facts.shared || facts.bookkeeping || facts.ttl.is_some() || !facts.ttl_known {
        return;
    }
    // The expiry belongs to the write, where the project writes for itself.
    if cx.model().write_of(cache).is_some() {
        return;
    }
    cx.report(facts.origin, "this cache entry never expires: it is served however old it is")
        .once_at(facts.origin)
        .help("give it an expiry, even a long one");
}
