//! Names that are cut.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn long_identifier(step: &Step, cx: &mut Context) {
    let StepKind::NameCut { kept, bytes } = &step.kind else { return };
    cx.report(step.origin, format!("only 63 of the {bytes} bytes of this name are kept"))
        .here(format!("it becomes `{kept}`"))
        .about(kept)
        .help("choose a shorter name");
}
