//! Columns that may be null from now on.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn drops_not_null(step: &Step, cx: &mut Context) {
    let StepKind::NotNullDropped(column) = &step.kind else { return };
    let Some(table) = step.busy_table() else { return };
    let table = &table.name;
    // Nobody reads a column by a name that it got just now, nor one that goes.
    let pending = cx.model().catalog_at(step.origin).map(|catalog| &catalog.pending);
    let unread = pending.is_some_and(|pending| {
        pending.renames_to(table)
            || pending.renames_column_to(table, column)
            || pending.drops(table, column)
    });
    if unread {
        return;
    }
    cx.report(
        step.origin,
        format!("code that reads `{column}` of `{}` may meet a null after this", table.name),
    )
    .about(format!("{table}.{column}"))
    .help("release code first that can read it without a value; then run this");
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn a_column_that_is_put_aside_is_read_by_nobody() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/000.sql
create table notes (id uuid primary key, role text not null, size text not null);
//- supabase/migrations/001.sql
alter table notes rename column role to old_role;
alter table notes alter column old_role drop not null;
alter table notes alter column size drop not null;
alter table notes drop column size;
",
        );
    }
}
