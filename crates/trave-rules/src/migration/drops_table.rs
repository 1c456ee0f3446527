//! Tables that go under running code.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn drops_table(step: &Step, cx: &mut Context) {
    if step.kind != StepKind::TableDropped {
        return;
    }
    let Some(table) = step.busy_table() else { return };
    let (table, model) = (&table.name, cx.model());
    let Some(catalog) = model.catalog_at(step.origin) else { return };
    // A copy with the rows takes the name.
    let replaced = catalog
        .pending
        .steps
        .iter()
        .any(|other| matches!(&other.kind, StepKind::TableRenamed(to) if to == table));
    if replaced || !model.needs_table(catalog, table).is_empty() {
        return;
    }
    cx.report(step.origin, format!("`{}` and its rows are gone once this has run", table.name))
        .about(table)
        .note("servers of a release that names the table fail from then on")
        .help(format!("in the release after the one that stops naming it: drop table {table};"));
}
