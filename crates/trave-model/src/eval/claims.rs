//! Unverified claims of identity, and where they decide something.

use trave_backend::effect::{ClaimRole, ClaimUse, Effect};
use trave_backend::value::{Shape, Taint, Value};
use trave_source::Origin;
use trave_ts::ir::{ExprId, ExprKind};

use super::Evaluator;

impl Evaluator<'_> {
    /// The claims that a condition asks.
    pub(super) fn claims_in_test(&mut self, test: ExprId, how: ClaimRole) {
        let module = self.here.module;
        let mut places = Vec::new();
        module.walk(test, &mut |id, expr| {
            if matches!(expr.kind, ExprKind::Name(_) | ExprKind::Member { .. }) {
                places.push(id);
            }
        });
        let origin = self.origin(test);
        for place in places {
            if let Some(value) = self.peek(place) {
                self.use_claims(&value, how, origin);
            }
        }
    }

    pub(super) fn claim_returned(&mut self, value: &Value, origin: Origin) {
        self.use_claims(value, ClaimRole::Returned, origin);
    }

    /// Every claim inside a value decides something.
    pub(super) fn use_claims(&mut self, value: &Value, how: ClaimRole, origin: Origin) {
        if !value.taint.has(Taint::CLAIM) {
            return;
        }
        let mut claims: Vec<Origin> = Vec::new();
        value.visit(&mut |part| {
            if let Shape::ClaimedCaller(claim) = part.shape
                && !claims.contains(&claim)
            {
                claims.push(claim);
            }
        });
        for claim in claims {
            self.push(Effect::ClaimUsed(ClaimUse { claim, origin, how }));
        }
    }

    /// At the end: which queries a claim decides the rows of.
    pub(super) fn claims_in_queries(&mut self) {
        let mut found: Vec<(Value, Origin)> = Vec::new();
        for record in &self.trace.queries {
            let query = &record.query;
            found.extend(query.filters.iter().map(|filter| (filter.value.clone(), filter.origin)));
            found.extend(query.payload.iter().map(|payload| (payload.clone(), query.origin)));
        }
        for (value, origin) in found {
            self.use_claims(&value, ClaimRole::Rows, origin);
        }
    }
}
