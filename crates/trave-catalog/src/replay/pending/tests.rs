use trave_source::{Sources, Span};

use crate::schema::StepKind;
use crate::{
    Migration, MigrationRoot, Pending, Replay, RootConfig, RootKind, StepTransaction, replay,
};

/// What a migration does that follows an applied one.
fn pending(kind: RootKind, before: &str, after: &str) -> Pending {
    let mut sources = Sources::default();
    let mut files = Vec::new();
    for (path, text, is_pending) in [("m/1.sql", before, false), ("m/2.sql", after, true)] {
        let file = sources.add(path, text);
        files.push(Migration { file, part: Span::new(0, text.len()), is_pending });
    }
    let root = MigrationRoot {
        folder: "m".into(),
        kind,
        dialect: crate::Dialect::Postgres,
        files,
        config: RootConfig::default(),
        declarations: Vec::new(),
        exposed: false,
    };
    replay(&root, &sources, Replay::default()).catalog.pending
}

#[test]
fn what_the_same_migrations_make_or_empty_is_idle() {
    let before = "create table a (id int); create table b (id int);";
    let after = "create table c (id int); alter table a drop column id; \
                 alter table c drop column id; truncate b; alter table b drop column id;";
    let pending = pending(RootKind::Numbered, before, after);
    let drops = pending.steps.iter().filter_map(|step| match step.kind {
        StepKind::ColumnDropped { is_new, .. } => Some((step.busy_table().is_some(), is_new)),
        _ => None,
    });
    assert_eq!(drops.collect::<Vec<_>>(), [(true, false), (false, true), (false, false)]);
}

#[test]
fn what_changes_nothing_is_no_step() {
    let before = "create table a (id int not null, n text); create index i on a (id);";
    let after = "alter table a add column if not exists n text; drop table if exists z; \
                 create index if not exists i on a (id); alter table a drop column if exists m; \
                 alter table a alter column id set not null; alter table a alter n type text; \
                 alter table a alter n drop not null; drop index if exists j;";
    let steps = pending(RootKind::Supabase, before, after).steps;
    let steps = steps.into_iter().map(|step| step.kind);
    let beside =
        |kind: &StepKind| matches!(kind, StepKind::NamedWithoutSchema | StepKind::NotRepeatable(_));
    assert_eq!(steps.filter(|kind| !beside(kind)).collect::<Vec<_>>(), []);
}

#[test]
fn a_null_check_that_was_validated_proves_it() {
    let before = "create table a (n int, m int, check (n is not null));";
    let after = "alter table a alter n set not null; alter table a alter m set not null;";
    let proofs: Vec<bool> = pending(RootKind::Numbered, before, after)
        .steps
        .iter()
        .filter_map(|step| match step.kind {
            StepKind::NotNullSet { proven, .. } => Some(proven),
            _ => None,
        })
        .collect();
    assert_eq!(proofs, [true, false]);
}

#[test]
fn wider_types_keep_the_rows() {
    let before = "create table a (a varchar(20), b varchar(20), c numeric(8,2), d int, e text);";
    let after = "alter table a alter a type text; alter table a alter b type varchar(10); \
                 alter table a alter c type numeric(10,2); alter table a alter d type bigint; \
                 alter table a alter e type varchar(10);";
    let kept: Vec<bool> = pending(RootKind::Numbered, before, after)
        .steps
        .iter()
        .filter_map(|step| match &step.kind {
            StepKind::TypeChanged(change) => Some(change.keeps_rows),
            _ => None,
        })
        .collect();
    assert_eq!(kept, [true, false, true, false, false]);
}

#[test]
fn the_transaction_depends_on_who_applies_the_file() {
    let of = |kind, after: &str| {
        let pending = pending(kind, "create table a (id int, n int);", after);
        pending.steps.last().and_then(|step| step.transaction)
    };
    let index = "create index concurrently i on a (id);";
    assert_eq!(of(RootKind::Numbered, index), None);
    assert_eq!(of(RootKind::Supabase, index), Some(StepTransaction::Batched));
    let marked = format!("{index}\n--> statement-breakpoint\nselect 1;");
    assert_eq!(of(RootKind::Drizzle, &marked), Some(StepTransaction::ByTool));
    assert_eq!(of(RootKind::Drizzle, index), None);
    assert_eq!(of(RootKind::Prisma, index), None);
    assert_eq!(of(RootKind::Goose, &format!("-- +goose NO TRANSACTION\n{index}")), None);
    let more = format!("drop table if exists x; {index}");
    assert_eq!(of(RootKind::Prisma, &more), Some(StepTransaction::ByTool));
    assert!(matches!(
        of(RootKind::Numbered, &format!("begin; {index} commit;")),
        Some(StepTransaction::Begun(_))
    ));
    assert_eq!(of(RootKind::Dbmate, &format!("commit; {index}")), None);
}
