//! Types that change under rows.

use trave_rule::catalog::{Step, StepKind, TypeChange, quoted};
use trave_rule::{Context, rule};

#[rule]
fn changes_type(step: &Step, cx: &mut Context) {
    let StepKind::TypeChanged(change) = &step.kind else { return };
    let Some(table) = step.busy_table() else { return };
    if change.keeps_rows || cx.model().is_small(&table.name.name) {
        return;
    }
    let (table, column, to) = (&table.name, &change.column, &change.to.text);
    let what = match &change.from {
        Some(_) if !change.is_other_type() => format!("computing `{column}`"),
        Some(from) => format!("changing `{column}` from `{from}` to `{to}`"),
        None => format!("changing `{column}` to `{to}`"),
    };
    cx.report(
        step.origin,
        format!("{what} writes every row of `{}` anew under a lock", table.name),
    )
    .about(format!("{table}.{column}"))
    .note("nobody can read or write the table until that is done")
    .help(help(change, &table.to_string()));
}

fn help(change: &TypeChange, table: &str) -> String {
    let (old, to) = (quoted(&change.column), &change.to.text);
    if !change.is_other_type() {
        let value = change.using.as_deref().unwrap_or("…");
        return format!(
            "in batches, in place of this: update {table} set {old} = {value} where …;"
        );
    }
    let new = quoted(&format!("{}_new", change.column));
    let value = change.using.clone().unwrap_or_else(|| format!("{old}::{to}"));
    format!(
        "alter table {table} add column {new} {to};\n\
         -- have the code write both; then in batches: update {table} set {new} = {value} where \
         {new} is null and …;\n\
         -- when the code reads {new} only: alter table {table} drop column {old};"
    )
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn what_keeps_the_rows_is_silent_and_a_computed_value_is_not() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/000.sql
create extension citext;
create table notes (id bigint, title text, email varchar(80), at timestamp(3), seen timestamp);
//- supabase/migrations/001.sql
alter table notes alter column title type citext;
alter table notes alter column at type timestamp(6);
alter table notes alter column seen type timestamptz;
alter table notes alter column email type text using email::text;
alter table notes alter column email type text using lower(email);
--                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ computing `email` writes every row of `notes` anew under a lock
",
        );
    }
}
