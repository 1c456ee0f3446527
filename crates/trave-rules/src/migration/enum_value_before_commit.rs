//! Values of enums that are used in the transaction that adds them.

use trave_rule::catalog::{Step, StepKind, StepTransaction};
use trave_rule::{Context, rule};

#[rule]
fn enum_value_before_commit(step: &Step, cx: &mut Context) {
    let StepKind::EnumValueUsed { of, value, added } = &step.kind else { return };
    let file = cx.model().sources.path(step.statement.file).to_owned();
    let finding = cx
        .report(
            step.origin,
            format!("this fails: `{value}` of `{}` is new until the transaction ends", of.name),
        )
        .about(of)
        .once_per(format!("{file} {of}"))
        .label(*added, "added here")
        .help(
            "leave only `alter type … add value` in this migration, and move the rest to the \
         next",
        );
    match step.transaction {
        Some(StepTransaction::Begun(begun)) => {
            finding.label(begun, "the transaction begins here");
        }
        _ => {
            finding.note("the tool that applies these migrations runs a file in one transaction");
        }
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn every_statement_that_reads_the_value_fails() {
        for statement in [
            "insert into tasks (id, state) values (1, 'late')",
            "insert into tasks (id, state) select id, 'late' from tasks",
            "update tasks set state = 'late' where id = 1",
            "delete from tasks where state = 'late'",
            "alter table tasks alter column state set default 'late'",
            "alter table tasks add column other state default 'late'",
            "create table more (id bigint, state state default 'late')",
            "create index i on tasks (id) where state = 'late'",
            "create policy p on tasks for select using (state <> 'late')",
            "create view late as select id from tasks where state in ('open', 'late')",
        ] {
            let text = format!(
                "//- supabase/migrations/000.sql\ncreate type state as enum ('open');\n\
                 create table tasks (id bigint primary key, state state, title text);\n\
                 //- supabase/migrations/001.sql\nalter type state add value 'late';\n{statement};"
            );
            let found = trave_testing::findings(&super::RULE, &text);
            assert_eq!(found.len(), 1, "{statement}");
        }
    }

    #[test]
    fn another_column_a_new_type_and_a_transaction_that_ended_are_silent() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/000.sql
create type state as enum ('open');
create table tasks (id bigint primary key, state state, title text);
//- supabase/migrations/001.sql
alter type state add value 'late';
update tasks set title = 'late' where title <> 'late';
create function late() returns void language plpgsql as $$
begin update tasks set state = 'late'; end $$;
//- supabase/migrations/002.sql
update tasks set state = 'late';
create type kind as enum ('a');
alter type kind add value 'b';
alter table tasks add column kind kind default 'b';
//- supabase/migrations/003.sql
begin;
alter type state add value 'never';
commit;
update tasks set state = 'never';
",
        );
    }
}
