//! What unverified claims of identity decide.

use trave_backend::effect::ClaimRole;
use trave_backend::query::Operation;
use trave_backend::value::ClientRole;

use crate::model::{Claim, Guarded, Model, Query, Route, RouteKind};

/// What rides on an unverified claim, from least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stake {
    /// Who passes, where the database verifies the caller again, or where pages are all there is
    /// to see.
    Passage,
    /// Rows of a client of which nothing is known.
    Doubt,
    /// An answer, with nothing behind the claim that verifies again.
    Answer,
    /// Rows that no policy protects are read.
    Read,
    /// Rows that no policy protects are written.
    Write,
}

/// One way on which a claim is trusted.
#[derive(Debug, Clone, Copy)]
pub struct Trusted<'m> {
    /// What rides on it.
    pub stake: Stake,
    /// The use of the claim.
    pub claim: &'m Claim,
    /// The way in, if one is known.
    pub route: Option<&'m Route>,
    /// The query that it decides.
    pub query: Option<&'m Query>,
}

impl Claim {
    /// What the claim decides, in words; none where it is only handed on.
    pub fn decision(&self) -> Option<&'static str> {
        match self.facts.how {
            ClaimRole::Rows => Some("decides here which rows are touched"),
            ClaimRole::Passage => Some("decides here who passes"),
            ClaimRole::Returned => None,
        }
    }
}

impl Model {
    /// Where something rides on a claim, the worst first.
    ///
    /// A client with the caller's rights sends the caller's own token, which the API verifies:
    /// what it reads and writes under row level security does not depend on the claim.
    pub fn trusts<'m>(&'m self, claim: &'m Claim) -> Vec<Trusted<'m>> {
        let routes = claim.routes.iter().filter_map(|id| self.route(*id));
        let mut found: Vec<Trusted> = match claim.facts.how {
            ClaimRole::Rows => self.rows_trust(claim),
            ClaimRole::Passage => {
                routes.filter_map(|route| self.passage_trusts(claim, route)).collect()
            }
            ClaimRole::Returned => Vec::new(),
        };
        found.sort_by_key(|trusted| std::cmp::Reverse(trusted.stake));
        found
    }

    /// Ways in on which a claim decides the rows of a query that nothing else protects.
    fn rows_trust<'m>(&'m self, claim: &'m Claim) -> Vec<Trusted<'m>> {
        let decides = |query: &&Query| {
            let filters = query.facts.filters.iter().map(|filter| filter.origin);
            filters.chain([query.facts.origin]).any(|origin| origin == claim.facts.origin)
        };
        let mut found = Vec::new();
        for query in self.queries.iter().filter(decides) {
            let Some(stake) = self.stake_of(query) else { continue };
            let ways = claim
                .routes
                .iter()
                .filter(|id| query.reached.iter().any(|it| it.route == **id && !it.by_mention));
            let routes: Vec<&Route> = ways.filter_map(|id| self.route(*id)).collect();
            let query = Some(query);
            if routes.is_empty() {
                found.push(Trusted { stake, claim, route: None, query });
            }
            let on = |route| Trusted { stake, claim, route: Some(route), query };
            found.extend(routes.into_iter().map(on));
        }
        found
    }

    /// What stands behind a claim that decides who passes on a way in.
    fn passage_trusts<'m>(&'m self, claim: &'m Claim, route: &'m Route) -> Option<Trusted<'m>> {
        let is_behind = |query: &&Query| {
            let mut ways = query.reached.iter();
            ways.any(|reach| reach.route == route.id && reach.guarded == Guarded::ByClaim)
        };
        let behind: Vec<&Query> = self.queries.iter().filter(is_behind).collect();
        let worst = behind
            .iter()
            .filter_map(|query| Some((self.stake_of(query)?, *query)))
            .max_by_key(|(stake, _)| *stake);
        if let Some((stake, query)) = worst {
            return Some(Trusted { stake, claim, route: Some(route), query: Some(query) });
        }
        let stake = match route.kind {
            RouteKind::Loader => return None,
            RouteKind::Middleware => Stake::Passage,
            _ if behind.is_empty() => Stake::Answer,
            _ => Stake::Passage,
        };
        Some(Trusted { stake, claim, route: Some(route), query: None })
    }

    /// What rides on who a query takes the caller for; none where the database verifies it.
    fn stake_of(&self, query: &Query) -> Option<Stake> {
        let protected = match query.facts.client.role {
            ClientRole::Service => false,
            ClientRole::Unknown => return Some(Stake::Doubt),
            ClientRole::User => {
                self.table_of(query).is_none_or(|table| table.rls_enabled || !table.tells_access())
            }
        };
        let writes =
            !matches!(query.facts.operation, Some(Operation::Select | Operation::Call) | None);
        let stake = if writes { Stake::Write } else { Stake::Read };
        (!protected && !query.in_script).then_some(stake)
    }
}
