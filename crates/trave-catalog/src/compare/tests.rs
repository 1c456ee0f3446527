//! Each kind of change, told between two small schemas.

use super::{Class, compare};
use crate::testing::catalog;

const BASE: &str = "
    create table teams (id bigint primary key);
    create table notes (id bigint primary key, owner_id uuid, team_id bigint references teams,
      body text);
    create index notes_owner on notes (owner_id);
    alter table notes enable row level security;
    alter table teams enable row level security;
    create policy own on notes to authenticated using (owner_id = (select auth.uid()));
    create view titles with (security_invoker = on) as select id from notes;
    create type mood as enum ('good', 'bad');
    create function tell() returns int language sql as 'select 1';";

/// The changes that further statements make, one line each: `class kind message`.
fn changes(sql: &str) -> Vec<String> {
    let (before, after) = (catalog(BASE), catalog(&format!("{BASE}\n{sql}")));
    let line = |it: &super::Difference| {
        let class = match it.class {
            Class::Safe => "safe",
            Class::Review => "review",
            Class::Dangerous => "dangerous",
        };
        format!("{class} {}: {}", it.kind, it.message)
    };
    compare(&before, &after).iter().map(line).collect()
}

#[test]
fn nothing_changes_nothing() {
    assert!(changes("").is_empty());
    assert!(
        changes("alter policy own on notes using (owner_id =   (select auth.uid()));").is_empty()
    );
}

#[test]
fn a_new_table_is_safe_where_nobody_gets_all_of_it() {
    assert_eq!(
        changes(
            "create table tags (id bigint primary key); alter table tags enable row level security;"
        ),
        ["safe table-added: table `tags` is new"]
    );
    assert_eq!(
        changes("create table tags (id bigint primary key);"),
        [
            "dangerous access: `anon` on `tags` by SELECT, INSERT, UPDATE, DELETE: every row (row level security is off)",
            "dangerous access: `authenticated` on `tags` by SELECT, INSERT, UPDATE, DELETE: every row (row level security is off)",
            "safe table-added: table `tags` is new",
        ]
    );
}

#[test]
fn columns_come_go_and_change() {
    assert_eq!(
        changes(
            "alter table notes drop column body, add column title text not null,
               add column mood mood default 'good', alter column owner_id set not null;
             alter table notes rename column team_id to group_id;"
        ),
        [
            "dangerous column-renamed: column `notes.team_id` is now `group_id`: code that names it fails",
            "dangerous column-dropped: column `notes.body` is gone, with what it held",
            "dangerous column-added: column `notes.title` is new and required: inserts that leave it out fail, and so does the migration where a row is left without a value",
            "review column-required: column `notes.owner_id` may not be null any more",
            "safe column-added: column `notes.mood` is new",
        ]
    );
}

#[test]
fn a_table_under_another_name_is_the_same_table() {
    assert_eq!(
        changes("drop view titles; alter table notes rename to pages;"),
        [
            "dangerous table-renamed: table `notes` is now `pages`: code that names it fails",
            "dangerous view-dropped: view `titles` is gone: code that reads it fails",
        ]
    );
    assert_eq!(
        changes("drop table notes cascade;"),
        [
            "dangerous table-dropped: table `notes` is gone, with its rows",
            "dangerous view-dropped: view `titles` is gone: code that reads it fails",
        ]
    );
}

#[test]
fn who_sees_more_or_less_is_told() {
    assert_eq!(
        changes("create policy all_see on notes for select to anon using (true);"),
        ["dangerous access: `anon` on `notes` by SELECT: every row, was no row"]
    );
    assert_eq!(
        changes("alter policy own on notes using (owner_id = (select auth.uid()) or team_id = 1);"),
        [
            "review access: `authenticated` on `notes` by SELECT, INSERT, UPDATE, DELETE: rows where owner_id = (select auth.uid()) or team_id = 1, was rows where owner_id = (select auth.uid())"
        ]
    );
    let opened = changes("alter table notes disable row level security;");
    assert!(opened[0].starts_with("dangerous"), "{opened:?}");
    assert!(opened.iter().any(|it| it.contains("rls-disabled")), "{opened:?}");
    let revoked = changes("revoke all on notes from authenticated;");
    assert_eq!(
        revoked,
        [
            "review access: `authenticated` on `notes` by SELECT, INSERT, UPDATE, DELETE: permission denied, was rows where owner_id = (select auth.uid())"
        ]
    );
}

