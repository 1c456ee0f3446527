//! What cached values depend on, and which reads nothing caches.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use trave_backend::effect::CacheAction;
use trave_backend::query::{Filter, FilterOp, Operation};
use trave_backend::value::{Input, InputKind, Shape, Taint, Value};
use trave_catalog::{Command, Condition, Table};

use crate::model::{Cache, Guarded, Model, Query, Reach, Route, RouteKind};

/// As many handlers on the way to a query, and it is asked for often.
const HANDLERS_MANY: usize = 3;

impl Query {
    /// Every value that decides which rows it touches.
    pub fn deciding_values(&self) -> impl Iterator<Item = &Value> {
        self.facts.deciding_values()
    }
}

impl Cache {
    /// The inputs that what it stores depends on.
    pub fn stored_inputs(&self) -> BTreeSet<Input> {
        let stored = self.facts.value.iter().flat_map(|value| value.inputs.iter());
        self.inputs.iter().chain(stored).cloned().collect()
    }

    /// Whether it stores, under a key that is known, something that others ask for too. A key made
    /// anew each time is asked for by nobody else.
    pub fn stores_for_others(&self) -> bool {
        let facts = &self.facts;
        let stores = matches!(facts.action, CacheAction::ReadThrough | CacheAction::Write);
        let is_asked_for = facts.key.is_known_key() && !facts.key.taint.has(Taint::VOLATILE);
        stores && facts.shared && !facts.bookkeeping && is_asked_for
    }

    /// Whether it keeps what somebody handed in under a key of its own, as sessions are kept.
    pub fn is_session_store(&self) -> bool {
        self.keeps_what_is_given() && !is_constant(&self.facts.key)
    }

    /// Whether it keeps what somebody handed in, as a store does, rather than what was computed or
    /// asked for.
    pub fn keeps_what_is_given(&self) -> bool {
        // Without a caller, what a function makes of its parameters is what it is given.
        let is_parameter = |input: &Input| input.kind == InputKind::Parameter;
        let is_given = self.routes.is_empty() && self.stored_inputs().iter().all(is_parameter);
        let rows = Taint::ROWS.and(Taint::FOREIGN);
        let made = if is_given { rows } else { rows.and(Taint::UNKNOWN).and(Taint::OPAQUE) };
        self.facts.action == CacheAction::Write
            && self.computes.is_empty()
            && self.facts.value.as_ref().is_some_and(|value| !value.taint.has(made))
    }
}

impl Model {
    /// The write that belongs to a read-through of the project's own making: of the same key, in
    /// the same file.
    pub fn write_of(&self, cache: &Cache) -> Option<&Cache> {
        let reads_through = cache.facts.action == CacheAction::ReadThrough;
        let mut others = self.caches.iter().filter(|_| reads_through);
        others.find(|other| are_halves(cache, other))
    }

    /// Whether a write is the second half of a read-through, which stands for both.
    pub fn is_second_half(&self, cache: &Cache) -> bool {
        self.caches.iter().any(|other| are_halves(other, cache))
    }

    /// Inputs that decide what is stored and that the key leaves out. The caller's identity is not
    /// among them.
    pub fn inputs_missing_in_key(&self, cache: &Cache) -> Vec<Input> {
        let key = &cache.facts.key;
        let covered = |input: &Input| {
            key.inputs.iter().any(|known| {
                let whole = holds(&known.name, &input.name) || holds(&input.name, &known.name);
                known.kind == input.kind && whole
            })
        };
        if key.inputs.iter().any(is_credential) {
            return Vec::new();
        }
        let stored = cache.stored_inputs().into_iter();
        stored.filter(|input| !is_identity(input.kind) && !covered(input)).collect()
    }

    /// Whether what is stored differs from caller to caller while the key does not.
    pub fn leaks_between_callers(&self, cache: &Cache) -> bool {
        let by_caller = cache.stored_inputs().iter().any(|input| input.kind == InputKind::Identity);
        let by_policy = cache.computes.iter().filter_map(|id| self.query(*id)).any(|query| {
            query.facts.client.session && self.table_of(query).is_some_and(shows_by_caller)
        });
        let mut named = cache.facts.key.inputs.iter();
        let keyed = named.any(|input| is_identity(input.kind) || is_credential(input));
        (by_caller || by_policy) && !keyed
    }

    /// Whether nothing decides the rows of a query but the program and the address that is asked
    /// for: few answers, and each asked for again.
    pub fn is_decided_by_address(&self, query: &Query) -> bool {
        let other = Taint::ROWS.and(Taint::BODY).and(Taint::HEADER).and(Taint::VOLATILE);
        let other = other.and(Taint::UNKNOWN).and(Taint::OPAQUE);
        query.deciding_values().all(|value| !value.taint.has(other))
    }

    /// Whether a query looks up one row by a key that each call names: a slug, an address. Such
    /// rows are as many as there are keys, and each is asked for now and then. One call may name a
    /// constant where others that share the code do not.
    pub fn looks_up_one(&self, query: &Query, table: &Table) -> bool {
        let is_named = |filter: &Filter| {
            filter.op == FilterOp::Eq && !filter.negated && !is_constant(&filter.value)
        };
        let is_one = !query.is_list(table);
        let place = query.facts.target_origin;
        let mut shared = self.queries_on(table).filter(|it| it.facts.target_origin == place);
        is_one && shared.any(|it| it.facts.filters.iter().any(is_named))
    }

    /// Whether the rows of a query are the same for every caller.
    pub fn is_same_for_all(&self, query: &Query) -> bool {
        let own = Taint::CALLER.and(Taint::CLAIM);
        let values_same = query.deciding_values().all(|value| !value.taint.has(own));
        let client = &query.facts.client;
        // Without a session every caller is the same to the policies.
        let rows_same = !query.is_by_caller()
            || !(client.session || client.browser)
            || self.table_of(query).is_some_and(|table| !shows_by_caller(table));
        values_same && rows_same
    }

