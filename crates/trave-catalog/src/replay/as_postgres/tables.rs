//! Tables: their keys, defaults, sequences and columns.

use super::{after, last_is_refused, refusals};
use crate::testing::{names, table};
use crate::{schema_json, schema_sql};

#[test]
fn references_need_types_that_compare() {
    let target = "create table a (id int primary key, code text unique); ";
    last_is_refused(&format!("{target} create table b (x uuid references a);"));
    last_is_refused(&format!("{target} create table b (x numeric references a);"));
    last_is_refused(&format!(
        "{target} create table b (x int references a (id), y int references a (code));"
    ));
    last_is_refused(&format!(
        "{target} create table b (x bigint references a); alter table b alter x type text using \
        x::text;"
    ));
    last_is_refused(
        "create unlogged table a (id int primary key); create table b (x int references a);",
    );
    last_is_refused(&format!(
        "{target} create table b (x int generated always as (1) stored references a on delete set \
        null);"
    ));
    assert_eq!(
        refusals(&format!(
            "{target} create table b (x bigint references a, y varchar(9) references a (code));"
        )),
        0
    );
    let list = "create table a (x text[] primary key); ";
    assert_eq!(refusals(&format!("{list} create table b (x text[] references a);")), 0);
    for other in ["text", "varchar[]", "int[]"] {
        last_is_refused(&format!("{list} create table b (x {other} references a);"));
    }
}

#[test]
fn one_key_is_primary_and_indexes_back_keys_only_where_they_can() {
    last_is_refused("select 1; create table a (id int primary key, primary key (id));");
    last_is_refused(
        "create table a (x int); create index i on a (x); alter table a add unique using index i;",
    );
    last_is_refused(
        "create table a (x int); create unique index i on a (x desc); alter table a add unique \
        using index i;",
    );
    last_is_refused("create table a (x int unique); alter table a validate constraint a_x_key;");
}

#[test]
fn exclusions_follow_new_names_of_columns() {
    let catalog = after(
        "create table a (x int, exclude using btree (x with =), exclude using btree (x with =));
         alter table a rename x to \"order\";",
    );
    assert_eq!(table(&catalog, "a").exclusions.len(), 1);
    let sql = schema_sql(&catalog);
    assert!(sql.contains("a_x_excl exclude using btree (\"order\" with =);"), "{sql}");
}

#[test]
fn names_of_indexes_tell_what_their_columns_were_called() {
    let catalog = after(
        "create table a (x int, y int);
         create index on a (x) include (y);
         create index on a (x) include (x);
         alter table a rename x to z;
         create table b (like a including indexes);",
    );
    assert_eq!(names(&table(&catalog, "a").indexes, |one| &one.name), "a_x_y_idx a_x_x1_idx");
    assert_eq!(names(&table(&catalog, "b").indexes, |one| &one.name), "b_x_y_idx b_x_x1_idx");
}

#[test]
fn names_of_keys_avoid_those_of_domains_and_relations() {
    let catalog = after(
        "create domain d as text constraint a_pkey check (value <> ''); create table a (id int \
        primary key);",
    );
    assert_eq!(table(&catalog, "a").primary_key.as_ref().unwrap().name, "a_pkey1");
    last_is_refused(
        "create table a (x int constraint c unique); create index i on a (x); alter table a \
        rename constraint c to i;",
    );
    last_is_refused(
        "create table a (x int constraint c unique, constraint d check (x > 0)); alter index c \
        rename to d;",
    );
    let catalog = after(
        "create table a (x int, constraint i check (x > 0)); create index i on a (x); alter table \
        a rename constraint i to c;",
    );
    assert_eq!(table(&catalog, "a").indexes[0].name, "i");
}

#[test]
fn a_null_is_a_default_where_it_has_to_be_converted() {
    let catalog = after(
        "create domain d as int;
         create table a (x text default null, y varchar(9) default null, z d default null);",
    );
    let defaults: Vec<bool> =
        table(&catalog, "a").columns.iter().map(|column| column.default.is_some()).collect();
    assert_eq!(defaults, [false, true, true]);
}

#[test]
fn a_constant_keeps_its_type_when_its_column_gets_another() {
    let catalog =
        after("create table a (x text default 'new'); alter table a alter x type varchar(20);");
    assert_eq!(table(&catalog, "a").columns[0].default.as_deref(), Some("'new'::text"));
}

