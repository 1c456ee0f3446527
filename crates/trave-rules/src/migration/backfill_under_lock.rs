//! Rows that are written while a lock keeps everybody out.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn backfill_under_lock(step: &Step, cx: &mut Context) {
    if step.kind != StepKind::RowsWritten {
        return;
    }
    let Some(table) = step.busy_table() else { return };
    if cx.model().is_small(&table.name.name) {
        return;
    }
    let Some(catalog) = cx.model().catalog_at(step.origin) else { return };
    let mut before = catalog.pending.steps.iter().take_while(|other| !std::ptr::eq(*other, step));
    let locks = |other: &&Step| {
        other.table.as_ref() == Some(table)
            && other.keeps_others_out()
            && other.shares_transaction(step)
    };
    let Some(lock) = before.find(locks) else { return };
    let file = cx.model().sources.path(step.statement.file).to_owned();
    cx.report(
        step.origin,
        format!("nobody can read or write `{}` while these rows are written", table.name.name),
    )
    .about(&table.name)
    .once_per(format!("{file} {}", table.name))
    .label(lock.origin, "this lock is held until the transaction ends")
    .help(
        "move it to the next migration, and what relies on it to one after; where the table is \
         large, write a batch at a time",
    );
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn a_single_row_and_another_transaction_hold_nobody_up() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/000.sql
create table notes (id bigint primary key, title text);
create table tags (id bigint primary key);
//- supabase/migrations/001.sql
update notes set title = '';
alter table notes add column size integer;
update notes set size = 1 where id = 7;
update notes set size = 1 where id in (7, 8) and title is null;
delete from tags;
//- supabase/migrations/002.sql
update notes set size = 1;
//- supabase/migrations/003.sql
begin;
alter table notes add column other integer;
commit;
update notes set other = 1;
",
        );
    }
}
