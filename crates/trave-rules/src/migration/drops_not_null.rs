//! Columns that may be null from now on.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn drops_not_null(step: &Step, cx: &mut Context) {
    let StepKind::NotNullDropped(column) = &step.kind else { return };
    let Some(table) = step.busy_table() else { return };
    let table = &table.name;
    cx.report(
        step.origin,
        format!("code that reads `{column}` of `{}` meets its first null after this", table.name),
    )
    .about(format!("{table}.{column}"))
    .help("release code first that can read it without a value; then run this");
}
