//! `trave fix`: what it mends is gone afterwards, still parses, and is not mended twice.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

#[path = "support/program.rs"]
mod program;
#[path = "support/repository.rs"]
mod repository;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use program::{MIGRATION_PATH, Project};
use repository::git;
use serde_json::Value;

const TABLES: &str = "\
create table public.notes (
  id bigint primary key,
  owner_id uuid not null,
  room text not null
);
alter table public.notes enable row level security;
create policy own on public.notes for select to authenticated using (owner_id = auth.uid());
create index notes_room on public.notes (room);
create index notes_room_again on public.notes (room);
create index notes_room_id on public.notes (room, id);
create table public.rooms (id bigint primary key, owner_id uuid not null);
create index rooms_owner on public.rooms (owner_id);
create policy own on public.rooms for select to authenticated
  using (owner_id = (select auth.uid()));
";

const HANDLER: &str = "\
import { createClient } from '@supabase/supabase-js';

const db = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!);

export async function GET(request: Request) {
  const owner = new URL(request.url).searchParams.get('owner');
  // trave-ignore index/unindexed-order: three rows
  const { data } = await db.from('notes').select('id').eq('owner_id', owner).limit(20);
  return Response.json(data);
}

export async function POST(request: Request) {
  const { owner_id, room } = await request.json();
  await db.from('notes').insert({ owner_id, room });
  return Response.json({});
}
";

const HANDLER_PATH: &str = "src/app/api/notes/route.ts";

fn project() -> Project {
    let project = Project::empty();
    project.write(MIGRATION_PATH, TABLES);
    project.write(HANDLER_PATH, HANDLER);
    project
}

/// The rules that have findings, and how much of the SQL was understood.
fn rules(project: &Project) -> BTreeSet<String> {
    let output = project.run(&["check", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let coverage = &report["coverage"];
    assert_eq!(coverage["statements"], coverage["statements_understood"], "{report}");
    assert_eq!(report["notices"].as_array().unwrap().len(), 0, "{report}");
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

/// Every file of a project with its text.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                found.push((path.display().to_string(), text));
            }
        }
    }
    found.sort();
    found
}

const SAFE: [&str; 5] = [
    "index/duplicate-index",
    "index/redundant-index",
    "index/unindexed-filter",
    "rls/policy-per-row-call",
    "trave/unused-suppression",
];

#[test]
fn what_is_mended_is_gone_and_mended_once() {
    let project = project();
    let before = rules(&project);
    for rule in SAFE {
        assert!(before.contains(rule), "{rule} finds nothing: {before:?}");
    }
    let said = project.expect(&["fix"], (0, "5 findings mended"));
    assert!(
        said.contains("changed src/app/api/notes/route.ts: trave/unused-suppression"),
        "{said}"
    );
    assert!(said.contains("_add_notes_owner_id_idx.sql: index/unindexed-filter"), "{said}");
    assert!(said.contains("left: 1 finding, can be mended, but somebody has to look"), "{said}");
    let after = rules(&project);
    for rule in SAFE {
        assert!(!after.contains(rule), "{rule} still finds something: {after:?}");
    }
    let handler = fs::read_to_string(project.path().join(HANDLER_PATH)).unwrap();
    assert_eq!(
        handler,
        HANDLER.replace("  // trave-ignore index/unindexed-order: three rows\n", "")
    );
    // What may have run stays as it is.
    assert_eq!(fs::read_to_string(project.path().join(MIGRATION_PATH)).unwrap(), TABLES);
    let once = texts(project.path());
    project.expect(&["fix"], (0, "nothing to mend"));
    assert_eq!(texts(project.path()), once);
    assert!(after.contains("rls/policy-without-rls"));
    project.expect(&["fix", "--unsafe", "--rule", "rls"], (0, "1 finding mended"));
    assert!(!rules(&project).contains("rls/policy-without-rls"));
}

#[test]
fn a_diff_shows_all_and_changes_nothing() {
    let project = project();
    git(&project, &["init", "--quiet"]);
    let before = texts(project.path());
    let output = project.run(&["fix", "--dry-run"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(texts(project.path()), before);
    let diff = String::from_utf8(output.stdout).unwrap();
    let (diff, told) = diff.split_once("5 findings would be mended").unwrap();
    assert!(told.contains("`--unsafe` shows how"), "{told}");
    project.write("fix.diff", diff);
    git(&project, &["apply", "fix.diff"]);
    project.expect(&["fix", "--dry-run"], (0, "nothing to mend"));
}

#[test]
fn only_what_is_named_is_mended() {
    let project = project();
    let named = ["fix", "--rule", "trave/unused-suppression"];
    project.expect(&named, (0, "1 finding mended"));
    project.expect(&["fix", "--rule", "index"], (0, "3 findings mended"));
    project.expect(&["fix", "--rule", "index"], (0, "nothing to mend"));
    project.expect(&["fix", "src/app"], (0, "nothing to mend"));
    project.expect(&["fix", "--rule", "index/unindexd"], (2, "unindexd"));
}

#[test]
fn a_schema_that_is_kept_whole_is_changed_in_place() {
    let project = Project::empty();
    project.write("supabase/schemas/notes.sql", TABLES);
    project.write(HANDLER_PATH, HANDLER);
    project.expect(&["fix", "--rule", "index"], (0, "changed supabase/schemas/notes.sql"));
    let text = fs::read_to_string(project.path().join("supabase/schemas/notes.sql")).unwrap();
    assert!(
        text.contains("\ncreate index notes_owner_id_idx on public.notes (owner_id);\n"),
        "{text}"
    );
    project.expect(&["fix", "--rule", "index"], (0, "nothing to mend"));
}

#[test]
fn a_schema_that_is_declared_in_code_is_left_to_it() {
    let project = Project::empty();
    let schema = "datasource db {\n  provider = \"postgresql\"\n  url = env(\"URL\")\n}\n\n\
                  model Note {\n  id Int @id\n  owner String\n}\n";
    project.write("prisma/schema.prisma", schema);
    let sql = "CREATE TABLE \"Note\" (\"id\" INTEGER NOT NULL, \"owner\" TEXT NOT NULL,\n  \
               CONSTRAINT \"Note_pkey\" PRIMARY KEY (\"id\"));\n";
    project.write("prisma/migrations/20240101000000_init/migration.sql", sql);
    let code = "import { PrismaClient } from '@prisma/client';\n\
                const db = new PrismaClient();\n\
                export async function GET(request: Request) {\n  \
                const owner = new URL(request.url).searchParams.get('owner')!;\n  \
                await db.note.create({ data: { owner } });\n  \
                return Response.json(await db.note.findMany({ where: { owner }, take: 20 }));\n}\n";
    project.write(HANDLER_PATH, code);
    let before = texts(project.path());
    let said = project.expect(&["fix"], (0, "about a schema that is declared in code"));
    assert!(said.contains("nothing to mend"), "{said}");
    assert_eq!(texts(project.path()), before);
}

#[test]
fn an_empty_folder_is_told() {
    Project::empty().expect(&["fix"], (2, "nothing to analyse"));
    let project = Project::with_a_finding();
    project.expect(&["fix"], (0, "for which no fix is certain"));
}
