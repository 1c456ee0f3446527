//! The language server as real editors meet it: the binary over standard input and output, driven
//! by Neovim and by the reference client of the protocol. `cargo xtask test` installs both.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

#[path = "support/project.rs"]
mod project;
#[path = "support/home.rs"]
mod support;

use std::path::PathBuf;
use std::process::Command;

use project::Project;

const MIGRATION: &str = include_str!("editors/notes.sql");

const ROUTE: &str = include_str!("editors/route.ts");

#[test]
fn neovim_sees_findings_come_and_go() {
    let mut editor = Command::new("nvim");
    let script = support::repository().join("tests/editors/neovim.lua");
    editor.args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-S"]).arg(script);
    drive(editor, "neovim: all is well");
}

#[test]
fn the_reference_client_sees_findings_come_and_go() {
    let mut client = Command::new("node");
    client.arg(support::repository().join("tests/editors/client.mjs"));
    client.env("TRAVE_PACKAGES", packages());
    drive(client, "node: all is well");
}

/// Runs a client over a project of its own, and expects what it says at its end.
#[track_caller]
fn drive(mut client: Command, expected: &str) {
    let project = Project::empty();
    project.write("supabase/migrations/20240101000000_notes.sql", MIGRATION);
    project.write("src/app/api/notes/route.ts", ROUTE);
    // Neovim asks the system for the real path of a file.
    let root = project.path().canonicalize().unwrap();
    client.env("TRAVE_BINARY", env!("CARGO_BIN_EXE_trave")).env("TRAVE_PROJECT", root);
    let program = client.get_program().to_owned();
    let output = client.output();
    let missing = "is not there; `cargo xtask test` installs it";
    let output = output.unwrap_or_else(|_| panic!("{} {missing}", program.display()));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains(expected), "{said}\n{complained}");
}

/// The folder with the packages of the reference client; npm installs what is missing.
fn packages() -> PathBuf {
    let folder = support::repository().join("tests/editors");
    if !folder.join("node_modules/vscode-languageserver-protocol").is_dir() {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--no-package-lock"]).current_dir(&folder);
        let output = npm.output().expect("npm is not there; `cargo xtask test` installs it");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    folder
}
