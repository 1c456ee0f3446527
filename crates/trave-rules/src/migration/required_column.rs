//! Columns that no old row has a value for.

use trave_rule::catalog::{Step, StepKind, quoted};
use trave_rule::{Context, rule};

#[rule]
fn required_column(step: &Step, cx: &mut Context) {
    let StepKind::ColumnMade(column) = &step.kind else { return };
    let Some(table) = step.busy_table() else { return };
    if column.with_table || !column.not_null || column.fills {
        return;
    }
    let (table, name) = (&table.name, &column.name);
    let model = cx.model();
    let catalog = model.catalog_at(step.origin);
    if catalog.is_some_and(|catalog| !model.omits_column(catalog, table, name).is_empty()) {
        return;
    }
    let data_type = column.data_type.as_ref().map_or("…", |data_type| data_type.text.as_str());
    let written = quoted(name);
    let check = quoted(&format!("{}_{name}_set", table.name));
    cx.report(
        step.origin,
        format!("adding `{name}` fails as soon as `{}` has a row: it takes no null", table.name),
    )
    .about(format!("{table}.{name}"))
    .note("it has no default, so that the rows which are there would have no value")
    .help(format!("alter table {table} add column {written} {data_type} not null default …;"))
    .help(format!(
        "or, where no value fits all: alter table {table} add column {written} {data_type};\n\
         update {table} set {written} = … where {written} is null;\n\
         alter table {table} add constraint {check} check ({written} is not null) not valid;\n\
         -- in the next migration:\n\
         alter table {table} validate constraint {check};\n\
         alter table {table} alter column {written} set not null;\n\
         alter table {table} drop constraint {check};"
    ));
}
