//! A way in in one line, as editors show it above the handler.

use std::collections::BTreeSet;

use trave_model::{Model, Query, Route};

use super::words::guarded_by;

/// As many kinds of identity checks are named.
const CHECKS_MAX: usize = 2;

/// `3 queries · 1 unindexed · auth: getUser · cached 60 s`.
pub fn brief(model: &Model, route: &Route) -> String {
    let queries: Vec<&Query> = model.queries_of(route).collect();
    let mut parts = vec![match queries.len() {
        0 => "no queries".to_owned(),
        1 => "1 query".to_owned(),
        many => format!("{many} queries"),
    }];
    let unindexed = queries.iter().filter(|query| model.is_unserved(query)).count();
    if unindexed > 0 {
        parts.push(format!("{unindexed} unindexed"));
    }
    parts.push(format!("auth: {}", auth(model, route)));
    parts.extend(cached(model, route, &queries));
    parts.join(" · ")
}

/// What asks who is calling; without any, how callers are turned away.
fn auth(model: &Model, route: &Route) -> String {
    let name = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
    let mut names: Vec<String> = Vec::new();
    for check in &route.auth {
        let name = name(&check.name);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return match guarded_by(model, route) {
            "no" => "none".to_owned(),
            other => other.to_owned(),
        };
    }
    let more = names.len().saturating_sub(CHECKS_MAX);
    names.truncate(CHECKS_MAX);
    let rest = if more > 0 { format!(" +{more}") } else { String::new() };
    format!("{}{rest}", names.join(", "))
}

/// How long what is cached lives, where that is told in seconds.
fn cached(model: &Model, route: &Route, queries: &[&Query]) -> Option<String> {
    if let Some(cache) = &route.framework_cache {
        return Some(lasting(cache.seconds));
    }
    let reaches = queries.iter().flat_map(|query| &query.reached);
    let here = reaches.filter(|reach| reach.route == route.id);
    let caches: BTreeSet<u32> = here.filter_map(|reach| reach.cached_by).collect();
    let facts = &model.caches.get(*caches.first()? as usize)?.facts;
    let is_for_ever = facts.ttl.is_none() && facts.ttl_known;
    let time = facts.ttl_seconds();
    Some(if time.is_some() || is_for_ever { lasting(time) } else { "cached".to_owned() })
}

fn lasting(seconds: Option<f64>) -> String {
    match seconds {
        Some(seconds) => format!("cached {seconds} s"),
        None => "cached for ever".to_owned(),
    }
}
