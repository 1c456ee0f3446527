//! Columns that go under running code.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn drops_column(step: &Step, cx: &mut Context) {
    let StepKind::ColumnDropped { column, is_new: false } = &step.kind else { return };
    let Some(table) = step.busy_table() else { return };
    let (table, model) = (&table.name, cx.model());
    let catalog = model.catalog_at(step.origin);
    if catalog.is_some_and(|catalog| !model.needs_column(catalog, table, column).is_empty()) {
        return;
    }
    cx.report(
        step.origin,
        format!("`{column}` of `{}` and its values are gone once this has run", table.name),
    )
    .about(format!("{table}.{column}"))
    .note("servers of a release that names the column fail from then on")
    .help(format!(
        "in the release after the one that stops naming it: alter table {table} drop column \
         {column};"
    ));
}
