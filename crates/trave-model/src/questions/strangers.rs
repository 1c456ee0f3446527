//! What callers get at whom nobody has asked who they are, and how bad that is.

use smol_str::SmolStr;
use trave_backend::query::Operation;
use trave_backend::value::{ClientRole, Taint};
use trave_catalog::Table;

use super::exposure::FoundBy;
use super::rows::Certain;
use crate::model::{Guarded, Model, Query, Route, RouteKind};

/// How bad it is that strangers reach a query, from least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Harm {
    /// Worth a look: it may be meant.
    Slight,
    /// Something is given away or changed that hardly was meant to be.
    Some,
    /// Rows of people are given away, or anybody chooses what is changed.
    Grave,
}

/// A query that strangers reach.
#[derive(Debug, Clone, Copy)]
pub struct Exposed<'m> {
    /// The query.
    pub query: &'m Query,
    /// How bad that is.
    pub harm: Harm,
    /// Policies would hold callers back, and the client goes past them.
    pub bypasses_policies: bool,
}

impl Model {
    /// What strangers get at on a way in, the worst first; nothing where they are not let in, are
    /// meant to be, or something unknown is on the way.
    pub fn exposed_to_strangers(&self, route: &Route) -> Vec<Exposed<'_>> {
        if !self.is_open(route) {
            return Vec::new();
        }
        let sent = route.sent().filter_map(|id| self.query(id));
        let mut exposed: Vec<Exposed<'_>> =
            sent.filter_map(|query| self.exposed(query, route)).collect();
        exposed.sort_by_key(|exposed| std::cmp::Reverse(exposed.harm));
        exposed
    }

    /// Whether strangers may take a way in, and nothing unknown is on it.
    fn is_open(&self, route: &Route) -> bool {
        let kinds =
            [RouteKind::Http, RouteKind::ServerAction, RouteKind::Edge, RouteKind::Procedure];
        kinds.contains(&route.kind)
            && !route.opaque
            && !route.is_for_newcomers()
            && !self.asks_for_capability(route)
    }

    fn exposed<'m>(&'m self, query: &'m Query, route: &Route) -> Option<Exposed<'m>> {
        let mut here = query.reached.iter().filter(|reach| reach.route == route.id);
        let is_open = here.any(|reach| reach.guarded == Guarded::No);
        if !is_open || query.facts.client.role != ClientRole::Service || query.in_script {
            return None;
        }
        if self.is_public(query.facts.table.as_deref()?) || query.is_found_by_claim() {
            return None;
        }
        let harm = self.harm(query, route)?;
        // Whoever wrote that nobody is asked meant it.
        let harm = if route.waived.is_some() { harm.min(Harm::Slight) } else { harm };
        let has_policies = self.table_of(query).is_some_and(|table| table.rls_enabled);
        let bypasses_policies = has_policies || query.facts.goes_through_api();
        Some(Exposed { query, harm, bypasses_policies })
    }

    /// How bad it is that strangers reach a query, if it is at all.
    fn harm(&self, query: &Query, route: &Route) -> Option<Harm> {
        let table = self.table_of(query);
        match query.facts.operation? {
            Operation::Select => self.harm_of_read(query, route),
            Operation::Update | Operation::Delete => harm_of_change(query, table),
            // Adding rows is what public forms are for; not so in the name of somebody else.
            Operation::Insert | Operation::Upsert => {
                query.person_named_by_caller(table?).map(|_| Harm::Slight)
            }
            Operation::Call => query.writes_input().then_some(Harm::Slight),
        }
    }

    fn harm_of_read(&self, query: &Query, route: &Route) -> Option<Harm> {
        let table = self.table_of(query);
        // What anybody may read with the anon key is no secret of the service role's.
        let is_shown = table.is_some_and(|table| self.shows_to_anybody(query, table));
        if !query.fetches_rows() || is_shown || query.keeps_to_public_rows() {
            return None;
        }
        let leaves = query.gives_rows_away();
        let key_is_known = matches!(query.found_by(table), FoundBy::Capability(_));
        if query.shows_display_only() {
            return (leaves && !key_is_known).then_some(Harm::Slight);
        }
        let has_secret = table.is_some_and(|table| query.secret_column(table).is_some());
        let is_private = has_secret || self.is_about_people(query);
        match query.found_by(table) {
            FoundBy::Capability(_) if has_secret => Some(Harm::Some),
            FoundBy::Capability(_) if self.is_declared_public(route, query) => None,
            FoundBy::Capability(_) => leaves.then_some(Harm::Slight),
            FoundBy::Guess(column) if !has_secret && self.is_opened(query, (column, route)) => {
                leaves.then_some(if is_private { Harm::Some } else { Harm::Slight })
            }
            // A form that adds what is not there yet has to look first.
            FoundBy::Guess(column) if self.is_added_too(query, (column, route)) => Some(Harm::Some),
            FoundBy::Guess(_) if has_secret && !leaves => Some(Harm::Some),
            FoundBy::Guess(_) | FoundBy::Anything if leaves && is_private => Some(Harm::Grave),
            // A sum or a number of all rows.
            FoundBy::Anything if query.facts.filters.is_empty() && route.answers_from_rows() => {
                Some(Harm::Some)
            }
            FoundBy::Guess(_) | FoundBy::Anything => leaves.then_some(Harm::Some),
            FoundBy::Rows | FoundBy::Unknown => (leaves && has_secret).then_some(Harm::Some),
        }
    }
}