#[test]
fn keys_and_indexes() {
    assert_eq!(
        changes(
            "drop index notes_owner; create index on notes (team_id);
             alter table notes drop constraint notes_team_id_fkey,
               add constraint notes_team_id_fkey foreign key (team_id) references teams
               on delete cascade;
             alter table notes add check (id > 0), add column size int,
               add constraint size check (size > 0);"
        ),
        [
            "dangerous constraint-changed: `notes`: foreign key (team_id) to `teams` on delete cascade, was foreign key (team_id) to `teams`: rows go that stayed before",
            "review constraint-added: `notes`: check (id > 0) is new: rows that break it stop the migration",
            "review index-dropped: index `notes_owner` on `notes` (owner_id) is gone: queries may need it",
            "safe column-added: column `notes.size` is new",
            "safe constraint-added: `notes`: check (size > 0) is new",
            "safe index-added: index `notes_team_id_idx` on `notes` (team_id) is new",
        ]
    );
}

#[test]
fn functions_types_and_views() {
    assert_eq!(
        changes(
            "create or replace function tell() returns int language sql security definer
               as 'select 2';
             alter type mood add value 'fair';
             create or replace view titles as select id from notes where id > 0;"
        ),
        [
            "dangerous function-definer: function `tell()` now runs with its owner's rights",
            "dangerous access: `anon` on `titles` by SELECT: every row (the view reads as its owner), was what the tables behind it show him",
            "dangerous access: `authenticated` on `titles` by SELECT: every row (the view reads as its owner), was what the tables behind it show him",
            "review function-changed: function `tell()` does something else",
            "review view-changed: view `titles` reads something else",
            "safe enum-value-added: `mood` has a new value `fair`",
        ]
    );
}

#[test]
fn an_index_that_another_replaces_is_not_missed() {
    assert_eq!(
        changes(
            "drop index notes_owner; create index notes_owner_body on notes (owner_id, body);
             alter table notes drop column team_id;"
        ),
        [
            "dangerous column-dropped: column `notes.team_id` is gone, with what it held",
            "safe index-added: index `notes_owner_body` on `notes` (owner_id, body) is new",
            "safe index-dropped: index `notes_owner` on `notes` (owner_id) is gone: `notes_owner_body` does its work",
        ]
    );
}

#[test]
fn no_rows_share_a_value_of_a_new_column_that_is_null() {
    assert_eq!(
        changes(
            "alter table notes add column token text, add column rank int not null default 1;
             create unique index token on notes (token); create unique index rank on notes (rank);"
        ),
        [
            "review index-added: index `rank` on `notes` (rank) is new: rows that share a value stop the migration",
            "safe column-added: column `notes.token` is new",
            "safe column-added: column `notes.rank` is new",
            "safe index-added: index `token` on `notes` (token) is new",
        ]
    );
}

#[test]
fn a_call_that_another_function_takes_goes_on() {
    let later = "drop function tell(); create function tell(more int default 1) returns int
        language sql as 'select 1';";
    assert_eq!(
        changes(later),
        [
            "review function-dropped: function `tell()` is gone: calls go to another one of its name",
            "safe function-added: function `tell(integer)` is new",
        ]
    );
}

#[test]
fn who_may_call_a_function() {
    assert_eq!(
        changes("revoke execute on function tell() from public, anon;"),
        ["review function-revoked: `anon` may no longer call function `tell()`: its calls fail"]
    );
    let shut = "create function sum() returns int language sql security definer as 'select 1';
                revoke execute on function sum() from public, anon, authenticated;";
    let (before, after) = (
        catalog(&format!("{BASE}{shut}")),
        catalog(&format!("{BASE}{shut} grant execute on function sum() to authenticated;")),
    );
    let found = compare(&before, &after);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].class, Class::Dangerous);
    assert_eq!(
        found[0].message,
        "`authenticated` may now call function `sum()`, with its owner's rights"
    );
    assert!(found[0].place.is_some());
    let lowered = catalog(&format!("{BASE}{shut} alter function sum() security invoker;"));
    assert_eq!(
        compare(&before, &lowered)[0].message,
        "function `sum()` now runs with its caller's rights"
    );
}
