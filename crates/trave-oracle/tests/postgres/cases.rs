//! Whole projects, and stories that no generator tells: each ends in the same catalog.

use std::path::Path;

use crate::database::{Database, replay, texts};
use crate::property::differences;
use crate::server::Server;

/// The catalogs agree after each statement, and the printed SQL makes the same one again.
#[track_caller]
fn agree(database: &mut Database, name: &str, statements: &[String]) {
    for end in 1..=statements.len() {
        let found = differences(database, &statements[..end]);
        let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
        let last = &statements[end - 1];
        assert!(shown.is_empty(), "{name}, after\n{last}\n{}", shown.join("\n"));
    }
}

/// The statements of a text; none of them has a semicolon at the end of a line inside.
fn split(text: &str) -> Vec<String> {
    let statements = text.split(";\n").map(str::trim).filter(|text| !text.is_empty());
    statements.map(|text| text.trim_end_matches(';').to_owned()).collect()
}

/// The version of a migration: `20240101000000` of `20240101000000_notes.sql`.
fn version(file: &Path) -> &str {
    file.file_name().unwrap().to_str().unwrap().split('_').next().unwrap()
}

/// The last migration that is applied, where the settings of a project say so.
fn applied_until(project: &Path) -> Option<String> {
    let settings = std::fs::read_to_string(project.join("trave.toml")).ok()?;
    let line = settings.lines().find_map(|line| line.strip_prefix("applied-until = "))?;
    Some(line.trim_matches('"').to_owned())
}

#[test]
fn fixtures_end_in_the_same_catalog() {
    let server = Server::start();
    let mut database = Database::new(&server, "fixtures");
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    for name in ["spejs", "spejs-sound"] {
        let folder = repository.join("fixtures").join(name).join("supabase/migrations");
        let mut files: Vec<_> =
            folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        // Those behind it wait for somebody to see what is wrong with them.
        let last = applied_until(&repository.join("fixtures").join(name));
        files.retain(|file| last.as_deref().is_none_or(|last| version(file) <= last));
        files.sort();
        let migrations: Vec<String> =
            files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
        assert!(migrations.len() > 10, "{} holds migrations", folder.display());
        for end in 1..=migrations.len() {
            let applied = &migrations[..end];
            let outcome = database.try_out(&texts(applied));
            let refused: Vec<_> = outcome.refusals.iter().flatten().collect();
            assert!(refused.is_empty(), "{}: {refused:?}", files[end - 1].display());
            let found = differences(&mut database, applied);
            let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert!(shown.is_empty(), "{}:\n{}", files[end - 1].display(), shown.join("\n"));
        }
    }
}

#[test]
fn the_platform_itself_is_the_same() {
    let server = Server::start();
    let database = Database::new(&server, "platform");
    assert_eq!(replay(&[]).notices, [] as [String; 0]);
    let sections = database.before.as_object().unwrap();
    for section in ["tables", "functions", "policies", "types"] {
        assert!(sections.contains_key(section), "{section}");
    }
}

#[test]
fn stories_end_in_the_same_catalog() {
    let server = Server::start();
    let mut database = Database::new(&server, "stories");
    for (name, text) in STORIES {
        agree(&mut database, name, &split(text));
    }
}

/// What the generator leaves out: roles, which the whole server shares, and the platform's own.
const STORIES: [(&str, &str); 4] = [
    (
        "roles",
        "create role reader;
         create role auditor bypassrls in role reader;
         grant reader to anon;
         create table notes (id bigint primary key, body text);
         grant select on notes to reader;
         grant update (body) on notes to auditor;
         create policy own on notes for select to reader, authenticated using (true);
         revoke all on notes from anon;
         alter default privileges in schema public grant select on tables to reader;
         create table tasks (id bigint primary key);
         alter role auditor nobypassrls;
         drop policy own on notes;",
    ),
    (
        "the platform",
        "create table profiles (id uuid primary key references auth.users on delete cascade, name text);
         create function handle_new_user() returns trigger language plpgsql security definer
           set search_path = '' as $$ begin insert into public.profiles (id) values (new.id); return new; end $$;
         create trigger on_auth_user_created after insert on auth.users
           for each row execute function handle_new_user();
         insert into storage.buckets (id, name, public) values ('avatars', 'avatars', true);
         create policy \"Avatars are public\" on storage.objects for select using (bucket_id = 'avatars');
         create policy \"Own avatars\" on storage.objects for insert to authenticated
           with check (bucket_id = 'avatars' and (storage.foldername(name))[1] = (select auth.uid())::text);
         alter publication supabase_realtime add table profiles;
         alter table profiles rename to people;
         drop function handle_new_user cascade;
         update storage.buckets set public = false where id = 'avatars';",
    ),
    (
        "views over what changes",
        "create table teams (id bigint primary key, name text not null);
         create table members (team_id bigint references teams, user_id uuid, role text default 'member');
         create view team_sizes as
           select t.id, t.name, count(m.*) as size from teams t left join members m on m.team_id = t.id group by t.id, t.name;
         create view big_teams as select * from team_sizes where size > 10;
         alter table teams rename column name to title;
         alter table members rename to memberships;
         create policy own on teams for select using (exists (select 1 from memberships m where m.team_id = teams.id and m.user_id = auth.uid()));
         alter table memberships rename column team_id to team;
         create schema app;
         alter table memberships set schema app;
         alter view team_sizes rename column size to heads;
         drop view team_sizes cascade;",
    ),
    (
        "partitions",
        "create table events (id bigint generated always as identity, at timestamptz not null, kind text, primary key (id, at)) partition by range (at);
         create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
         create index on events (kind);
         create table events_2025 (like events including all);
         alter table events attach partition events_2025 for values from ('2025-01-01') to ('2026-01-01');
         alter table events enable row level security;
         alter table events add constraint known check (kind <> '');
         alter table events add column source text default 'web';
         alter table events detach partition events_2024;
         alter table events rename column kind to type;
         drop table events;",
    ),
];
