//! Tables that running code will not find any more.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn renames_table(step: &Step, cx: &mut Context) {
    let StepKind::TableRenamed(to) = &step.kind else { return };
    let Some(table) = step.busy_table() else { return };
    let (from, model) = (&table.name, cx.model());
    let Some(catalog) = model.catalog_at(step.origin) else { return };
    let stands_in = catalog.views.contains_key(from) || catalog.tables.contains_key(from);
    if stands_in || !model.needs_table(catalog, from).is_empty() {
        return;
    }
    cx.report(
        step.origin,
        format!("servers that still ask for `{}` fail once this has run", from.name),
    )
    .about(from)
    .help(format!(
        "behind it, in the same migration: create view {from} with (security_invoker = true) as \
         select * from {to};\n\
         -- when no server asks for it: drop view {from};"
    ));
}
