//! Transactions without an end.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn uncommitted_transaction(step: &Step, cx: &mut Context) {
    if step.kind != StepKind::LeftOpen {
        return;
    }
    cx.report(step.origin, "what follows this `begin` is undone: the file ends without `commit`")
        .help("at the end of the file: commit;");
}
