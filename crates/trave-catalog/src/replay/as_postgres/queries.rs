//! Views, policies and other texts that the catalog keeps.

use super::{after, last_is_refused, refusals, view_text};
use crate::QualifiedName;
use crate::testing::table;

#[test]
fn a_view_shows_what_was_there_when_it_was_made() {
    let catalog = after(
        "create table a (x int, y int);
         create view v as select * from a;
         create view w as select s.* from (select * from a) s;
         alter table a add column z int;
         alter table a rename y to \"Y\";
         alter table a rename to b;",
    );
    assert_eq!(view_text(&catalog, "v"), "select b.x, b.\"Y\" as y from public.b");
    assert_eq!(
        view_text(&catalog, "w"),
        "select s.x, s.y from (select b.x, b.\"Y\" as y from public.b) s"
    );
}

#[test]
fn a_replacement_shows_the_same_names_and_types() {
    let made = "create table a (x int, y text, z int);
        create view v as select l.x as one from a l join a r on true;";
    last_is_refused(&format!("{made} create or replace view v as select a.y as one from a;"));
    last_is_refused(&format!("{made} create or replace view v (one) as select l.y from a l, a r;"));
    let same = "create or replace view v as select z as one, y from a;";
    assert_eq!(refusals(&format!("{made} {same}")), 0);
    let made = "create table a (x varchar(9), y varchar); create view v as select y as one from a;";
    let merged = "create or replace view v as select x as one from a union select y from a;";
    assert_eq!(refusals(&format!("{made} {merged}")), 0);
}

#[test]
fn a_view_has_no_more_names_than_columns() {
    last_is_refused("create table a (); create view v (one) as select * from a;");
    last_is_refused("create table a (x int); create view v (one, two) as select x from a;");
}

#[test]
fn an_output_keeps_its_name_when_its_column_gets_another() {
    let catalog = after(
        "create table a (x int, t int);
         create view v as with c as (select x from a) select c.x, a.t, t + 1 as u from c, a;
         alter table a rename x to y;
         alter table a rename t to z;",
    );
    let text = "with c as (select y as x from a) select c.x, a.z as t, z + 1 as u from c, a";
    assert_eq!(view_text(&catalog, "v"), text);
}

#[test]
fn only_the_column_that_a_view_reads_is_held_by_it() {
    let tables = "create table a (x int, y int); create table b (y int); create view v as select \
        a.x, b.y from a, b; ";
    last_is_refused(&format!("{tables} alter table a drop column x;"));
    last_is_refused(&format!("{tables} alter table b alter y type bigint;"));
    assert_eq!(refusals(&format!("{tables} alter table a drop column y;")), 0);
    last_is_refused(
        "create table a (x int); create materialized view v as select x from a; create or replace \
        view v as select x from a;",
    );
}

#[test]
fn types_of_columns_are_held_by_policies_triggers_and_heirs() {
    last_is_refused(
        "create table a (x int); create policy p on a using (x > 0); alter table a alter x type \
        bigint;",
    );
    last_is_refused(
        "create table a (x int); create table b () inherits (a); create view v as select x from \
        b; alter table a alter x type bigint;",
    );
    last_is_refused(
        "create table a (x int);
         create function f() returns trigger language plpgsql as $$ begin return new; end $$;
         create trigger t before update of x on a for each row execute function f();
         alter table a alter x type bigint;",
    );
}

#[test]
fn policies_follow_columns_and_tables_that_they_read() {
    let catalog = after(
        "create table teams (id int, owner uuid);
         create table notes (team int);
         create policy p on notes using (exists (select 1 from teams t where t.id = notes.team \
         and t.owner = auth.uid()));
         alter table teams rename id to key;
         alter table notes rename TEAM to \"group\";
         alter table teams rename to groups;",
    );
    let policy = &table(&catalog, "notes").policies[0];
    assert_eq!(
        policy.using.as_ref().unwrap().text,
        "exists (select 1 from public.groups t where t.key = notes.\"group\" and t.owner = \
        auth.uid())"
    );
}

