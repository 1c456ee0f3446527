//! Ways that running did not follow to their end: a function that a way in ran mentions one that
//! none ran, be it because it calls it through something unknown or because there was too much to
//! run. Who mentions whom leads on from there, and from those on.
//!
//! What is known of such a way is that it exists: not what it passes, nor who got so far.

use std::collections::hash_map::Entry;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use trave_source::Origin;
use trave_ts::ir::FunctionId;

use super::digest::Digests;
use super::meant::Meant;
use super::mentions::{InUnit, Mentions};
use super::starts;
use crate::eval::{Context, FunctionKey, ModuleId, Trace};
use crate::model::{Call, Guarded, Query, Reach, Route, RouteId, Step};

/// How many functions lie on the way that is shown.
const CALLS_MAX: usize = 40;

/// What ways in ran, as far as others may be led to from there.
#[derive(Debug, Default)]
pub(super) struct Ran {
    /// Each function with the first way in that ran all of it, in the order in which they were met.
    found: Vec<(FunctionKey, RouteId)>,
    known: FxHashSet<FunctionKey>,
    /// Functions of which a decided condition left something out.
    partly: FxHashSet<FunctionKey>,
}

impl Ran {
    /// Notes what a way in ran. What a decided condition left out leads nowhere.
    pub(super) fn add(&mut self, trace: &Trace, route: RouteId) {
        let whole = trace.visited.iter().filter(|key| !trace.partly.contains(key));
        let mut new: Vec<FunctionKey> =
            whole.filter(|key| !self.known.contains(key)).copied().collect();
        new.sort_unstable();
        self.known.extend(&new);
        self.partly.extend(&trace.partly);
        self.found.extend(new.into_iter().map(|key| (key, route)));
    }

    /// Adds what other ways in ran.
    pub(super) fn also(&mut self, other: &Self) {
        let new = other.found.iter().filter(|(key, _)| !self.known.contains(key));
        let new: Vec<(FunctionKey, RouteId)> = new.copied().collect();
        self.known.extend(new.iter().map(|(key, _)| *key));
        self.found.extend(new);
        self.partly.extend(&other.partly);
    }

    /// Whether a function only ran with some of it left out, as was decided each time.
    fn left_out(&self, key: FunctionKey) -> bool {
        self.partly.contains(&key) && !self.known.contains(&key)
    }
}

/// Where a way begins.
#[derive(Debug, Clone, Copy)]
enum Way {
    Route(RouteId),
    Start(ModuleId),
}

/// How a function was found.
#[derive(Debug, Clone, Copy)]
struct Lead {
    way: Way,
    /// Who mentions it, and where; none for what a way in ran.
    from: Option<(FunctionKey, Origin)>,
}

/// The search for functions that others lead to.
struct Leads<'p> {
    cx: &'p Context<'p>,
    ran: &'p Ran,
    mentions: FxHashMap<ModuleId, &'p Mentions>,
    /// Functions that others make for whoever takes them by a name that no other function has.
    made: FxHashMap<&'p str, FunctionKey>,
    found: FxHashMap<FunctionKey, Lead>,
    waiting: Vec<FunctionKey>,
}

