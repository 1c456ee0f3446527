//! What PostgreSQL leaves behind after a few statements, one story each.

use crate::testing::{catalog, lenient, names, replayed_at, strict, table};
use crate::{
    ChangeKind, Command, Identity, IndexTarget, Missing, Provenance, QualifiedName,
    ReferentialAction, RootConfig, TypeKind,
};

#[test]
fn a_table_has_the_types_names_and_keys_that_the_server_gives_it() {
    let catalog = catalog(
        "create type mood as enum ('sad', 'glad');
         create table \"Teams\" (id bigserial primary key, slug varchar(20) unique not null);
         create table members (
           id uuid primary key default gen_random_uuid(),
           team_id int8 not null references \"Teams\" on delete cascade,
           number int generated always as identity,
           mood mood[] default '{}',
           age int check (age > 0),
           unique (team_id, number), check (age > number));",
    );
    let members = table(&catalog, "members");
    let types = names(&members.columns, |column| &column.type_name);
    assert_eq!(types, "uuid bigint integer public.mood[] integer");
    assert_eq!(names(&members.uniques, |key| &key.name), "members_team_id_number_key");
    assert_eq!(names(&members.checks, |check| &check.name), "members_age_check members_check");
    assert_eq!(
        names(&members.indexes, |index| &index.name),
        "members_pkey members_team_id_number_key"
    );
    let key = &members.foreign_keys[0];
    assert_eq!(
        (key.name.as_str(), key.on_delete),
        ("members_team_id_fkey", ReferentialAction::Cascade)
    );
    assert_eq!(key.target_columns, ["id"]);
    assert_eq!(members.column("number").unwrap().identity, Some(Identity::Always));
    assert!(members.column("id").unwrap().not_null);
    let teams = table(&catalog, "Teams");
    assert!(teams.column("id").unwrap().sequence.is_some());
    let sequences: Vec<String> = catalog.sequences.keys().map(ToString::to_string).collect();
    assert!(sequences.contains(&"public.\"Teams_id_seq\"".to_owned()), "{sequences:?}");
    assert!(sequences.contains(&"public.members_number_seq".to_owned()));
}

#[test]
fn the_first_definition_stays() {
    let replayed = strict(
        "create table a (x int);
         create table if not exists a (x int, y int);
         create table a (z int);
         alter table a add column if not exists x text;",
    );
    assert_eq!(
        names(&table(&replayed.catalog, "a").columns, |column| &column.type_name),
        "integer"
    );
    assert_eq!(replayed.failures.len(), 1);
}

#[test]
fn names_of_indexes_and_constraints_do_not_follow_a_rename() {
    let catalog = catalog(
        "create table a (id int primary key, owner uuid unique);
         create table b (a_id int references a);
         create policy p on a using (owner = auth.uid() and exists (
           select 1 from b where b.a_id = a.id));
         alter table a rename column owner to owner_id;
         alter table a rename to albums;
         alter table b rename column a_id to album_id;",
    );
    let albums = table(&catalog, "albums");
    assert_eq!(names(&albums.indexes, |index| &index.name), "a_pkey a_owner_key");
    assert_eq!(albums.indexes[1].keys[0].what, IndexTarget::Column("owner_id".into()));
    let text = &albums.policies[0].using.as_ref().unwrap().text;
    assert!(text.contains("owner_id = auth.uid()"), "{text}");
    let key = &table(&catalog, "b").foreign_keys[0];
    assert_eq!((key.name.as_str(), key.target.name.as_str()), ("b_a_id_fkey", "albums"));
    assert_eq!(key.columns, ["album_id"]);
    assert_eq!(albums.past_columns[0].renamed_to.as_deref(), Some("owner_id"));
}

#[test]
fn a_drop_with_cascade_takes_what_depends_and_one_without_is_refused() {
    let sql = "create table a (id int primary key, secret text);
         create table b (a_id int references a (id));
         create function f() returns boolean language sql as $$ select true $$;
         create view v as select id from a;
         create view w as select id from v;
         create policy p on b using (exists (select 1 from a where a.id = b.a_id));
         create policy q on b using (f());
         create trigger t before insert on b for each row execute function g();";
    let refused = strict(&format!("{sql} drop table a; drop function f(); drop view v;"));
    assert_eq!(refused.failures.len(), 4, "{:?}", refused.failures);
    assert!(refused.catalog.views.contains_key(&QualifiedName::new("public", "w")));
    let gone = strict(&format!("{sql} drop table a cascade; drop function f() cascade;"));
    let b = table(&gone.catalog, "b");
    assert!(b.foreign_keys.is_empty() && b.policies.is_empty());
    assert!(!gone.catalog.views.keys().any(|name| name.schema == "public"));
    assert!(gone.catalog.past_table(&QualifiedName::new("public", "a")).is_some());
}