#[test]
fn columns_draw_from_sequences_wherever_those_go() {
    let catalog = after(
        "create table a (id serial, other int);
         alter sequence a_id_seq owned by a.other;
         alter sequence a_id_seq rename to numbers;
         create table b (id bigint default nextval('numbers'));",
    );
    let json = schema_json(&catalog).to_string();
    assert_eq!(json.matches("nextval('public.numbers'::regclass)").count(), 2, "{json}");
    last_is_refused("create table a (id serial); drop sequence a_id_seq;");
    last_is_refused(
        "create table a (id int generated always as identity); drop sequence a_id_seq cascade;",
    );
    last_is_refused("create table a (id serial); alter sequence a_id_seq set schema auth;");
    let catalog = after("create table a (id serial); drop sequence a_id_seq cascade;");
    assert_eq!(table(&catalog, "a").columns[0].sequence, None);
}

#[test]
fn identities_want_whole_numbers_that_are_never_null() {
    last_is_refused(
        "create table a (x int); alter table a alter x add generated always as identity;",
    );
    last_is_refused(
        "create table a (x text not null); alter table a alter x add generated always as identity;",
    );
    last_is_refused(
        "create table a (x serial); alter table a alter x add generated always as identity;",
    );
    last_is_refused(
        "create table a (x int generated always as identity); alter table a alter x drop not null;",
    );
    last_is_refused("create table a (x int); alter table a alter x drop identity;");
    assert_eq!(
        refusals("create table a (x int); alter table a alter x drop identity if exists;"),
        0
    );
}

#[test]
fn generated_columns_read_columns_that_are_there() {
    last_is_refused("select 1; create table a (x int generated always as (y) stored);");
    last_is_refused(
        "create table a (x int, y int generated always as (x) stored); alter table a alter y type \
        text using y::text;",
    );
    let catalog = after(
        "create table a (x int, y int generated always as (x) stored, check (y > 0));
         alter table a drop column x cascade;",
    );
    assert!(table(&catalog, "a").checks.is_empty() && table(&catalog, "a").columns.is_empty());
}

#[test]
fn actions_run_in_the_order_of_the_server() {
    let catalog =
        after("create table a (x int); alter table a alter x set default 1, alter x drop default;");
    assert_eq!(table(&catalog, "a").columns[0].default.as_deref(), Some("1"));
    last_is_refused(
        "create table a (x int); alter table a alter x type text using 'a', alter x type int;",
    );
}

#[test]
fn what_is_dropped_together_may_need_each_other() {
    let tables = "create table a (id int primary key); create table b (a int references a); ";
    assert_eq!(refusals(&format!("{tables} drop table a, b;")), 0);
    assert_eq!(refusals(&format!("{tables} drop table b, b;")), 0);
    last_is_refused(&format!("{tables} drop table a;"));
    let catalog = after(
        "create table a (x int primary key, y int references a); alter table a drop column x \
        cascade;",
    );
    assert!(table(&catalog, "a").foreign_keys.is_empty());
}

#[test]
fn a_foreign_key_may_learn_to_wait() {
    let made = "create table a (id int primary key); \
        create table b (x int constraint k references a); ";
    let waits = |change: &str| {
        let catalog = after(&format!("{made}{change}"));
        table(&catalog, "b").foreign_keys[0].deferrable
    };
    assert!(!waits(""));
    assert!(waits("alter table b alter constraint k initially deferred;"));
    assert!(waits("alter table b alter constraint k deferrable initially immediate;"));
    assert!(!waits(
        "alter table b alter constraint k deferrable;
         alter table b alter constraint k not deferrable;"
    ));
    last_is_refused(&format!("{made} alter table b alter constraint other deferrable;"));
}

#[test]
fn one_action_changes_whether_a_table_is_logged() {
    let catalog = after("create table a (x int); alter table a set logged, set unlogged;");
    assert!(table(&catalog, "a").unlogged);
    last_is_refused("create table a (x int); alter table a set unlogged, set logged;");
    last_is_refused(
        "create table a (x int primary key); create table b (x int references a);
         alter table a drop column x cascade, set unlogged;",
    );
    last_is_refused("create unlogged table a (x int); alter table a set logged, set unlogged;");
}

