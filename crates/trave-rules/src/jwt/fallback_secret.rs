//! Constants that take over when the environment does not name a secret.

use trave_rule::effect::TokenAction;
use trave_rule::model::Token;
use trave_rule::{Context, rule};

#[rule]
fn fallback_secret(token: &Token, cx: &mut Context) {
    let Some((key, origin)) = &token.facts.key else { return };
    if token.in_script || token.facts.action == TokenAction::Decode {
        return;
    }
    let Some(variable) = key.env_with_fallback() else { return };
    cx.report(
        *origin,
        format!(
            "without `{variable}` in the environment, tokens are signed with a constant that \
            stands in the code"
        ),
    )
    .about(variable)
    .once_per(variable)
    .help(format!("remove the fallback, and fail at start when `{variable}` is missing"));
}
