//! `cargo xtask docs`: the documentation of every crate, warnings denied.

use crate::repository;

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let command = ["doc", "--workspace", "--no-deps", "--document-private-items"];
    let denied = "--deny warnings";
    repository::run(repository::cargo(&command).args(arguments).env("RUSTDOCFLAGS", denied))
}
