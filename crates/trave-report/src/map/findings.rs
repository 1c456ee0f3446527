//! Findings as the page knows them, with everything on the map that they are about.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use trave_engine::rule::Finding;
use trave_model::Model;
use trave_model::source::{FileId, Origin, Span};

use super::objects::Objects;
use super::places::{Excerpt, Places};

#[derive(Serialize)]
pub(super) struct FindingEntry<'a> {
    rule: &'a str,
    level: &'static str,
    message: &'a str,
    places: Vec<Labelled<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    fingerprint: String,
    routes: BTreeSet<usize>,
    queries: BTreeSet<usize>,
    tables: BTreeSet<usize>,
}

#[derive(Serialize)]
struct Labelled<'a> {
    #[serde(flatten)]
    excerpt: Excerpt,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
}

/// Where things of the map stand in the code.
pub(super) struct Whereabouts<'a> {
    model: &'a Model,
    queries: BTreeMap<FileId, Vec<(Span, usize)>>,
    handlers: BTreeMap<Origin, Vec<usize>>,
    titles: BTreeMap<String, Vec<usize>>,
    /// Tables by root and name; a name without a root stands for that of every root.
    tables: BTreeMap<(Option<usize>, String), Vec<usize>>,
}

impl<'a> Whereabouts<'a> {
    pub(super) fn of(model: &'a Model, objects: &Objects<'_>) -> Self {
        let mut queries: BTreeMap<FileId, Vec<(Span, usize)>> = BTreeMap::new();
        for (at, query) in model.queries.iter().enumerate() {
            let origin = query.facts.origin;
            queries.entry(origin.file).or_default().push((origin.span, at));
        }
        let (mut handlers, mut titles) = (BTreeMap::new(), BTreeMap::new());
        for (at, route) in model.routes.iter().enumerate() {
            handlers.entry(route.origin).or_insert_with(Vec::new).push(at);
            titles.entry(route.title()).or_insert_with(Vec::new).push(at);
        }
        let mut tables: BTreeMap<(Option<usize>, String), Vec<usize>> = BTreeMap::new();
        for (at, (key, _)) in objects.iter().enumerate() {
            for name in [key.name.to_string(), format!("{}.{}", key.name.schema, key.name.name)] {
                for root in BTreeSet::from([key.catalog, None]) {
                    tables.entry((root, name.clone())).or_default().push(at);
                }
            }
        }
        Self { model, queries, handlers, titles, tables }
    }

    pub(super) fn entry(&self, finding: &'a Finding, places: &mut Places<'a>) -> FindingEntry<'a> {
        let first = (finding.origin, finding.label.as_deref());
        let others = finding.labels.iter().map(|it| (it.origin, Some(it.text.as_str())));
        let marks: Vec<(Origin, Option<&'a str>)> = std::iter::once(first).chain(others).collect();
        let origins: Vec<Origin> = marks.iter().map(|(origin, _)| *origin).collect();
        let labelled = |(origin, label)| Labelled { excerpt: places.excerpt(origin), label };
        FindingEntry {
            rule: finding.rule,
            level: finding.level.name(),
            message: &finding.message,
            places: marks.into_iter().map(labelled).collect(),
            notes: finding.notes.iter().map(String::as_str).collect(),
            help: finding.help.as_deref(),
            fingerprint: finding.fingerprint.to_string(),
            routes: self.routes_of(finding, &origins),
            queries: self.queries_at(&origins),
            tables: self.tables_of(finding, &origins),
        }
    }

    /// The ways in whose handlers are marked, or that the finding is named after.
    fn routes_of(&self, finding: &Finding, origins: &[Origin]) -> BTreeSet<usize> {
        let marked = origins.iter().filter_map(|origin| self.handlers.get(origin));
        let named = finding.symbol.as_ref().and_then(|symbol| self.titles.get(symbol));
        marked.chain(named).flatten().copied().collect()
    }

    /// The queries in which something is marked.
    fn queries_at(&self, origins: &[Origin]) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for origin in origins {
            let near = self.queries.get(&origin.file).into_iter().flatten();
            found.extend(near.filter(|(span, _)| span.holds(origin.span)).map(|(_, at)| *at));
        }
        found
    }

    /// The tables that it is about: it names them, or a column or policy of theirs.
    fn tables_of(&self, finding: &Finding, origins: &[Origin]) -> BTreeSet<usize> {
        let roots =
            origins.iter().filter_map(|origin| self.model.catalog_of_file.get(&origin.file));
        let root = roots.copied().next();
        let named = finding.objects.iter().filter_map(|object| {
            let mut begins = beginnings(object);
            let in_root = |name: &str| self.tables.get(&(root, name.to_owned()));
            begins.find_map(in_root)
        });
        named.flatten().copied().collect()
    }
}

/// `a.b.c`, `a.b`, `a`.
fn beginnings(object: &str) -> impl Iterator<Item = &str> {
    let cuts = object.rmatch_indices('.').map(|(at, _)| at);
    std::iter::once(object.len()).chain(cuts).filter_map(|end| object.get(..end))
}

#[cfg(test)]
mod tests {
    use super::beginnings;

    #[test]
    fn a_column_begins_with_its_table() {
        assert_eq!(beginnings("a.b.c").collect::<Vec<_>>(), ["a.b.c", "a.b", "a"]);
    }
}
