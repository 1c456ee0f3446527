//! Tokens that are valid for ever.

use trave_rule::effect::TokenAction;
use trave_rule::model::Token;
use trave_rule::{Context, rule};

/// What a payload calls the time from which, or up to which, it holds: whoever reads the token
/// compares that.
const TIMES: [&str; 8] = [
    "expiresAt",
    "expires_at",
    "expires",
    "expiry",
    "validUntil",
    "createdAt",
    "created_at",
    "issuedAt",
];

#[rule]
fn missing_expiry(token: &Token, cx: &mut Context) {
    let facts = &token.facts;
    let endless =
        facts.action == TokenAction::Sign && facts.expiry.is_none() && facts.options_known;
    let keeps_time = facts.payload.as_ref().is_some_and(|payload| {
        payload.alternatives().iter().any(|it| TIMES.iter().any(|time| it.field(time).is_some()))
    });
    if !endless || keeps_time || token.in_script {
        return;
    }
    cx.report(
        facts.origin,
        "this token never expires: once leaked, it is valid until the key is replaced",
    )
    .once_at(facts.origin)
    .help("set an expiry, as in `{ expiresIn: '15m' }` or `.setExpirationTime('15m')`");
}

#[cfg(test)]
mod tests {
    use trave_testing::findings;

    #[test]
    fn a_time_in_the_payload_is_compared_by_whoever_reads_it() {
        let found = |payload: &str| {
            let code = format!(
                "//- src/lib/token.ts
import jwt from 'jsonwebtoken'
export function sign(id: string, until: Date) {{
  return jwt.sign({payload}, process.env.JWT_SECRET!)
}}
"
            );
            findings(&super::RULE, &code).len()
        };
        assert_eq!(found("{ id, expiresAt: until.toISOString() }"), 0);
        assert_eq!(found("{ id, createdAt: new Date().toISOString() }"), 0);
        assert_eq!(found("{ id, type: 'session' }"), 1);
    }
}
