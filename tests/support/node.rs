//! Packages of npm that tests use, each set in a folder of its own.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use crate::support::repository;

/// A folder of the repository with a `package.json`, and below it what that asks for.
#[track_caller]
pub(crate) fn packages(folder: &str) -> PathBuf {
    static INSTALLING: Mutex<()> = Mutex::new(());
    let folder = repository().join(folder);
    let _one_at_a_time = INSTALLING.lock();
    // npm writes this file when it is done.
    if !folder.join("node_modules/.package-lock.json").is_file() {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
        let output = npm.output().expect("npm is missing: `cargo xtask test` installs it");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    folder
}
