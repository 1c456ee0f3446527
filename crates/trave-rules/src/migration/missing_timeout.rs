//! Statements that wait for a lock as long as it takes.

use trave_rule::catalog::{Step, StepKind, Timeouts};
use trave_rule::{Context, rule};

#[rule]
fn missing_timeout(step: &Step, cx: &mut Context) {
    let locks = step.keeps_others_out()
        || matches!(
            &step.kind,
            StepKind::ConstraintAdded(_) | StepKind::Reindexed { concurrently: false, .. }
        )
        || matches!(&step.kind, StepKind::IndexMade(index) if !index.concurrently);
    if !locks || step.table.as_ref().is_some_and(|table| table.is_idle) {
        return;
    }
    let (message, help) = match step.timeouts {
        Timeouts { lock: true, statement: true } => return,
        Timeouts { lock: false, statement: true } => ("waits for its lock", LOCK.to_owned()),
        Timeouts { lock: true, statement: false } => ("holds its lock", STATEMENT.to_owned()),
        Timeouts { lock: false, statement: false } => {
            ("waits for its lock", format!("{LOCK}\n{STATEMENT}"))
        }
    };
    let file = cx.model().sources.path(step.statement.file).to_owned();
    let on = step.table.as_ref();
    let on = on.map_or(String::new(), |table| format!(" on `{}`", table.name.name));
    cx.report(step.statement, format!("this {message}{on} as long as it takes"))
        .once_per(format!("{file} {message}"))
        .help(help);
}

const LOCK: &str = "set lock_timeout = '2s';";
const STATEMENT: &str = "set statement_timeout = '30s';";
