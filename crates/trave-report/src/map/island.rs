//! All that the page shows, as one JSON text that HTML cannot mistake for its own.

use std::collections::BTreeMap;

use serde::Serialize;
use smol_str::SmolStr;
use trave_model::Coverage;
use trave_model::catalog::{Catalog, Dialect};

use super::Map;
use super::access::Matrices;
use super::findings::{FindingEntry, Whereabouts};
use super::objects::Objects;
use super::places::Places;
use super::queries::{QueryEntry, entry as query_entry};
use super::routes::{RouteEntry, entry as route_entry};
use super::tables::{Describing, TableEntry};

#[derive(Serialize)]
struct Document<'a> {
    title: &'a str,
    prefix: &'a str,
    files: Vec<&'a str>,
    roots: Vec<RootEntry<'a>>,
    routes: Vec<RouteEntry<'a>>,
    queries: Vec<QueryEntry<'a>>,
    tables: Vec<TableEntry<'a>>,
    findings: Vec<FindingEntry<'a>>,
    rules: BTreeMap<&'a str, &'a str>,
    silenced: usize,
    coverage: Counts,
}

#[derive(Serialize)]
struct RootEntry<'a> {
    folder: &'a str,
    dialect: &'static str,
    exposed: bool,
    roles: Vec<SmolStr>,
}

#[derive(Serialize)]
struct Counts {
    files: usize,
    queries: usize,
    queries_resolved: usize,
    statements: usize,
    statements_understood: usize,
}

/// The text of the island.
pub(super) fn text(map: &Map<'_>) -> String {
    let model = map.model;
    let objects = Objects::of(model);
    let matrices = Matrices::of(model);
    let whereabouts = Whereabouts::of(model, &objects);
    let mut places = Places::new(&model.sources);
    let routes = model.routes.iter().map(|it| route_entry(model, it, &mut places)).collect();
    let queries = model.queries.iter();
    let queries = queries.map(|it| query_entry(model, it, (&objects, &mut places))).collect();
    let mut describing = Describing { objects: &objects, matrices: &matrices, places: &mut places };
    let tables = objects.iter().map(|(key, it)| describing.entry(key, it)).collect();
    let findings = map.report.findings.iter();
    let findings: Vec<FindingEntry<'_>> =
        findings.map(|it| whereabouts.entry(it, &mut places)).collect();
    let catalogs = model.catalogs.iter().enumerate();
    let document = Document {
        title: map.title,
        prefix: map.prefix,
        roots: catalogs.map(|(at, catalog)| root(catalog, matrices.roles(at))).collect(),
        routes,
        queries,
        tables,
        findings,
        rules: summaries(map),
        silenced: map.report.silenced,
        coverage: counts(model.coverage),
        files: places.files(),
    };
    // Nothing in it can fail to become text: every key is one.
    shielded(&serde_json::to_string(&document).unwrap_or_default())
}

fn root(catalog: &Catalog, roles: Vec<SmolStr>) -> RootEntry<'_> {
    let dialect = match catalog.dialect {
        Dialect::Postgres => "PostgreSQL",
        Dialect::MySql => "MySQL",
        Dialect::Sqlite => "SQLite",
    };
    RootEntry { folder: &catalog.root, dialect, exposed: catalog.exposed, roles }
}

/// The first lines of the rules that found something.
fn summaries<'a>(map: &Map<'a>) -> BTreeMap<&'a str, &'a str> {
    let found = |id: &str| map.report.findings.iter().any(|finding| finding.rule == id);
    let rules = map.rules.iter().map(|rule| &rule.meta);
    rules.filter(|meta| found(meta.id)).map(|meta| (meta.id, meta.summary)).collect()
}

fn counts(coverage: Coverage) -> Counts {
    Counts {
        files: coverage.files,
        queries: coverage.queries,
        queries_resolved: coverage.queries_resolved,
        statements: coverage.statements,
        statements_understood: coverage.statements_understood,
    }
}

/// JSON in which no sign is left that could end a script or begin markup.
fn shielded(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + json.len() / 16);
    for sign in json.chars() {
        match sign {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            sign => text.push(sign),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::shielded;

    #[test]
    fn what_html_would_read_is_written_in_other_signs() {
        let json = serde_json::to_string("</script><!-- & \u{2028}").unwrap();
        let safe = shielded(&json);
        assert!(!safe.contains(['<', '>', '&', '\u{2028}']), "{safe}");
        let back: String = serde_json::from_str(&safe).unwrap();
        assert_eq!(back, "</script><!-- & \u{2028}");
    }
}
