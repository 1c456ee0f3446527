//! Columns that one statement sets twice.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn duplicate_assignment(step: &Step, cx: &mut Context) {
    let StepKind::AssignedTwice { column, first } = &step.kind else { return };
    cx.report(
        step.origin,
        format!("`{column}` is named twice in one statement, which PostgreSQL refuses"),
    )
    .label(*first, "first here")
    .help(format!("remove one `{column}`, or name the column that was meant"));
}
