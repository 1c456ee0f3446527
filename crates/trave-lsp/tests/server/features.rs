//! What is answered about places: hover, definitions, references, symbols, completion, actions.

use serde_json::{Value, json};
use trave_engine::rule::{Edit, Fix, Level, Meta, Rule, Safety};

use crate::client::{Client, capabilities, offset};
use crate::diagnostics::{MIGRATION, PROJECT, ROUTE};

/// The project with a cursor behind the first occurrence of a text in a file.
fn at(path: &str, before: &str) -> Client {
    let mut client = Client::start(PROJECT);
    client.open(path);
    let offset = client.text(path).find(before).unwrap() + before.len();
    client.cursor = Some((path.to_owned(), offset));
    client
}

fn hover(path: &str, before: &str) -> String {
    let mut client = at(path, before);
    let hover = client.at_cursor("textDocument/hover");
    hover["contents"]["value"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_table_is_told_with_all_that_stands_on_it() {
    let text = hover(ROUTE, ".from('not");
    for part in [
        "create table public.notes (",
        "owner_id uuid not null references auth.users (id)",
        "notes_owner_id_idx",
        "**own**: `for all to authenticated using",
        "Named by 1 query, on 1 way in.",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
}

#[test]
fn a_column_is_told_in_filters_selections_and_sql() {
    for (path, before) in [(ROUTE, ".eq('own"), (MIGRATION, "on public.notes (own")] {
        let text = hover(path, before);
        assert!(text.contains("notes.owner_id uuid not null"), "{path}: {text}");
        assert!(text.contains("Policies that read it"), "{path}: {text}");
    }
    let text = hover(ROUTE, "select('id, fol");
    assert!(text.contains("notes.folder text not null"), "{text}");
    assert!(text.contains("No index holds it."), "{text}");
    assert_eq!(hover(ROUTE, "createServer"), "");
}

/// A project of an ORM: code calls the table and its columns otherwise.
const PRISMA: &str = "
//- prisma/schema.prisma
datasource db {
  provider = \"postgresql\"
  url      = env(\"DATABASE_URL\")
}
model Note {
  id      String @id
  ownerId String @map(\"owner_id\")
  @@map(\"notes\")
}
//- src/app/api/notes/route.ts
import { PrismaClient } from '@prisma/client';
const prisma = new PrismaClient();
export async function GET(request: Request) {
  const rows = await prisma.note.findMany({ where: { ownerId: request.url }, take: 20 });
  return Response.json(rows);
}
";

/// The same table in the words of Drizzle, and in SQL.
const DRIZZLE: &str = "
//- src/db/schema.ts
import { pgTable, text } from 'drizzle-orm/pg-core';
export const notesTable = pgTable('notes', {
  id: text('id').primaryKey(),
  ownerId: text('owner_id').notNull(),
});
//- src/app/api/notes/route.ts
import { drizzle } from 'drizzle-orm/node-postgres';
import { eq } from 'drizzle-orm';
import { Pool } from 'pg';
import { notesTable } from '../../../db/schema';
const db = drizzle(process.env.DATABASE_URL!);
const pool = new Pool();
export async function GET(request: Request) {
  const rows = await db.select().from(notesTable).where(eq(notesTable.ownerId, request.url));
  const more = await pool.query('select id from notes where owner_id = $1', [request.url]);
  return Response.json([rows, more.rows]);
}
";

#[test]
fn names_of_orms_and_of_sql_in_strings_are_understood() {
    for (project, before, expected) in [
        (PRISMA, "await prisma.no", "create table public.notes ("),
        (PRISMA, "where: { own", "notes.owner_id text not null"),
        (DRIZZLE, ".from(notes", "create table public.notes ("),
        (DRIZZLE, "eq(notesTable.own", "notes.owner_id text not null"),
        (DRIZZLE, "select id from no", "create table public.notes ("),
        (DRIZZLE, "where own", "notes.owner_id text not null"),
    ] {
        let mut client = Client::start(project);
        client.open(ROUTE);
        let offset = client.text(ROUTE).find(before).unwrap() + before.len();
        let hover = client.at("textDocument/hover", ROUTE, offset);
        let text = hover["contents"]["value"].as_str().unwrap_or_default();
        assert!(text.contains(expected), "{before}: {text}");
        let place = client.at("textDocument/definition", ROUTE, offset);
        let path = client.path(&place["uri"]);
        assert!(path.ends_with("schema.prisma") || path.ends_with("schema.ts"), "{before}: {path}");
    }
}

#[test]
fn a_rule_in_a_suppression_shows_its_page() {
    let mut client = at(ROUTE, "const { data } =");
    let (path, cursor) = client.cursor.clone().unwrap();
    let start = cursor - "const { data } =".len();
    client.edit(&path, start..start, "// trave-ignore index/unindexed-filter: small\n  ");
    client.cursor = Some((path, start + 25));
    let hover = client.at_cursor("textDocument/hover");
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(text.contains("**index/unindexed-filter**") && text.contains("## Bad"), "{text}");
}

#[test]
fn definitions_lead_to_the_migration() {
    for (before, expected) in [
        (".from('not", "public.notes (\n"),
        (".eq('own", "owner_id uuid"),
        ("('id, fol", "folder text"),
    ] {
        let mut client = at(ROUTE, before);
        let place = client.at_cursor("textDocument/definition");
        assert_eq!(client.path(&place["uri"]), MIGRATION, "{before}");
        let text = client.text(MIGRATION);
        let start = offset(&text, &place["range"]["start"]);
        assert!(text[start..].starts_with(expected), "{before}: {}", &text[start..]);
    }
}

#[test]
fn references_lead_from_a_column_to_every_query() {
    let mut client = at(MIGRATION, "(\n  id uuid primary key default gen_random_uuid(),\n  own");
    let places = client.at_cursor("textDocument/references");
    let shown: Vec<String> =
        places.as_array().unwrap().iter().map(|it| told(&client, it)).collect();
    assert!(shown.iter().any(|it| it.starts_with("src/app/api/notes/route.ts owner_id")));
    assert!(shown.iter().any(|it| it.ends_with(" notes_owner_id_idx")), "{shown:#?}");
    assert!(shown.iter().any(|it| it.contains("owner_id uuid")), "{shown:#?}");
}

/// A place as its path and text.
fn told(client: &Client, place: &Value) -> String {
    let path = client.path(&place["uri"]);
    let text = client.text(&path);
    let range = &place["range"];
    let text = &text[offset(&text, &range["start"])..offset(&text, &range["end"])];
    format!("{path} {text}")
}

#[test]
fn files_and_projects_list_what_they_hold() {
    let mut client = at(ROUTE, "");
    let params = json!({ "textDocument": { "uri": client.uri(ROUTE) } });
    let symbols = client.request("textDocument/documentSymbol", params).unwrap();
    assert_eq!(names(&symbols), ["GET /api/notes", "read notes"]);
    let params = json!({ "textDocument": { "uri": client.uri(MIGRATION) } });
    let symbols = client.request("textDocument/documentSymbol", params).unwrap();
    assert_eq!(names(&symbols), ["notes"]);
    let inside = names(&symbols[0]["children"]);
    assert_eq!(inside, ["id", "owner_id", "folder", "own", "notes_owner_id_idx"]);
    let found = client.request("workspace/symbol", json!({ "query": "nots" })).unwrap();
    assert_eq!(names(&found), ["GET /api/notes", "notes"]);
}

fn names(symbols: &Value) -> Vec<String> {
    let symbols = symbols.as_array().unwrap().iter();
    symbols.map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn offered(code: &str, expected: &[&str]) {
    let schema = "
//- supabase/migrations/1_a.sql
create table public.authors (id uuid primary key, name text);
create table public.books (
  id uuid primary key, title text, author_id uuid references public.authors (id)
);
create function public.count_books(of_author uuid, since date default null) returns int
  language sql as $$ select 1 $$;
//- src/lib/books.ts
";
    let mut client = Client::start(&format!("{schema}{code}\n"));
    client.open("src/lib/books.ts");
    let items = client.at_cursor("textDocument/completion");
    let mut labels: Vec<&str> = items
        .as_array()
        .map(|items| items.iter().map(|it| it["label"].as_str().unwrap()).collect())
        .unwrap_or_default();
    labels.sort_unstable();
    assert_eq!(labels, expected, "{code}");
}

#[test]
fn names_are_offered_while_a_call_is_typed() {
    offered("supabase.from('$0')", &["authors", "books"]);
    offered("supabase.from('bo$0", &["authors", "books"]);
    offered("supabase.from('books').select('$0')", &["author_id", "authors", "id", "title"]);
    offered("supabase.from('books').select('id, authors(na$0)')", &["books", "id", "name"]);
    offered(
        "supabase.from('books').select('id, a:authors!inner(id), t$0')",
        &["author_id", "authors", "id", "title"],
    );
    offered(
        "supabase\n  .from('books')\n  .select('id')\n  .eq('$0', 1)",
        &["author_id", "id", "title"],
    );
    offered("supabase.from('books').select('authors(id)').eq('authors.$0', 1)", &["id", "name"]);
    offered("supabase.from('books').insert({ $0 })", &["author_id", "id", "title"]);
    offered("supabase.from('books').insert([{ id: 1, ti$0 }])", &["author_id", "id", "title"]);
    offered("supabase.rpc('$0')", &["count_books"]);
    offered("supabase.rpc('count_books', { $0 })", &["of_author", "since"]);
    offered("supabase.from('books').select('id').eq('id', '$0')", &[]);
    offered("other('$0')", &[]);
}

#[test]
fn a_name_on_offer_is_told_in_full_when_it_is_looked_at() {
    let mut client = at(ROUTE, ".from('");
    let items = client.at_cursor("textDocument/completion");
    let item = client.request("completionItem/resolve", items[0].clone()).unwrap();
    assert_eq!(item["label"], "notes");
    let text = item["documentation"]["value"].as_str().unwrap();
    assert!(text.contains("create table public.notes ("), "{text}");
}

#[test]
fn names_are_offered_in_sql_inside_of_code() {
    offered("db.query(`select * from $0`)", &["authors", "books"]);
    offered("db.query(`select $0 from books`)", &["author_id", "id", "title"]);
    offered("db.query('select b.$0 from books b')", &["author_id", "id", "title"]);
    offered("sql`select ${a} from books where $0 = ${b}`", &["author_id", "id", "title"]);
}

/// The code actions for the whole of a file.
fn actions(client: &mut Client, path: &str) -> Vec<Value> {
    let lines = client.text(path).lines().count();
    let params = json!({
        "textDocument": { "uri": client.uri(path) },
        "range": {
            "start": { "line": 0, "character": 0 }, "end": { "line": lines, "character": 0 },
        },
        "context": { "diagnostics": [] },
    });
    client.request("textDocument/codeAction", params).unwrap().as_array().unwrap().clone()
}

#[track_caller]
fn action<'a>(actions: &'a [Value], title: &str) -> &'a Value {
    let titles: Vec<&str> = actions.iter().filter_map(|it| it["title"].as_str()).collect();
    let found = actions.iter().find(|it| it["title"].as_str().unwrap().starts_with(title));
    found.unwrap_or_else(|| panic!("no action `{title}`: {titles:#?}"))
}

/// The project with a query that no index serves.
fn unindexed() -> Client {
    let mut client = at(ROUTE, "");
    client.open(MIGRATION);
    client.replace(ROUTE, ".eq('owner_id', user.id)", ".eq('folder', request.url)");
    client.replace(
        MIGRATION,
        "alter table public.notes enable",
        "-- alter table public.notes enable",
    );
    client
}

#[test]
fn a_missing_index_becomes_a_new_migration() {
    let mut client = unindexed();
    let actions = actions(&mut client, ROUTE);
    let action = action(&actions, "Create a migration: index on");
    let changes = action["edit"]["documentChanges"].as_array().unwrap().clone();
    let [create, write] = changes.as_slice() else { panic!("{changes:#?}") };
    assert_eq!(create["kind"], "create");
    let path = client.path(&create["uri"]);
    assert!(path.starts_with("supabase/migrations/20"), "{path}");
    assert!(path.ends_with("_add_notes_folder_idx.sql"), "{path}");
    let text = write["edits"][0]["newText"].as_str().unwrap();
    std::fs::write(client.folder.path().join(&path), text).unwrap();
    let change = json!({ "uri": create["uri"], "type": 1 });
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [change] }));
    let rules = client.rules(ROUTE);
    assert!(rules.iter().all(|it| !it.starts_with("index/unindexed-filter")), "{rules:?}");
}

#[test]
fn a_finding_is_silenced_with_a_reason() {
    let mut client = unindexed();
    let actions = actions(&mut client, ROUTE);
    let action = action(&actions, "Silence index/unindexed-filter here");
    let edit = &action["edit"]["documentChanges"][0]["edits"][0];
    let at = offset(&client.text(ROUTE), &edit["range"]["start"]);
    let text = edit["newText"].as_str().unwrap().to_owned();
    assert!(text.trim_start().starts_with("// trave-ignore index/unindexed-filter: because"));
    client.edit(ROUTE, at..at, &text);
    let rules = client.rules(ROUTE);
    assert!(rules.iter().all(|it| !it.starts_with("index/unindexed-filter")), "{rules:?}");
    assert!(rules.iter().all(|it| !it.starts_with("trave/")), "{rules:?}");
}

/// Every query is to read from `boats`.
static SHOUTING: Rule = Rule {
    meta: Meta::new("test/boats", Level::Warning),
    check: |model, cx| {
        for query in &model.queries {
            let origin = query.facts.target_origin;
            if model.sources.slice(origin) != "'boats'" {
                let edit = Edit { origin, text: "'boats'".to_owned() };
                cx.report(origin, "no boats").fix(Fix::replace("read boats", Safety::Safe, edit));
            }
        }
    },
};

static SHOUTING_ONLY: &[&Rule] = &[&SHOUTING];

#[test]
fn fixes_are_applied_one_by_one_and_all_at_once() {
    let client = Client::of_rules(PROJECT, SHOUTING_ONLY);
    let mut client = client.greet(json!({ "capabilities": capabilities() }));
    client.open(ROUTE);
    // The second one stands behind signs that are wider in some units than in others.
    client.replace(
        ROUTE,
        "return Response.json(data)",
        "/* é𝄞 */ await supabase.from('x').select('id');\n",
    );
    assert_eq!(client.rules(ROUTE).len(), 2);
    let found = actions(&mut client, ROUTE);
    let fixes = found.iter().filter(|it| it["title"] == "read boats").count();
    assert_eq!(fixes, 2);
    let all = action(&found, "Fix all").clone();
    assert_eq!(all["kind"], "source.fixAll.trave");
    let mut edits = all["edit"]["documentChanges"][0]["edits"].as_array().unwrap().clone();
    edits.reverse();
    for edit in edits {
        let text = client.text(ROUTE);
        let (start, end) = (&edit["range"]["start"], &edit["range"]["end"]);
        let (start, end) = (offset(&text, start), offset(&text, end));
        client.edit(ROUTE, start..end, edit["newText"].as_str().unwrap());
    }
    assert_eq!(client.rules(ROUTE), [""; 0]);
    assert_eq!(client.text(ROUTE).matches(".from('boats')").count(), 2);
}

#[test]
fn columns_are_counted_in_the_units_that_were_agreed_on() {
    for (encoding, width) in [("utf-8", 6), ("utf-16", 3), ("utf-32", 2)] {
        let mut hello = json!({ "capabilities": capabilities() });
        hello["capabilities"]["general"]["positionEncodings"] = json!([encoding]);
        let fixture = PROJECT.replace(".from('notes')", "/*é𝄞*/.from('notes')");
        let mut client = Client::with(&fixture, hello);
        assert_eq!(client.capabilities["positionEncoding"], encoding);
        client.open(ROUTE);
        let line = client.text(ROUTE).lines().position(|it| it.contains("é𝄞")).unwrap();
        // Four columns before the comment, its signs, `*/.from('`.
        let column = 4 + 2 + width + "*/.from('".len();
        let document = json!({ "uri": client.uri(ROUTE) });
        let place = json!({ "line": line, "character": column });
        let params = json!({ "textDocument": document, "position": place });
        let hover = client.request("textDocument/hover", params).unwrap();
        assert_eq!(hover["range"]["start"], json!({ "line": line, "character": column }));
        let end = json!({ "line": line, "character": column + "notes".len() });
        assert_eq!(hover["range"]["end"], end, "{encoding}");
    }
}

#[test]
fn a_rule_is_explained_on_request() {
    let mut client = unindexed();
    let actions = actions(&mut client, ROUTE);
    let command = action(&actions, "Explain index/unindexed-filter")["command"].clone();
    let page = client.request("workspace/executeCommand", command).unwrap();
    assert_eq!(page["rule"], "index/unindexed-filter");
    assert!(page["markdown"].as_str().unwrap().contains("## Bad"));
    let shown = client.heard.iter().find(|it| it["method"] == "window/showMessage").unwrap();
    let text = shown["params"]["message"].as_str().unwrap();
    assert!(text.starts_with("index/unindexed-filter: "), "{text}");
    let error = client.request("trave/explain", json!({ "rule": "index/unindexd-filter" }));
    let message = error.unwrap_err()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("did you mean `index/unindexed-filter`?"), "{message}");
}

#[test]
fn handlers_and_queries_tell_what_they_do() {
    let mut client = at(ROUTE, "");
    let document = json!({ "uri": client.uri(ROUTE) });
    let params = json!({ "textDocument": document });
    let lenses = client.request("textDocument/codeLens", params).unwrap();
    assert_eq!(lenses[0]["command"]["title"], "1 query · auth: getUser");
    let end = json!({ "line": 99, "character": 0 });
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": end });
    let params = json!({ "textDocument": document, "range": range });
    let hints = client.request("textDocument/inlayHint", params).unwrap();
    assert_eq!(hints[0]["label"], "≤ 20 rows · notes_owner_id_idx");
    let text = client.text(ROUTE);
    let place = offset(&text, &hints[0]["position"]);
    assert!(text[..place].ends_with(".from('notes')"), "{}", &text[..place]);
    let command = lenses[0]["command"].clone();
    let shown = client.request("workspace/executeCommand", command).unwrap();
    assert!(shown["text"].as_str().unwrap().contains("select notes by owner_id"), "{shown}");
}

#[test]
fn routes_and_the_access_matrix_are_there_for_extensions() {
    let mut client = at(ROUTE, "");
    let routes = client.request("trave/routes", Value::Null).unwrap();
    let route = &routes["folders"][0]["routes"][0];
    assert_eq!(route["title"], "GET /api/notes");
    assert_eq!(route["details"]["queries"][0]["table"], "notes");
    assert_eq!(client.path(&route["location"]["uri"]), ROUTE);
    let matrix = client.request("trave/accessMatrix", Value::Null).unwrap();
    let html = matrix["pages"][0]["html"].as_str().unwrap();
    assert!(html.contains("<!DOCTYPE html>") && html.contains("notes"));
    let map = client.request("trave/map", Value::Null).unwrap();
    let html = map["pages"][0]["html"].as_str().unwrap();
    assert!(html.contains("<!DOCTYPE html>") && html.contains("/api/notes"));
}

#[test]
fn settings_switch_off_and_on() {
    let mut hello = json!({ "capabilities": capabilities() });
    hello["capabilities"]["workspace"]["configuration"] = json!(true);
    let mut client = Client::silent(PROJECT);
    client.settings = json!({ "inlayHints": false, "run": "onSave" });
    hello["workspaceFolders"] = json!([{ "uri": client.uri(""), "name": "project" }]);
    client.request("initialize", hello).unwrap();
    client.notify("initialized", json!({}));
    client.open(MIGRATION);
    assert_eq!(client.rules(MIGRATION), [""; 0]);
    client.replace(MIGRATION, "alter table public.notes enable row level security;", "");
    assert_eq!(client.rules(MIGRATION), [""; 0], "nothing is saved yet");
    let document = json!({ "uri": client.uri(MIGRATION) });
    client.notify("textDocument/didSave", json!({ "textDocument": document }));
    assert!(!client.rules(MIGRATION).is_empty());
    client.settings = json!({ "enable": false });
    client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    // The answer to the question of the server comes before the next one of ours.
    client.request("workspace/symbol", json!({ "query": "" })).unwrap();
    assert_eq!(client.rules(MIGRATION), [""; 0]);
}
