//! What tells about the schema alone: `access`, `diff` and the diagram.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/program.rs"]
mod program;

use std::process::Command;

use program::Project;

const POLICIES: &str = "\
alter table notes enable row level security;
create policy shared on notes for select using (length(body) > 3);
create policy \"<all>\" on notes for insert to authenticated with check (true);
";

fn with_policies() -> Project {
    let project = Project::with_a_finding();
    project.write("supabase/migrations/20240102000000_policies.sql", POLICIES);
    project
}

#[test]
fn access_shows_who_reaches_which_rows() {
    let project = with_policies();
    let text = project.expect(&["access"], (0, "shared"));
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[1], ["notes", "anon", "1", "none", "none", "none"]);
    assert_eq!(rows[2], ["authenticated", "1", "all", "none", "none"]);
    assert_eq!(rows[3], ["service_role", "all", "all", "all", "all"]);
    assert!(
        text.contains(
            "supabase/migrations/20240102000000_policies.sql:2  using (length(body) > 3)"
        ),
        "{text}"
    );
    project.expect(&["access", "--role", "anon"], (0, "none"));
    project.expect(&["access", "--table", "gone"], (2, "no table or view `gone`"));
    project.expect(&["access", "--role", "gone"], (2, "`anon`, `authenticated`, `service_role`"));
}

#[test]
fn access_for_programs_and_browsers() {
    let project = with_policies();
    let output = project.run(&["access", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let cell = &document["tables"][0]["access"][0];
    assert_eq!((&cell["role"], &cell["command"]), (&"anon".into(), &"SELECT".into()));
    assert_eq!((&cell["rows"], &cell["policies"][0]), (&"some".into(), &"shared".into()));
    let page = project.expect(&["access", "--format", "html"], (0, "<!DOCTYPE html>"));
    // Names are text, whatever signs they have.
    assert!(page.contains("length(body) &gt; 3"), "{page}");
    assert!(!page.contains("<all>"), "{page}");
}

#[test]
fn the_diagram_draws_tables() {
    with_policies().expect(&["schema", "--format", "mermaid"], (0, "bigint id PK"));
}

fn git(project: &Project, arguments: &[&str]) {
    let who =
        ["-c", "user.name=one", "-c", "user.email=one@example.org", "-c", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    command.arg("-C").arg(project.path()).args(who).args(arguments);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn diff_tells_what_a_branch_changes() {
    let project = with_policies();
    project.expect(&["diff", "main"], (2, "git"));
    git(&project, &["init", "--quiet", "--initial-branch", "main"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "--message", "one"]);
    project.expect(&["diff", "main"], (0, "the schema is the same as at main"));
    project.expect(&["diff", "nowhere"], (2, "`git log`"));
    project.write(
        "supabase/migrations/20240103000000_open.sql",
        "alter table notes drop column body cascade;\nalter table notes add column title text;\n\
         create policy open on notes for select using (true);\n",
    );
    let text = project.expect(&["diff", "main"], (0, "3 dangerous"));
    assert!(text.contains("column `notes.body` is gone, with what it held"), "{text}");
    assert!(text.contains("supabase/migrations/20240103000000_open.sql:1"), "{text}");
    assert!(text.contains("supabase/migrations/20240103000000_open.sql:3"), "{text}");
    project.expect(&["diff", "main", "--fail-on", "dangerous"], (1, "column `notes.title` is new"));
    let output = project.run(&["diff", "main", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["changes"][0]["class"], "dangerous");
}
