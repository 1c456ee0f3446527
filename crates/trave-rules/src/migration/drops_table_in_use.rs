//! Tables that go while the code names them.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn drops_table_in_use(step: &Step, cx: &mut Context) {
    let (StepKind::TableDropped, Some(table)) = (&step.kind, &step.table) else { return };
    let (table, model) = (&table.name, cx.model());
    let Some(catalog) = model.catalog_at(step.origin) else { return };
    let needed = model.needs_table(catalog, table);
    if needed.is_empty() {
        return;
    }
    let finding = cx
        .report(step.origin, format!("queries of `{}` fail once this has run", table.name))
        .about(table)
        .help(format!(
            "release code that does not name it; then, in a later migration: drop table {table};"
        ));
    for (query, origin) in needed {
        finding.label(origin, model.named_here(query));
    }
}