impl Model {
    /// Whether rows are found by the row that they belong to, and the way in looks that one up
    /// first, by a key that only those know who were given it: who may open a poll may see what
    /// is written below it.
    fn is_opened(&self, query: &Query, (column, route): (&SmolStr, &Route)) -> bool {
        let Some(table) = self.table_of(query).filter(|it| !it.refers_to_person(column)) else {
            return false;
        };
        let key = table.foreign_keys.iter().find(|key| key.columns == [column.clone()]);
        let Some(key) = key else { return false };
        let sent = route.sent().filter_map(|id| self.query(id));
        let before = sent.take_while(|other| other.id != query.id);
        let mut parents = before.filter(|it| it.table_name().as_ref() == Some(&key.target));
        parents.any(|parent| {
            let by = parent.found_by(self.table_of(parent));
            matches!(by, FoundBy::Capability(of) if key.target_columns == [of.clone()])
        })
    }

    /// Whether a way in also adds rows with what the caller named in this column.
    fn is_added_too(&self, query: &Query, (column, route): (&SmolStr, &Route)) -> bool {
        let mut sent = route.sent().filter_map(|id| self.query(id));
        sent.any(|other| {
            let payload = other.facts.payload.as_ref().filter(|_| other.adds_rows());
            let field = payload.and_then(|payload| payload.field(column));
            other.table_name() == query.table_name()
                && field.is_some_and(|it| it.taint.has(Taint::INPUT))
        })
    }
}

fn harm_of_change(query: &Query, table: Option<&Table>) -> Option<Harm> {
    let deletes = query.facts.operation == Some(Operation::Delete);
    let is_chosen = query.writes_content() || deletes;
    match query.found_by(table) {
        FoundBy::Guess(_) => Some(Harm::Grave),
        FoundBy::Capability(_) if is_chosen => Some(Harm::Grave),
        FoundBy::Capability(_) => Some(Harm::Some),
        FoundBy::Anything if query.writes_input() => Some(Harm::Grave),
        FoundBy::Rows | FoundBy::Unknown if query.writes_input() => Some(Harm::Some),
        FoundBy::Anything | FoundBy::Rows | FoundBy::Unknown => None,
    }
}

impl Query {
    /// Whether an unverified claim of identity decides which rows it touches: what is wrong is the
    /// claim, and rules about tokens tell it.
    fn is_found_by_claim(&self) -> bool {
        let mut certain = self.facts.filters.iter().filter(|filter| filter.is_certain());
        certain.any(|filter| filter.value.taint.has(Taint::CLAIM))
    }

    /// What whoever reaches it can do, as a verb with its object:
    /// ``read `profiles` by `user_id` ``.
    pub fn offered_deed(&self) -> String {
        let name = self.facts.table.as_deref().unwrap_or("?");
        let deed = self.deed();
        match self.found_by(None) {
            FoundBy::Guess(column) | FoundBy::Capability(column) => {
                format!("{deed} `{name}` by `{column}`")
            }
            FoundBy::Anything | FoundBy::Rows | FoundBy::Unknown => format!("{deed} `{name}`"),
        }
    }
}
