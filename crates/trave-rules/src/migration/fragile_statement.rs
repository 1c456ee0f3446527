//! Statements that cannot run twice.

use trave_rule::catalog::{Repeat, Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn fragile_statement(step: &Step, cx: &mut Context) {
    let StepKind::NotRepeatable(repeat) = &step.kind else { return };
    if step.transaction.is_some() {
        return;
    }
    let help = match repeat {
        Repeat::IfNotExists(words) => format!("{words} if not exists …"),
        Repeat::IfExists(words) => format!("{words} if exists …"),
        Repeat::DropBefore => "before it: alter table … drop constraint if exists …;".to_owned(),
        Repeat::Transaction => "put the file between `begin;` and `commit;`".to_owned(),
    };
    cx.report(step.origin, "after a failure half-way, a second run stops at this statement")
        .help(help);
}
