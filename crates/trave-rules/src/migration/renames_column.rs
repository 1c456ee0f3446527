//! Columns that running code will not find any more.

use trave_rule::catalog::{Step, StepKind, quoted};
use trave_rule::{Context, rule};

#[rule]
fn renames_column(step: &Step, cx: &mut Context) {
    let StepKind::ColumnRenamed { from, to, is_new: false } = &step.kind else { return };
    let Some(table) = step.busy_table() else { return };
    let (table, model) = (&table.name, cx.model());
    let Some(catalog) = model.catalog_at(step.origin) else { return };
    // Nobody asks for a table by a name that it got just now; and a column that takes the old
    // name is found.
    let unasked = catalog.pending.renames_to(table);
    let stands_in = catalog.table(table).is_some_and(|table| table.column(from).is_some());
    if unasked || stands_in || !model.needs_column(catalog, table, from).is_empty() {
        return;
    }
    let (old, new) = (quoted(from), quoted(to));
    cx.report(
        step.origin,
        format!("servers that still ask `{}` for `{from}` fail once this has run", table.name),
    )
    .about(format!("{table}.{from}"))
    .help(format!(
        "alter table {table} add column {new} …;\n\
         -- have the code write both; then in batches: update {table} set {new} = {old} where \
         {new} is null;\n\
         -- when no server asks for {old}: alter table {table} drop column {old};"
    ));
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn a_name_that_nobody_asks_for_or_that_stays_is_silent() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/000.sql
create table notes (id uuid primary key, size text);
create table tags (id text primary key);
//- supabase/migrations/001.sql
alter table notes rename to memos;
alter table memos rename column size to extent;
alter table tags rename column id to label;
alter table tags add column id uuid default gen_random_uuid();
",
        );
    }
}
