//! Indexes that are built, dropped or rebuilt under a lock.

use trave_rule::catalog::{NewIndex, Pending, QualifiedName, Step, StepKind, quoted};
use trave_rule::{Context, Level, rule};

const ALONE: &str = "-- in a migration of its own";

#[rule]
fn blocking_index(step: &Step, cx: &mut Context) {
    let small = |step: &Step| {
        let name = step.table.as_ref().map(|table| &table.name.name);
        name.is_some_and(|name| cx.model().is_small(name))
    };
    if step.table.as_ref().is_some_and(|table| table.is_idle) || small(step) {
        return;
    }
    let table = step.table.as_ref().map(|table| &table.name);
    match (&step.kind, table) {
        (StepKind::IndexMade(_), Some(table)) => built(step, table, cx),
        (StepKind::IndexDropped { name, concurrently: false }, _) => dropped(step, name, cx),
        (StepKind::PartitionDetached { partition, concurrently: false }, Some(table)) => {
            cx.report(
                step.origin,
                format!(
                    "detaching `{partition}` waits for every query on `{}`, and others wait behind",
                    table.name
                ),
            )
            .about(table)
            .help(format!(
                "alter table {table} detach partition {} concurrently;  {ALONE}",
                quoted(partition)
            ));
        }
        (StepKind::Reindexed { concurrently: false, .. }, _) => reindexed(step, cx),
        _ => {}
    }
}

/// The index that a step builds while nobody can write. One that is built concurrently by hand
/// is there when the migration runs.
fn blocking(step: &Step) -> Option<&NewIndex> {
    match &step.kind {
        StepKind::IndexMade(index) if !index.concurrently && !index.by_hand => Some(index),
        _ => None,
    }
}

/// Those of one file and one table are one finding.
fn built(step: &Step, table: &QualifiedName, cx: &mut Context) {
    let Some(catalog) = cx.model().catalog_at(step.origin) else { return };
    let beside =
        |other: &&Step| other.statement.file == step.statement.file && other.table == step.table;
    let all: Vec<(&Step, &NewIndex)> = (catalog.pending.steps.iter().filter(beside))
        .filter_map(|other| Some((other, blocking(other)?)))
        .collect();
    if all.first().is_none_or(|(first, _)| !std::ptr::eq(*first, step)) {
        return;
    }
    let which = match all.len() {
        1 => "this index is built".to_owned(),
        count => format!("these {count} indexes are built"),
    };
    let finding = cx
        .report(step.origin, format!("nobody can write to `{}` while {which}", table.name))
        .about(table);
    for (other, index) in all {
        let definition = index.definition.trim_end_matches(';');
        let keyword = definition.to_ascii_lowercase().find("index").unwrap_or(0) + "index".len();
        let (kind, rest) = definition.split_at_checked(keyword).unwrap_or((definition, ""));
        if !std::ptr::eq(other, step) {
            finding.label(other.origin, "and this");
        }
        finding
            .about(index.name.as_deref().unwrap_or(rest.trim()))
            .help(format!("create {} concurrently{rest};  {ALONE}", kind.to_ascii_lowercase()));
    }
}

/// It takes no time, but for the wait. Where the same file keeps others out of the table anyway,
/// one wait more or less is all the same.
fn dropped(step: &Step, name: &str, cx: &mut Context) {
    let pending = cx.model().catalog_at(step.origin).map(|catalog| &catalog.pending);
    if pending.is_some_and(|pending| waits_anyway(step, pending)) {
        return;
    }
    let on = match &step.table {
        Some(table) => format!("`{}`", table.name.name),
        None => "its table".to_owned(),
    };
    let full = match &step.table {
        Some(table) => QualifiedName::new(table.name.schema.clone(), name).to_string(),
        None => quoted(name),
    };
    cx.report(
        step.origin,
        format!("dropping `{name}` waits for every query on {on}, and others wait behind"),
    )
    .level(Level::Info)
    .about(name)
    .help(format!("drop index concurrently {full};  {ALONE}"));
}

fn waits_anyway(step: &Step, pending: &Pending) -> bool {
    step.table.is_some()
        && pending.steps.iter().any(|other| {
            let is_drop = matches!(other.kind, StepKind::IndexDropped { .. });
            other.statement.file == step.statement.file
                && other.table == step.table
                && (other.keeps_others_out() || blocking(other).is_some())
                && !is_drop
        })
}

fn reindexed(step: &Step, cx: &mut Context) {
    let StepKind::Reindexed { kind, name, .. } = &step.kind else { return };
    // `reindex system` has no other form.
    if kind == "system" {
        return;
    }
    cx.report(step.origin, format!("nobody can write to `{name}` while it is indexed anew"))
        .about(name)
        .help(format!("reindex {kind} concurrently {};  {ALONE}", quoted(name)));
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn one_table_in_one_file_is_one_finding() {
        check(
            &super::RULE,
            r#"
//- supabase/migrations/000.sql
create table "Note" (id bigint, "ownerId" uuid, title text);
create table tags (id bigint);
//- supabase/migrations/001.sql
create index a on "Note" (id);
--           ^ nobody can write to `Note` while these 2 indexes are built
create index on tags (id);
--              ^^^^ nobody can write to `tags` while this index is built
create index b on "Note" (title);
"#,
        );
    }

    #[test]
    fn an_index_that_somebody_builds_by_hand_is_there() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/000.sql
create table notes (id bigint, title text);
//- supabase/migrations/001.sql
-- On the live server, before: create index concurrently if not exists a on notes (title);
create index if not exists a on notes (title);
",
        );
    }

    #[test]
    fn a_drop_beside_another_lock_is_no_wait_more() {
        let found = trave_testing::findings(
            &super::RULE,
            r"
//- supabase/migrations/000.sql
create table notes (id bigint, title text, size int);
create index a on notes (title);
create index b on notes (size);
//- supabase/migrations/001.sql
drop index a;
alter table notes drop column title;
//- supabase/migrations/002.sql
drop index b;
",
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].level, trave_rule::Level::Info);
    }
}
