//! Each project in `fixtures/` gives exactly its expected listing, whatever the number of threads.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "support/golden.rs"]
mod golden;
mod support;

use std::fs;
use std::process::Command;

use golden::expect_file;
use support::repository;

/// Runs `trave check` in a project; what it prints, and its exit code.
fn check(project: &str, (format, threads): (&str, &str)) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_trave"))
        .args(["check", "--format", format])
        .current_dir(repository().join("fixtures").join(project))
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

fn projects() -> Vec<String> {
    let entries = fs::read_dir(repository().join("fixtures")).unwrap();
    let folders = entries.flatten().filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> =
        folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    // Those have a test of their own.
    names.retain(|name| name != "stacks");
    names.sort();
    names
}

#[test]
fn every_project_gives_its_expected_listing() {
    for project in projects() {
        let (found, _) = check(&project, ("concise", "2"));
        expect_file(&format!("fixtures/{project}/expected.txt"), &found);
    }
}

#[test]
fn the_sound_project_passes_and_the_hasty_one_fails() {
    assert_eq!(check("spejs-sound", ("concise", "2")), (String::new(), 0));
    assert_eq!(check("spejs", ("concise", "2")).1, 1);
}

#[test]
fn the_number_of_threads_does_not_show() {
    for project in projects() {
        let json = |threads| check(&project, ("json", threads));
        assert_eq!(json("1"), json("8"), "{project}");
    }
}

#[test]
fn every_rule_finds_something_in_the_hasty_project() {
    let (found, _) = check("spejs", ("concise", "2"));
    let silent: Vec<&str> = trave_rules::RULES
        .iter()
        .map(|rule| rule.meta.id)
        .filter(|id| !found.contains(&format!(" {id} ")))
        .collect();
    assert!(silent.is_empty(), "nothing in fixtures/spejs is found by {silent:#?}");
}

/// The headline of the program: a finding shows the code and the schema together.
#[test]
fn headline_families_show_both_sides() {
    let document: serde_json::Value =
        serde_json::from_str(&check("spejs", ("json", "2")).0).unwrap();
    let findings = document["findings"].as_array().unwrap();
    for family in ["rls/", "index/", "pagination/", "jwt/", "cache/"] {
        let of_family =
            findings.iter().filter(|one| one["rule"].as_str().unwrap().starts_with(family));
        assert!(of_family.count() > 0, "nothing of {family}");
    }
    for family in ["rls/", "index/"] {
        let both = findings.iter().any(|one| {
            let labels = one["labels"].as_array().unwrap();
            let ends = |ending: &str| {
                labels.iter().any(|label| label["file"].as_str().unwrap().ends_with(ending))
            };
            one["rule"].as_str().unwrap().starts_with(family) && ends(".ts") && ends(".sql")
        });
        assert!(both, "no finding of {family} shows code and schema");
    }
}
