//! The program as people and scripts meet it: exit codes, what narrows a run, closed pipes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use program::{MIGRATION, MIGRATION_PATH, Project};

const FOUND: (i32, &str) = (1, "rls/table-without-rls");

#[test]
fn findings_exit_with_one_and_levels_decide() {
    let project = Project::with_a_finding();
    project.expect(&["check"], FOUND);
    project.expect(&["check", "--fail-on", "never"], (0, "rls/table-without-rls"));
    project.write("trave.toml", "[rules]\n'rls/table-without-rls' = 'info'\n");
    project.expect(&["check"], (0, "rls/table-without-rls"));
    project.expect(&["check", "--fail-on", "info"], FOUND);
    project.write("trave.toml", "[rules]\n'rls/table-without-rls' = 'off'\n");
    project.expect(&["check", "--fail-on", "info"], (0, "no findings"));
}

#[test]
fn a_file_narrows_the_report_and_not_the_analysis() {
    let project = Project::with_a_finding();
    project.expect(&["check", "--format", "concise", MIGRATION_PATH], FOUND);
    project.write("src/lib/other.ts", "export const one = 1;\n");
    project.expect(&["check", "src/lib/other.ts"], (0, "no findings"));
}

#[test]
fn rules_can_be_chosen() {
    let project = Project::with_a_finding();
    project.expect(&["check", "--only", "rls"], FOUND);
    project.expect(&["check", "--only", "rls/table-without-rls"], FOUND);
    project.expect(&["check", "--only", "jwt"], (0, "no findings"));
}

#[test]
fn a_comment_with_a_reason_accepts_a_finding() {
    let project = Project::with_a_finding();
    let comment = "-- trave-ignore rls/table-without-rls: everybody may read these\n";
    project.write(MIGRATION_PATH, format!("{comment}{MIGRATION}"));
    project.expect(&["check"], (0, "1 silenced"));
}

