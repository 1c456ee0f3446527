//! Indexes that are built, dropped or rebuilt under a lock.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

const ALONE: &str = "-- in a migration of its own";

#[rule]
fn blocking_index(step: &Step, cx: &mut Context) {
    let idle = step.table.as_ref().is_some_and(|table| table.is_idle);
    let Some(table) = step.table.as_ref().map(|table| &table.name).filter(|_| !idle) else {
        return without_table(step, cx);
    };
    if cx.model().is_small(&table.name) {
        return;
    }
    match &step.kind {
        StepKind::IndexMade(index) if !index.concurrently => {
            let definition = index.definition.trim_end_matches(';');
            let keyword =
                definition.to_ascii_lowercase().find("index").unwrap_or(0) + "index".len();
            let (kind, rest) = definition.split_at_checked(keyword).unwrap_or((definition, ""));
            cx.report(
                step.origin,
                format!("nobody can write to `{}` while this index is built", table.name),
            )
            .about(table)
            .about(index.name.as_deref().unwrap_or(rest.trim()))
            .help(format!("create {} concurrently{rest};  {ALONE}", kind.to_ascii_lowercase()));
        }
        StepKind::IndexDropped { name, concurrently: false } => dropped(step, name, cx),
        StepKind::PartitionDetached { partition, concurrently: false } => {
            cx.report(
                step.origin,
                format!(
                    "detaching `{partition}` waits for every query on `{}`, and others wait behind",
                    table.name
                ),
            )
            .about(table)
            .help(format!(
                "alter table {table} detach partition {partition} concurrently;  {ALONE}"
            ));
        }
        StepKind::Reindexed { concurrently: false, .. } => reindexed(step, cx),
        _ => {}
    }
}

/// What names an index, or more than one table.
fn without_table(step: &Step, cx: &mut Context) {
    match &step.kind {
        StepKind::IndexDropped { name, concurrently: false } if step.table.is_none() => {
            dropped(step, name, cx);
        }
        StepKind::Reindexed { concurrently: false, .. } if step.table.is_none() => {
            reindexed(step, cx);
        }
        _ => {}
    }
}

fn dropped(step: &Step, name: &str, cx: &mut Context) {
    let table = step.table.as_ref().map_or("its table", |table| table.name.name.as_str());
    let table = if step.table.is_some() { format!("`{table}`") } else { table.to_owned() };
    cx.report(
        step.origin,
        format!("dropping `{name}` waits for every query on {table}, and others wait behind"),
    )
    .about(name)
    .help(format!("drop index concurrently {name};  {ALONE}"));
}

fn reindexed(step: &Step, cx: &mut Context) {
    let StepKind::Reindexed { kind, name, .. } = &step.kind else { return };
    // `reindex system` has no other form.
    if kind == "system" {
        return;
    }
    cx.report(step.origin, format!("nobody can write to `{name}` while it is indexed anew"))
        .about(name)
        .help(format!("reindex {kind} concurrently {name};  {ALONE}"));
}
