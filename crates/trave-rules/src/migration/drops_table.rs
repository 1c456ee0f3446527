//! Tables that go under running code.

use trave_rule::catalog::{Step, StepKind, quoted};
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
    if catalog.pending.renames_to(table) || !model.needs_table(catalog, table).is_empty() {
        return;
    }
    let (note, help) = if catalog.tables.contains_key(table) {
        (
            "a new table takes its name, without the rows",
            format!(
                "to keep them, in place of this: alter table {table} rename to {};",
                quoted(&format!("{}_old", table.name))
            ),
        )
    } else {
        (
            "servers of a release that names the table fail from then on",
            format!("in the release after the one that stops naming it: drop table {table};"),
        )
    };
    cx.report(step.origin, format!("`{}` and its rows are gone once this has run", table.name))
        .about(table)
        .note(note)
        .help(help);
}
