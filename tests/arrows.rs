//! The crates depend on each other as `docs/architecture.md` says, and each third-party heart has
//! one home. The page is the source of truth: this test only compares.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// A line of the arrow block.
struct Line {
    level: usize,
    arrows: BTreeSet<String>,
}

/// What the manifest of a crate says.
#[derive(Default)]
struct Manifest {
    ours: BTreeSet<String>,
    ours_for_tests: BTreeSet<String>,
    foreign: BTreeSet<String>,
}

#[test]
fn crates_depend_on_each_other_as_the_page_says() {
    let page = lines_of_page();
    let manifests = manifests();
    let mut problems = Vec::new();
    let names: BTreeSet<&String> = page.keys().chain(manifests.keys()).collect();
    for name in names {
        match (page.get(name), manifests.get(name)) {
            (Some(line), Some(manifest)) => {
                let extra = manifest.ours.difference(&line.arrows);
                problems.extend(extra.map(|to| format!("forbidden: {name} -> {to}")));
                let gone = line.arrows.difference(&manifest.ours);
                problems.extend(gone.map(|to| format!("on the page only: {name} -> {to}")));
            }
            (Some(_), None) => problems.push(format!("on the page only: {name}")),
            (None, _) => problems.push(format!("not on the page: {name}")),
        }
    }
    assert!(problems.is_empty(), "docs/architecture.md and Cargo.toml differ:\n{problems:#?}");
}

#[test]
fn arrows_point_to_lower_levels() {
    let page = lines_of_page();
    for (name, line) in &page {
        for to in &line.arrows {
            let below =
                page.get(to).unwrap_or_else(|| panic!("{name} -> {to}: which crate is {to}?"));
            assert!(below.level < line.level, "{name} -> {to} does not point down");
        }
    }
}

/// Tests may use the crate of test tools, and whatever stands lower.
#[test]
fn tests_reach_no_higher_than_their_crate() {
    let page = lines_of_page();
    let level = |name: &str| page.get(name).map_or(usize::MAX, |line| line.level);
    for (name, manifest) in manifests() {
        for to in &manifest.ours_for_tests {
            assert!(
                to == "trave-testing" || level(to) < level(&name),
                "the tests of {name} use {to}, which does not stand lower"
            );
        }
    }
    assert!(!manifests()["trave-testing"].ours.contains("trave-rules"), "it tests any rules");
}

#[test]
fn every_heart_has_one_home() {
    let homes = homes_of_page();
    for (heart, home) in &homes {
        let users: Vec<String> = manifests()
            .into_iter()
            .filter(|(_, manifest)| manifest.foreign.contains(heart))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(users, std::slice::from_ref(home), "the crates that depend on {heart}");
    }
    assert!(homes.len() > 5, "docs/architecture.md lists the homes");
}

#[test]
fn a_rule_can_import_only_one_crate() {
    let rules = &manifests()["trave-rules"];
    assert!(rules.foreign.is_empty(), "trave-rules depends on {:?}", rules.foreign);
}

/// Level and arrows of each crate, from the block that begins with ```` ```arrows ````.
fn lines_of_page() -> BTreeMap<String, Line> {
    let page = support::read("docs/architecture.md");
    let (_, block) = page.split_once("```arrows\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let mut level = 0;
    let mut lines = BTreeMap::new();
    for text in block.lines() {
        let (left, arrows) = text.split_once("->").unwrap_or((text, ""));
        let mut words = left.split_whitespace().peekable();
        if let Some(number) = words.next_if(|word| word.parse::<usize>().is_ok()) {
            level = number.parse().unwrap();
        }
        let name = words.next().unwrap().to_owned();
        let arrows = arrows.split_whitespace().map(|short| format!("trave-{short}")).collect();
        lines.insert(name, Line { level, arrows });
    }
    lines
}

/// The table of third-party hearts: library, and the crate that is its home.
fn homes_of_page() -> BTreeMap<String, String> {
    let page = support::read("docs/architecture.md");
    let (_, table) = page.split_once("| library | home |\n").unwrap();
    let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let mut homes = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let home = cells[2].trim_matches('`').to_owned();
        for library in cells[1].split(", ") {
            homes.insert(library.trim_matches('`').to_owned(), home.clone());
        }
    }
    homes
}

/// The manifests of our crates, apart from `xtask`, which is no part of the program.
fn manifests() -> BTreeMap<String, Manifest> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--format-version", "1", "--offline"]);
    let output = cargo.current_dir(support::repository()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let named = packages.map(|package| (text(&package["name"]), manifest(package)));
    named.filter(|(name, _)| name != "xtask").collect()
}

fn manifest(package: &Value) -> Manifest {
    let mut manifest = Manifest::default();
    for dependency in package["dependencies"].as_array().unwrap() {
        let name = text(&dependency["name"]);
        let is_ours = dependency["path"].is_string();
        let is_for_tests = dependency["kind"] == "dev";
        match (is_ours, is_for_tests) {
            (true, false) => manifest.ours.insert(name),
            (true, true) => manifest.ours_for_tests.insert(name),
            (false, false) => manifest.foreign.insert(name),
            (false, true) => false,
        };
    }
    manifest
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