#[test]
fn concise_output_is_one_line_per_finding() {
    let project = Project::with_a_finding();
    let output = project.run(&["check", "--format", "concise"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.stderr.is_empty());
    assert_eq!(text.lines().count(), 1, "{text}");
    let begin = format!("{MIGRATION_PATH}:1:14 error rls/table-without-rls ");
    assert!(text.starts_with(&begin), "{text}");
}

#[test]
fn json_has_the_documented_shape() {
    let project = Project::with_a_finding();
    let output = project.run(&["check", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["version"], 1);
    let finding = &document["findings"][0];
    assert_eq!(finding["file"], MIGRATION_PATH);
    assert_eq!(finding["start"]["line"], 1);
    assert_eq!(finding["labels"][0]["primary"], true);
    assert_eq!(document["coverage"]["statements"], 1);
    assert_eq!(document["coverage"]["statements_understood"], 1);
}

#[test]
fn routes_and_queries_are_listed() {
    let project = Project::with_a_finding();
    project.expect(&["routes"], (0, "/api/notes"));
    project.expect(&["queries"], (0, "notes"));
    let output = project.run(&["routes", "--format", "json"]);
    let routes: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(routes[0]["method"], "GET");
    assert_eq!(routes[0]["path"], "/api/notes");
    assert_eq!(routes[0]["queries"][0]["table"], "notes");
    let output = project.run(&["queries", "--format", "json"]);
    let queries: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(queries[0]["operation"], "select");
    assert_eq!(queries[0]["handlers"][0]["path"], "/api/notes");
}

/// A handler behind two calls, another one, and what turns callers away.
fn project_with_ways() -> Project {
    let project = Project::with_a_finding();
    project.write(
        "src/lib/notes.ts",
        "import { createClient } from '@supabase/supabase-js';
const admin = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
export async function removeNote(id: string) {
  await forget(id);
}
async function forget(id: string) {
  await admin.from('notes').delete().eq('id', id);
}
",
    );
    project.write(
        "src/app/api/notes/[id]/route.ts",
        "import { removeNote } from '../../../../lib/notes';
import { withKey } from '../../../../lib/key';
export const DELETE = withKey(async (request: Request, { params }) => {
  await removeNote(params.id);
  return new Response(null, { status: 204 });
});
",
    );
    project.write(
        "src/lib/key.ts",
        "export function withKey(handler) {
  return async (request: Request, context) => {
    if (request.headers.get('x-key') !== process.env.KEY) return new Response('no', { status: 401 });
    return handler(request, context);
  };
}
",
    );
    project
}

#[test]
fn routes_are_narrowed() {
    let project = project_with_ways();
    let lines = |arguments: &[&str]| {
        let output = project.run(&[&["routes"], arguments].concat());
        String::from_utf8(output.stdout).unwrap().lines().count()
    };
    assert_eq!(lines(&[]), 3);
    assert_eq!(lines(&["/api/notes"]), 3);
    assert_eq!(lines(&["--table", "notes"]), 3);
    let only = |arguments: &[&str], method: &str| {
        let json = [&["routes", "--format", "json"], arguments].concat();
        let routes: serde_json::Value = serde_json::from_slice(&project.run(&json).stdout).unwrap();
        let methods: Vec<&str> =
            routes.as_array().unwrap().iter().map(|it| it["method"].as_str().unwrap()).collect();
        assert_eq!(methods, [method], "{arguments:?}");
    };
    only(&["/api/notes/42"], "DELETE");
    only(&["/api/*]"], "DELETE");
    only(&["--method", "delete"], "DELETE");
    only(&["--unguarded"], "GET");
    project.expect(&["routes", "/api/nodes"], (2, "did you mean `/api/notes`?"));
    project.expect(&["routes", "--table", "note"], (2, "did you mean `notes`?"));
    project.expect(&["routes", "nowhere", "/api"], (2, "`nowhere` does not exist"));
}

#[test]
fn a_single_route_is_told_in_full() {
    let project = project_with_ways();
    let text = project.expect(&["routes", "--method", "DELETE"], (0, "DELETE /api/notes/[id]"));
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    for part in [
        "handler http, next src/app/api/notes/[id]/route.ts:3",
        "inside withKey src/lib/key.ts:1",
        "guarded yes turned away by",
        "1. delete notes by id, service client src/lib/notes.ts:7 through removeNote > forget",
        "answers 204, 401",
    ] {
        assert!(text.contains(part), "`{part}` is missing in:\n{text}");
    }
}

#[test]
fn the_way_to_a_query_is_shown_call_by_call() {
    let project = project_with_ways();
    let expected = "\
DELETE /api/notes/[id], guarded: yes

delete notes by id, service client
  src/app/api/notes/[id]/route.ts:3  export const DELETE = withKey(async (request: Request, { params }) => {
  src/lib/key.ts:4                   return handler(request, context);
  src/app/api/notes/[id]/route.ts:4  await removeNote(params.id);
  src/lib/notes.ts:4                 await forget(id);
  src/lib/notes.ts:7                 await admin.from('notes').delete().eq('id', id);
";
    let arguments = ["path", "DELETE", "/api/notes/42", "notes"];
    assert_eq!(project.expect(&arguments, (0, "notes")), expected);
    let output = project.run(&[&arguments[..], &["--format", "json"]].concat());
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found[0]["ways"][0]["calls"][2]["name"], "forget");
    project.expect(&["path", "POST", "/api/notes", "notes"], (2, "there is `GET`"));
    project.expect(&["path", "GET", "/api/noted", "notes"], (2, "did you mean `/api/notes`?"));
    project.expect(&["path", "GET", "/api/notes", "users"], (2, "there is `notes`"));
}

/// The page of settings shows every key, and each is one.
#[test]
fn the_settings_that_are_documented_are_understood() {
    let page = include_str!("../docs/settings.md");
    let (_, example) = page.split_once("```toml\n").unwrap();
    let (example, _) = example.split_once("```\n").unwrap();
    let project = Project::with_a_finding();
    project.write("trave.toml", example);
    project.expect(&["check"], FOUND);
}

#[test]
fn every_field_of_json_is_documented() {
    let page = include_str!("../docs/json.md");
    let project = project_with_ways();
    let commands = ["check", "routes", "queries", "rules", "schema", "access"];
    let way: &[&str] = &["path", "DELETE", "/api/notes/1", "notes"];
    for command in commands.iter().map(std::slice::from_ref).chain([way]) {
        let output = project.run(&[command, &["--format", "json"]].concat());
        let command = command.join(" ");
        let mut fields = BTreeSet::new();
        collect_fields(&serde_json::from_slice(&output.stdout).unwrap(), &mut fields);
        let is_unnamed = |field: &&String| {
            !page.contains(&format!("`{field}`")) && !page.contains(&format!("\"{field}\":"))
        };
        let unnamed: Vec<&String> = fields.iter().filter(is_unnamed).collect();
        assert!(unnamed.is_empty(), "docs/json.md says nothing of {unnamed:?} of `{command}`");
    }
}

fn collect_fields(value: &serde_json::Value, fields: &mut BTreeSet<String>) {
    if let Some(object) = value.as_object() {
        fields.extend(object.keys().cloned());
        object.values().for_each(|value| collect_fields(value, fields));
    }
    value.as_array().into_iter().flatten().for_each(|value| collect_fields(value, fields));
}

#[test]
fn several_roots_are_listed_when_one_is_needed() {
    let project = Project::with_a_finding();
    project.write("apps/b/supabase/migrations/20240101000000_x.sql", MIGRATION);
    project.expect(&["schema"], (2, "`apps/b/supabase`"));
    project.expect(&["schema", "--format", "json", "--root", "supabase"], (0, "notes"));
    project.expect(&["schema", "--root", "nothing"], (2, "`supabase`"));
    project.expect(&["schema", "--format", "json", "supabase/migrations"], (0, "notes"));
}

#[test]
fn usage_is_explained() {
    let project = Project::empty();
    project.expect(&["chekc"], (2, "check"));
    project.expect(&["--help"], (0, "Examples:"));
    project.expect(&["check", "--format", "xml"], (2, "terminal"));
    project.expect(&["completions", "bash"], (0, "trave"));
    project.expect(&["rules"], (0, "rls/table-without-rls"));
    project.expect(&["explain", "table-without-rls"], (0, "## Bad"));
}

#[test]
fn a_closed_pipe_is_success() {
    let project = Project::with_a_finding();
    let many = (0..3000).map(|number| format!("create table public.t{number} (id int);\n"));
    project.write("supabase/migrations/20240102000000_x.sql", many.collect::<String>());
    let mut command = project.command(&["check"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    // The reader goes with the line: from then on nobody reads what is written.
    BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(!line.is_empty());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_is_no_terminal_gets_no_colour() {
    let project = Project::with_a_finding();
    let plain = project.run(&["check"]).stdout;
    assert!(!plain.contains(&b'\x1b'));
    let coloured = project.run(&["check", "--color", "always"]).stdout;
    assert!(coloured.contains(&b'\x1b'));
}
