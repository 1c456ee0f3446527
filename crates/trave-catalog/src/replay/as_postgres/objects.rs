//! Functions, types, privileges, publications and schemas.

use super::{after, last_is_refused, refusals};
use crate::testing::table;
use crate::{QualifiedName, TypeKind, schema_json, schema_sql};

#[test]
fn the_path_is_set_in_three_ways() {
    let made = |set: &str| {
        let catalog = after(&format!("create schema app; {set}; create table a (x int);"));
        catalog.tables.contains_key(&QualifiedName::new("app", "a"))
    };
    assert!(made("set search_path = app"));
    assert!(made("set schema 'app'"));
    assert!(made("select set_config('search_path', 'app', false)"));
}

#[test]
fn functions_say_what_they_return_and_name_arguments_once() {
    last_is_refused("select 1; create function f() language sql as $$ select 1 $$;");
    last_is_refused(
        "select 1; create function f(a int) returns table (a int) language sql as $$ select 1 $$;",
    );
    assert_eq!(refusals("create function f(a int, out b int) language sql as $$ select 1 $$;"), 0);
    last_is_refused(
        "create table a (x int); create function f() returns int language sql set search_path = \
        '' as $$ select x from a $$;",
    );
    let json = schema_json(&after("create procedure p(a int) language sql as $$ select 1 $$;"))
        .to_string();
    assert!(json.contains("\"identity_args\":\"IN a integer\""), "{json}");
}

#[test]
fn what_calls_a_function_follows_its_name_or_goes_with_it() {
    let made = "create function ok() returns boolean language sql immutable as $$ select true $$;
         create function ok(x int) returns boolean language sql immutable as $$ select true $$;
         create table a (x int check (ok()), y boolean default ok(1));
         create table b () inherits (a);
         create policy p on a using (ok()); ";
    last_is_refused(&format!("{made} drop function ok();"));
    let catalog = after(&format!("{made} drop function ok() cascade;"));
    let (a, b) = (table(&catalog, "a"), table(&catalog, "b"));
    assert!(a.checks.is_empty() && b.checks.is_empty() && a.policies.is_empty());
    assert!(a.columns[1].default.is_some() && b.columns[1].default.is_some());
    let catalog = after(
        "create function ok() returns boolean language sql as $$ select true $$;
         create table a (x int check (ok()));
         create policy p on a using (ok());
         alter function ok rename to fine;",
    );
    let a = table(&catalog, "a");
    assert_eq!(a.checks[0].expression, "public.fine()");
    assert_eq!(a.policies[0].using.as_ref().unwrap().text, "public.fine()");
}

#[test]
fn rows_of_a_table_are_a_type() {
    let made = "create table a (x int); create function f() returns setof a language sql as $$ \
        select * from a $$; ";
    last_is_refused(&format!("{made} drop table a;"));
    assert!(
        !after(&format!("{made} drop table a cascade;"))
            .functions
            .keys()
            .any(|(name, _)| name.name == "f")
    );
    let catalog = after(&format!("{made} alter table a rename to b;"));
    let f = catalog.functions.values().find(|one| one.name.name == "f").unwrap();
    assert_eq!(f.returns, "public.b");
    last_is_refused("create type t as enum ('a'); create view t as select 1 as x;");
    last_is_refused("create sequence t; create type t as (x int);");
    let catalog = after(
        "create table t (x int); do $$ begin if not exists (select from pg_type where typname = \
        't') then drop table t; end if; end $$;",
    );
    assert!(catalog.tables.contains_key(&QualifiedName::new("public", "t")));
}

#[test]
fn no_type_is_made_of_itself() {
    let made = "create type a as (x int); create domain d as a; create table t (x d);";
    for kind in ["a", "a[]", "d", "t"] {
        last_is_refused(&format!("{made} alter type a add attribute y {kind};"));
    }
    assert_eq!(refusals(&format!("{made} alter type a add attribute y int;")), 0);
}

#[test]
fn labels_are_different() {
    last_is_refused("create type t as enum ('a', 'b'); alter type t rename value 'a' to 'b';");
}

#[test]
fn types_are_printed_after_those_they_are_made_of() {
    let sql =
        schema_sql(&after("create domain z as int; create type a as (x z); create domain b as a;"));
    let place = |text: &str| sql.find(text).unwrap_or_else(|| panic!("{text} in {sql}"));
    assert!(place("create domain public.z") < place("create type public.a"));
    assert!(place("create type public.a") < place("create domain public.b"));
}