#[test]
fn generated_columns_are_no_identities_and_others_have_no_expression() {
    last_is_refused(
        "create table a (x int generated always as (1) stored primary key);
         alter table a alter x add generated always as identity;",
    );
    last_is_refused("create table a (x int); alter table a alter x set generated by default;");
    last_is_refused("create table a (x int); alter table a alter x drop expression;");
    assert_eq!(
        refusals("create table a (x int); alter table a alter x drop expression if exists;"),
        0
    );
}

#[test]
fn names_of_copied_keys_avoid_those_of_constraints() {
    let made = "create table a (id int primary key, x int unique, constraint b_pkey check (id > 0),
        constraint b_x_key check (x > 0)); create table b (like a including indexes);";
    let catalog = after(made);
    let names_of = names(&table(&catalog, "b").indexes, |one| &one.name);
    assert_eq!(names_of, "b_pkey1 b_x_key1");
    last_is_refused(
        "create table a (x int, constraint i check (x > 0)); create unique index i on a (x);
         alter table a add unique using index i;",
    );
}

#[test]
fn indexes_are_called_anew_when_a_column_changes_its_type() {
    let catalog = after(
        "create table a (x int, y int, unique (x, y));
         alter table a rename y to z;
         alter table a alter x type bigint;
         create table b (like a including indexes);",
    );
    assert_eq!(names(&table(&catalog, "b").indexes, |one| &one.name), "b_x_z_key");
}

#[test]
fn an_index_that_is_there_does_not_excuse_a_wrong_one() {
    last_is_refused(
        "create table a (x int); create index i on a (x); create index if not exists i on a (y);",
    );
}

#[test]
fn a_drop_that_is_refused_changes_nothing() {
    let sql = "create table a (id serial, x int check (x > 0));
         alter sequence a_id_seq owned by a.x;
         alter table a drop column x;";
    last_is_refused(sql);
    let catalog = after(sql);
    assert_eq!(table(&catalog, "a").checks.len(), 1);
}

#[test]
fn conditions_of_triggers_follow_new_names_of_columns() {
    let catalog = after(
        "create table a (id int);
         create function f() returns trigger language plpgsql as $$ begin return new; end $$;
         create trigger t before update on a for each row when (old.id > new.id)
             execute function f();
         alter table a rename id to score;",
    );
    let condition = table(&catalog, "a").triggers[0].condition.as_deref();
    assert_eq!(condition, Some("old.score > new.score"));
}

#[test]
fn tables_that_are_dropped_together_may_need_each_other_both_ways() {
    let made = "create table a (x int); create table b () inherits (a); create policy p on a using
        (exists (select from b)); create view v as select x from a;";
    last_is_refused(&format!("{made} drop table a, b;"));
    assert_eq!(refusals(&format!("{made} drop view v; drop table a, b;")), 0);
}

#[test]
fn a_table_that_others_draw_from_stays_whole() {
    let sql = "create table a (id serial); create table b (id serial, x int);
         alter sequence a_id_seq owned by b.x;
         alter sequence b_id_seq rename to a_first;
         drop table b;";
    last_is_refused(sql);
    let first = crate::QualifiedName::new("public", "a_first");
    assert!(after(sql).sequences.contains_key(&first));
}

#[test]
fn what_between_stands_for_is_printed_in_a_row_once_a_type_changes() {
    let catalog = after(
        "create table a (x int, y int, check (x between 1 and 2 and y is null));
         create index i on a (y) where x between 1 and 2 and y is null;
         alter table a alter y type bigint;",
    );
    let flat = "x >= 1 and x <= 2 and y is null";
    assert_eq!(table(&catalog, "a").checks[0].expression, flat);
    assert_eq!(table(&catalog, "a").indexes[0].predicate.as_deref(), Some(flat));
}

#[test]
fn a_table_that_is_named_like_a_column_is_its_row() {
    let catalog =
        after("create table a (a int, x int); alter table a drop column a, add check (a is null);");
    let check = &table(&catalog, "a").checks[0];
    assert_eq!((check.name.as_str(), check.expression.as_str()), ("a_check", "a.* is null"));
    last_is_refused("create table a (x int); alter table a add check (a.a is null);");
}
