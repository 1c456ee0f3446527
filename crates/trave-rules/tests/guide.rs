//! `docs/writing-a-rule.md` shows a real rule, and names every subject.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const GUIDE: &str = "docs/writing-a-rule.md";

fn path(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn read(file: &str) -> String {
    fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What stands inside the fence of four signs with this language.
fn fenced<'a>(guide: &'a str, language: &str) -> &'a str {
    let (_, rest) = guide.split_once(&format!("\n````{language}\n")).unwrap();
    rest.split_once("````\n").unwrap().0
}

#[test]
fn the_worked_example_is_a_rule_that_runs() {
    let guide = read(GUIDE);
    let page = read("rules/rls/policy-without-rls.md");
    let rule = read("crates/trave-rules/src/rls/policy_without_rls.rs");
    let now =
        guide.replace(fenced(&guide, "markdown"), &page).replace(fenced(&guide, "rust"), &rule);
    if std::env::var_os("TRAVE_BLESS").is_some() {
        // Renamed into place, since the other test reads it at the same time.
        let new = path(&format!("{GUIDE}.new"));
        fs::write(&new, now).unwrap();
        fs::rename(new, path(GUIDE)).unwrap();
        return;
    }
    assert!(guide == now, "{GUIDE} shows an old version of its example\naccept: cargo bless");
    let is_listed = trave_rules::RULES.iter().any(|rule| rule.meta.id == "rls/policy-without-rls");
    assert!(is_listed, "its two files are all that it takes");
}

#[test]
fn every_subject_is_named() {
    let guide = read(GUIDE);
    let source = read("crates/trave-rule/src/subject.rs");
    let subjects: BTreeSet<&str> = source
        .lines()
        .filter_map(|line| line.strip_prefix("impl Subject for ")?.strip_suffix(" {"))
        .collect();
    let (_, table) = guide.split_once("| subject | is |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let first_cells = rows.filter_map(|row| row.split('|').nth(1));
    let named: BTreeSet<&str> =
        first_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert_eq!(named, subjects);
}
