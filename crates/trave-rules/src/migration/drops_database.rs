//! Databases that go.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn drops_database(step: &Step, cx: &mut Context) {
    let StepKind::DatabaseDropped(name) = &step.kind else { return };
    cx.report(step.origin, format!("everything in the database `{name}` is gone after this"))
        .about(name)
        .help(format!("by hand, after a backup: drop database {name};"));
}
