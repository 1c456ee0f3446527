//! Constants that sign or verify tokens.

use trave_rule::effect::TokenAction;
use trave_rule::model::Token;
use trave_rule::{Context, rule};

#[rule]
fn hardcoded_secret(token: &Token, cx: &mut Context) {
    let Some((key, origin)) = &token.facts.key else { return };
    if token.in_script || token.facts.action == TokenAction::Decode {
        return;
    }
    // Public keys are no secrets.
    let Some(text) = key.as_text().filter(|text| !text.is_empty() && !text.contains("PUBLIC KEY"))
    else {
        return;
    };
    let _ = text;
    let deed = if token.facts.action == TokenAction::Sign { "signs" } else { "verifies" };
    cx.report(
        *origin,
        format!("a constant {deed} tokens: whoever reads the code can sign in as anybody"),
    )
    .once_at(*origin)
    .help("read the secret from the environment, and replace this one: it has been published");
}
