//! `trave init` in repositories of several kinds: what it writes passes at once by the very command
//! that CI runs, and fails on the next fault.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/program.rs"]
mod program;
#[path = "support/repository.rs"]
mod repository;
#[path = "support/home.rs"]
mod support;

use std::fs;
#[cfg(unix)]
use std::process::Command;

use program::{MIGRATION, MIGRATION_PATH, Project, ROUTE};
use repository::git;

const WORKFLOW: &str = ".github/workflows/trave.yml";

fn text(project: &Project, path: &str) -> String {
    fs::read_to_string(project.path().join(path)).unwrap()
}

/// The arguments of `trave` in the file that CI reads: what stands behind `npx --yes trave`.
#[track_caller]
fn of_ci(project: &Project, path: &str) -> Vec<String> {
    let text = text(project, path);
    let line = text.lines().find_map(|line| line.split_once("npx --yes trave ")).unwrap();
    line.1.split_whitespace().map(str::to_owned).collect()
}

/// Passes by the command of CI, then fails on a table that a new migration opens to everybody.
#[track_caller]
fn passes_and_fails_on_the_next_fault(project: &Project, ci: &str) {
    let arguments = of_ci(project, ci);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    project.expect(&arguments, (0, ""));
    let fault = "create table public.planted (id bigint primary key, body text not null);\n";
    project.write("supabase/migrations/20240601000000_planted.sql", fault);
    project.expect(&arguments, (1, "`planted`"));
}

#[test]
fn a_supabase_project_on_github_with_husky() {
    let project = Project::with_a_finding();
    git(&project, &["init", "--quiet", "--initial-branch", "trunk"]);
    project.write(".github/workflows/test.yml", "name: test\n");
    project.write(".husky/pre-commit", "npx lint-staged\n");
    let package = "{ \"dependencies\": { \"@supabase/supabase-js\": \"2\", \"next\": \"15\" } }";
    project.write("package.json", package);
    project.write("pnpm-lock.yaml", "");
    let said =
        project.expect(&["init"], (0, "found: Supabase, Next.js, pnpm; GitHub Actions, husky"));
    for line in [
        "wrote  trave.toml",
        "wrote  trave-baseline.json: 1 finding is known now",
        "wrote  .github/workflows/trave.yml",
        "added  .husky/pre-commit: a step",
        "`trave check` passes now and fails on what is new",
    ] {
        assert!(said.contains(line), "`{line}` is missing in:\n{said}");
    }
    let hook = text(&project, ".husky/pre-commit");
    assert_eq!(hook, "npx lint-staged\nnpx --yes trave check\n");
    assert!(text(&project, WORKFLOW).contains("branches: [\"trunk\"]"));
    passes_and_fails_on_the_next_fault(&project, WORKFLOW);
}

#[test]
fn a_repository_on_gitlab_with_lefthook() {
    let project = Project::with_a_finding();
    git(&project, &["init", "--quiet"]);
    project.write(".gitlab-ci.yml", "stages: [build]\nbuild:\n  stage: build\n  script: [make]\n");
    project.write("lefthook.yml", "pre-commit:\n  commands:\n    lint:\n      run: npm run lint\n");
    project.expect(&["init", "--yes"], (0, "GitLab CI, lefthook"));
    let ci = text(&project, ".gitlab-ci.yml");
    assert!(
        ci.starts_with("stages: [build]\n") && ci.contains("\ntrave:\n  stage: .pre\n"),
        "{ci}"
    );
    assert!(
        text(&project, "lefthook.yml").contains("    trave:\n      run: npx --yes trave check\n")
    );
    passes_and_fails_on_the_next_fault(&project, ".gitlab-ci.yml");
}

#[test]
fn a_folder_of_a_repository_with_settings_of_its_own() {
    let project = Project::empty();
    git(&project, &["init", "--quiet"]);
    project.write(".github/CODEOWNERS", "");
    project.write("trave.toml", "extends = ['security']\n");
    let migration = "apps/web/supabase/migrations/20240101000000_notes.sql";
    project.write(migration, MIGRATION);
    project.write("apps/web/src/app/api/notes/route.ts", ROUTE);
    project.expect(&["init", "--yes", "apps/web"], (0, "wrote  trave.toml"));
    assert!(text(&project, "apps/web/trave.toml").contains("extends = [\"../../trave.toml\"]\n"));
    assert!(
        text(&project, "apps/web/trave-baseline.json")
            .contains("\"supabase/migrations/20240101000000_notes.sql\"")
    );
    let workflow = text(&project, WORKFLOW);
    assert!(workflow.contains("        working-directory: apps/web\n"), "{workflow}");
    project.expect(&["check", "apps/web"], (0, "1 known"));
}

