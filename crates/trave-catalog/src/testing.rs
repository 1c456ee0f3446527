//! Catalogs for tests, from SQL of one file.

use trave_source::{FileId, Sources, Span};

use crate::{
    Catalog, Migration, MigrationRoot, Missing, QualifiedName, Replay, Replayed, RootConfig,
    RootKind, Table, replay,
};

/// What a Supabase project holds after one migration; tables that nothing makes are assumed.
pub(crate) fn lenient(sql: &str) -> Replayed {
    replayed(sql, Missing::Assumed, RootConfig::default())
}

/// The same on an empty server: what is missing fails.
pub(crate) fn strict(sql: &str) -> Replayed {
    replayed(sql, Missing::Refused, RootConfig::default())
}

/// Replays one file of a Supabase project.
pub(crate) fn replayed(sql: &str, missing: Missing, config: RootConfig) -> Replayed {
    replayed_at("supabase/migrations/20240101000000_a.sql", sql, (missing, config))
}

/// As [`replayed`], under a file name of one's own.
pub(crate) fn replayed_at(
    path: &str,
    sql: &str,
    (missing, config): (Missing, RootConfig),
) -> Replayed {
    let mut sources = Sources::default();
    let file = sources.add(path, sql);
    assert_eq!(file, FileId(0));
    let root = MigrationRoot {
        folder: "supabase".into(),
        kind: RootKind::Supabase,
        dialect: crate::Dialect::Postgres,
        files: vec![Migration { file, part: Span::new(0, sql.len()), is_pending: false }],
        config,
        declarations: Vec::new(),
        exposed: true,
    };
    replay(&root, &sources, Replay { missing })
}

/// The catalog of a file that is understood and applies as a whole.
#[track_caller]
pub(crate) fn catalog(sql: &str) -> Catalog {
    let replayed = strict(sql);
    assert_eq!(replayed.notices, [], "not understood");
    assert_eq!(replayed.failures, [], "refused");
    replayed.catalog
}

/// A table of `public`.
#[track_caller]
pub(crate) fn table<'a>(catalog: &'a Catalog, name: &str) -> &'a Table {
    catalog.table(&QualifiedName::new("public", name)).expect("the table is there")
}

/// Names, for one-line comparisons.
pub(crate) fn names<T>(list: &[T], name: impl Fn(&T) -> &str) -> String {
    list.iter().map(name).collect::<Vec<_>>().join(" ")
}
