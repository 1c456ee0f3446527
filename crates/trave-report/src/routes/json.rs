//! Ways in for other programs: `docs/json.md` tells what each field means.

use std::io::{self, Write};

use serde::Serialize;
use smol_str::SmolStr;
use trave_model::effect::LibraryUse;
use trave_model::source::Origin;
use trave_model::value::Taint;
use trave_model::{Call, Model, Query, Route, Step};

use super::Routes;
use super::words::trust_name;
use super::words::{action_name, before_name, code, guarded_by, guarded_name, kind_name};
use crate::place::start;
use crate::queries::{client_name, operation_name};

/// As much code of a call is given.
const CODE_MAX: usize = 80;

#[derive(Serialize)]
struct Entry<'a> {
    method: &'a str,
    path: &'a str,
    kind: &'static str,
    framework: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    guarded: &'static str,
    opaque: bool,
    pages: Vec<&'a str>,
    wrappers: Vec<Named<'a>>,
    before: Vec<BeforeEntry<'a>>,
    middleware: Vec<Place<'a>>,
    auth: Vec<AuthEntry<'a>>,
    guards: Vec<GuardEntry<'a>>,
    waived: Option<Place<'a>>,
    validation: Vec<LibraryEntry<'a>>,
    rate_limits: Vec<LibraryEntry<'a>>,
    queries: Vec<QueryEntry<'a>>,
    caches: Vec<CacheEntry<'a>>,
    outbound: Vec<OutboundEntry<'a>>,
    responses: Vec<ResponseEntry<'a>>,
    cached_by_framework: bool,
}

/// A file and a line.
#[derive(Serialize)]
pub(super) struct Place<'a> {
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
}

#[derive(Serialize)]
struct BeforeEntry<'a> {
    kind: &'static str,
    guarded: &'static str,
    #[serde(flatten)]
    place: Place<'a>,
}

#[derive(Serialize)]
struct AuthEntry<'a> {
    name: &'a str,
    trust: &'static str,
    #[serde(flatten)]
    place: Place<'a>,
}

#[derive(Serialize)]
struct GuardEntry<'a> {
    by: Vec<&'static str>,
    #[serde(flatten)]
    place: Place<'a>,
}

#[derive(Serialize)]
struct LibraryEntry<'a> {
    library: &'static str,
    #[serde(flatten)]
    place: Place<'a>,
}

#[derive(Serialize)]
struct QueryEntry<'a> {
    table: Option<&'a str>,
    operation: Option<&'static str>,
    client: &'static str,
    #[serde(flatten)]
    place: Place<'a>,
    guarded: &'static str,
    in_loop: bool,
    cached: bool,
    calls: Vec<CallEntry<'a>>,
}

/// One call on the way to a query.
#[derive(Serialize)]
pub(super) struct CallEntry<'a> {
    name: Option<&'a str>,
    #[serde(flatten)]
    place: Place<'a>,
}

#[derive(Serialize)]
struct CacheEntry<'a> {
    library: &'static str,
    action: &'static str,
    #[serde(flatten)]
    place: Place<'a>,
}

#[derive(Serialize)]
struct OutboundEntry<'a> {
    code: String,
    #[serde(flatten)]
    place: Place<'a>,
}

#[derive(Serialize)]
struct ResponseEntry<'a> {
    status: Option<u16>,
    #[serde(flatten)]
    place: Place<'a>,
}

/// Writes an array with one object per way in.
pub fn write(out: &mut dyn Write, shown: &Routes<'_>) -> io::Result<()> {
    let model = shown.model;
    let entries: Vec<Entry<'_>> = shown.routes.iter().map(|route| entry(model, route)).collect();
    serde_json::to_writer_pretty(&mut *out, &entries)?;
    writeln!(out)
}

/// A place in the sources of a model.
pub(super) fn place(model: &Model, origin: Origin) -> Place<'_> {
    Place { file: model.sources.path(origin.file), line: start(&model.sources, origin).line }
}

