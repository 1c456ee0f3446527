//! Types that change under rows.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn changes_type(step: &Step, cx: &mut Context) {
    let StepKind::TypeChanged(change) = &step.kind else { return };
    let Some(table) = step.busy_table() else { return };
    if change.keeps_rows || cx.model().is_small(&table.name.name) {
        return;
    }
    let (table, column, to) = (&table.name, &change.column, &change.to.text);
    let from = change.from.as_ref().map_or(String::new(), |from| format!(" from `{from}`"));
    cx.report(
        step.origin,
        format!(
            "changing `{column}`{from} to `{to}` writes every row of `{}` anew under a lock",
            table.name
        ),
    )
    .about(format!("{table}.{column}"))
    .note("nobody can read or write the table until that is done")
    .help(format!(
        "alter table {table} add column {column}_new {to};\n\
         -- have the code write both; then in batches: update {table} set {column}_new = \
         {column}::{to} where {column}_new is null and …;\n\
         -- when the code reads {column}_new only: alter table {table} drop column {column};"
    ));
}
