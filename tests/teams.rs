//! Known findings, and what a change has to do with: what lets a team begin in the middle.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/program.rs"]
mod program;
#[path = "support/repository.rs"]
mod repository;

use std::fs;

use program::{MIGRATION, MIGRATION_PATH, Project, ROUTE};
use repository::git;

const BASELINE: &str = "trave-baseline.json";
const OTHER: &str = "create table public.tags (id bigint primary key);\n";
const OTHER_PATH: &str = "supabase/migrations/20240102000000_tags.sql";

fn text(project: &Project, path: &str) -> String {
    fs::read_to_string(project.path().join(path)).unwrap()
}

#[test]
fn what_is_known_is_not_reported_and_what_is_new_is() {
    let project = Project::with_a_finding();
    project.expect(&["baseline"], (0, "`trave-baseline.json`: 1 finding is known now"));
    project.expect(&["check", "--fail-on", "info"], (0, "no findings (1 known)"));
    project.expect(&["check", "--format", "json"], (0, "\"known\": 1,"));
    project.expect(&["check", "--no-baseline"], (1, "rls/table-without-rls"));
    project.write(OTHER_PATH, OTHER);
    let all = project.expect(&["check", "--format", "concise"], (1, "`tags`"));
    assert!(!all.contains("`notes`"), "{all}");
}

#[test]
fn lines_may_move_and_files_may_be_renamed() {
    let project = Project::with_a_finding();
    project.expect(&["baseline"], (0, "known now"));
    project.write(MIGRATION_PATH, format!("-- one\n-- two\n\n{MIGRATION}"));
    project.expect(&["check"], (0, "1 known"));
    fs::remove_file(project.path().join(MIGRATION_PATH)).unwrap();
    project.write("supabase/migrations/20240101000000_first.sql", MIGRATION);
    project.expect(&["check"], (0, "1 known"));
    project.expect(&["baseline", "--prune"], (0, "0 taken out, 1 left, 0 not in it"));
    assert!(text(&project, BASELINE).contains("20240101000000_first.sql"));
}

#[test]
fn a_renamed_table_is_another_finding() {
    let project = Project::with_a_finding();
    project.expect(&["baseline"], (0, "known now"));
    project.write(MIGRATION_PATH, MIGRATION.replace("notes", "memos"));
    project.write("src/app/api/notes/route.ts", ROUTE.replace("'notes'", "'memos'"));
    let all = project.expect(&["check"], (1, "`memos`"));
    assert!(all.contains("1 known finding of `trave-baseline.json` occurs no longer"), "{all}");
}

#[test]
fn what_was_mended_leaves_the_file_when_it_is_pruned() {
    let project = Project::with_a_finding();
    project.write(OTHER_PATH, OTHER);
    project.expect(&["baseline"], (0, "2 findings"));
    project.write(OTHER_PATH, format!("{OTHER}alter table tags enable row level security;\n"));
    let pruned = "with `trave baseline --prune`";
    project.expect(&["check"], (0, pruned));
    // A run of other rules says nothing about it.
    let other = project.expect(&["check", "--only", "jwt"], (0, "no findings"));
    assert!(!other.contains(pruned), "{other}");
    project.expect(&["baseline", "--prune"], (0, "1 taken out, 1 left"));
    assert!(!text(&project, BASELINE).contains("tags"));
    project.write(OTHER_PATH, OTHER);
    project.expect(&["check"], (1, "`tags`"));
    project.expect(&["baseline", "--update"], (0, "0 taken out, 1 taken in, 2 in all"));
    project.expect(&["check"], (0, "2 known"));
}

