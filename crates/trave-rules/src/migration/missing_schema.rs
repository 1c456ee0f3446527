//! Tables named without a schema.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn missing_schema(step: &Step, cx: &mut Context) {
    let (StepKind::NamedWithoutSchema, Some(table)) = (&step.kind, &step.table) else { return };
    cx.report(
        step.origin,
        format!("which `{}` is meant depends on who runs the migration", table.name.name),
    )
    .about(&table.name)
    .help(table.name.to_string());
}
