//! Ways in as the page knows them.

use serde::Serialize;
use smol_str::SmolStr;
use trave_model::effect::LibraryUse;
use trave_model::source::Origin;
use trave_model::{Call, Model, Route, Step};

use super::places::{Place, Places};
use crate::routes::{
    action_name, before_name, code, guarded_by, guarded_name, guarded_sentence, kind_name,
    trust_name,
};

/// As much code of a condition or call is shown.
const CODE_MAX: usize = 100;

#[derive(Serialize)]
pub(super) struct RouteEntry<'a> {
    method: &'a str,
    path: &'a str,
    title: String,
    kind: &'static str,
    framework: &'a str,
    place: Place,
    guarded: &'static str,
    guarded_by: &'static str,
    guarded_sentence: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    opaque: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pages: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    wrappers: Vec<Named>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    before: Vec<BeforeEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    auth: Vec<AuthEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    guards: Vec<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<Place>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    validation: Vec<Named>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rate_limits: Vec<Named>,
    steps: Vec<StepEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    answers: Vec<u16>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cached_by_framework: bool,
}

#[derive(Serialize)]
struct Named {
    name: String,
    place: Place,
}

#[derive(Serialize)]
struct BeforeEntry {
    kind: &'static str,
    guarded: &'static str,
    place: Place,
}

#[derive(Serialize)]
struct AuthEntry {
    name: String,
    trust: &'static str,
    place: Place,
}

/// What happens on a way in, in order.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum StepEntry {
    /// A query, by its place in the list of queries.
    Query(Sent),
    /// A cache is used.
    Cache(Named),
    /// Another service is called.
    Call(Named),
}

#[derive(Serialize)]
struct Sent {
    id: usize,
    guarded: &'static str,
    #[serde(rename = "loop", skip_serializing_if = "std::ops::Not::not")]
    in_loop: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cached: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    calls: Vec<Named>,
}

pub(super) fn entry<'a>(
    model: &'a Model,
    route: &'a Route,
    places: &mut Places<'a>,
) -> RouteEntry<'a> {
    let guarded = model.guarded(route);
    let mut answers: Vec<u16> = route.responses.iter().filter_map(|it| it.status).collect();
    answers.sort_unstable();
    answers.dedup();
    RouteEntry {
        method: &route.method,
        path: &route.path,
        title: route.title_with_page(),
        kind: kind_name(route.kind),
        framework: route.framework,
        place: places.at(route.origin),
        guarded: guarded_name(guarded),
        guarded_by: guarded_by(model, route),
        guarded_sentence: guarded_sentence(guarded),
        opaque: route.opaque,
        pages: route.pages.iter().map(SmolStr::as_str).collect(),
        wrappers: each(&route.wrappers, |it| named(&it.name, places.at(it.origin))),
        before: before(route, places),
        auth: each(&route.auth, |it| AuthEntry {
            name: it.name.to_string(),
            trust: trust_name(it.trust),
            place: places.at(it.origin),
        }),
        guards: each(&route.guards, |it| coded(model, it.origin, places)),
        waived: route.waived.map(|origin| places.at(origin)),
        validation: libraries(&route.validations, places),
        rate_limits: libraries(&route.rate_limits, places),
        steps: steps(model, route, places),
        answers,
        cached_by_framework: route.framework_cache.is_some(),
    }
}

fn each<'a, T, R>(items: &'a [T], entry: impl FnMut(&'a T) -> R) -> Vec<R> {
    items.iter().map(entry).collect()
}

fn named(name: &str, place: Place) -> Named {
    Named { name: name.to_owned(), place }
}

/// A place that is told by its code.
fn coded(model: &Model, origin: Origin, places: &mut Places<'_>) -> Named {
    Named { name: code(&model.sources, origin, CODE_MAX), place: places.at(origin) }
}

fn libraries(uses: &[LibraryUse], places: &mut Places<'_>) -> Vec<Named> {
    each(uses, |it| named(it.library, places.at(it.origin)))
}

/// What runs before it, and middleware of which no more is known.
fn before(route: &Route, places: &mut Places<'_>) -> Vec<BeforeEntry> {
    let mut found = each(&route.before, |it| BeforeEntry {
        kind: before_name(it.kind),
        guarded: guarded_name(it.guarded),
        place: places.at(it.origin),
    });
    let is_told = |origin: &&Origin| route.before.iter().any(|it| it.origin == **origin);
    let others = route.middleware.iter().filter(|origin| !is_told(origin));
    found.extend(others.map(|origin| BeforeEntry {
        kind: "middleware",
        guarded: "no",
        place: places.at(*origin),
    }));
    found
}

/// The steps in order; one that happens again is told once.
fn steps(model: &Model, route: &Route, places: &mut Places<'_>) -> Vec<StepEntry> {
    let mut seen: Vec<Step> = Vec::new();
    let mut found = Vec::new();
    for step in &route.steps {
        if seen.contains(step) {
            continue;
        }
        seen.push(*step);
        found.extend(entry_of(model, route, (*step, places)));
    }
    found
}

fn entry_of(
    model: &Model,
    route: &Route,
    (step, places): (Step, &mut Places<'_>),
) -> Option<StepEntry> {
    Some(match step {
        Step::Guard(_) => return None,
        Step::Query(id) => {
            let query = model.query(id)?;
            let reach = query.reaches_from(route).min_by_key(|reach| reach.guarded);
            let calls = reach.map_or(&[][..], |reach| &reach.path);
            StepEntry::Query(Sent {
                id: id.0 as usize,
                guarded: reach.map_or("no", |reach| guarded_name(reach.guarded)),
                in_loop: reach.is_some_and(|reach| reach.in_loop.is_some()),
                cached: reach.is_some_and(|reach| reach.cached_by.is_some()),
                calls: each(calls, |call| called(call, places)),
            })
        }
        Step::Cache(at) => {
            let facts = &model.caches.get(at as usize)?.facts;
            let words = format!("{}, {}", action_name(facts.action), facts.library);
            StepEntry::Cache(Named { name: words, place: places.at(facts.origin) })
        }
        Step::Outbound(at) => {
            StepEntry::Call(coded(model, *route.outbound.get(at as usize)?, places))
        }
    })
}

fn called(call: &Call, places: &mut Places<'_>) -> Named {
    named(call.name.as_deref().unwrap_or("a function without a name"), places.at(call.origin))
}
