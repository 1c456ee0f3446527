//! Columns that go under running code.

use trave_rule::catalog::{Step, StepKind, quoted};
use trave_rule::{Context, rule};

#[rule]
fn drops_column(step: &Step, cx: &mut Context) {
    let StepKind::ColumnDropped { column, is_new: false } = &step.kind else { return };
    let Some(table) = step.busy_table() else { return };
    let (table, model) = (&table.name, cx.model());
    let Some(catalog) = model.catalog_at(step.origin) else { return };
    // A copy with the values takes the name, once it is free.
    let mut later = catalog.pending.steps.iter().skip_while(|other| !std::ptr::eq(*other, step));
    let takes_name = |other: &Step| {
        matches!(&other.kind, StepKind::ColumnRenamed { to, .. } if to == column)
            && other.table.as_ref().is_some_and(|of| of.name == *table)
    };
    let replaced = later.any(takes_name);
    if replaced || !model.needs_column(catalog, table, column).is_empty() {
        return;
    }
    let made_anew = catalog.table(table).is_some_and(|table| table.column(column).is_some());
    let (note, help) = if made_anew {
        let old = quoted(&format!("{column}_old"));
        let column = quoted(column);
        (
            "a new column takes its name, without the values",
            format!(
                "to keep them, in place of this: alter table {table} rename column {column} to \
                 {old};"
            ),
        )
    } else {
        (
            "servers of a release that names the column fail from then on",
            format!(
                "in the release after the one that stops naming it: alter table {table} drop \
                 column {};",
                quoted(column)
            ),
        )
    };
    cx.report(
        step.origin,
        format!("`{column}` of `{}` and its values are gone once this has run", table.name),
    )
    .about(format!("{table}.{column}"))
    .note(note)
    .help(help);
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn a_column_that_another_one_replaces_keeps_its_values() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/000.sql
create table notes (id uuid primary key, size text, kind text, role text);
//- supabase/migrations/001.sql
alter table notes add column size_number integer;
update notes set size_number = length(size);
alter table notes drop column size;
alter table notes rename column size_number to size;
alter table notes rename column role to old_role;
alter table notes drop column old_role;
--                ^^^^^^^^^^^^^^^^^^^^ `old_role` of `notes` and its values are gone once this has run
alter table notes drop column kind, add column kind integer;
--                ^^^^^^^^^^^^^^^^ `kind` of `notes` and its values are gone once this has run
",
        );
    }
}
