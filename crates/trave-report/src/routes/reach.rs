//! Why queries belong to a way in: the calls from the handler to each of them.

use std::io::{self, Write};

use serde::Serialize;
use trave_model::source::Origin;
use trave_model::{Guarded, Model, Query, Reach, Route};

use super::json::{CallEntry, Place, calls, place as json_place};
use super::words::{guarded_by, guarded_name, guarded_sentence, line_around, place, query_words};
use crate::queries::{client_name, operation_name};

/// As many ways to one query are shown.
const WAYS_MAX: usize = 5;
/// As much of a line of code is shown.
const CODE_MAX: usize = 80;

/// Ways in with the queries on a table that they reach.
#[derive(Debug, Clone, Copy)]
pub struct Reached<'a> {
    /// Those.
    pub found: &'a [(&'a Route, Vec<&'a Query>)],
    /// In what.
    pub model: &'a Model,
    /// What stands before every path.
    pub prefix: &'a str,
}

/// Writes each query with the calls that lead to it, one line each.
pub fn text(out: &mut dyn Write, reached: &Reached<'_>) -> io::Result<()> {
    for (at, (route, queries)) in reached.found.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let guarded = guarded_by(reached.model, route);
        writeln!(out, "{}, guarded: {guarded}", route.title_with_page())?;
        for query in queries {
            write_query(out, (route, query), reached)?;
        }
    }
    Ok(())
}

fn write_query(
    out: &mut dyn Write,
    (route, query): (&Route, &Query),
    reached: &Reached<'_>,
) -> io::Result<()> {
    let ways = ways(query, route);
    let client = client_name(query.facts.client.role);
    writeln!(out, "\n{}, {client} client", query_words(query))?;
    for (at, way) in ways.iter().take(WAYS_MAX).enumerate() {
        if at > 0 {
            writeln!(out, "  or")?;
        }
        write_way(out, (route, query), way, reached)?;
    }
    match ways.len().checked_sub(WAYS_MAX) {
        Some(more) if more > 0 => writeln!(out, "  and {more} more ways"),
        _ => Ok(()),
    }
}

/// The ways to a query that differ in their calls.
fn ways<'a>(query: &'a Query, route: &Route) -> Vec<&'a Reach> {
    let mut ways: Vec<&Reach> = Vec::new();
    for reach in query.reaches_from(route) {
        if !ways.iter().any(|known| known.path == reach.path) {
            ways.push(reach);
        }
    }
    ways
}

fn write_way(
    out: &mut dyn Write,
    (route, query): (&Route, &Query),
    way: &Reach,
    reached: &Reached<'_>,
) -> io::Result<()> {
    let sources = &reached.model.sources;
    let calls = way.path.iter().map(|call| call.origin);
    let mut stations: Vec<Origin> = vec![route.origin];
    stations.extend(calls);
    // The table stands where a chain of several lines says what it is.
    stations.push(query.facts.target_origin);
    let places: Vec<String> =
        stations.iter().map(|origin| place(sources, *origin, reached.prefix)).collect();
    let width = places.iter().map(|place| place.chars().count()).max().unwrap_or_default();
    for (origin, place) in stations.iter().zip(&places) {
        writeln!(out, "  {place:<width$}  {}", line_around(sources, *origin, CODE_MAX))?;
    }
    if way.guarded != Guarded::Yes {
        writeln!(out, "  guarded on this way: {}", guarded_sentence(way.guarded))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Entry<'a> {
    method: &'a str,
    path: &'a str,
    table: Option<&'a str>,
    operation: Option<&'static str>,
    client: &'static str,
    #[serde(flatten)]
    place: Place<'a>,
    handler: Place<'a>,
    ways: Vec<WayEntry<'a>>,
}

#[derive(Serialize)]
struct WayEntry<'a> {
    guarded: &'static str,
    calls: Vec<CallEntry<'a>>,
}

/// Writes an array with one object per query.
pub fn json(out: &mut dyn Write, reached: &Reached<'_>) -> io::Result<()> {
    let found = reached.found.iter();
    let each = found.flat_map(|(route, queries)| queries.iter().map(|query| (*route, *query)));
    let entries: Vec<Entry<'_>> = each.map(|found| entry(reached.model, found)).collect();
    serde_json::to_writer_pretty(&mut *out, &entries)?;
    writeln!(out)
}

fn entry<'a>(model: &'a Model, (route, query): (&'a Route, &'a Query)) -> Entry<'a> {
    Entry {
        method: &route.method,
        path: &route.path,
        table: query.facts.table.as_deref(),
        operation: query.facts.operation.map(operation_name),
        client: client_name(query.facts.client.role),
        place: json_place(model, query.facts.origin),
        handler: json_place(model, route.origin),
        ways: ways(query, route).into_iter().map(|way| way_entry(model, way)).collect(),
    }
}

fn way_entry<'a>(model: &'a Model, way: &'a Reach) -> WayEntry<'a> {
    WayEntry { guarded: guarded_name(way.guarded), calls: calls(model, &way.path) }
}
