//! Gathers what evaluations saw into the lists of the model.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use trave_backend::effect::{
    CacheUse, ClaimRole, ClaimUse, Effect, EnvRead, RowsUse, TokenAction, TokenUse, Trust,
};
use trave_backend::entry::Entry;
use trave_backend::env;
use trave_backend::frameworks;
use trave_backend::value::{ClientRole, QueryId, Shape, Value};
use trave_source::Origin;

use super::before::{Place, Places, raise_behind};
use super::browser::Browser;
use super::intern::{Interned, signature};
use super::{file_of, routes, wrappers};
use crate::eval::{CallNode, Context, Level, QueryRecord, Trace};
use crate::model::{
    Answer, Cache, Call, Claim, ClaimSource, EnvUse, LoopAround, Model, Query, QueryRef, Reach,
    Route, RouteId, Step, Token,
};
use crate::questions::rounds;

/// The lists of the model while they grow.
pub(super) struct Gathered<'a> {
    cx: &'a Context<'a>,
    browser: &'a Browser,
    routes: Vec<Route>,
    queries: Interned<Query>,
    tokens: Interned<Token>,
    caches: Interned<Cache>,
    claims: Interned<Claim>,
    env_reads: Interned<EnvUse>,
    user_deletions: BTreeSet<Origin>,
    /// Where a query was reached from some way in.
    reached: FxHashSet<Origin>,
    /// Where a claim decides something on some way in.
    claimed: FxHashSet<Origin>,
}

/// One evaluation while it is gathered.
struct Gathering<'t> {
    trace: &'t Trace,
    route: Option<RouteId>,
    queries: FxHashMap<QueryId, u32>,
    caches: Vec<(u32, &'t CacheUse)>,
}

impl<'a> Gathered<'a> {
    pub(super) fn new(cx: &'a Context<'a>, browser: &'a Browser) -> Self {
        Self {
            cx,
            browser,
            routes: Vec::new(),
            queries: Interned::default(),
            tokens: Interned::default(),
            caches: Interned::default(),
            claims: Interned::default(),
            env_reads: Interned::default(),
            user_deletions: BTreeSet::new(),
            reached: FxHashSet::default(),
            claimed: FxHashSet::default(),
        }
    }

    /// A way in with everything that happened on it, and what stands before it.
    pub(super) fn add_route(&mut self, (entry, trace): (&Entry, &Trace), place: Place) -> RouteId {
        let id = RouteId(u32::try_from(self.routes.len()).unwrap_or(u32::MAX));
        let mut route = routes::route(self.cx, (id, entry), trace);
        (route.pages, route.before) = (place.pages, place.before);
        route.middleware = place.middleware;
        route.wrappers = wrappers::of(self.cx, trace, entry.origin.file);
        self.routes.push(route);
        self.add(trace, Some(id));
        id
    }

    /// Puts middleware before the ways in that wait for it: it stands before layouts.
    pub(super) fn stand_before(&mut self, places: &Places<'_>) {
        for (route, before) in places.middleware(&self.routes).into_iter().rev() {
            let Some(route) = self.routes.get_mut(route.0 as usize) else { continue };
            route.before.insert(0, before);
        }
    }

    /// What functions do that no way in reaches.
    pub(super) fn add_unreached(&mut self, trace: &Trace) {
        self.add(trace, None);
    }

    fn add(&mut self, trace: &Trace, route: Option<RouteId>) {
        let mut gathering =
            Gathering { trace, route, queries: FxHashMap::default(), caches: Vec::new() };
        for event in &trace.events {
            self.add_effect(&mut gathering, &event.effect);
        }
        self.link_caches(&gathering);
    }