    /// Whether nothing on a way caches what a query returns.
    pub fn is_uncached(&self, reach: &Reach) -> bool {
        let Some(route) = self.route(reach.route) else { return false };
        reach.cached_by.is_none() && !route.is_cached()
    }

    /// Why a read is asked for often: at least two reasons, or it is not called hot.
    pub fn heat(&self, query: &Query, table: &Table) -> Vec<String> {
        let routes: Vec<&Route> = self.routes_of(query);
        let served: Vec<&&Route> = routes.iter().filter(|route| route.is_read()).collect();
        let mut reasons = Vec::new();
        if routes.iter().any(|route| route.kind == RouteKind::Middleware) {
            reasons.push("it runs before every request".to_owned());
        }
        if served.len() >= HANDLERS_MANY {
            reasons.push(format!("{} handlers run it", served.len()));
        }
        if let Some(route) = served.iter().find(|route| route.is_open_get()) {
            reasons.push(format!("anybody may call {}", route.title()));
        }
        if (query.is_list(table) || query.facts.selection.aggregates) && !self.is_written(table) {
            reasons.push(format!("no handler writes `{}`", table.name.name));
        }
        let loops = |reach: &Reach| {
            reach.in_loop.is_some() && self.route(reach.route).is_some_and(Route::is_read)
        };
        if query.reached.iter().any(loops) {
            reasons.push("it runs in a loop".to_owned());
        }
        reasons
    }

    /// Whether a served handler writes a table.
    fn is_written(&self, table: &Table) -> bool {
        self.queries_on(table).any(|query| {
            !query.in_script && !matches!(query.facts.operation, Some(Operation::Select) | None)
        })
    }

    /// A cache that holds rows of a query's table for a sibling of one of its ways in.
    pub fn sibling_cache(&self, query: &Query) -> Option<&Cache> {
        let name = query.facts.table.as_ref()?;
        let own: Vec<&str> =
            self.routes_of(query).into_iter().filter_map(|route| resource(route)).collect();
        self.caches.iter().find(|cache| {
            let mut users = cache.routes.iter().filter_map(|id| self.route(*id));
            cache.facts.shared
                && !cache.facts.bookkeeping
                && !cache.computes.is_empty()
                && cache.tables.contains(name)
                && users.any(|route| resource(route).is_some_and(|found| own.contains(&found)))
        })
    }
}

fn is_constant(value: &Value) -> bool {
    matches!(value.shape, Shape::Text(_) | Shape::Number(_) | Shape::Bool(_) | Shape::Null)
}

/// What a route is about: `/api/listings` of `/api/listings/[id]/similar`.
fn resource(route: &Route) -> Option<&str> {
    let mut slashes = route.path.match_indices('/').map(|(at, _)| at).skip(2);
    let path = route.path.get(..slashes.next().unwrap_or(route.path.len()))?;
    path.starts_with("/api/").then_some(path)
}

/// Whether a part of a request is the other or holds it: `filters` holds `filters.city`.
fn holds(whole: &str, part: &str) -> bool {
    whole.is_empty()
        || part.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether a read-through and a write are the two halves of one use of a cache.
fn are_halves(read: &Cache, write: &Cache) -> bool {
    let (read, write) = (&read.facts, &write.facts);
    read.action == CacheAction::ReadThrough
        && write.action == CacheAction::Write
        && read.origin.file == write.origin.file
        && read.origin.span.end <= write.origin.span.start
        && read.library == write.library
        && read.key == write.key
}

/// Parts of a request that tell callers apart.
fn is_identity(kind: InputKind) -> bool {
    matches!(kind, InputKind::Identity | InputKind::Header | InputKind::Cookie)
}

/// Whether an input is something that only its holder can ask by: a token, the code of an OAuth
/// callback.
fn is_credential(input: &Input) -> bool {
    let name = input.name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let ends = ["token", "secret", "session", "nonce"].iter().any(|end| name.ends_with(end));
    ends || matches!(name.as_str(), "code" | "state")
}

/// Whether the policies of a table show different rows to different callers.
fn shows_by_caller(table: &Table) -> bool {
    let policies = table.policies.iter().filter(|policy| policy.is_for(Command::Select));
    let mut conditions = policies.filter_map(|policy| policy.using.as_ref());
    table.rls_enabled && conditions.any(Condition::depends_on_caller)
}

impl Route {
    /// Whether the framework or a header caches its whole answer.
    pub fn is_cached(&self) -> bool {
        let says = |text: &SmolStr| {
            text.contains("s-maxage") || (text.contains("max-age=") && !text.contains("max-age=0"))
        };
        let by_header =
            self.responses.iter().filter_map(|response| response.cache_control.as_ref());
        self.framework_cache.is_some() || by_header.into_iter().any(|(text, _)| says(text))
    }

    /// Whether it answers readers: a GET handler, a page, what runs before them.
    pub fn is_read(&self) -> bool {
        match self.kind {
            RouteKind::Loader | RouteKind::Middleware => true,
            RouteKind::Http | RouteKind::Edge | RouteKind::Procedure => self.method == "GET",
            RouteKind::ServerAction | RouteKind::Webhook | RouteKind::Job | RouteKind::Start => {
                false
            }
        }
    }

    /// Whether anybody may call it, to read.
    fn is_open_get(&self) -> bool {
        self.method == "GET"
            && self.guards.is_empty()
            && Guarded::No.behind(&self.before) == Guarded::No
            && !self.opaque
    }
}
