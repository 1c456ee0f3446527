//! Every query that was found, with the ways in that reach it.

use std::io::{self, Write};

use serde::Serialize;
use trave_model::query::{Filter, FilterOp, Operation};
use trave_model::value::ClientRole;
use trave_model::{Model, Query, Reach};

use crate::place::start;
use crate::routes::guarded_name;
use crate::table;

#[derive(Serialize)]
struct Entry<'a> {
    table: Option<&'a str>,
    schema: Option<&'a str>,
    operation: Option<&'static str>,
    client: &'static str,
    library: &'a str,
    columns: Vec<&'a str>,
    filters: Vec<FilterEntry<'a>>,
    order: Vec<&'a str>,
    limited: bool,
    file: &'a str,
    line: u32,
    column: u32,
    handlers: Vec<HandlerEntry<'a>>,
    script: bool,
    /// Why no way in is listed, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreached: Option<&'static str>,
}

#[derive(Serialize)]
struct FilterEntry<'a> {
    column: &'a str,
    op: &'static str,
    negated: bool,
    conditional: bool,
}

#[derive(Serialize)]
struct HandlerEntry<'a> {
    method: &'a str,
    path: &'a str,
    guarded: &'static str,
}

/// Writes an array with one object per query.
pub fn json(out: &mut dyn Write, model: &Model) -> io::Result<()> {
    let entries: Vec<Entry<'_>> = model.queries.iter().map(|query| entry(model, query)).collect();
    serde_json::to_writer_pretty(&mut *out, &entries)?;
    writeln!(out)
}

/// Writes a table with one line per query; `prefix` stands before every path.
pub fn text(out: &mut dyn Write, model: &Model, prefix: &str) -> io::Result<()> {
    let rows: Vec<[String; 5]> =
        model.queries.iter().map(|query| row(model, query, prefix)).collect();
    table::write(out, ["operation", "table", "client", "filters", "file"], &rows)
}

fn row(model: &Model, query: &Query, prefix: &str) -> [String; 5] {
    let filters: Vec<&str> = query.facts.filters.iter().map(|one| one.column.as_str()).collect();
    let path = model.sources.path(query.facts.origin.file);
    let line = start(&model.sources, query.facts.origin).line;
    [
        query.facts.operation.map_or("?", operation_name).to_owned(),
        query.facts.table.as_deref().unwrap_or("?").to_owned(),
        client_name(query.facts.client.role).to_owned(),
        if filters.is_empty() { "-".to_owned() } else { filters.join(", ") },
        format!("{prefix}{path}:{line}"),
    ]
}

fn entry<'a>(model: &'a Model, query: &'a Query) -> Entry<'a> {
    let facts = &query.facts;
    let place = start(&model.sources, facts.origin);
    let star = facts.selection.star.then_some("*");
    let columns = facts.selection.columns.iter().map(|column| column.name.as_str());
    let order = facts.order.iter().filter_map(|key| key.column.as_deref());
    Entry {
        table: facts.table.as_deref(),
        schema: facts.schema.as_deref(),
        operation: facts.operation.map(operation_name),
        client: client_name(facts.client.role),
        library: facts.library,
        columns: star.into_iter().chain(columns).collect(),
        filters: facts.filters.iter().map(filter).collect(),
        order: order.collect(),
        limited: facts.limit.is_some() || facts.single.is_some(),
        file: model.sources.path(facts.origin.file),
        line: place.line,
        column: place.column,
        handlers: query.reached.iter().filter_map(|reach| handler(model, reach)).collect(),
        script: query.in_script,
        unreached: unreached(query),
    }
}

/// Why no way in reaches a query: it runs in the browser, by hand, or not at all.
pub(crate) fn unreached(query: &Query) -> Option<&'static str> {
    match query {
        query if !query.reached.is_empty() => None,
        query if query.in_script => Some("script"),
        query if query.in_dead_code => Some("dead"),
        query if query.in_browser => Some("browser"),
        _ => None,
    }
}

fn handler<'a>(model: &'a Model, reach: &Reach) -> Option<HandlerEntry<'a>> {
    let route = model.route(reach.route)?;
    let guarded = guarded_name(reach.guarded);
    Some(HandlerEntry { method: &route.method, path: &route.path, guarded })
}

fn filter(filter: &Filter) -> FilterEntry<'_> {
    FilterEntry {
        column: &filter.column,
        op: op_name(filter.op),
        negated: filter.negated,
        conditional: filter.conditional,
    }
}

/// A word for what a query does.
pub(crate) fn operation_name(operation: Operation) -> &'static str {
    match operation {
        Operation::Select => "select",
        Operation::Insert => "insert",
        Operation::Upsert => "upsert",
        Operation::Update => "update",
        Operation::Delete => "delete",
        Operation::Call => "call",
    }
}

/// A word for whose rights a client has.
pub(crate) fn client_name(role: ClientRole) -> &'static str {
    match role {
        ClientRole::User => "user",
        ClientRole::Service => "service",
        ClientRole::Unknown => "unknown",
    }
}

/// A word for how a filter compares.
pub(crate) fn op_name(op: FilterOp) -> &'static str {
    match op {
        FilterOp::Eq => "eq",
        FilterOp::Ne => "neq",
        FilterOp::Range => "range",
        FilterOp::In => "in",
        FilterOp::Is => "is",
        FilterOp::Like => "like",
        FilterOp::ILike => "ilike",
        FilterOp::Regex => "regex",
        FilterOp::Contains => "contains",
        FilterOp::Overlaps => "overlaps",
        FilterOp::TextSearch => "search",
        FilterOp::Other => "other",
    }
}