/// Marks the queries that no way in reached by running, where mentions lead to their functions.
/// Programs that somebody starts become ways in where they alone lead to a query.
pub(super) fn mark(
    (cx, digests): (&Context<'_>, &Digests),
    (ran, started): (&Ran, &[FunctionKey]),
    (queries, routes): (&mut [Query], &mut Vec<Route>),
) {
    let is_open = |query: &Query| query.reached.is_empty() && !query.in_browser;
    if !queries.iter().any(is_open) {
        return;
    }
    let modules = cx.program.modules.par_iter();
    let mentions = modules.filter_map(|module| {
        let digest = digests.get(module.file)?;
        Some((ModuleId::of(module.file), digest.mentions(module)))
    });
    let mut leads = Leads::new(cx, ran, mentions.collect());
    leads.search(started);
    let mut starts: FxHashMap<ModuleId, RouteId> = FxHashMap::default();
    for query in queries.iter_mut().filter(|query| is_open(query)) {
        let Some(key) = leads.unit_at(query.facts.target_origin) else { continue };
        let Some(lead) = leads.found.get(&key) else { continue };
        let route = match lead.way {
            Way::Route(route) => route,
            Way::Start(module) => *starts.entry(module).or_insert_with(|| {
                let id = RouteId(u32::try_from(routes.len()).unwrap_or(u32::MAX));
                routes.extend(starts::route(cx, module, id));
                id
            }),
        };
        query.reached.push(Reach {
            route,
            guarded: Guarded::Maybe,
            path: leads.path(key),
            cached_by: None,
            in_loop: query.in_loop.clone(),
            by_mention: true,
        });
        if let Some(route) = routes.get_mut(route.0 as usize) {
            route.steps.push(Step::Query(query.id));
        }
    }
}

impl<'p> Leads<'p> {
    fn new(cx: &'p Context<'p>, ran: &'p Ran, mentions: FxHashMap<ModuleId, &'p Mentions>) -> Self {
        let functions = cx.program.modules.iter().flat_map(|module| &module.functions);
        let mut named: FxHashMap<&str, u32> = FxHashMap::default();
        for name in functions.filter_map(|function| function.name.as_deref()) {
            *named.entry(name).or_default() += 1;
        }
        let made = mentions.iter().flat_map(|(id, mentions): (&ModuleId, &&'p Mentions)| {
            let id = *id;
            let inner = cx.module(id).map(|module| mentions.units.inner(module));
            inner.into_iter().flatten().map(move |(name, function)| (name.as_str(), (id, function)))
        });
        let made = made.filter(|(name, _)| is_telling(name) && named.get(name) == Some(&1));
        let made = made.collect();
        let (found, waiting) = (FxHashMap::default(), Vec::new());
        Self { cx, ran, mentions, made, found, waiting }
    }

    fn search(&mut self, started: &[FunctionKey]) {
        let ran = self.ran.found.iter().map(|(key, route)| (*key, Way::Route(*route)));
        let started = started.iter().map(|key| (*key, Way::Start(key.0)));
        for (key, way) in ran.chain(started) {
            if self.unit(key) == key && !self.found.contains_key(&key) {
                self.found.insert(key, Lead { way, from: None });
                self.waiting.push(key);
            }
        }
        let mut at = 0;
        while let Some(key) = self.waiting.get(at).copied() {
            at += 1;
            let of_module = self.mentions.get(&key.0).copied();
            if let Some(mentioned) = of_module.and_then(|it| it.in_unit(key.1)) {
                self.follow(key, mentioned);
            }
            if key.1 == FunctionId(0) {
                self.load(key);
            }
        }
    }

    /// What is loaded with a program does what it does when it is loaded.
    fn load(&mut self, key: FunctionKey) {
        let (Some(module), Some(lead)) = (self.cx.module(key.0), self.found.get(&key).copied())
        else {
            return;
        };
        let loaded = starts::loads(self.cx, module).filter_map(|file| self.cx.module_of(file));
        for id in loaded.collect::<Vec<ModuleId>>() {
            let next = (id, FunctionId(0));
            if let Entry::Vacant(place) = self.found.entry(next) {
                place.insert(Lead { way: lead.way, from: None });
                self.waiting.push(next);
            }
        }
    }

    /// The functions that a function leads to.
    fn follow(&mut self, from: FunctionKey, mentioned: &'p InUnit) {
        let Some(module) = self.cx.module(from.0) else { return };
        let Some(Lead { way, .. }) = self.found.get(&from).copied() else { return };
        for mention in &mentioned.all {
            if self.ran.left_out((from.0, mention.inner)) {
                continue;
            }
            let mut meant = Meant::new(self.cx, mentioned);
            meant.mention(from.0, &mention.what);
            let functions = meant.functions;
            self.add(functions, (way, from, mention.span.in_file(module.file)));
        }
        let mut meant = Meant::new(self.cx, mentioned);
        meant.around(from);
        let made = mentioned.names.iter().filter_map(|name| self.made.get(name.as_str()).copied());
        let mut functions = meant.functions;
        functions.extend(made);
        functions.sort_unstable();
        let span = module.function(from.1).map(|it| it.span).unwrap_or_default();
        self.add(functions, (way, from, span.in_file(module.file)));
    }

    fn add(&mut self, functions: Vec<FunctionKey>, (way, from, place): (Way, FunctionKey, Origin)) {
        for key in functions {
            let unit = self.unit(key);
            if unit.1 != FunctionId(0) && !self.found.contains_key(&unit) && self.is_open(unit) {
                self.found.insert(unit, Lead { way, from: Some((from, place)) });
                self.waiting.push(unit);
            }
        }
    }

    /// Whether nothing is known of a function: no way in ran it, and it is not in the browser.
    fn is_open(&self, key: FunctionKey) -> bool {
        let module = self.cx.module(key.0);
        let is_here = module.is_some_and(|module| !module.has_directive("use client"));
        is_here && !self.ran.known.contains(&key) && !self.ran.partly.contains(&key)
    }

    fn unit(&self, (id, function): FunctionKey) -> FunctionKey {
        let of_module = self.mentions.get(&id);
        (id, of_module.map_or(function, |it| it.units.around(function)))
    }

    /// The unit around a place.
    fn unit_at(&self, place: Origin) -> Option<FunctionKey> {
        let id = self.cx.module_of(place.file)?;
        let functions = (0..).map(FunctionId).zip(&self.cx.module(id)?.functions).skip(1);
        let around = functions.filter(|(_, function)| function.span.holds(place.span));
        let inner = around.min_by_key(|(_, function)| function.span.len());
        Some(self.unit((id, inner.map_or(FunctionId(0), |(inner, _)| inner))))
    }

    /// The calls and mentions that lead to a function, outermost first.
    fn path(&self, key: FunctionKey) -> Vec<Call> {
        let mut path = Vec::new();
        let mut at = key;
        while let Some((from, origin)) = self.found.get(&at).and_then(|lead| lead.from) {
            if path.len() >= CALLS_MAX {
                break;
            }
            let function = self.cx.module(at.0).and_then(|module| module.function(at.1));
            path.push(Call { origin, name: function.and_then(|it| it.name.clone()) });
            at = from;
        }
        path.reverse();
        path
    }
}

/// Whether a name says more than one word: those are not the names of members of libraries.
fn is_telling(name: &str) -> bool {
    name.chars().skip(1).any(char::is_uppercase)
}
