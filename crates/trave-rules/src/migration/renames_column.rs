//! Columns that running code will not find any more.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn renames_column(step: &Step, cx: &mut Context) {
    let StepKind::ColumnRenamed { from, to, is_new: false } = &step.kind else { return };
    let Some(table) = step.busy_table() else { return };
    let (table, model) = (&table.name, cx.model());
    let catalog = model.catalog_at(step.origin);
    if catalog.is_some_and(|catalog| !model.needs_column(catalog, table, from).is_empty()) {
        return;
    }
    cx.report(
        step.origin,
        format!("servers that still ask `{}` for `{from}` fail once this has run", table.name),
    )
    .about(format!("{table}.{from}"))
    .help(format!(
        "alter table {table} add column {to} …;\n\
         -- have the code write both; then in batches: update {table} set {to} = {from} where {to} \
         is null;\n\
         -- when no server asks for {from}: alter table {table} drop column {from};"
    ));
}
