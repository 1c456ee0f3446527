//! Every way in with what it reads, who may take it, and what it caches.

use std::io::{self, Write};

use serde::Serialize;
use trave_model::value::Taint;
use trave_model::{BeforeKind, Guarded, Model, Query, QueryRef, Route, RouteKind, Step};

use crate::place::start;
use crate::queries::{client_name, operation_name};
use crate::table;

#[derive(Serialize)]
struct Entry<'a> {
    method: &'a str,
    path: &'a str,
    kind: &'static str,
    framework: &'a str,
    file: &'a str,
    line: u32,
    guarded: &'static str,
    queries: Vec<QueryEntry<'a>>,
    caches: Vec<CacheEntry<'a>>,
}

#[derive(Serialize)]
struct QueryEntry<'a> {
    table: Option<&'a str>,
    operation: Option<&'static str>,
    client: &'static str,
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct CacheEntry<'a> {
    library: &'static str,
    action: &'static str,
    file: &'a str,
    line: u32,
}

/// Writes an array with one object per way in.
pub fn json(out: &mut dyn Write, model: &Model) -> io::Result<()> {
    let entries: Vec<Entry<'_>> = model.routes.iter().map(|route| entry(model, route)).collect();
    serde_json::to_writer_pretty(&mut *out, &entries)?;
    writeln!(out)
}

/// Writes a table with one line per way in; `prefix` stands before every path.
pub fn text(out: &mut dyn Write, model: &Model, prefix: &str) -> io::Result<()> {
    let rows: Vec<[String; 6]> =
        model.routes.iter().map(|route| row(model, route, prefix)).collect();
    table::write(out, ["method", "path", "kind", "guarded", "queries", "file"], &rows)
}

fn row(model: &Model, route: &Route, prefix: &str) -> [String; 6] {
    let mut queries: Vec<String> = Vec::new();
    for query in queries_of(model, route) {
        let table = query.facts.table.as_deref().unwrap_or("?");
        let text = format!("{} {table}", query.facts.operation.map_or("?", operation_name));
        if !queries.contains(&text) {
            queries.push(text);
        }
    }
    [
        route.method.to_string(),
        route.path.to_string(),
        kind_name(route.kind).to_owned(),
        guarded_by(model, route).to_owned(),
        if queries.is_empty() { "-".to_owned() } else { queries.join(", ") },
        format!(
            "{prefix}{}:{}",
            model.sources.path(route.origin.file),
            start(&model.sources, route.origin).line
        ),
    ]
}

fn entry<'a>(model: &'a Model, route: &'a Route) -> Entry<'a> {
    let line = |origin| start(&model.sources, origin).line;
    let file = |origin: trave_source::Origin| model.sources.path(origin.file);
    let queries = queries_of(model, route).map(|query| QueryEntry {
        table: query.facts.table.as_deref(),
        operation: query.facts.operation.map(operation_name),
        client: client_name(query.facts.client.role),
        file: file(query.facts.origin),
        line: line(query.facts.origin),
    });
    let caches = route.steps.iter().filter_map(|step| match step {
        Step::Cache(at) => model.caches.get(*at as usize),
        Step::Query(_) | Step::Guard(_) => None,
    });
    Entry {
        method: &route.method,
        path: &route.path,
        kind: kind_name(route.kind),
        framework: route.framework,
        file: file(route.origin),
        line: line(route.origin),
        guarded: guarded_by(model, route),
        queries: queries.collect(),
        caches: caches
            .map(|cache| CacheEntry {
                library: cache.facts.library,
                action: action_name(cache.facts.action),
                file: file(cache.facts.origin),
                line: line(cache.facts.origin),
            })
            .collect(),
    }
}

/// The queries of a way in, each once, in the order in which they are sent.
fn queries_of<'a>(model: &'a Model, route: &'a Route) -> impl Iterator<Item = &'a Query> {
    let mut seen: Vec<QueryRef> = Vec::new();
    let sent = route.steps.iter().filter_map(move |step| match step {
        Step::Query(query) if !seen.contains(query) => {
            seen.push(*query);
            Some(*query)
        }
        Step::Query(_) | Step::Cache(_) | Step::Guard(_) => None,
    });
    sent.filter_map(|query| model.query(query))
}

/// Whether callers are turned away before the least guarded query; without queries, at all.
fn guarded(model: &Model, route: &Route) -> Guarded {
    let reaches = queries_of(model, route).flat_map(|query| &query.reached);
    let least = reaches.filter(|reach| reach.route == route.id).map(|reach| reach.guarded).min();
    let asked = route.guards.iter().map(|guard| asked_by(guard.by)).max();
    let asked = asked.unwrap_or(Guarded::No);
    least.unwrap_or_else(|| asked.behind(&route.before))
}

/// How well a guard checks that depends on this.
fn asked_by(by: Taint) -> Guarded {
    if by.has(Taint::CALLER.and(Taint::SECRET)) {
        Guarded::Yes
    } else if by.has(Taint::CLAIM) {
        Guarded::ByClaim
    } else {
        Guarded::Maybe
    }
}

/// A word for how well the callers of a way in are checked; what runs before it by its name.
fn guarded_by(model: &Model, route: &Route) -> &'static str {
    let guarded = guarded(model, route);
    let by = route.before.iter().find(|before| before.guarded == Guarded::Yes);
    match (guarded, by.map(|before| before.kind)) {
        (Guarded::Before, Some(BeforeKind::Middleware)) => "middleware",
        (Guarded::Before, Some(BeforeKind::Layout)) => "layout",
        _ => guarded_name(guarded),
    }
}

/// A word for how well callers are checked.
pub(crate) fn guarded_name(guarded: Guarded) -> &'static str {
    match guarded {
        Guarded::No => "no",
        Guarded::Maybe => "maybe",
        Guarded::ByClaim => "claim",
        Guarded::Before => "before",
        Guarded::Yes => "yes",
    }
}

fn kind_name(kind: RouteKind) -> &'static str {
    match kind {
        RouteKind::Http => "http",
        RouteKind::ServerAction => "action",
        RouteKind::Edge => "edge",
        RouteKind::Procedure => "procedure",
        RouteKind::Loader => "loader",
        RouteKind::Middleware => "middleware",
        RouteKind::Webhook => "webhook",
        RouteKind::Job => "job",
    }
}

fn action_name(action: trave_model::effect::CacheAction) -> &'static str {
    use trave_model::effect::CacheAction;
    match action {
        CacheAction::Read => "read",
        CacheAction::Write => "write",
        CacheAction::Invalidate => "invalidate",
        CacheAction::ReadThrough => "read-through",
    }
}