#[test]
fn stored_texts_mean_the_same_along_another_path() {
    let catalog = after(
        "create schema app; set search_path = app;
         create type mood as enum ('good');
         create table a (x mood default 'good'::mood);
         create function ok() returns boolean language sql as $$ select true $$;
         create policy p on a using (ok() and exists (select from a));
         create view v as select x from a;",
    );
    let a = &catalog.tables[&QualifiedName::new("app", "a")];
    assert_eq!(a.columns[0].default.as_deref(), Some("'good'::app.mood"));
    assert_eq!(
        a.policies[0].using.as_ref().unwrap().text,
        "app.ok() and exists (select from app.a)"
    );
    let view = &catalog.views[&QualifiedName::new("app", "v")];
    assert_eq!(view.definition, "select x from app.a");
}

#[test]
fn a_replaced_view_keeps_types_that_come_through_other_queries() {
    let made = "create table a (x int, y text);
        create view v as with w as (select x from a) select x as shown from w; ";
    last_is_refused(&format!(
        "{made} create or replace view v as with w as (select y from a) select y as shown from w;"
    ));
    last_is_refused(&format!(
        "{made} create or replace view v as select y as shown from (select y from a) as w;"
    ));
    assert_eq!(
        refusals(&format!(
            "{made} create or replace view v as select x as shown from (select x from a) as w;"
        )),
        0
    );
}

#[test]
fn indexes_of_materialized_views_follow_new_names() {
    let catalog = after(
        "create table a (x int); create materialized view v as select x from a;
         create index on v (x); alter materialized view v rename column x to y;",
    );
    let view = &catalog.views[&QualifiedName::new("public", "v")];
    assert_eq!(view.indexes[0].keys[0].column().unwrap(), "y");
}

#[test]
fn a_view_knows_the_types_of_a_view_that_it_reads() {
    let made = "create type mood as enum ('good');
         create table a (x mood, y text);
         create view v as select one.x as m, 1 as n from a one, a other;
         create view w as select * from v; ";
    last_is_refused(&format!("{made} create or replace view w as select y as m, 1 as n from a;"));
    last_is_refused(&format!("{made} create or replace view w as select x as m, 'a' as n from a;"));
    let renamed = "alter type mood rename to feeling;
         create or replace view w as select x as m, 2 as n from a;";
    assert_eq!(refusals(&format!("{made} {renamed}")), 0);
}

#[test]
fn queries_name_columns_that_something_has() {
    let made = "create table users (id uuid, name text); create table notes (owner uuid);
         create function shout(u users) returns text language sql as $$ select u.name $$; ";
    for condition in [
        "exists (select 1 from users u where u.auth_id = notes.owner)",
        "exists (select 1 from users u where u.id = notes.author)",
        "owner in (select id from users where auth_id is null)",
        "exists (select 1 from users where nobody.id = owner)",
    ] {
        last_is_refused(&format!("{made} create policy p on notes using ({condition});"));
    }
    for condition in [
        "exists (select 1 from users u where u.id = owner and u is not null)",
        "exists (select u.shout from users u where u.ctid is not null)",
        "exists (select id as key from users group by key order by key)",
        "exists (select 1 from users, jsonb_array_elements('[]') e where e.value is null)",
        "owner in (with w (a) as (select id from users) select w.a from w)",
    ] {
        assert_eq!(refusals(&format!("{made} create policy p on notes using ({condition});")), 0);
    }
    last_is_refused(&format!("{made} create view v as select auth_id from users;"));
    last_is_refused(&format!("{made} create table copy as select auth_id from users;"));
    last_is_refused("select 1; create table copy as select * from nothing;");
}

#[test]
fn a_wildcard_without_columns_leaves_no_comma() {
    let view = |list: &str| {
        let catalog = after(&format!("create table a (); create view v as select {list} from a;"));
        view_text(&catalog, "v")
    };
    assert_eq!(view("a.*, 1 as one"), "select  1 as one from a");
    assert_eq!(view("1 as one , a.*"), "select 1 as one  from a");
    assert_eq!(view("*"), "select  from a");
}
