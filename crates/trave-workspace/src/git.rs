//! The one question to git: which files changed since a revision.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// The files below a folder that were added or changed since a revision, committed or not, named
/// from that folder. What is wrong, in git's words, where it cannot be told.
pub(crate) fn changed_since(folder: &Path, revision: &str) -> Result<BTreeSet<String>, String> {
    if revision.starts_with('-') || revision.is_empty() {
        return Err(format!("`{revision}` is no revision"));
    }
    let mut changed = ask(
        folder,
        &[
            "diff",
            "--name-only",
            "-z",
            "--diff-filter=d",
            "--relative",
            "--merge-base",
            revision,
            "--",
        ],
    )?;
    changed.extend(ask(folder, &["ls-files", "-z", "--others", "--exclude-standard"])?);
    Ok(changed)
}

fn ask(folder: &Path, arguments: &[&str]) -> Result<BTreeSet<String>, String> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output();
    let output = output.map_err(|error| format!("`git` cannot be run: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let line = said.lines().next().unwrap_or("it said nothing");
        return Err(line.trim_start_matches("fatal: ").trim_start_matches("error: ").to_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}
