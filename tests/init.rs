//! `trave init` in repositories of several kinds: what it writes passes at once by the very command
//! that CI runs, and fails on the next fault.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/program.rs"]
mod program;
#[path = "support/repository.rs"]
mod repository;

use std::fs;

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
    assert!(text(&project, WORKFLOW).contains("branches: [trunk]"));
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
