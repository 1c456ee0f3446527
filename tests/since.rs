//! `trave check --since`: which migrations are new is for git to say. What is reported of them is
//! tried in `teams.rs`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/program.rs"]
mod program;
#[path = "support/repository.rs"]
mod repository;

use program::Project;
use repository::git;

const DROPS: &str = "alter table public.notes drop column body;\n";

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
