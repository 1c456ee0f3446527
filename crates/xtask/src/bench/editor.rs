//! `cargo xtask bench editor`: how long an editor waits for the server, measured by the reference
//! client of the protocol.

use std::path::PathBuf;
use std::process::Command;

use anyhow::ensure;

use super::request;
use crate::process::{Outcome, cargo, repository, run};

/// As many keys are pressed unless somebody says otherwise: the slowest in twenty has to be told.
const KEYS: usize = 60;

/// Times the server over each folder.
pub(super) fn run_bench(arguments: &[&str]) -> anyhow::Result<Outcome> {
    let request = request(arguments)?;
    let is_said = arguments.first() == Some(&"--rounds");
    let keys = if is_said { request.rounds } else { KEYS };
    let built = run(&mut cargo(&["build", "--release", "--package", "trave"]))?;
    ensure!(built == Outcome::Success, "trave does not build");
    let packages = packages()?;
    for folder in &request.folders {
        let mut client = Command::new("node");
        client.arg(packages.join("latency.mjs")).arg(folder).arg(keys.to_string());
        client.env("TRAVE_BINARY", super::peers::built(&repository()));
        client.env("TRAVE_PACKAGES", &packages);
        ensure!(run(&mut client)? == Outcome::Success, "the client stopped early");
    }
    Ok(Outcome::Success)
}

/// The folder of the clients, with what they need from npm.
fn packages() -> anyhow::Result<PathBuf> {
    let folder = repository().join("tests/editors");
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--no-package-lock"]).current_dir(&folder);
    ensure!(run(&mut npm)? == Outcome::Success, "npm cannot install the reference client");
    Ok(folder)
}
