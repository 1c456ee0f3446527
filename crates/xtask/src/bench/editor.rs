//! `cargo xtask bench editor`: how long an editor waits for the server, measured by the reference
//! client of the protocol, in a generated project of 5,000 files or in folders that are given.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use super::{folder_at, rounds};
use crate::process::{Outcome, cargo, repository, run};

/// As many keys are pressed unless somebody says otherwise: the slowest in twenty has to be told.
const KEYS: usize = 60;

/// Times the server over each folder.
pub(super) fn run_bench(arguments: &[&str]) -> anyhow::Result<Outcome> {
    let (keys, folders) = rounds(arguments, KEYS)?;
    let folders = match folders {
        [] => vec![generated()?],
        folders => folders.iter().map(|folder| folder_at(folder)).collect::<anyhow::Result<_>>()?,
    };
    let built = run(&mut cargo(&["build", "--release", "--package", "trave"]))?;
    ensure!(built == Outcome::Success, "trave does not build");
    let packages = packages()?;
    for folder in &folders {
        let mut client = Command::new("node");
        client.arg(packages.join("latency.mjs")).arg(folder).arg(keys.to_string());
        client.env("TRAVE_BINARY", super::peers::built(&repository()));
        client.env("TRAVE_PACKAGES", &packages);
        ensure!(run(&mut client)? == Outcome::Success, "the client stopped early");
    }
    Ok(Outcome::Success)
}

/// The project that `cargo xtask bench session` types in, in a folder that git ignores.
fn generated() -> anyhow::Result<PathBuf> {
    let folder = repository().join(".scratch/editor");
    if folder.is_dir() {
        fs::remove_dir_all(&folder).context("`.scratch/editor` cannot be made anew")?;
    }
    write_to(&folder)?;
    Ok(folder)
}

fn write_to(folder: &Path) -> anyhow::Result<()> {
    let mut command = cargo(&["run", "--quiet", "--release", "--package", "trave"]);
    command.args(["--example", "editor-speed", "--", "--write"]).arg(folder);
    ensure!(run(&mut command)? == Outcome::Success, "the project cannot be generated");
    Ok(())
}

/// The folder of the clients, with what they need from npm.
fn packages() -> anyhow::Result<PathBuf> {
    let folder = repository().join("tests/editors");
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--no-package-lock"]).current_dir(&folder);
    ensure!(run(&mut npm)? == Outcome::Success, "npm cannot install the reference client");
    Ok(folder)
}
