//! Questions, answered from small schemas.

use crate::Command;
use crate::testing::{catalog, table};

#[test]
fn unique_keys_leave_out_partial_and_expression_indexes() {
    let catalog = catalog(
        "create table a (id int primary key, x int, y int, z int unique);
         create unique index on a (x, y);
         create unique index on a (y) where x > 0;
         create unique index on a (lower(x::text));",
    );
    let a = table(&catalog, "a");
    assert_eq!(a.unique_keys(), [vec!["id"], vec!["z"], vec!["x", "y"]]);
    assert!(a.picks_one_row(&["y", "x", "id"]) && a.picks_one_row(&["x", "y"]));
    assert!(!a.picks_one_row(&["y"]));
}

#[test]
fn an_index_serves_what_it_begins_with() {
    let catalog = catalog(
        "create table a (id int, x int, y int, z text);
         create index on a (x, y, id desc);
         create index on a (y) where y is not null;
         create index on a using gin (to_tsvector('english', z));",
    );
    let a = table(&catalog, "a");
    assert!(a.index_serving(&["x"]).is_some() && a.index_serving(&["z", "y"]).is_none());
    assert!(a.index_leading_with(&["y", "x"]).is_some());
    assert!(a.index_leading_with(&["y"]).is_some(), "all it leaves out is null");
    assert!(a.index_ordering(&["x", "y"], &["id"]).is_some());
    assert!(a.index_ordering(&["x"], &["id"]).is_none());
}

#[test]
fn policies_apply_by_command_and_role() {
    let catalog = catalog(
        "create table a (id int);
         create policy everybody on a for select using (true);
         create policy own on a to authenticated using (id > 0);
         create role editor in role authenticated;",
    );
    let a = table(&catalog, "a");
    let for_role = |command, role| {
        let policies = catalog.policies_for(a, command, role);
        policies.iter().map(|policy| policy.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(for_role(Command::Select, "anon"), ["everybody"]);
    assert_eq!(for_role(Command::Select, "editor"), ["everybody", "own"]);
    assert_eq!(for_role(Command::Delete, "anon"), Vec::<String>::new());
    assert!(catalog.bypasses_rls("service_role") && !catalog.bypasses_rls("anon"));
}

#[test]
fn policies_that_went_are_remembered() {
    let catalog = catalog(
        "create table jobs (id int);
         create table notes (id int, job_id int);
         create policy gone on notes for delete using (exists (select 1 from jobs));
         create policy kept on notes for select using (true);
         drop table jobs cascade;",
    );
    let notes = table(&catalog, "notes");
    let past = catalog.past_policy(&notes.name, Command::Delete).unwrap();
    assert!(past.name == "gone" && past.cascaded);
    assert_eq!(catalog.past_policy(&notes.name, Command::Select), None);
}

#[test]
fn bodies_say_what_they_delete() {
    let catalog = catalog(
        "create table notes (id int);
         create function f() returns void language sql as $$
           delete from public.notes where id = 1; delete from auth.users where true; $$;",
    );
    let function = catalog.functions.values().find(|function| function.name.name == "f").unwrap();
    let name = crate::QualifiedName::new;
    assert!(function.deletes_from(&name("public", "notes")));
    assert!(function.deletes_from(&name("auth", "users")));
    assert!(!function.deletes_from(&name("public", "users")));
}
