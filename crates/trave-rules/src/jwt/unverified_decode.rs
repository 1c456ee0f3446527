//! Identity taken from a token that nobody verified.

use trave_rule::model::{Claim, ClaimSource, Route};
use trave_rule::{Context, rule};

#[rule]
fn unverified_decode(claim: &Claim, cx: &mut Context) {
    if claim.source != ClaimSource::Token || claim.also_verified || claim.in_browser {
        return;
    }
    let Some(what) = claim.decision() else { return };
    let way = claim.routes.first().and_then(|route| cx.model().route(*route));
    let title = way.map_or_else(|| "this code".to_owned(), Route::title);
    cx.report(
        claim.facts.claim,
        format!(
            "{title} believes this token without verifying it: anybody can write one that names \
            another user"
        ),
    )
    .here("decoded, not verified")
    .symbol(title)
    .once_at(claim.facts.claim)
    .label(claim.facts.origin, what)
    .help("verify the token with its key before reading it");
}