#[test]
fn nothing_is_overwritten_and_mistakes_are_told() {
    let project = Project::with_a_finding();
    project.expect(&["baseline", "--prune"], (2, "does not exist"));
    project.expect(&["check", "--baseline", "none.json"], (2, "`none.json` does not exist"));
    project.expect(&["baseline"], (0, "known now"));
    project.expect(&["baseline"], (2, "is there already"));
    project.write(BASELINE, "{\n<<<<<<< HEAD\n");
    project.expect(&["check"], (2, "line 2"));
    project.write(BASELINE, "{ \"version\": 9, \"findings\": [] }\n");
    project.expect(&["check"], (2, "version 9"));
}

#[test]
fn the_settings_name_the_file_and_folders_share_it() {
    let project = Project::with_a_finding();
    project.write("trave.toml", "[check]\nbaseline = 'ci/known.json'\n");
    fs::create_dir(project.path().join("ci")).unwrap();
    project.expect(&["baseline"], (0, "`ci/known.json`"));
    project.expect(&["check"], (0, "1 known"));
    project.expect(&["check", "supabase"], (0, "1 known"));
    project.expect(&["check", "--baseline", "ci/known.json"], (0, "1 known"));
}

/// Two branches that each write down a finding of their own are merged without a conflict.
#[test]
fn git_merges_the_file() {
    let project = Project::empty();
    let migration = |name: &str| format!("create table public.{name} (id int primary key);\n");
    let path = |name: &str| format!("supabase/migrations/2024010100000{}_{name}.sql", name.len());
    project.write("supabase/config.toml", "project_id = 'notes'\n");
    for name in ["bb", "dddd", "ffffff"] {
        project.write(&path(name), migration(name));
    }
    project.expect(&["baseline"], (0, "3 findings"));
    git(&project, &["init", "--quiet", "--initial-branch", "main"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "-m", "first"]);
    for name in ["ccc", "eeeee"] {
        git(&project, &["checkout", "--quiet", "-b", name, "main"]);
        project.write(&path(name), migration(name));
        project.expect(&["baseline", "--update"], (0, "1 taken in"));
        git(&project, &["add", "."]);
        git(&project, &["commit", "--quiet", "-m", name]);
    }
    git(&project, &["merge", "--quiet", "-m", "both", "ccc"]);
    project.expect(&["check"], (0, "5 known"));
}

#[test]
fn since_reports_what_a_change_has_to_do_with() {
    let project = Project::with_a_finding();
    project.write(OTHER_PATH, OTHER);
    git(&project, &["init", "--quiet", "--initial-branch", "main"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "-m", "first"]);
    project.expect(&["check", "--since", "main"], (0, "0 files"));
    // A change of a file that a finding points into.
    project.write("src/app/api/notes/route.ts", format!("{ROUTE}\nexport const revalidate = 1;\n"));
    let all = project.expect(&["check", "--since", "main"], (1, "`notes`"));
    assert!(!all.contains("`tags`"), "{all}");
    git(&project, &["checkout", "--quiet", "."]);
    // A change of an object, whose finding points elsewhere.
    let more = "alter table public.tags add column label text;\n";
    project.write("supabase/migrations/20240103000000_more.sql", more);
    let since = ["check", "--since", "main", "--only", "rls/table-without-rls"];
    let all = project.expect(&since, (1, "1 object of the database"));
    assert!(all.contains("`tags`") && !all.contains("`notes`"), "{all}");
}

#[test]
fn since_looks_from_where_the_branches_parted() {
    let project = Project::with_a_finding();
    git(&project, &["init", "--quiet", "--initial-branch", "main"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "-m", "first"]);
    git(&project, &["checkout", "--quiet", "-b", "work"]);
    project.write("src/lib/one.ts", "export const one = 1;\n");
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "-m", "work"]);
    git(&project, &["checkout", "--quiet", "main"]);
    project.write(OTHER_PATH, OTHER);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "-m", "main goes on"]);
    git(&project, &["checkout", "--quiet", "work"]);
    // What others did on `main` meanwhile is none of this branch's business.
    let all = project.expect(&["check", "--since", "main"], (0, "no findings"));
    assert!(all.contains("1 file\n"), "{all}");
}
