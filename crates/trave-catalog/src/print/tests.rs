//! What is printed can be read again, and means the same.

use crate::testing::catalog;
use crate::{schema_json, schema_sql};

const STORY: &str = "
    create type mood as enum ('sad', 'it''s fine');
    create table teams (id bigserial primary key, slug text unique);
    create table notes (
      id uuid primary key default gen_random_uuid(), team_id bigint not null references teams,
      \"Body\" text, mood mood default 'sad', number int generated always as identity,
      constraint long check (length(\"Body\") > 1));
    create index on notes (lower(\"Body\"), number desc) where team_id > 0;
    alter table notes enable row level security;
    create policy \"read all\" on notes for select to authenticated using (team_id > 0);
    create function touch() returns trigger language plpgsql security definer set search_path = ''
      as $$ begin return new; end $$;
    create trigger touch before update of \"Body\" on notes for each row when (old.id is null)
      execute function touch('x');
    create view slugs with (security_invoker = on) as select slug from teams;
    revoke all on teams from anon;
    grant select (slug) on teams to anon;
    revoke execute on function touch() from public, anon;
    insert into storage.buckets (id, name, public) values ('pictures', 'pictures', true);
    create schema app;
    grant usage on schema app to anon;
    alter default privileges in schema public revoke all on tables from anon;
    alter publication supabase_realtime add table notes;";

#[test]
fn the_sql_of_a_catalog_makes_the_same_catalog() {
    let first = catalog(STORY);
    let sql = schema_sql(&first);
    let second = catalog(&sql);
    let (one, other) = (schema_json(&first), schema_json(&second));
    for (section, rows) in one.as_object().unwrap() {
        assert_eq!(Some(rows), other.get(section), "{section}\n{sql}");
    }
}

#[test]
fn only_what_the_migrations_made_or_changed_is_listed() {
    let json = schema_json(&catalog("create policy p on storage.objects using (true);"));
    let count = |section: &str| json[section].as_array().unwrap().len();
    assert_eq!((count("tables"), count("policies"), count("functions")), (0, 1, 0));
    assert_eq!(json["policies"][0]["using"], "true");
    assert_eq!(json["policies"][0]["roles"][0], "public");
}