    fn add_effect<'t>(&mut self, gathering: &mut Gathering<'t>, effect: &'t Effect) {
        match effect {
            Effect::Query(id) => self.add_query(gathering, *id),
            Effect::RowsUsed(id, how, origin) => self.add_use(gathering, *id, (*how, *origin)),
            Effect::Auth(check) => {
                self.with_route(gathering, |route| push_new(&mut route.auth, check));
            }
            Effect::Guard(guard) => self.with_route(gathering, |route| {
                let at = u32::try_from(route.guards.len()).unwrap_or(u32::MAX);
                route.guards.push(guard.clone());
                route.steps.push(Step::Guard(at));
            }),
            Effect::Response(response) => {
                self.with_route(gathering, |route| route.responses.push(response.clone()));
            }
            Effect::Waived(origin) => self.with_route(gathering, |route| {
                route.waived.get_or_insert(*origin);
            }),
            Effect::Opaque(_) => self.with_route(gathering, |route| route.opaque = true),
            Effect::Token(token) => self.add_token(gathering, token),
            Effect::ClaimUsed(claim) => self.add_claim(gathering, claim),
            Effect::Cache(cache) => self.add_cache(gathering, cache),
            Effect::Env(read) => self.add_env(read),
            Effect::UserDeleted(origin) => {
                if !self.cx.is_script(origin.file) {
                    self.user_deletions.insert(*origin);
                }
            }
            Effect::Outbound(origin) => self.with_route(gathering, |route| {
                let at = u32::try_from(route.outbound.len()).unwrap_or(u32::MAX);
                route.outbound.push(*origin);
                route.steps.push(Step::Outbound(at));
            }),
            Effect::Validated(check) => {
                self.with_route(gathering, |route| push_new(&mut route.validations, check));
            }
            Effect::Limited(check) => {
                self.with_route(gathering, |route| push_new(&mut route.rate_limits, check));
            }
        }
    }

    fn with_route(&mut self, gathering: &Gathering<'_>, change: impl FnOnce(&mut Route)) {
        let route = gathering.route.and_then(|id| self.routes.get_mut(id.0 as usize));
        if let Some(route) = route {
            change(route);
        }
    }

    fn add_query(&mut self, gathering: &mut Gathering<'_>, id: QueryId) {
        let Some(record) = gathering.trace.query(id) else { return };
        let place = record.query.target_origin;
        let known_elsewhere = gathering.route.is_none() && self.reached.contains(&place);
        if record.query.operation.is_none() || known_elsewhere {
            return;
        }
        let in_script = self.cx.is_script(file_of(place));
        let in_browser = self.browser.has(file_of(place));
        let index = self.queries.index(place, signature(&record.query), |index| Query {
            id: QueryRef(index),
            facts: record.query.clone(),
            reached: Vec::new(),
            uses: Vec::new(),
            in_loop: around(gathering, record),
            in_script,
            in_browser,
            sent: false,
            answer: Answer::default(),
            in_dead_code: false,
            is_fallback: false,
        });
        if let Some(query) = self.queries.get_mut(index) {
            query.sent |= record.sent;
            query.answer.rows |= record.rows_read;
            query.answer.parts |= record.rows_taken;
        }
        gathering.queries.insert(id, index);
        let Some(route) = gathering.route else { return };
        self.reached.insert(place);
        if let Some(query) = self.queries.get_mut(index) {
            let reach = reach(self.cx, (gathering, record), route);
            let is_first = query.reached.is_empty();
            query.in_loop = match (&query.in_loop, &reach.in_loop) {
                (_, Some(around)) if is_first => Some(around.clone()),
                (Some(_), Some(_)) => query.in_loop.clone(),
                _ => None,
            };
            query.reached.push(reach);
        }
        self.with_route(gathering, |it| it.steps.push(Step::Query(QueryRef(index))));
    }

    fn add_use(&mut self, gathering: &Gathering<'_>, id: QueryId, used: (RowsUse, Origin)) {
        let Some(index) = gathering.queries.get(&id) else { return };
        if let Some(query) = self.queries.get_mut(*index)
            && !query.uses.contains(&used)
        {
            query.uses.push(used);
        }
    }

    fn add_token(&mut self, gathering: &Gathering<'_>, token: &TokenUse) {
        let in_browser = self.browser.has(token.origin.file);
        let in_script = self.cx.is_script(token.origin.file);
        let signature = format!("{:?} {:?}", token.action, token.library);
        let index = self.tokens.index(token.origin, signature, |_| Token {
            facts: token.clone(),
            routes: Vec::new(),
            in_browser,
            in_script,
        });
        let route = gathering.route;
        if let Some(token) = self.tokens.get_mut(index) {
            push_all(&mut token.routes, route);
        }
    }

    fn add_claim(&mut self, gathering: &Gathering<'_>, claim: &ClaimUse) {
        let known = self.claimed.contains(&claim.origin);
        match gathering.route {
            Some(_) => {
                self.claimed.insert(claim.origin);
            }
            // A function on its own does not see that its callers verified before.
            None if known => return,
            None => {}
        }
        let source = claim_source(gathering.trace, claim);
        let verified = same_token_verified(gathering.trace, claim);
        let also_verified = verified.unwrap_or_else(|| {
            let has_check = gathering.trace.events.iter().any(|event| {
                matches!(&event.effect, Effect::Auth(check) if check.trust == Trust::Verified)
            });
            // A token that somebody verified who turned nobody away proves nothing.
            let is_token = source == ClaimSource::Token;
            has_check && !(is_token && decides_openly(gathering.trace, claim))
        });
        let in_browser = self.browser.has(claim.origin.file);
        let signature = format!("{:?} {:?} {also_verified}", claim.claim, claim.how);
        let route = gathering.route;
        let index = self.claims.index(claim.origin, signature, |_| Claim {
            facts: claim.clone(),
            source,
            routes: Vec::new(),
            also_verified,
            in_browser,
        });
        if let Some(claim) = self.claims.get_mut(index) {
            push_all(&mut claim.routes, route);
        }
    }

    fn add_cache<'t>(&mut self, gathering: &mut Gathering<'t>, cache: &'t CacheUse) {
        match gathering.route {
            Some(_) => _ = self.reached.insert(cache.origin),
            // Seen on its own, without what its callers pass.
            None if self.reached.contains(&cache.origin) => return,
            None => {}
        }
        let key = key_signature(&cache.key);
        let signature = format!("{:?} {key} {:?}", cache.action, cache.key_origin);
        // A read that became a read-through in one evaluation may be a plain one in another.
        let index = self.caches.index(cache.origin, signature, |_| Cache {
            facts: cache.clone(),
            computes: Vec::new(),
            routes: Vec::new(),
            tables: Vec::new(),
            inputs: BTreeSet::new(),
        });
        let route = gathering.route;
        if let Some(cache) = self.caches.get_mut(index) {
            push_all(&mut cache.routes, route);
        }
        gathering.caches.push((index, cache));
        self.with_route(gathering, |it| it.steps.push(Step::Cache(index)));
    }

    fn add_env(&mut self, read: &EnvRead) {
        let in_browser = self.browser.has(read.origin.file);
        let through = self.browser.through(read.origin.file);
        let is_inlined = self.is_inlined(read.origin);
        self.env_reads.index(read.origin, read.name.to_string(), |_| EnvUse {
            origin: read.origin,
            name: read.name.clone(),
            is_service_key: env::names_service_key(&read.name),
            is_published: is_inlined || env::is_published(&read.name),
            in_browser,
            through,
        });
    }

    /// Whether the settings of a framework copy what is read here into what the browser gets.
    fn is_inlined(&self, read: Origin) -> bool {
        let module = self.cx.module_of(read.file).and_then(|id| self.cx.module(id));
        let path = self.cx.program.sources.path(read.file);
        let span = module.and_then(|module| frameworks::published_env(module, path));
        span.is_some_and(|span| span.holds(read.span))
    }

    /// Ties the caches of an evaluation to the queries whose rows they hold.
    fn link_caches(&mut self, gathering: &Gathering<'_>) {
        for (index, used) in &gathering.caches {
            let held = used.computes.iter().filter_map(|id| gathering.trace.query(*id));
            if let Some(cache) = self.caches.get_mut(*index) {
                for value in held.flat_map(|record| record.query.deciding_values()) {
                    cache.inputs.extend(value.inputs.iter().cloned());
                }
            }
            for query in used.computes.iter().filter_map(|id| gathering.queries.get(id)) {
                let mut table: Option<SmolStr> = None;
                if let Some(query) = self.queries.get_mut(*query) {
                    table.clone_from(&query.facts.table);
                    let own =
                        query.reached.iter_mut().filter(|it| Some(it.route) == gathering.route);
                    own.for_each(|reach| reach.cached_by = Some(*index));
                }
                if let Some(cache) = self.caches.get_mut(*index) {
                    push_all(&mut cache.computes, Some(QueryRef(*query)));
                    push_all(&mut cache.tables, table);
                }
            }
        }
    }

    /// The model, every list in the order of files and places.
    pub(super) fn finish(self) -> Model {
        let known: FxHashSet<Origin> = self
            .queries
            .items
            .iter()
            .filter(|query| query.facts.client.role != ClientRole::Unknown)
            .map(|query| query.facts.target_origin)
            .collect();
        let reached = self.reached;
        let queries = self.queries.sorted(|query| {
            let place = query.facts.target_origin;
            let is_vague = query.facts.client.role == ClientRole::Unknown && known.contains(&place);
            !query.reached.is_empty() || (!reached.contains(&place) && !is_vague)
        });
        let caches = self.caches.sorted(|_| true);
        let (tokens, claims) = (self.tokens.sorted(|_| true), self.claims.sorted(|_| true));
        let env_reads = self.env_reads.sorted(|_| true);
        let mut model = Model {
            routes: self.routes,
            queries: self.queries.arranged(&queries),
            tokens: self.tokens.arranged(&tokens),
            caches: self.caches.arranged(&caches),
            claims: self.claims.arranged(&claims),
            env_reads: self.env_reads.arranged(&env_reads),
            user_deletions: self.user_deletions.into_iter().collect(),
            ..Model::default()
        };
        renumber(&mut model, &queries, &caches);
        raise_behind(&mut model);
        model
    }
}

