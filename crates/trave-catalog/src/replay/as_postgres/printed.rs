//! What is printed has to run on an empty server, and to give the same catalog there.

use super::after;
use crate::schema_sql;

#[test]
fn defaults_that_would_make_calls_ambiguous_come_last() {
    let sql = schema_sql(&after(
        "create function ok() returns boolean language sql as $$ select true $$;
         create table a (x int);
         create policy p on a using (ok());
         create function ok(x int, y int = 1) returns boolean language sql as $$ select true $$;
         create function ok(b text = 'a', c int = 1) returns boolean language sql as
             $$ select true $$;",
    ));
    assert!(sql.contains("create function public.ok(b text, c integer default 1)"), "{sql}");
    assert!(sql.contains("create function public.ok(x integer, y integer default 1)"), "{sql}");
    let place = |text: &str| sql.find(text).unwrap();
    let whole = "create or replace function public.ok(b text default 'a', c integer default 1)";
    assert!(place(whole) > place("create policy p"), "{sql}");
    assert_eq!(sql.matches("create or replace").count(), 1, "{sql}");
}

#[test]
fn functions_follow_those_that_their_defaults_call() {
    let sql = schema_sql(&after(
        "create function z() returns int language sql as $$ select 1 $$;
         create function a(x int = z()) returns int language sql as $$ select x $$;",
    ));
    assert!(sql.find("function public.z()").unwrap() < sql.find("function public.a(").unwrap());
}

#[test]
fn of_views_in_a_circle_one_stands_in_for_itself() {
    let sql = schema_sql(&after(
        "create table t (x smallint);
         create view a as select x, 1 as one from t;
         create view b as select * from a;
         create or replace view a as select * from b;",
    ));
    let stand_in = "create view public.a as\nselect null::smallint as x, null::integer as one;";
    let place = |text: &str| sql.find(text).unwrap();
    assert!(place(stand_in) < place("create view public.b"), "{sql}");
    assert!(place("create view public.b") < place("create or replace view public.a"), "{sql}");
}
