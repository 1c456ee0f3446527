//! Tokens that are valid for ever.

use trave_rule::effect::TokenAction;
use trave_rule::model::Token;
use trave_rule::{Context, rule};

#[rule]
fn missing_expiry(token: &Token, cx: &mut Context) {
    let facts = &token.facts;
    let endless =
        facts.action == TokenAction::Sign && facts.expiry.is_none() && facts.options_known;
    if !endless || token.in_script {
        return;
    }
    cx.report(
        facts.origin,
        "this token never expires: once leaked, it is valid until the key is replaced",
    )
    .once_at(facts.origin)
    .help("set an expiry, as in `{ expiresIn: '15m' }` or `.setExpirationTime('15m')`");
}
