//! A table with one line per way in.

use std::io::{self, Write};

use trave_model::{Model, Route, RouteKind};

use super::Routes;
use super::words::{guarded_by, kind_name, place};
use crate::queries::operation_name;
use crate::table;

/// As many tables are named for one kind of query; the rest is counted.
const TABLES_MAX: usize = 4;

pub(super) fn write(out: &mut dyn Write, shown: &Routes<'_>) -> io::Result<()> {
    let is_alone = shown.routes.len() == 1;
    let listed = shown.routes.iter().filter(|route| is_alone || !is_script(shown.model, route));
    let rows: Vec<[String; 6]> = listed.map(|route| row(route, shown)).collect();
    table::write(out, ["method", "path", "kind", "guarded", "queries", "file"], &rows)
}

/// Whether a way in is the start of a script, which serves nobody.
fn is_script(model: &Model, route: &Route) -> bool {
    route.kind == RouteKind::Start && model.queries_of(route).all(|query| query.in_script)
}

fn row(route: &Route, shown: &Routes<'_>) -> [String; 6] {
    [
        route.method.to_string(),
        route.path.to_string(),
        kind_name(route.kind).to_owned(),
        guarded_by(shown.model, route).to_owned(),
        queries(shown.model, route),
        place(&shown.model.sources, route.origin, shown.prefix),
    ]
}

/// `select boats, trips; update boats`.
fn queries(model: &Model, route: &Route) -> String {
    let mut kinds: Vec<(&str, Vec<&str>)> = Vec::new();
    for query in model.queries_of(route) {
        let operation = query.facts.operation.map_or("?", operation_name);
        let table = query.facts.table.as_deref().unwrap_or("?");
        match kinds.iter_mut().find(|(known, _)| *known == operation) {
            Some((_, tables)) if tables.contains(&table) => {}
            Some((_, tables)) => tables.push(table),
            None => kinds.push((operation, vec![table])),
        }
    }
    if kinds.is_empty() {
        return "-".to_owned();
    }
    let words = kinds.iter().map(|(operation, tables)| {
        let named: Vec<&str> = tables.iter().copied().take(TABLES_MAX).collect();
        let more = tables.len() - named.len();
        let rest = if more > 0 { format!(" +{more}") } else { String::new() };
        format!("{operation} {}{rest}", named.join(", "))
    });
    words.collect::<Vec<_>>().join("; ")
}
