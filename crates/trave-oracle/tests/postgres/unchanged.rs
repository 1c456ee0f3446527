//! The list of statements that change nothing: PostgreSQL runs an example of each, and its catalog
//! is the same before and after.

use std::collections::BTreeSet;

use trave_catalog::{schema_json, unchanged};

use crate::compare::news;
use crate::database::{Database, replay, texts};
use crate::server::Server;

/// What the examples are about. The rights of the platform's own roles are not looked at: so the
/// role of the examples has such a name, since what an owner may do by owning is not held.
const SETUP: &str = "
    create role supabase_keeper;
    create schema app;
    create table notes (id bigint primary key, body text);
    create materialized view sums as select count(*) from notes;
    create view titles as select body from notes;
    create type mood as enum ('fine', 'well');
    create type pair as (a int, b int);
    create table pairs_table (a int, b int);
    create domain short as text;
    create function f() returns trigger language plpgsql as $$ begin return new; end $$;
    create function g() returns event_trigger language plpgsql as $$ begin end $$;
    create trigger touch before update on notes for each row execute function f();
    create event trigger watch on ddl_command_end execute function g();
    create policy own on notes using (true);
    create publication p";

fn statements(text: &str) -> Vec<String> {
    text.split(";\n").map(str::trim).map(str::to_owned).collect()
}

/// `far_away` needs a server, which the list itself makes.
fn foreign_table(kind: &str) -> Option<&'static str> {
    (kind == "create statistics").then_some("create foreign table far_away (a int) server far")
}

#[test]
fn postgres_changes_nothing_either() {
    let server = Server::start();
    let mut database = Database::new(&server, "unchanged");
    let mut run = |statement: &str| {
        let refusal = database.apply(statement);
        assert!(refusal.is_none(), "{statement}: {}", refusal.unwrap().message);
    };
    for statement in statements(SETUP) {
        run(&statement);
    }
    let mut problems = Vec::new();
    for one in unchanged().filter(|one| !one.example.is_empty()) {
        let before = database.catalog();
        for statement in statements(one.example) {
            if let Some(refusal) = database.apply(&statement) {
                problems.push(format!("{}: {statement}: {}", one.kind, refusal.message));
            }
        }
        let after = database.catalog();
        for changes in [news(&before, &after), news(&after, &before)] {
            let changed = changes.as_object().unwrap().iter();
            let changed =
                changed.filter(|(_, rows)| rows.as_array().is_some_and(|rows| !rows.is_empty()));
            problems
                .extend(changed.map(|(section, rows)| format!("{}: {section} {rows}", one.kind)));
        }
        if let Some(table) = foreign_table(one.kind) {
            let refusal = database.apply(table);
            problems.extend(refusal.map(|refusal| refusal.message));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn each_kind_is_understood_and_listed_once() {
    let mut setup = statements(SETUP);
    setup.push("create foreign table far_away (a int) server far".into());
    let before = replay(&texts(&setup));
    assert!(before.notices.is_empty() && before.failures.is_empty(), "{:?}", before.failures);
    let mut kinds = BTreeSet::new();
    for one in unchanged() {
        assert!(kinds.insert(one.kind), "{} is listed twice", one.kind);
        let example = statements(one.example);
        let all: Vec<&str> = setup.iter().chain(&example).map(String::as_str).collect();
        let after = replay(&all);
        assert!(after.notices.is_empty(), "{}: {:?}", one.kind, after.notices);
        assert_eq!(schema_json(&after.catalog), schema_json(&before.catalog), "{}", one.kind);
    }
}

#[test]
fn what_stands_on_no_list_is_said() {
    for text in [
        "rollback",
        "drop owned by supabase_keeper",
        "drop server far cascade",
        "import foreign schema a from server b into c",
        "create aggregate total (int) (sfunc = int4pl, stype = int)",
        "alter extension plpgsql add function f()",
        "security label on table notes is 'x'",
        "explain analyze create table u as select 1",
        "\\i other.sql",
    ] {
        let notices = replay(&[text]).notices;
        assert_eq!(notices.len(), 1, "{text}: {notices:?}");
    }
}
