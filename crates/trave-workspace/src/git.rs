//! Texts as a git reference has them. `git` itself is asked: it knows packs, worktrees and grafts.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

use thiserror::Error;

/// What changed below a folder since a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The files that were added or changed, committed or not, relative to the folder.
    pub files: BTreeSet<String>,
    /// The commit that they are compared with: where the two branches parted.
    pub base: String,
}

/// The files below a folder that were added or changed since a reference, committed or not.
pub fn changed_since(folder: &Path, reference: &str) -> Result<Changes, GitError> {
    let commit = commit(folder, reference)?;
    // Histories without a common commit have only the reference itself to compare with.
    let parted = run(folder, &["merge-base", &commit, "HEAD"]);
    let parted = parted.map(|found| String::from_utf8_lossy(&found.stdout).trim().to_owned());
    let base = parted.unwrap_or(commit);
    let edits = ["diff", "--name-only", "-z", "--diff-filter=d", "--relative", &base, "--"];
    let mut files: BTreeSet<String> = names(&run(folder, &edits)?).into_iter().collect();
    let added = ["ls-files", "-z", "--others", "--exclude-standard"];
    files.extend(names(&run(folder, &added)?));
    Ok(Changes { files, base })
}

/// Why a reference cannot be read.
#[derive(Debug, Error)]
pub enum GitError {
    /// There is no `git` to ask, or it did not answer.
    #[error("git cannot be run: {0}")]
    Unavailable(#[from] io::Error),
    /// The folder is in no repository, or has no such reference.
    #[error("git: {0}")]
    Refused(String),
}

/// The paths below a folder at a reference, relative to the folder.
pub(crate) fn paths_at(folder: &Path, reference: &str) -> Result<Vec<String>, GitError> {
    let commit = commit(folder, reference)?;
    Ok(names(&run(folder, &["ls-tree", "-r", "-z", "--name-only", &commit, "."])?))
}

/// The id of the commit that a reference stands for. It is never taken for an option.
fn commit(folder: &Path, reference: &str) -> Result<String, GitError> {
    let wanted = format!("{reference}^{{commit}}");
    let asked = run(folder, &["rev-parse", "--verify", "--end-of-options", &wanted]);
    let found = asked.map_err(|error| match error {
        GitError::Refused(said) if said.contains("single revision") => {
            GitError::Refused(format!("`{reference}` is no branch, tag or commit here"))
        }
        error => error,
    })?;
    let said = String::from_utf8_lossy(&found.stdout);
    // Older versions print the end of the options too.
    Ok(said.lines().last().unwrap_or_default().trim().to_owned())
}

/// Names with a zero byte behind each.
fn names(output: &Output) -> Vec<String> {
    let names = output.stdout.split(|byte| *byte == 0);
    let texts = names.filter_map(|name| String::from_utf8(name.to_vec()).ok());
    texts.filter(|it| !it.is_empty()).collect()
}

/// The bytes of files at a reference; one that is no file there is left out.
pub(crate) fn texts_at(
    folder: &Path,
    reference: &str,
    paths: &[String],
) -> Result<Vec<(String, Vec<u8>)>, GitError> {
    let mut child = git(folder, &["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let asked: Vec<String> = paths.iter().map(|path| format!("{reference}:./{path}\n")).collect();
    let mut input = child.stdin.take();
    // Both pipes are finite: whoever only writes first would wait for ever.
    let writer = thread::spawn(move || match &mut input {
        Some(input) => input.write_all(asked.concat().as_bytes()),
        None => Ok(()),
    });
    let mut bytes = Vec::new();
    if let Some(output) = &mut child.stdout {
        output.read_to_end(&mut bytes)?;
    }
    child.wait()?;
    if let Ok(written) = writer.join() {
        written?;
    }
    Ok(blobs(&bytes, paths))
}

/// Reads what `cat-file --batch` prints: `<id> blob <size>`, a line end, the bytes, a line end.
fn blobs(mut bytes: &[u8], paths: &[String]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for path in paths {
        let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { break };
        let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned();
        bytes = bytes.get(end + 1..).unwrap_or_default();
        let mut words = head.rsplit(' ');
        let (size, kind) = (words.next().and_then(|it| it.parse::<usize>().ok()), words.next());
        // `<name> missing`, `<name> ambiguous`: nothing follows.
        let Some(size) = size else { continue };
        if kind == Some("blob") {
            found.push((path.clone(), bytes.get(..size).unwrap_or_default().to_vec()));
        }
        bytes = bytes.get(size + 1..).unwrap_or_default();
    }
    found
}

fn run(folder: &Path, arguments: &[&str]) -> Result<Output, GitError> {
    let output = git(folder, arguments).stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().next().unwrap_or("it failed").trim_start_matches("fatal: ");
    Err(GitError::Refused(line.to_owned()))
}

fn git(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments.iter().map(OsStr::new));
    command
}

#[cfg(test)]
mod tests {
    use super::blobs;

    #[test]
    fn files_are_read_one_after_the_other() {
        let printed =
            b"aa blob 3\na\nb\nHEAD:./gone missing\nbb blob 0\n\ncc tree 2\nxx\ndd blob 1\nz\n";
        let paths = ["one", "gone", "empty", "folder", "last"].map(str::to_owned);
        let found = blobs(printed, &paths);
        let texts = [("one", "a\nb"), ("empty", ""), ("last", "z")];
        let expected: Vec<(String, Vec<u8>)> = texts
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect();
        assert_eq!(found, expected);
    }
}
