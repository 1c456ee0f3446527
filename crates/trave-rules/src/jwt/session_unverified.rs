//! The user of a session that nobody verified.

use trave_rule::model::{Claim, ClaimSource, Route};
use trave_rule::{Context, rule};

#[rule]
fn session_unverified(claim: &Claim, cx: &mut Context) {
    if claim.source != ClaimSource::Session || claim.also_verified || claim.in_browser {
        return;
    }
    let Some(what) = claim.decision() else { return };
    let way = claim.route.and_then(|route| cx.model().route(route));
    let title = way.map_or_else(|| "this code".to_owned(), Route::title);
    cx.report(
        claim.facts.claim,
        format!(
            "{title} trusts the user of `getSession()`, which comes from the cookies unverified"
        ),
    )
    .here("read from the cookies, not verified")
    .symbol(title)
    .once_per(format!("{}:{}", claim.facts.claim.file.0, claim.facts.claim.span.start))
    .label(claim.facts.origin, what)
    .help("call `auth.getUser()` or `auth.getClaims()` instead: both verify the token");
}
