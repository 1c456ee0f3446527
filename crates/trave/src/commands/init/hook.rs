//! What runs the check before a commit, in the way of the hook manager that a repository has.

use super::change::Change;
use super::repository::Repository;
use super::texts::COMMAND;
use crate::cli::Hook;

/// The change that adds the check to what runs before a commit.
pub(crate) fn change(repository: &Repository, hook: Hook, below: &str) -> Option<Change> {
    let of_clone = repository.hook_of_clone();
    let path = match hook {
        Hook::None => return None,
        Hook::Husky => ".husky/pre-commit",
        Hook::Lefthook => repository.lefthook_file(),
        Hook::PreCommit => ".pre-commit-config.yaml",
        Hook::Git => of_clone.as_str(),
    };
    let before = repository.text(path);
    if before.as_ref().is_some_and(|text| text.contains("trave check")) {
        return Some(Change::Keep(path.into()));
    }
    if hook == Hook::Git && before.is_some() && !repository.overwrites {
        return Some(Change::Keep(path.into()));
    }
    let command = match below {
        "" => COMMAND.to_owned(),
        below => format!("{COMMAND} {below}"),
    };
    let before = before.as_deref();
    Some(match (hook, before) {
        (Hook::Husky, Some(text)) => extended(path, husky(text, &command)),
        (Hook::Husky, None) => {
            Change::Write { path: path.into(), text: format!("{command}\n"), is_program: true }
        }
        (Hook::Lefthook, text) => extended(path, lefthook(text.unwrap_or_default(), &command)),
        (Hook::PreCommit, text) => extended(path, pre_commit(text.unwrap_or_default(), &command)),
        _ => {
            let text = format!("#!/bin/sh\n# Written by `trave init`.\n{command}\n");
            Change::Write { path: path.into(), text, is_program: true }
        }
    })
}

/// A text that was understood and extended, or what somebody has to add by hand.
fn extended(path: &str, text: Result<String, String>) -> Change {
    match text {
        Ok(text) => Change::Extend { path: path.into(), text },
        Err(text) => Change::ByHand { path: path.into(), text },
    }
}

/// A script of husky with the command at its end. husky stops at the first command that fails, but
/// not at one before `&&` or `||`: what the script came to is looked at then.
fn husky(text: &str, command: &str) -> Result<String, String> {
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let last = text.lines().rfind(is_code).unwrap_or_default();
    // Nothing behind it would run.
    if ["exit", "exec"].contains(&last.split_whitespace().next().unwrap_or_default()) {
        return Err(command.to_owned());
    }
    let mut lines = text.lines().filter(is_code);
    let has_lists = lines.any(|line| line.contains("&&") || line.contains("||"));
    let guard = if has_lists { "[ $? -eq 0 ] && " } else { "" };
    let before = text.trim_end();
    let gap = if before.is_empty() { "" } else { "\n" };
    Ok(format!("{before}{gap}{guard}{command}\n"))
}

/// The settings of lefthook with the command in its `pre-commit`.
fn lefthook(text: &str, command: &str) -> Result<String, String> {
    let as_command = |indent: &str| format!("{indent}trave:\n{indent}  run: {command}\n");
    let as_job = |indent: &str| format!("{indent}- name: trave\n{indent}  run: {command}\n");
    let whole = format!("pre-commit:\n  commands:\n{}", as_command("    "));
    if !text.lines().any(|line| line.trim_end() == "pre-commit:") {
        let before = text.trim_end();
        let gap = if before.is_empty() { "" } else { "\n\n" };
        return Ok(format!("{before}{gap}{whole}"));
    }
    let mut inside = false;
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    let mut is_done = false;
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let is_top = !line.starts_with([' ', '\t', '#']) && !line.is_empty();
        inside = if is_top { line.trim_end() == "pre-commit:" } else { inside };
        let key = line.trim();
        if inside && !is_done && matches!(key, "commands:" | "jobs:") {
            // What is there already shows how far in its entries stand.
            let indent = lines.peek().map_or("    ", |next| indent_of(next));
            out.push_str(&if key == "jobs:" { as_job(indent) } else { as_command(indent) });
            is_done = true;
        }
    }
    if is_done { Ok(out) } else { Err(whole) }
}