#[test]
fn a_dropped_column_takes_its_keys_and_indexes() {
    let catalog = catalog(
        "create table a (id int primary key, x int, y int, unique (x, y), check (x > y));
         create index on a (lower(y::text));
         create index on a (id) where x > 0;
         alter table a drop column x;",
    );
    let a = table(&catalog, "a");
    assert_eq!(names(&a.indexes, |index| &index.name), "a_pkey a_lower_idx");
    assert!(a.uniques.is_empty() && a.checks.is_empty());
    let dropped = ChangeKind::ColumnDropped { table: a.name.clone(), column: "x".into() };
    assert!(catalog.history.iter().any(|change| change.kind == dropped));
}

#[test]
fn generated_names_count_up_and_are_cut() {
    let catalog = catalog(
        "create table a (id int, email text);
         create index on a (email);
         create index on a (email);
         create index on a (lower(email), (email || 'x'));
         alter table a add check (id > 0), add check (id > 1);",
    );
    let a = table(&catalog, "a");
    assert_eq!(names(&a.indexes, |index| &index.name), "a_email_idx a_email_idx1 a_lower_expr_idx");
    assert_eq!(names(&a.checks, |check| &check.name), "a_id_check a_id_check1");
}

#[test]
fn an_enum_is_swapped() {
    let catalog = catalog(
        "create type s as enum ('a', 'b');
         create table t (s s default 'a');
         create function f(x s) returns s language sql as $$ select x $$;
         alter type s rename to s_old;
         create type s as enum ('a', 'c');
         alter table t alter column s drop default, alter column s type s using s::text::s;
         drop function f;
         drop type s_old;
         alter type s add value 'b' before 'c';",
    );
    assert_eq!(table(&catalog, "t").column("s").unwrap().type_name, "public.s");
    let kind = &catalog.types[&QualifiedName::new("public", "s")].kind;
    assert!(matches!(kind, TypeKind::Enum(labels) if labels == &["a", "b", "c"]));
}

#[test]
fn new_tables_are_granted_to_the_roles_of_the_api() {
    let catalog = catalog(
        "create table a (id int);
         create table b (id int, secret text);
         revoke all on b from anon, authenticated;
         grant select (id) on b to anon;
         create schema private;
         create table private.c (id int);
         grant select on private.c to anon;",
    );
    let (a, b) = (table(&catalog, "a"), table(&catalog, "b"));
    let c = catalog.table(&QualifiedName::new("private", "c")).unwrap();
    assert_eq!(catalog.may("anon", Command::Delete, a), Some(true));
    assert_eq!(catalog.may("anon", Command::Select, b), Some(true));
    assert_eq!(catalog.may("authenticated", Command::Select, b), Some(false));
    assert_eq!(catalog.may("anon", Command::Select, c), Some(false), "no usage on the schema");
    assert_eq!(catalog.is_reachable(Command::Select, a), Some(true));
    assert_eq!(catalog.is_reachable(Command::Select, c), Some(false));
}

#[test]
fn default_grants_of_newer_projects_are_not_known() {
    let at = |path: &str, auto_expose| {
        let config = RootConfig { auto_expose, ..RootConfig::default() };
        let sql = "create table a (id int); create table b (id int); grant select on b to anon;
                   create table c (id int); revoke all on c from anon;";
        replayed_at(path, sql, (Missing::Refused, config)).catalog
    };
    let may =
        |catalog: &crate::Catalog, name| catalog.may("anon", Command::Select, table(catalog, name));
    let old = at("supabase/migrations/20260101000000_a.sql", None);
    assert_eq!(may(&old, "a"), Some(true));
    let new = at("supabase/migrations/20261101000000_a.sql", None);
    assert_eq!((may(&new, "a"), may(&new, "b")), (None, Some(true)));
    let explicit = at("supabase/migrations/20261101000000_a.sql", Some(false));
    assert_eq!((may(&explicit, "a"), may(&explicit, "b")), (Some(false), Some(true)));
    let legacy = at("supabase/migrations/20261101000000_a.sql", Some(true));
    assert_eq!((may(&legacy, "a"), may(&legacy, "c")), (Some(true), Some(false)));
}

#[test]
fn default_privileges_hold_for_what_is_made_later() {
    let catalog = catalog(
        "create table before (id int);
         alter default privileges in schema public revoke all on tables from anon;
         alter default privileges revoke execute on functions from public;
         create table after (id int);
         create function f() returns int language sql as $$ select 1 $$;",
    );
    assert_eq!(catalog.may("anon", Command::Select, table(&catalog, "before")), Some(true));
    assert_eq!(catalog.may("anon", Command::Select, table(&catalog, "after")), Some(false));
    let f = catalog.functions.values().find(|function| function.name.name == "f").unwrap();
    assert!(!f.grants.iter().any(|grant| grant.role == "public"));
    assert!(f.grants.iter().any(|grant| grant.role == "anon"));
}

#[test]
fn what_nothing_makes_is_unknown_and_the_rest_stays_good() {
    let replayed = lenient(
        "alter table profiles enable row level security;
         create policy p on profiles for select using (id = auth.uid());
         create table notes (id int, owner uuid references profiles (id));
         create index on profiles (email);",
    );
    assert_eq!(replayed.failures, []);
    let profiles = table(&replayed.catalog, "profiles");
    assert!(matches!(profiles.provenance, Provenance::Unknown(_)) && !profiles.columns_known);
    assert!(profiles.rls_enabled && profiles.policies.len() == 1);
    assert!(table(&replayed.catalog, "notes").is_known());
    assert_eq!(strict("alter table profiles enable row level security;").failures.len(), 1);
}