/// The calls of a way to a query.
pub(super) fn calls<'a>(model: &'a Model, path: &'a [Call]) -> Vec<CallEntry<'a>> {
    let entry =
        |call: &'a Call| CallEntry { name: call.name.as_deref(), place: place(model, call.origin) };
    path.iter().map(entry).collect()
}

fn entry<'a>(model: &'a Model, route: &'a Route) -> Entry<'a> {
    let at = |origin: Origin| place(model, origin);
    Entry {
        method: &route.method,
        path: &route.path,
        kind: kind_name(route.kind),
        framework: route.framework,
        place: at(route.origin),
        guarded: guarded_by(model, route),
        opaque: route.opaque,
        pages: route.pages.iter().map(SmolStr::as_str).collect(),
        wrappers: each(&route.wrappers, |it| Named { name: &it.name, place: at(it.origin) }),
        before: each(&route.before, |it| BeforeEntry {
            kind: before_name(it.kind),
            guarded: guarded_name(it.guarded),
            place: at(it.origin),
        }),
        middleware: each(&route.middleware, |origin| at(*origin)),
        auth: each(&route.auth, |it| AuthEntry {
            name: &it.name,
            trust: trust_name(it.trust),
            place: at(it.origin),
        }),
        guards: each(&route.guards, |it| GuardEntry { by: kinds(it.by), place: at(it.origin) }),
        waived: route.waived.map(at),
        validation: libraries(model, &route.validations),
        rate_limits: libraries(model, &route.rate_limits),
        queries: model.queries_of(route).map(|query| query_entry(model, route, query)).collect(),
        caches: caches(model, route),
        outbound: each(&route.outbound, |origin| OutboundEntry {
            code: code(&model.sources, *origin, CODE_MAX),
            place: at(*origin),
        }),
        responses: each(&route.responses, |it| ResponseEntry {
            status: it.status,
            place: at(it.origin),
        }),
        cached_by_framework: route.framework_cache.is_some(),
    }
}

fn each<'a, T, R>(items: &'a [T], entry: impl Fn(&'a T) -> R) -> Vec<R> {
    items.iter().map(entry).collect()
}

fn libraries<'a>(model: &'a Model, uses: &[LibraryUse]) -> Vec<LibraryEntry<'a>> {
    let entry =
        |it: &LibraryUse| LibraryEntry { library: it.library, place: place(model, it.origin) };
    uses.iter().map(entry).collect()
}

fn query_entry<'a>(model: &'a Model, route: &Route, query: &'a Query) -> QueryEntry<'a> {
    let reach = query.reaches_from(route).min_by_key(|reach| reach.guarded);
    QueryEntry {
        table: query.facts.table.as_deref(),
        operation: query.facts.operation.map(operation_name),
        client: client_name(query.facts.client.role),
        place: place(model, query.facts.origin),
        guarded: reach.map_or("no", |reach| guarded_name(reach.guarded)),
        in_loop: reach.is_some_and(|reach| reach.in_loop.is_some()),
        cached: reach.is_some_and(|reach| reach.cached_by.is_some()),
        calls: reach.map_or_else(Vec::new, |reach| calls(model, &reach.path)),
    }
}

fn caches<'a>(model: &'a Model, route: &Route) -> Vec<CacheEntry<'a>> {
    let used = route.steps.iter().filter_map(|step| match step {
        Step::Cache(at) => model.caches.get(*at as usize),
        _ => None,
    });
    let entry = |cache: &'a trave_model::Cache| CacheEntry {
        library: cache.facts.library,
        action: action_name(cache.facts.action),
        place: place(model, cache.facts.origin),
    };
    used.map(entry).collect()
}

/// What a guard depends on, in words.
fn kinds(by: Taint) -> Vec<&'static str> {
    let words = [
        (Taint::CALLER, "caller"),
        (Taint::SECRET, "secret"),
        (Taint::CLAIM, "claim"),
        (Taint::OPAQUE, "unknown"),
    ];
    words.iter().filter(|(taint, _)| by.has(*taint)).map(|(_, word)| *word).collect()
}
