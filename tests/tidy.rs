//! What every file of the repository keeps to: its size, its first lines, and what it leaves out.
//! Sizes are there to make one look for the missing noun, not to be split at line 501.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;
#[path = "support/tracked.rs"]
mod tracked;

/// Lines of a file of Rust, its tests left out.
const FILE_LINES_MAX: usize = 500;

/// Lines of the file of a rule, its tests left out.
const RULE_LINES_MAX: usize = 200;

/// Lines of the page of a rule without its *Report*, which nobody writes by hand.
const PAGE_LINES_MAX: usize = 100;

/// Columns of a line of code, its texts and comments counted.
const COLUMNS_MAX: usize = 100;

/// The crates that may look at the disk, the environment and the clock.
const EDGES: [&str; 5] = ["trave", "trave-workspace", "trave-macros", "trave-testing", "xtask"];

#[test]
fn files_are_small() {
    let mut problems = Vec::new();
    for path in tracked::files_ending(&[".rs"]) {
        let is_rule = path.starts_with("crates/trave-rules/src/");
        let lines_max = if is_rule { RULE_LINES_MAX } else { FILE_LINES_MAX };
        let lines = without_tests(&path, &support::read(&path)).lines().count();
        if lines > lines_max {
            problems.push(format!("{path}: {lines} lines without tests, {lines_max} allowed"));
        }
    }
    none(&problems);
}

#[test]
fn pages_are_short() {
    let mut problems = Vec::new();
    for path in tracked::files_ending(&[".md"]) {
        if !path.starts_with("rules/") {
            continue;
        }
        let page = support::read(&path);
        let written = page.split("\n## Report\n").next().unwrap();
        let lines = written.lines().count();
        if lines > PAGE_LINES_MAX {
            problems.push(format!("{path}: {lines} lines, {PAGE_LINES_MAX} allowed"));
        }
    }
    none(&problems);
}

#[test]
fn files_of_rust_say_what_lives_in_them() {
    let mut problems = Vec::new();
    for path in tracked::files_ending(&[".rs"]) {
        // The name of such a file says it all.
        let is_tests = path.ends_with("/tests.rs");
        if !is_tests && !support::read(&path).starts_with("//! ") {
            problems.push(format!("{path}: begins without `//!`"));
        }
    }
    none(&problems);
}

#[test]
fn lines_are_short() {
    let mut problems = Vec::new();
    for path in tracked::files_ending(&[".rs"]) {
        let text = support::read(&path);
        for (number, line) in (1..).zip(without_tests(&path, &text).lines()) {
            let columns = line.chars().count();
            // An address cannot be broken.
            if columns > COLUMNS_MAX && !line.contains("://") {
                problems.push(format!("{path}:{number}: {columns} columns"));
            }
        }
    }
    none(&problems);
}

#[test]
fn nothing_is_left_over() {
    let words = [["TO", "DO"], ["FIX", "ME"], ["XX", "X"], ["dbg", "!("], ["todo", "!("]];
    let words = words.map(|halves| halves.concat());
    let mut problems = Vec::new();
    // What stands in fixtures is a part of them.
    let is_ours = |path: &String| !path.starts_with("fixtures/");
    for path in tracked::files_ending(&[".rs", ".md", ".toml"]).into_iter().filter(is_ours) {
        for (number, line) in (1..).zip(support::read(&path).lines()) {
            let found = words.iter().find(|word| line.contains(word.as_str()));
            problems.extend(found.map(|word| format!("{path}:{number}: {word}")));
        }
    }
    none(&problems);
}

#[test]
fn what_is_silenced_and_imported_is_named() {
    let mut problems = Vec::new();
    for path in tracked::files_ending(&[".rs"]) {
        let text = support::read(&path);
        for (number, line) in (1..).zip(without_tests(&path, &text).lines()) {
            let allows = line.trim_start().starts_with("#[allow(");
            let line_imports = line.trim_start().starts_with("use ") && line.contains("::*");
            // A prelude is made to be imported whole.
            if allows || (line_imports && !line.contains("prelude")) {
                problems.push(format!("{path}:{number}: {}", line.trim()));
            }
        }
    }
    none(&problems);
}