#[test]
fn defaults_that_say_nothing_are_no_entries() {
    let catalog = after(
        "alter default privileges grant select on tables to anon; alter default privileges revoke \
        select on tables from anon;",
    );
    assert!(catalog.default_privileges.iter().all(|entry| entry.schema.is_some()));
    let catalog = after(
        "alter default privileges in schema public revoke all on functions from anon;
         alter default privileges in schema public grant all on functions to anon;",
    );
    assert_eq!(schema_json(&catalog)["default_privileges"].as_array().unwrap().len(), 0);
}

#[test]
fn publications_take_heirs_and_nothing_unlogged() {
    let catalog = after(
        "create table a (x int); create table b () inherits (a); alter publication \
        supabase_realtime add table a;",
    );
    assert_eq!(catalog.publications["supabase_realtime"].tables.len(), 2);
    last_is_refused(
        "create unlogged table a (x int); alter publication supabase_realtime add table a;",
    );
    last_is_refused(
        "create table a (x int); alter publication supabase_realtime add table a; alter table a \
        set unlogged;",
    );
    last_is_refused(
        "create table a (x int) partition by range (x); alter publication supabase_realtime add \
        table a; alter table a set unlogged;",
    );
    let catalog =
        after("create table a (x int) partition by range (x); alter table a set unlogged;");
    assert!(!table(&catalog, "a").unlogged);
}

#[test]
fn a_schema_takes_all_that_is_in_it_to_its_new_name() {
    let catalog = after(
        "create schema app;
         create type app.mood as enum ('good');
         create function app.f(m app.mood) returns int language sql as $$ select 1 $$;
         alter schema app rename to core;",
    );
    let mood = &catalog.types[&QualifiedName::new("core", "mood")];
    assert!(matches!(mood.kind, TypeKind::Enum(_)));
    let key = (QualifiedName::new("core", "f"), "core.mood".into());
    assert!(catalog.functions.contains_key(&key));
}

#[test]
fn what_moves_to_where_it_is_stays() {
    assert_eq!(refusals("create table a (x int); alter table a set schema public;"), 0);
    last_is_refused("create table a (x int); alter table a rename to a;");
}

#[test]
fn procedures_are_not_functions() {
    let made = "create function f() returns int language sql as $$ select 1 $$;
         create procedure f(x int) language sql as $$ select 1 $$; ";
    assert_eq!(refusals(&format!("{made} drop procedure f; drop function f;")), 0);
    assert_eq!(refusals(&format!("{made} alter procedure f set search_path = public;")), 0);
    last_is_refused(&format!("{made} drop routine f;"));
    last_is_refused(&format!("{made} drop function f(int);"));
    let holders = |revoke: &str| {
        let catalog = after(&format!("{made} {revoke}"));
        let functions = catalog.functions.values().filter(|one| one.name.name == "f");
        let is_public = |one: &crate::Function| one.grants.iter().any(|one| one.role == "public");
        functions.map(is_public).collect::<Vec<bool>>()
    };
    assert_eq!(holders(""), [true, true]);
    assert_eq!(
        holders("revoke execute on all functions in schema public from public;"),
        [false, true]
    );
    assert_eq!(
        holders("revoke execute on all procedures in schema public from public;"),
        [true, false]
    );
    assert_eq!(holders("revoke execute on procedure f from public;"), [true, false]);
}

#[test]
fn constants_of_a_type_follow_its_names() {
    let catalog = after(
        "create type mood as enum ('ok', 'bad');
         create table a (x mood default 'ok', y mood default 'bad'::mood, check (x <> 'bad'));
         create view v as select x from a where y = 'bad'::mood;
         alter type mood rename value 'ok' to 'fine';
         alter type mood rename value 'bad' to 'it''s';
         alter type mood rename to \"my mood\";",
    );
    let a = table(&catalog, "a");
    assert_eq!(a.columns[0].default.as_deref(), Some("'fine'"));
    assert_eq!(a.columns[1].default.as_deref(), Some("'it''s'::public.\"my mood\""));
    assert_eq!(a.checks[0].expression, "x <> 'it''s'");
    let view = super::view_text(&catalog, "v");
    assert!(view.ends_with("y = 'it''s'::public.\"my mood\""), "{view}");
}

#[test]
fn columns_that_were_copied_have_types_as_well() {
    let made = "create type mood as enum ('ok'); create table a (x mood, y int);
        create table b (like a); ";
    last_is_refused(&format!("{made} drop table a; drop type mood;"));
    let catalog = after(&format!("{made} drop type mood cascade;"));
    assert_eq!(super::columns(&catalog, "b"), "y");
}

