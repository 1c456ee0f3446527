//! `trave check --since`: which migrations are new is for git to say. Nothing else asks it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/program.rs"]
mod program;

use std::process::Command;

use program::Project;

const DROPS: &str = "alter table public.notes drop column body;\n";

fn git(project: &Project, arguments: &[&str]) {
    let who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    let output =
        Command::new("git").args(who).args(arguments).current_dir(project.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn migrations_changed_since_a_revision_are_judged() {
    let project = Project::with_a_finding();
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "-m", "first"]);
    project.write("supabase/migrations/20990101000000_tidy.sql", DROPS);
    project.expect(&["check", "--only", "migration"], (0, "no migration is judged as new"));
    let since = ["check", "--only", "migration", "--since", "HEAD", "--fail-on", "warning"];
    project.expect(&since, (1, "1 migration judged as not applied yet"));
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "-m", "second"]);
    project.expect(&since, (0, "0 migrations judged"));
    project
        .expect(&["check", "--only", "migration", "--since", "HEAD~1"], (1, "drops-column-in-use"));
}

#[test]
fn without_a_repository_or_a_revision_it_says_so() {
    let project = Project::with_a_finding();
    project.expect(&["check", "--since", "HEAD"], (2, "git: "));
    git(&project, &["init", "--quiet"]);
    project.expect(&["check", "--since", "nowhere"], (2, "nowhere"));
    project.expect(&["check", "--since=--all"], (2, "`--all` is no branch"));
}

#[test]
fn a_setting_that_names_no_migration_says_so() {
    let project = Project::with_a_finding();
    project.write("trave.toml", "applied-until = 'initial'\n");
    project.expect(&["check"], (2, "no migration is called `initial`"));
    project.write("trave.toml", "applied-until = '20200101'\n");
    project.expect(&["check", "--only", "jwt"], (0, "1 migration judged as not applied yet"));
}
