//! Tables named without a schema.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn missing_schema(step: &Step, cx: &mut Context) {
    let (StepKind::NamedWithoutSchema, Some(table)) = (&step.kind, &step.table) else { return };
    // An ORM leaves the schema to the connection, and does so for its queries too.
    let catalog = cx.model().catalog_at(step.origin);
    if catalog.is_some_and(|catalog| catalog.pending.is_generated) {
        return;
    }
    cx.report(
        step.origin,
        format!("which `{}` is meant depends on who runs the migration", table.name.name),
    )
    .about(&table.name)
    .help(table.name.to_string());
}