#[test]
fn a_call_that_two_routines_can_answer_is_refused() {
    last_is_refused(
        "create table a (x int);
         create function ok() returns boolean language sql as $$ select true $$;
         create procedure ok(x int default 0) language sql as $$ select 1 $$;
         create policy p on a using (ok());",
    );
}

#[test]
fn a_sequence_may_come_to_have_the_name_of_a_type() {
    let sql = schema_sql(&after(
        "create table a (id int generated always as identity);
         alter sequence a_id_seq rename to mood; create type mood as enum ('ok');",
    ));
    assert!(sql.contains("(sequence name public.mood_)"), "{sql}");
    assert!(sql.contains("alter sequence public.mood_ rename to mood;"), "{sql}");
    last_is_refused("create type mood as enum ('ok'); create sequence mood;");
}

#[test]
fn calls_follow_the_one_function_that_takes_their_arguments() {
    let catalog = after(
        "create function f() returns trigger language plpgsql as $$ begin return new; end $$;
         create function f(x text) returns text language sql immutable as $$ select x $$;
         create table a (x text, y text generated always as (f(x)) stored);
         alter routine f(text) rename to g;",
    );
    assert_eq!(table(&catalog, "a").columns[1].generated.as_deref(), Some("public.g(x)"));
    assert_eq!(
        refusals(
            "create table a (x int);
             create function ok() returns boolean language sql as $$ select true $$;
             create function ok(variadic x int[]) returns boolean language sql as $$ select true $$;
             create policy p on a using (ok());"
        ),
        0
    );
}

#[test]
fn checks_of_domains_are_among_the_constraints() {
    let catalog = after(
        "create domain d as text constraint one check (value <> '');
         create table a (x int);
         do $$ begin if not exists (select from pg_constraint where conname = 'one') then
             alter table a add constraint one check (true); end if; end $$;",
    );
    assert!(table(&catalog, "a").checks.is_empty());
}

#[test]
fn an_attribute_is_named_once_and_has_to_be_there() {
    last_is_refused(
        "create type pair as (a int); alter type pair add attribute c int;
         alter type pair add attribute c int;",
    );
    last_is_refused("create type pair as (a int, b int); alter type pair rename attribute b to a;");
    last_is_refused("create type pair as (a int); alter type pair rename attribute b to c;");
    last_is_refused("create type pair as (a int); alter type pair drop attribute b;");
    last_is_refused("create type pair as (a int); alter type pair alter attribute b type text;");
}

#[test]
fn types_made_of_a_type_go_with_it() {
    let made = "create type part as (x int); create type whole as (a part, b int);
         create domain d as part; create table t (x d, y whole); ";
    last_is_refused(&format!("{made} drop type part;"));
    let catalog = after(&format!("{made} drop type part cascade;"));
    assert_eq!(super::columns(&catalog, "t"), "y");
    assert!(!catalog.types.contains_key(&QualifiedName::new("public", "d")));
    match &catalog.types[&QualifiedName::new("public", "whole")].kind {
        TypeKind::Composite(attributes) => assert_eq!(attributes.len(), 1),
        other => panic!("{other:?}"),
    }
}

#[test]
fn bodies_call_functions_that_take_what_they_give_and_hold_rows_of_what_is_there() {
    let made = "create function ok() returns boolean language sql as $$ select true $$;";
    let calls = |call: &str| {
        format!(
            "{made} create function f(x int) returns boolean language sql as $$ select {call} $$;"
        )
    };
    assert_eq!(refusals(&calls("public.ok()")), 0);
    last_is_refused(&calls("public.ok(x)"));
    last_is_refused(&calls("public.fine()"));
    let holds = |kind: &str| {
        format!(
            "create table t (x int); create function f() returns void language plpgsql as
             $$ declare r {kind}%rowtype; begin end $$;"
        )
    };
    assert_eq!(refusals(&holds("t")), 0);
    assert_eq!(refusals(&holds("u")), 1);
}

#[test]
fn a_composite_type_is_a_relation_by_its_new_name_too() {
    let made = "create type part as (x int); create type mood as enum ('good'); create sequence s;";
    last_is_refused(&format!("{made} alter type part rename to s;"));
    assert_eq!(refusals(&format!("{made} alter type mood rename to s;")), 0);
}
