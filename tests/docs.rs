//! The documentation names things that exist, and keeps what `--help` prints.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "support/golden.rs"]
mod golden;
mod support;
#[path = "support/tracked.rs"]
mod tracked;

use std::process::Command;

use golden::expect_file;
use support::{read, repository};

/// The commands whose help `docs/cli.md` keeps.
const COMMANDS: [&str; 17] = [
    "",
    "check",
    "init",
    "fix",
    "baseline",
    "explain",
    "rules",
    "schema",
    "access",
    "diff",
    "routes",
    "path",
    "queries",
    "settings",
    "map",
    "completions",
    "man",
];

#[test]
fn links_lead_somewhere() {
    let mut problems = Vec::new();
    for page in pages() {
        let file = repository().join(&page);
        for (target, anchor) in links(&read(&page)) {
            let to =
                if target.is_empty() { file.clone() } else { file.parent().unwrap().join(&target) };
            if !to.exists() {
                problems.push(format!("{page}: {target}"));
            } else if !anchor.is_empty()
                && !has_heading(&std::fs::read_to_string(&to).unwrap(), &anchor)
            {
                problems.push(format!("{page}: {target}#{anchor}"));
            }
        }
    }
    assert!(problems.is_empty(), "links that lead nowhere:\n{}", problems.join("\n"));
}

/// Files that prose names in backticks: `docs/json.md`, `crates/trave-sql/src/lib.rs`.
#[test]
fn named_files_exist() {
    let folders = ["crates/", "docs/", "rules/", "tests/", "fixtures/"];
    let mut problems = Vec::new();
    for page in pages() {
        for name in without_fences(&read(&page)).split('`').skip(1).step_by(2) {
            let is_path = folders.iter().any(|folder| name.starts_with(folder));
            let is_plain = !name.contains(['<', '*', '{', ' ', '\n']);
            if is_path && is_plain && !repository().join(name).exists() {
                problems.push(format!("{page}: {name}"));
            }
        }
    }
    assert!(problems.is_empty(), "files that do not exist:\n{}", problems.join("\n"));
}

#[test]
fn the_command_line_page_keeps_what_help_prints() {
    let head = "# The command line\n\nWhat `--help` prints; a test keeps this page up to date.\n";
    let sections = COMMANDS.map(|command| {
        let title = format!("trave {command}");
        format!("\n## {}\n\n```text\n{}```\n", title.trim(), help(command))
    });
    expect_file("docs/cli.md", &format!("{head}{}", sections.concat()));
}

/// The commands that the front page promises.
#[test]
fn the_readme_names_its_two_commands() {
    let readme = read("README.md");
    for command in ["cargo run --release -- check fixtures/spejs", "cargo xtask test"] {
        assert!(readme.contains(command), "README.md does not name `{command}`");
    }
}

/// What a command prints with `--help`; what all of them take is said once.
fn help(command: &str) -> String {
    let mut run = Command::new(env!("CARGO_BIN_EXE_trave"));
    run.args((!command.is_empty()).then_some(command)).arg("--help").env("COLUMNS", "90");
    let help = String::from_utf8(run.output().unwrap().stdout).unwrap();
    let mut is_common = false;
    let is_new = |line: &&str| {
        let is_heading = !line.is_empty() && !line.starts_with(' ');
        is_common = if is_heading { *line == "Common options:" } else { is_common };
        command.is_empty() || !is_common
    };
    help.lines().filter(is_new).flat_map(|line| [line.trim_end(), "\n"]).collect()
}

/// A finding of the program's own kind stands on the front page: the first block of text.
#[test]
fn the_readme_shows_what_the_terminal_shows() {
    let mut run = Command::new(env!("CARGO_BIN_EXE_trave"));
    run.args(["check", "fixtures/spejs", "--only", "rls/table-without-rls"]);
    let output = run.current_dir(repository()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (finding, _) = text.split_once("\n\n").unwrap();
    let readme = read("README.md");
    let (before, rest) = readme.split_once("```text\n").unwrap();
    let (_, after) = rest.split_once("\n```\n").unwrap();
    expect_file("README.md", &format!("{before}```text\n{finding}\n```\n{after}"));
}

/// Pages of ours: what stands in fixtures is a part of them.
fn pages() -> Vec<String> {
    let mut pages = tracked::files_ending(&[".md"]);
    pages.retain(|path| !path.starts_with("fixtures/") && !path.contains("/templates/"));
    pages
}

/// Targets of links into the repository, each with its anchor.
fn links(page: &str) -> Vec<(String, String)> {
    let text = without_fences(page);
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let local = targets.filter(|target| !target.contains("://"));
    let parts = local.map(|target| target.split_once('#').unwrap_or((target, "")));
    parts.map(|(path, anchor)| (path.to_owned(), anchor.to_owned())).collect()
}

fn has_heading(page: &str, anchor: &str) -> bool {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| line.trim_start_matches('#')).any(|heading| slug(heading) == anchor)
}

/// A heading as it is named in links.
fn slug(heading: &str) -> String {
    let lower = heading.trim().to_lowercase();
    let kept = lower.chars().filter(|sign| sign.is_alphanumeric() || " -_".contains(*sign));
    kept.map(|sign| if sign == ' ' { '-' } else { sign }).collect()
}

/// A page without its examples.
fn without_fences(page: &str) -> String {
    let mut fence = None;
    let mut text = String::new();
    for line in page.lines() {
        let signs = line.len() - line.trim_start_matches('`').len();
        match fence {
            None if signs >= 3 => fence = Some(signs),
            Some(open) if signs >= open && line.len() == signs => fence = None,
            Some(_) => {}
            None => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}
