//! Layouts in the wild, each as a small tree of paths.

use trave_source::FileId;

use super::{Grouping, RootConfig, RootKind, SqlFile, group};
use crate::Dialect;

const TABLE: &str = "create table notes (id bigint primary key, body jsonb);";

fn tree(files: &[(&str, &str)], configs: &[RootConfig]) -> Vec<String> {
    let grouping = grouped(files, configs);
    let mut out = Vec::new();
    for root in &grouping.roots {
        let names = root.files.iter().map(|migration| files[migration.file.0 as usize].0);
        out.push(format!(
            "{} {:?}: {}",
            root.folder,
            root.kind,
            names.collect::<Vec<_>>().join(" ")
        ));
    }
    out
}

fn grouped(files: &[(&str, &str)], configs: &[RootConfig]) -> Grouping {
    let ids = (0..).map(FileId);
    let files: Vec<SqlFile<'_>> =
        ids.zip(files).map(|(id, (path, text))| SqlFile { id, path, text }).collect();
    group(&files, configs)
}

fn plain(paths: &[&str]) -> Vec<String> {
    tree(&paths.iter().map(|path| (*path, TABLE)).collect::<Vec<_>>(), &[])
}

#[test]
fn supabase_applies_what_begins_with_a_digit_in_byte_order() {
    assert_eq!(
        plain(&[
            "supabase/migrations/20240102_b.sql",
            "supabase/migrations/20240101000000-0f3a.sql",
            "supabase/migrations/notes.sql",
            "supabase/migrations/archive/2023_x.sql",
            "supabase/migrations/20240103_x.down.sql",
            "supabase/seed.sql",
            "supabase/tests/database/a.sql",
        ]),
        ["supabase Supabase: supabase/migrations/20240101000000-0f3a.sql \
          supabase/migrations/20240102_b.sql"]
    );
}

#[test]
fn declarative_schemas_count_only_without_migrations() {
    assert_eq!(
        plain(&["a/supabase/schemas/1.sql", "a/supabase/migrations/1_x.sql"]),
        ["a/supabase Supabase: a/supabase/migrations/1_x.sql"]
    );
    let config = RootConfig {
        folder: "supabase".into(),
        schema_paths: vec!["./schemas/users.sql".into(), "./schemas/**/*.sql".into()],
        ..RootConfig::default()
    };
    let files = [
        ("supabase/schemas/a.sql", TABLE),
        ("supabase/schemas/more/b.sql", TABLE),
        ("supabase/schemas/users.sql", TABLE),
    ];
    assert_eq!(
        tree(&files, &[config]),
        ["supabase SupabaseSchemas: supabase/schemas/users.sql supabase/schemas/a.sql \
          supabase/schemas/more/b.sql"]
    );
}

#[test]
fn each_tool_has_its_own_order() {
    assert_eq!(
        plain(&[
            "prisma/migrations/2024_b/migration.sql",
            "prisma/migrations/2023_a/migration.sql"
        ]),
        ["prisma/migrations Prisma: prisma/migrations/2023_a/migration.sql \
          prisma/migrations/2024_b/migration.sql"]
    );
    assert_eq!(
        plain(&["db/V10__c.sql", "db/V2__b.sql", "db/U2__b.sql", "db/R__views.sql"]),
        ["db Flyway: db/V2__b.sql db/V10__c.sql db/R__views.sql"]
    );
    assert_eq!(
        plain(&["m/1_a.up.sql", "m/1_a.down.sql", "m/2_b.up.sql"]),
        ["m UpDown: m/1_a.up.sql m/2_b.up.sql"]
    );
    assert_eq!(
        plain(&["scripts/migrations/10_c.sql", "scripts/migrations/2_b.sql"]),
        ["scripts/migrations Numbered: scripts/migrations/2_b.sql scripts/migrations/10_c.sql"]
    );
    let journal = r#"{"entries":[{"idx":0,"tag":"0001_late"},{"idx":1,"tag":"0000_early"}]}"#;
    assert_eq!(
        tree(
            &[
                ("d/meta/_journal.json", journal),
                ("d/0000_early.sql", TABLE),
                ("d/0001_late.sql", TABLE)
            ],
            &[]
        ),
        ["d Drizzle: d/0001_late.sql d/0000_early.sql"]
    );
}

#[test]
fn a_schema_file_counts_where_nothing_else_does() {
    assert_eq!(plain(&["supabase/schema.sql"]), ["supabase SchemaFile: supabase/schema.sql"]);
    assert_eq!(
        plain(&["schema.sql", "migrations/1_a.sql"]),
        ["migrations Numbered: migrations/1_a.sql"]
    );
}

#[test]
fn the_dialect_is_told_by_its_words() {
    let of = |text: &str| {
        let grouping = grouped(&[("migrations/1_a.sql", text)], &[]);
        grouping.roots.first().map(|root| root.dialect)
    };
    assert_eq!(of(TABLE), Some(Dialect::Postgres));
    assert_eq!(
        of("CREATE TABLE `a` (`id` int AUTO_INCREMENT) ENGINE=InnoDB;"),
        Some(Dialect::MySql)
    );
    assert_eq!(
        of("CREATE TABLE `a` (\n`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL);"),
        Some(Dialect::Sqlite)
    );
    assert_eq!(of("create table a (id UInt8) engine = MergeTree order by id"), None);
    let grouping = grouped(&[("clickhouse/migrations/1.sql", TABLE)], &[]);
    assert_eq!(grouping.left_out[0].reason, "ClickHouse SQL");
}

#[test]
fn the_order_of_the_files_does_not_matter() {
    let mut files = vec![("m/migrations/1_a.sql", TABLE), ("m/migrations/2_b.sql", TABLE)];
    let forward = tree(&files, &[]);
    files.reverse();
    assert_eq!(forward, tree(&files, &[]));
    assert_eq!(grouped(&files, &[]).roots[0].kind, RootKind::Numbered);
}

#[test]
fn an_sqlite_is_told_by_its_folder_and_its_types() {
    let dialect = |path: &str, text: &str| grouped(&[(path, text)], &[]).roots[0].dialect;
    let plain = "create table notes (id integer primary key, body varchar(20));";
    let dated = "create table notes (id varchar(9), made_at datetime default current_timestamp);";
    let named = "create table notes (id int, datetime timestamptz not null);";
    assert_eq!(dialect("app/migrations/1_a.sql", plain), Dialect::Postgres);
    assert_eq!(dialect("app/migrations/1_a.sql", named), Dialect::Postgres);
    assert_eq!(dialect("app/migrations/1_a.sql", dated), Dialect::Sqlite);
    assert_eq!(dialect("app/d1/migrations/1_a.sql", plain), Dialect::Sqlite);
}
