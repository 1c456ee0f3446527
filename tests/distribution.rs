//! What people install, made and installed as they do it: the packages of npm, the wheel, the
//! extension of VS Code, and the files for CI services.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "support/home.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A project with findings.
const FIXTURE: &str = "fixtures/spejs";

/// One of them.
const FINDING: &str = "error[rls/table-without-rls]: anyone with the anon key can read and change \
                       every row of `audit_log`";

#[test]
fn npm_installs_the_packed_packages_and_npx_runs_the_program() {
    xtask(&["package", "npm", "--binary", env!("CARGO_BIN_EXE_trave")]);
    let packages = built().join("npm");
    let project = copied(FIXTURE);
    write(project.path(), "package.json", "{ \"name\": \"spejs\", \"private\": true }\n");
    let mut install = Command::new("npm");
    install.args(["install", "--offline", "--no-audit", "--no-fund"]);
    install.arg(packed(&packages, "trave-0")).arg(packed(&packages, "trave-linux-"));
    succeeds(install.current_dir(project.path()));
    let found = npx(project.path(), &["check"]);
    assert_eq!(found.status.code(), Some(1), "{}", text(&found));
    assert!(text(&found).contains(FINDING), "{}", text(&found));
    let allowed = npx(project.path(), &["check", "--fail-on", "never"]);
    assert_eq!(allowed.status.code(), Some(0), "{}", text(&allowed));
}

#[test]
fn without_its_binary_the_package_says_which_one_is_missing() {
    let project = tempfile::tempdir().unwrap();
    let script = support::repository().join("npm/trave/bin/trave.js");
    let output = Command::new("node").arg(script).current_dir(project.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("the package @trave/linux-"), "{}", text(&output));
    assert!(text(&output).contains("optional dependency"), "{}", text(&output));
}

#[test]
fn whoever_ends_the_script_ends_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let program = write(
        folder.path(),
        "program",
        "#!/bin/sh\ntrap 'echo > ended; exit 7' TERM\necho > begun\nwhile :; do sleep 0.1; done\n",
    );
    succeeds(Command::new("chmod").arg("+x").arg(&program));
    let mut run = Command::new("node");
    run.arg(support::repository().join("npm/trave/bin/trave.js")).env("TRAVE_BINARY", program);
    let mut child = run.current_dir(folder.path()).spawn().unwrap();
    while !folder.path().join("begun").exists() {
        assert_eq!(child.try_wait().unwrap(), None, "it ended at once");
    }
    succeeds(Command::new("kill").args(["-TERM", &child.id().to_string()]));
    assert_eq!(child.wait().unwrap().code(), Some(7), "the exit code is that of the program");
    assert!(folder.path().join("ended").exists());
}

#[test]
fn pip_installs_the_wheel() {
    xtask(&["package", "wheel", "--profile", "dev"]);
    let folder = tempfile::tempdir().unwrap();
    succeeds(Command::new("python3").args(["-m", "venv"]).arg(folder.path()));
    let mut pip = Command::new(folder.path().join("bin/pip"));
    pip.args(["install", "--quiet", "--no-index"]);
    succeeds(pip.arg(packed(&built().join("wheels"), "trave-")));
    let mut program = Command::new(folder.path().join("bin/trave"));
    let said = succeeds(program.arg("--version"));
    assert_eq!(text(&said), format!("trave {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_extension_works_in_a_real_editor() {
    xtask(&["package", "vscode"]);
    let extension = support::repository().join("editors/vscode");
    succeeds(Command::new("npm").arg("test").current_dir(&extension));
    let mut run = Command::new("node");
    run.arg("test/run.mjs").arg(packed(&built().join("vscode"), "trave-0"));
    run.arg(env!("CARGO_BIN_EXE_trave")).arg(support::repository().join(FIXTURE));
    let said = succeeds(run.current_dir(&extension));
    assert!(text(&said).contains("passed, 0 failed"), "{}", text(&said));
}

#[test]
fn ci_services_accept_what_is_for_them() {
    xtask(&["workflows"]);
}

/// Runs a chore.
#[track_caller]
fn xtask(arguments: &[&str]) {
    let mut chore = Command::new(env!("CARGO"));
    chore.args(["run", "--quiet", "--package", "xtask", "--"]).args(arguments);
    succeeds(chore.current_dir(support::repository()));
}

/// Runs a command that has to succeed.
#[track_caller]
fn succeeds(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}\n{}", text(&output));
    output
}

fn npx(project: &Path, arguments: &[&str]) -> Output {
    let mut npx = Command::new("npx");
    npx.args(["--no-install", "trave"]).args(arguments).current_dir(project).output().unwrap()
}

fn text(output: &Output) -> String {
    let all = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&all).into_owned()
}

/// The folder in which chores leave what they make.
fn built() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| support::repository().join("target"))
}

/// The package in this folder whose file name begins like this.
#[track_caller]
fn packed(folder: &Path, start: &str) -> PathBuf {
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let is_it = |path: &PathBuf| {
        path.is_file() && path.file_name().unwrap().to_str().unwrap().starts_with(start)
    };
    let mut found: Vec<PathBuf> = entries.filter(is_it).collect();
    assert_eq!(found.len(), 1, "{start} in {}: {found:?}", folder.display());
    found.remove(0)
}

/// A copy of a folder of the repository, which goes when it is dropped.
fn copied(folder: &str) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_all(&support::repository().join(folder), copy.path());
    copy
}

fn copy_all(from: &Path, to: &Path) {
    for entry in from.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_all(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

fn write(folder: &Path, name: &str, content: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, content).unwrap();
    file
}