/// The settings of the pre-commit framework with the command as a hook of this repository.
fn pre_commit(text: &str, command: &str) -> Result<String, String> {
    let entry = |indent: &str| {
        [
            "- repo: local",
            "  hooks:",
            "    - id: trave",
            "      name: trave check",
            &format!("      entry: {command}"),
            "      language: system",
            "      pass_filenames: false",
        ]
        .map(|line| format!("{indent}{line}\n"))
        .concat()
    };
    let is_key = |line: &&str| !line.starts_with([' ', '\t', '#', '-']) && !line.trim().is_empty();
    match text.lines().rfind(is_key) {
        None => Ok(format!("{}repos:\n{}", leading(text), entry("  "))),
        // The list of repositories stands last, so that it goes on at the end of the file.
        Some(line) if line.trim_end() == "repos:" => {
            let items = text.lines().filter(|line| line.trim_start().starts_with("- repo:"));
            let indent = items.map(indent_of).next().unwrap_or("  ");
            Ok(format!("{}\n{}", text.trim_end(), entry(indent)))
        }
        Some(_) => Err(entry("  ")),
    }
}

/// Comments before anything else.
fn leading(text: &str) -> String {
    if text.trim().is_empty() { String::new() } else { format!("{}\n", text.trim_end()) }
}

fn indent_of(line: &str) -> &str {
    let rest = line.trim_start();
    line.get(..line.len() - rest.len()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{husky, lefthook, pre_commit};

    #[test]
    fn husky_still_stops_where_it_stopped() {
        assert_eq!(husky("npx lint-staged\n", "c").as_deref(), Ok("npx lint-staged\nc\n"));
        assert_eq!(husky("", "c").as_deref(), Ok("c\n"));
        let list = "npm run lint && git add .";
        assert_eq!(husky(list, "c"), Ok(format!("{list}\n[ $? -eq 0 ] && c\n")));
        assert_eq!(husky("a\nexit 0\n# b\n", "c"), Err("c".to_owned()));
    }

    #[test]
    fn lefthook_gets_a_command_beside_the_others() {
        let text = "pre-push:\n  commands:\n    test:\n      run: t\n\
                    pre-commit:\n  parallel: true\n  commands:\n    lint:\n      run: l\n";
        let expected = "pre-push:\n  commands:\n    test:\n      run: t\n\
                        pre-commit:\n  parallel: true\n  commands:\n    trave:\n      run: c\n    \
                        lint:\n      run: l\n";
        assert_eq!(lefthook(text, "c").as_deref(), Ok(expected));
        let jobs = "pre-commit:\n  jobs:\n    - run: l\n";
        let expected = "pre-commit:\n  jobs:\n    - name: trave\n      run: c\n    - run: l\n";
        assert_eq!(lefthook(jobs, "c").as_deref(), Ok(expected));
        let other = "pre-push:\n  jobs:\n    - run: l\n";
        let block = "pre-commit:\n  commands:\n    trave:\n      run: c\n";
        assert_eq!(lefthook(other, "c"), Ok(format!("{}\n\n{block}", other.trim_end())));
        assert_eq!(lefthook("pre-commit:\n  scripts: {}\n", "c"), Err(block.to_owned()));
    }

    #[test]
    fn pre_commit_gets_a_hook_of_the_repository() {
        let text = "repos:\n- repo: https://example.org/a\n  hooks:\n  - id: a\n";
        let expected = "repos:\n- repo: https://example.org/a\n  hooks:\n  - id: a\n\
                        - repo: local\n  hooks:\n    - id: trave\n      name: trave check\n      \
                        entry: c\n      language: system\n      pass_filenames: false\n";
        assert_eq!(pre_commit(text, "c").as_deref(), Ok(expected));
        assert!(pre_commit("repos: []\nfail_fast: true\n", "c").is_err());
        assert!(pre_commit("", "c").unwrap().starts_with("repos:\n  - repo: local\n"));
    }
}