#[test]
fn nothing_that_is_there_is_overwritten_unless_it_is_told() {
    let project = Project::with_a_finding();
    git(&project, &["init", "--quiet"]);
    let own = "[rules]\n'rls/table-without-rls' = 'warning'\n";
    project.write("trave.toml", own);
    project.write(WORKFLOW, "name: mine\n");
    project.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n");
    let arguments = ["init", "--yes", "--hook", "git"];
    let said = project.expect(&arguments, (0, "kept   trave.toml: it is there already"));
    assert!(said.contains("kept   .github/workflows/trave.yml"), "{said}");
    assert!(said.contains("kept   .git/hooks/pre-commit"), "{said}");
    // Only a warning: nothing fails, so that nothing has to be known.
    assert!(!project.path().join("trave-baseline.json").exists());
    assert_eq!(text(&project, "trave.toml"), own);
    assert_eq!(text(&project, WORKFLOW), "name: mine\n");
    project.expect(&["init", "--yes", "--hook", "git", "--force"], (0, "wrote  trave.toml"));
    assert!(text(&project, ".git/hooks/pre-commit").contains("npx --yes trave check\n"));
    passes_and_fails_on_the_next_fault(&project, WORKFLOW);
}

#[test]
fn options_say_what_is_written() {
    let project = Project::with_a_finding();
    let none = ["init", "--yes", "--baseline", "no", "--ci", "none", "--hook", "none"];
    let said = project.expect(&none, (0, "fails until its errors are mended"));
    assert_eq!(said.matches("wrote").count(), 1, "{said}");
    project.expect(&["check"], (1, "rls/table-without-rls"));
    fs::remove_file(project.path().join("trave.toml")).unwrap();
    let strict = ["init", "--yes", "--preset", "strict", "--ci", "github", "--hook", "pre-commit"];
    project.expect(&strict, (0, ".pre-commit-config.yaml"));
    assert!(text(&project, "trave.toml").contains("extends = [\"strict\"]\n"));
    let hooks = text(&project, ".pre-commit-config.yaml");
    assert!(hooks.starts_with("repos:\n  - repo: local\n"), "{hooks}");
    passes_and_fails_on_the_next_fault(&project, WORKFLOW);
}

#[test]
fn an_empty_folder_is_told_and_stays_empty() {
    let project = Project::empty();
    project.expect(&["init", "--yes"], (2, "nothing to analyse"));
    assert_eq!(fs::read_dir(project.path()).unwrap().count(), 0);
}

#[test]
fn the_written_settings_are_understood() {
    let project = Project::with_a_finding();
    project.write("apps/b/supabase/migrations/20240101000000_x.sql", MIGRATION);
    project.expect(&["init", "--yes"], (0, "wrote  trave.toml"));
    let written = text(&project, "trave.toml");
    assert!(written.contains("There are 2 folders of migrations"), "{written}");
    // What stands in comments is right too.
    let open: String = written
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.starts_with(['[', '"']) || rest.contains(" = \"") => rest,
            _ => line,
        })
        .flat_map(|line| [line, "\n"])
        .collect();
    project.write("trave.toml", open);
    project.expect(&["check", "--no-baseline"], (1, "rls/table-without-rls"));
    project.write(MIGRATION_PATH, MIGRATION);
}

