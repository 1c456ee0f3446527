//! Tests of the linker: a few texts in, one line per route and query out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use trave_source::{FileId, Sources};

use crate::program::Imports;
use crate::{Backend, Coverage, Model, ModelSettings, Package, Program, Query, Route, Step, link};

/// Links files; relative imports and `@/` are resolved, everything else is a package.
pub(crate) fn model(files: &[(&str, &str)]) -> Model {
    let mut sources = Sources::default();
    let mut modules = Vec::new();
    for (path, text) in files {
        let file = sources.add(*path, *text);
        modules.push(trave_ts::parse(file, path, text));
    }
    let mut imports = FxHashMap::default();
    for module in &modules {
        let mut own = Imports::new();
        for import in &module.imports {
            let target = resolve(&sources, sources.path(module.file), &import.specifier);
            own.extend(target.map(|target| (import.specifier.clone(), target)));
        }
        for export in &module.exports {
            if let trave_ts::ir::Exported::From { specifier, .. } = &export.what {
                let target = resolve(&sources, sources.path(module.file), specifier);
                own.extend(target.map(|target| (specifier.clone(), target)));
            }
        }
        imports.insert(module.file, Arc::new(own));
    }
    let package =
        Package { dependencies: [("next".into(), "^15.0.0".into())].into(), ..Package::default() };
    link(Program {
        package_of_file: modules.iter().map(|module| (module.file, 0)).collect(),
        sources,
        modules: modules.into_iter().map(Arc::new).collect(),
        imports,
        catalogs: Vec::new(),
        catalog_of_file: BTreeMap::new(),
        packages: vec![package],
        scripts: BTreeSet::new(),
        quiet: BTreeSet::new(),
        imported_elsewhere: BTreeSet::new(),
        backend: Backend {
            libraries: trave_backend::libraries(),
            entries: trave_backend::frameworks::entries,
        },
        comments: Vec::new(),
        generated: BTreeMap::new(),
        names: BTreeMap::new(),
        types_files: Vec::new(),
        other_sql: Vec::new(),
        notices: Vec::new(),
        coverage: Coverage::default(),
        settings: ModelSettings::default(),
    })
}

fn resolve(sources: &Sources, from: &str, specifier: &str) -> Option<FileId> {
    let path = if let Some(rest) = specifier.strip_prefix("@/") {
        format!("src/{rest}")
    } else if specifier.starts_with('.') {
        let mut parts: Vec<&str> = from.split('/').collect();
        parts.pop();
        for part in specifier.split('/') {
            match part {
                "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        parts.join("/")
    } else {
        return None;
    };
    let endings = [".ts", ".tsx", "/index.ts", ""];
    endings.iter().find_map(|ending| sources.find(&format!("{path}{ending}")))
}

/// Each route with its steps, then the queries that no route reaches.
pub(crate) fn describe(model: &Model) -> String {
    let mut text = String::new();
    for route in &model.routes {
        let _ = writeln!(text, "{} {}{}", route.method, route.path, opaque(route));
        for step in &route.steps {
            let line = match step {
                Step::Query(id) => model.query(*id).map(|query| describe_query(query, Some(route))),
                Step::Cache(at) => model.caches.get(*at as usize).map(|cache| {
                    let tables = cache.tables.join(" ");
                    let text = format!("{:?} {} {tables}", cache.facts.action, cache.facts.library);
                    text.trim_end().to_owned()
                }),
                Step::Guard(_) => Some("guard".to_owned()),
                Step::Outbound(_) => continue,
            };
            let _ = writeln!(text, "  {}", line.unwrap_or_default());
        }
    }
    for query in model.queries.iter().filter(|query| query.reached.is_empty()) {
        let _ = writeln!(text, "unreached\n  {}", describe_query(query, None));
    }
    text
}

fn opaque(route: &Route) -> &'static str {
    if route.opaque { " opaque" } else { "" }
}

fn describe_query(query: &Query, route: Option<&Route>) -> String {
    let facts = &query.facts;
    let mut text = format!(
        "{:?} {} {:?}",
        facts.operation.unwrap_or(trave_backend::query::Operation::Call),
        facts.table.as_deref().unwrap_or("?"),
        facts.client.role
    );
    for filter in &facts.filters {
        let mark = if filter.conditional { "?" } else { "" };
        let _ = write!(text, " {}{mark}", filter.column);
    }
    if let Some(limit) = &facts.limit {
        let _ = write!(text, " limit {:?}", limit.value.upper_bound());
    }
    let reach = route.and_then(|route| query.reached.iter().find(|it| it.route == route.id));
    if let Some(reach) = reach {
        let _ = write!(text, " {:?}", reach.guarded);
        if let Some(around) = &reach.in_loop {
            text.push_str(if around.chunked { " chunks" } else { " loop" });
            let _ = around.rounds_max.map(|rounds| write!(text, " of {rounds}"));
        }
        if reach.cached_by.is_some() {
            text.push_str(" cached");
        }
        if !reach.path.is_empty() {
            let _ = write!(text, " depth {}", reach.path.len());
        }
    }
    for (used, _) in &query.uses {
        let _ = write!(text, " {used:?}");
    }
    text
}
