//! Statements that refuse to run in a transaction, in one.

use trave_rule::catalog::{Step, StepKind, StepTransaction};
use trave_rule::{Context, rule};

#[rule]
fn concurrently_in_transaction(step: &Step, cx: &mut Context) {
    let statement = match &step.kind {
        StepKind::IndexMade(index) if index.concurrently => "create index concurrently",
        StepKind::IndexDropped { concurrently: true, .. } => "drop index concurrently",
        StepKind::Reindexed { concurrently: true, .. } => "reindex concurrently",
        StepKind::PartitionDetached { concurrently: true, .. } => "detach partition concurrently",
        _ => return,
    };
    let message = format!("`{statement}` fails: it cannot run in a transaction");
    match step.transaction {
        Some(StepTransaction::Begun(begun)) => {
            cx.report(step.origin, message)
                .label(begun, "the transaction begins here")
                .help("move it into a migration of its own, without `begin`");
        }
        Some(StepTransaction::ByTool) => {
            cx.report(step.origin, message)
                .note("the tool that applies these migrations opens a transaction for them")
                .help("move it into a migration of its own, and switch the transaction off there");
        }
        Some(StepTransaction::Batched) | None => {}
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn a_file_of_one_statement_is_its_own_transaction_for_prisma() {
        check(
            &super::RULE,
            r"
//- prisma/migrations/0_a/migration.sql
create table notes (id bigint);
//- prisma/migrations/1_b/migration.sql
create index concurrently i on notes (id);
//- prisma/migrations/2_c/migration.sql
create index concurrently j on notes (id);
--                        ^ `create index concurrently` fails: it cannot run in a transaction
drop table if exists gone;
",
        );
    }
}