/// Runs `trave init` on a terminal and presses keys; the exit code, and what was shown.
#[cfg(unix)]
#[track_caller]
fn answered(project: &Project, keys: &str) -> (Option<i32>, String) {
    let mut python = Command::new("python3");
    python.arg(support::repository().join("tests/terminal/answer.py")).arg(keys);
    python.args([env!("CARGO_BIN_EXE_trave"), "init"]).current_dir(project.path());
    let output = python.output().unwrap();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(complained, "");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A repository of which everything is asked: rules, CI, hook, known findings.
#[cfg(unix)]
fn asked_all() -> Project {
    let project = Project::with_a_finding();
    git(&project, &["init", "--quiet"]);
    project.write(".github/CODEOWNERS", "");
    project.write(".husky/pre-commit", "npm run lint && git add .\n");
    project
}

#[test]
#[cfg(unix)]
fn on_a_terminal_it_asks_and_takes_the_answers() {
    let project = asked_all();
    let (code, shown) = answered(&project, "down+enter down+enter enter enter");
    assert_eq!(code, Some(0), "{shown}");
    for part in ["Which rules?", "for every change?", "before a commit?", "Take them as known"] {
        assert!(shown.contains(part), "`{part}` is missing in:\n{shown}");
    }
    assert!(text(&project, "trave.toml").contains("extends = [\"strict\"]\n"));
    // Below GitHub Actions stands GitLab.
    let hook = text(&project, ".husky/pre-commit");
    assert!(hook.ends_with("git add .\n[ $? -eq 0 ] && npx --yes trave check\n"), "{hook}");
    passes_and_fails_on_the_next_fault(&project, ".gitlab-ci.yml");
}

#[test]
#[cfg(unix)]
fn who_says_no_gets_no_list_of_known_findings() {
    let project = asked_all();
    let (code, shown) = answered(&project, "enter enter down+enter n");
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("fails until its errors are mended"), "{shown}");
    assert!(!project.path().join("trave-baseline.json").exists());
    assert_eq!(text(&project, ".husky/pre-commit"), "npm run lint && git add .\n");
}

#[test]
#[cfg(unix)]
fn whoever_stops_finds_nothing_written_and_a_cursor() {
    for keys in ["escape", "interrupt", "enter enter enter interrupt"] {
        let project = asked_all();
        let (code, shown) = answered(&project, keys);
        assert_eq!(code, Some(2), "{keys}: {shown}");
        assert!(shown.contains("stopped: nothing was written"), "{keys}: {shown}");
        let (hidden, back) = (shown.rfind("\u{1b}[?25l"), shown.rfind("\u{1b}[?25h"));
        assert!(hidden < back, "{keys}: the cursor is gone: {shown:?}");
        assert!(!project.path().join("trave.toml").exists(), "{keys}");
        assert!(!project.path().join(WORKFLOW).exists(), "{keys}");
    }
}

#[test]
fn a_hook_of_the_clone_is_where_git_looks_for_it() {
    let project = Project::with_a_finding();
    git(&project, &["init", "--quiet", "--initial-branch", "main"]);
    git(&project, &["config", "core.hooksPath", "scripts/hooks"]);
    let arguments = ["init", "--yes", "--ci", "github", "--hook", "git"];
    project.expect(&arguments, (0, "wrote  scripts/hooks/pre-commit"));
    assert!(text(&project, "scripts/hooks/pre-commit").contains("npx --yes trave check\n"));
    // Of a branch of work, the workflow runs for the branch that it goes into.
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "--no-verify", "--message", "all"]);
    git(&project, &["switch", "--quiet", "--create", "topic"]);
    project.expect(&["init", "--yes", "--ci", "github", "--force"], (0, WORKFLOW));
    assert!(text(&project, WORKFLOW).contains("branches: [\"main\"]"));
}

#[test]
fn the_workflow_judges_migrations_of_a_pull_request() {
    let project = Project::with_a_finding();
    git(&project, &["init", "--quiet", "--initial-branch", "main"]);
    project.expect(&["init", "--yes", "--ci", "github"], (0, WORKFLOW));
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "--message", "all"]);
    let workflow = text(&project, WORKFLOW);
    let step = workflow.lines().rfind(|line| line.contains("npx --yes trave ")).unwrap();
    let command = step.split_once("npx --yes trave ").unwrap().1;
    let command = command.replace("\"origin/$GITHUB_BASE_REF\"", "main");
    let arguments: Vec<&str> = command.split_whitespace().collect();
    assert!(workflow.contains("fetch-depth: 0\n"), "{workflow}");
    project.expect(&arguments, (0, "no findings"));
    let drop = "drop table public.notes;\n";
    project.write("supabase/migrations/20240601000000_gone.sql", drop);
    project.expect(&["check"], (1, "unknown-table"));
    project.expect(&arguments, (1, "migration/drops-table"));
}