#[test]
fn a_body_is_read_with_the_tables_that_are_there_when_it_runs() {
    let catalog = catalog(
        "create function f() returns void language plpgsql as $$ begin delete from old; end $$;
         create or replace function f() returns void language plpgsql as $$ begin
           insert into notes (id) values (1); perform 1 from gone; end $$;
         create table notes (id int);
         create table gone (id int);
         create table old (id int);
         drop table gone;
         alter function f() rename to g;",
    );
    let g = catalog.functions.values().find(|function| function.name.name == "g").unwrap();
    assert_eq!(g.tables.iter().collect::<Vec<_>>(), [&QualifiedName::new("public", "notes")]);
}

#[test]
fn a_replacement_that_changes_the_signature_is_refused() {
    let replayed = strict(
        "create function f(a int) returns int language sql as $$ select 1 $$;
         create or replace function f(b int) returns int language sql as $$ select 2 $$;
         create or replace function f(a int) returns text language sql as $$ select 'x' $$;
         create or replace function f(a int, b int default 1) returns int language sql
           security definer set search_path = '' as $$ select 3 $$;
         revoke execute on function f(int) from public, anon;",
    );
    assert_eq!(replayed.failures.len(), 2);
    let of = |types: &str| {
        &replayed.catalog.functions[&(QualifiedName::new("public", "f"), types.into())]
    };
    assert_eq!(of("integer").body.trim(), "select 1");
    assert!(!of("integer").grants.iter().any(|grant| grant.role == "anon"));
    assert!(of("integer, integer").security_definer);
    assert_eq!(of("integer, integer").settings, [("search_path".into(), "\"\"".to_owned())]);
}

#[test]
fn partitions_take_over_what_their_parent_has() {
    let catalog = catalog(
        "create table logs (id int, at date not null, primary key (id, at)) partition by range (at);
         create table logs_1 partition of logs for values from ('2024-01-01') to ('2025-01-01');
         create index on logs (at);
         create table logs_2 (id int not null, at date not null);
         alter table logs attach partition logs_2 default;
         alter table logs add column note text;",
    );
    let part = table(&catalog, "logs_1");
    assert!(part.is_partition && part.primary_key.is_some());
    assert_eq!(names(&part.indexes, |index| &index.name), "logs_1_pkey logs_1_at_idx");
    let other = table(&catalog, "logs_2");
    assert_eq!(names(&other.columns, |column| &column.name), "id at note");
    assert_eq!(names(&other.indexes, |index| &index.name), "logs_2_pkey logs_2_at_idx");
    assert_eq!(table(&catalog, "logs").partition_key.as_deref(), Some("RANGE (at)"));
}

#[test]
fn a_view_knows_its_columns_and_whose_rights_it_reads_with() {
    let catalog = catalog(
        "create table a (id int, secret text);
         create view v with (security_invoker = on) as select a.*, count(*) from a group by 1, 2;
         create materialized view m as with x as (select id from a) select id as key from x;
         create unique index on m (key);
         alter view v set (security_invoker = off);",
    );
    let view = |name: &str| catalog.view(&QualifiedName::new("public", name)).unwrap();
    assert_eq!(names(&view("v").columns, |name| name), "id secret count");
    assert!(!view("v").security_invoker && view("v").columns_known);
    assert_eq!(names(&view("m").columns, |name| name), "key");
    assert!(view("m").materialized && view("m").indexes.len() == 1);
    assert!(view("m").reads(&QualifiedName::new("public", "a")));
}

#[test]
fn buckets_publications_and_comments_are_kept() {
    let catalog = catalog(
        "create table a (id int); create table b (id int);
         comment on table a is 'the first';
         insert into storage.buckets (id, name, public) values ('x', 'x', true), ('y', 'y', false)
           on conflict (id) do nothing;
         update storage.buckets set public = false where id = 'x';
         alter publication supabase_realtime add table a, b;
         alter publication supabase_realtime drop table b;",
    );
    assert!(!catalog.buckets["x"].public && catalog.buckets.len() == 2);
    assert_eq!(catalog.publications["supabase_realtime"].tables.len(), 1);
    assert_eq!(table(&catalog, "a").comment.as_deref(), Some("the first"));
    assert!(catalog.tables.contains_key(&QualifiedName::new("public", "b")));
}

#[test]
fn a_search_path_decides_where_things_go() {
    let catalog = catalog(
        "create schema app;
         set search_path to app, public;
         create table a (id int);
         reset search_path;
         create table b (id int);
         select set_config('search_path', '', false);
         create table public.c (id int);",
    );
    let names: Vec<String> = ["app.a", "public.b", "public.c"].map(String::from).to_vec();
    let made = catalog.tables.values().filter(|table| table.provenance.is_migration());
    assert_eq!(made.map(|table| table.name.to_string()).collect::<Vec<_>>(), names);
}