fn reach(
    cx: &Context<'_>,
    (gathering, record): (&Gathering<'_>, &QueryRecord),
    route: RouteId,
) -> Reach {
    Reach {
        route,
        guarded: routes::guarded(record.level),
        path: calls(cx, &gathering.trace.path(record.call)),
        cached_by: None,
        in_loop: around(gathering, record),
        by_mention: false,
    }
}

/// Calls with the names of what they call.
fn calls(cx: &Context<'_>, path: &[CallNode]) -> Vec<Call> {
    let call = |node: &CallNode| {
        let function = node.callee.and_then(|(id, function)| cx.module(id)?.function(function));
        Some(Call { origin: node.origin?, name: function.and_then(|it| it.name.clone()) })
    };
    path.iter().filter_map(call).collect()
}

/// The loop around a query, once all that its rounds do is known.
fn around(gathering: &Gathering<'_>, record: &QueryRecord) -> Option<LoopAround> {
    let around = record.in_loop.clone()?;
    let waits = gathering.trace.waiting_loops.contains(&around.origin);
    let over = record.looped_over.and_then(|id| gathering.queries.get(&id).copied());
    let (over, same) = (over.map(QueryRef), rounds::same(&record.query));
    Some(LoopAround { waits, same, over, ..around })
}

/// What a claim was taken from: a token that the same call decoded, or a session.
fn claim_source(trace: &Trace, claim: &ClaimUse) -> ClaimSource {
    let decoded = trace
        .events
        .iter()
        .any(|event| matches!(&event.effect, Effect::Token(token) if token.origin == claim.claim));
    if decoded { ClaimSource::Token } else { ClaimSource::Session }
}

/// Whether the very token that a claim was read from is verified somewhere too; none where it
/// cannot be told which token is verified. Another token proves nothing about this one.
fn same_token_verified(trace: &Trace, claim: &ClaimUse) -> Option<bool> {
    let tokens = trace.events.iter().filter_map(|event| match &event.effect {
        Effect::Token(token) => Some(token),
        _ => None,
    });
    let decoded = tokens.clone().find(|token| token.origin == claim.claim)?.token.as_ref()?;
    let mut verified = tokens.filter(|token| token.action == TokenAction::Verify).peekable();
    verified.peek()?;
    let mut all_others = true;
    for token in verified {
        let given = token.token.as_ref().filter(|given| !given.inputs.is_empty());
        match given {
            Some(given) if given.is_same(decoded) => {
                // It turns callers away if something happens, as far as one can see, for nobody
                // else.
                let turns_away = trace.queries.iter().any(|record| record.level >= Level::Maybe);
                return turns_away.then_some(true);
            }
            Some(given) => {
                let mut inputs = given.inputs.iter();
                all_others &= !inputs.any(|input| decoded.inputs.iter().any(|it| it == input));
            }
            None => all_others = false,
        }
    }
    (all_others && !decoded.inputs.is_empty()).then_some(false)
}

/// Whether a claim decides the rows of a query that callers reach whom nobody has checked.
fn decides_openly(trace: &Trace, claim: &ClaimUse) -> bool {
    let is_claim =
        |shape: &Shape| matches!(shape, Shape::ClaimedCaller(origin) if *origin == claim.claim);
    claim.how == ClaimRole::Rows
        && trace.queries.iter().any(|record| {
            let filters = record.query.filters.iter().map(|filter| &filter.value);
            let mut values = filters.chain(&record.query.payload);
            record.level < Level::Maybe && values.any(|value| value.holds(is_claim))
        })
}

/// Gives every list its final numbers.
fn renumber(model: &mut Model, queries: &[Option<u32>], caches: &[Option<u32>]) {
    let query = |old: QueryRef| Some(QueryRef(queries.get(old.0 as usize).copied().flatten()?));
    let cache = |old: u32| caches.get(old as usize).copied().flatten();
    for (new, item) in (0u32..).zip(&mut model.queries) {
        item.id = QueryRef(new);
        let ways = item.reached.iter_mut();
        for around in ways.filter_map(|reach| reach.in_loop.as_mut()).chain(&mut item.in_loop) {
            around.over = around.over.and_then(query);
        }
        for reach in &mut item.reached {
            reach.cached_by = reach.cached_by.and_then(cache);
        }
    }
    for item in &mut model.caches {
        item.computes = item.computes.iter().copied().filter_map(query).collect();
        item.computes.sort_unstable();
        item.tables.sort_unstable();
    }
    for route in &mut model.routes {
        route.steps = route
            .steps
            .iter()
            .filter_map(|step| match *step {
                Step::Query(old) => query(old).map(Step::Query),
                Step::Cache(old) => cache(old).map(Step::Cache),
                Step::Guard(_) | Step::Outbound(_) => Some(*step),
            })
            .collect();
    }
}

fn push_new<T: Clone + PartialEq>(list: &mut Vec<T>, item: &T) {
    if !list.contains(item) {
        list.push(item.clone());
    }
}

fn push_all<T: PartialEq>(list: &mut Vec<T>, item: Option<T>) {
    if let Some(item) = item
        && !list.contains(&item)
    {
        list.push(item);
    }
}

/// What tells two keys of one place apart: the constant parts, and which inputs fill the others.
fn key_signature(key: &Value) -> String {
    let text = match &key.shape {
        Shape::Text(text) => text.to_string(),
        Shape::Template(parts) => parts.iter().map(|part| part.as_text().unwrap_or("{}")).collect(),
        _ => String::new(),
    };
    let inputs: Vec<_> = key.inputs.iter().map(|input| (input.kind, &input.name)).collect();
    format!("{text} {inputs:?}")
}
