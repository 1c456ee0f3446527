//! Git in a project of a test, whatever the settings of the machine are.

use std::process::Command;

use crate::program::Project;

/// Runs git in the folder of a project.
#[track_caller]
pub(crate) fn git(project: &Project, arguments: &[&str]) {
    let who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    let output =
        Command::new("git").args(who).args(arguments).current_dir(project.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
