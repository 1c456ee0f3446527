//! The files that belong to the repository, as git sees them.

use std::process::Command;

use crate::support::repository;

/// Paths of every file that is tracked, or is new and not ignored, and that has a text.
pub(crate) fn files() -> Vec<String> {
    // A clone may belong to another user than the one who runs the tests.
    let arguments = ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"];
    let mut git = Command::new("git");
    git.args(arguments).arg("--exclude-standard").current_dir(repository());
    let output = git.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).unwrap();
    let mut paths: Vec<String> = listed.split_terminator('\0').map(str::to_owned).collect();
    paths.retain(|path| repository().join(path).is_file());
    paths.sort();
    paths.dedup();
    paths
}

/// The same, with these endings only.
pub(crate) fn files_ending(endings: &[&str]) -> Vec<String> {
    let mut paths = files();
    paths.retain(|path| endings.iter().any(|ending| path.ends_with(ending)));
    paths
}