#[test]
fn modules_have_names_that_say_something() {
    let empty = ["utils", "util", "helper", "helpers", "common", "manager", "misc"];
    let says_nothing =
        |path: &String| path.split('/').any(|part| empty.contains(&part.trim_end_matches(".rs")));
    let wrong: Vec<String> =
        tracked::files_ending(&[".rs"]).into_iter().filter(says_nothing).collect();
    none(&wrong);
}

#[test]
fn no_machine_is_named() {
    let places = [["/wo", "rk/"], ["/fa", "rm/"], ["/ro", "ot/"], ["/tm", "p/"]];
    let places = places.map(|halves| halves.concat());
    let mut problems = Vec::new();
    for path in tracked::files() {
        let Ok(text) = std::fs::read_to_string(support::repository().join(&path)) else { continue };
        for (number, line) in (1..).zip(text.lines()) {
            if places.iter().any(|place| names_place(line, place)) {
                problems.push(format!("{path}:{number}: {}", line.trim()));
            }
        }
    }
    none(&problems);
}

#[test]
fn dependencies_come_from_the_public_registry() {
    let official = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    let lock = support::read("Cargo.lock");
    let foreign = lock.lines().filter(|line| line.starts_with("source = ") && *line != official);
    none(&foreign.map(str::to_owned).collect::<Vec<_>>());
}

/// Everything else is a function of what it is given: so it can be tested, cached and run in
/// parallel.
#[test]
fn the_disk_and_the_clock_stay_at_the_edge() {
    let doors = ["std::fs", "std::env::", "std::process::Command", "SystemTime", "Instant::now"];
    let mut problems = Vec::new();
    for path in tracked::files_ending(&[".rs"]) {
        let Some(rest) = path.strip_prefix("crates/") else { continue };
        let (name, file) = rest.split_once('/').unwrap();
        if EDGES.contains(&name) || !file.starts_with("src/") {
            continue;
        }
        let text = support::read(&path);
        let code = without_tests(&path, &text);
        // A server names new migrations by the time, and measures how long it may wait.
        let clock =
            |door: &&&str| name == "trave-lsp" && matches!(**door, "SystemTime" | "Instant::now");
        let found = doors.iter().filter(|door| code.contains(**door) && !clock(door));
        problems.extend(found.map(|door| format!("{path}: uses {door}")));
    }
    none(&problems);
}

/// What would break a promise of `docs/architecture.md`: connections, and lists that are filled
/// before `main` or not at all.
#[test]
fn no_dependency_breaks_a_promise() {
    let network = ["reqwest", "hyper", "ureq", "curl", "native-tls", "rustls", "tokio"];
    let registration = ["inventory", "linkme", "ctor"];
    let lock = support::read("Cargo.lock");
    let is_there = |name: &&str| lock.contains(&format!("name = \"{name}\"\n"));
    let found = network.into_iter().chain(registration).filter(is_there);
    none(&found.map(str::to_owned).collect::<Vec<_>>());
    let connections = ["std::", "net"].concat();
    let opens = |path: &String| support::read(path).contains(&connections);
    none(&tracked::files_ending(&[".rs"]).into_iter().filter(opens).collect::<Vec<_>>());
}

#[track_caller]
fn none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// Whether a line names a place of some machine, and not a path that has such a part in it.
fn names_place(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line.get(..at).unwrap_or_default().chars().next_back();
        before.is_none_or(|sign| " \"'`(=:".contains(sign))
    })
}

/// What stands before the tests of a file, which are its last module.
fn without_tests<'a>(path: &str, text: &'a str) -> &'a str {
    if path.starts_with("tests/") || path.contains("/tests/") || is_test_module(path) {
        return "";
    }
    let marks = ["\n#[cfg(test)]\nmod ", "\n#[cfg(test)]\npub(crate) mod "];
    marks.iter().fold(text, |text, mark| text.split(mark).next().unwrap_or_default())
}

/// Whether the file above this one says that it is compiled for tests only.
fn is_test_module(path: &str) -> bool {
    let (folder, file) = path.rsplit_once('/').unwrap();
    let above = ["/lib.rs", "/main.rs", "/mod.rs", ".rs"].map(|end| format!("{folder}{end}"));
    let declaration = format!("#[cfg(test)]\nmod {};", file.trim_end_matches(".rs"));
    let mut texts = above
        .iter()
        .filter(|path| support::repository().join(path).is_file())
        .map(|path| support::read(path));
    texts.any(|text| text.contains(&declaration))
}
