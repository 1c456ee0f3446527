//! The tools that are timed: ours, and two linters from npm in a scratch folder that git ignores.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::process::{Outcome, run};

/// A program that checks a folder, whose path follows its arguments.
#[derive(Debug)]
pub(super) struct Tool {
    /// Its name and version.
    pub(super) name: &'static str,
    /// The program.
    pub(super) program: PathBuf,
    /// What stands before the folder.
    pub(super) arguments: Vec<String>,
    /// Where it is started.
    pub(super) directory: PathBuf,
}

/// The name of our own line.
pub(super) const TRAVE: &str = "trave";

const OXLINT: &str = "oxlint 1.94.0";
const BIOME: &str = "Biome 2.6.8";

const MANIFEST: &str = r#"{
  "private": true,
  "dependencies": { "oxlint": "1.94.0", "@biomejs/biome": "2.6.8" }
}
"#;

/// Every tool as it is out of the box: settings of the checked folders do not count.
pub(super) fn tools(repository: &Path) -> anyhow::Result<Vec<Tool>> {
    let scratch = repository.join(".scratch/bench");
    install(&scratch)?;
    let tool = |name, program: PathBuf, arguments: &[&str]| Tool {
        name,
        program,
        arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
        directory: scratch.clone(),
    };
    let oxlint = ["--disable-nested-config", "--config", "oxlint.json"];
    let biome = ["lint", "--max-diagnostics=1", "--config-path=."];
    let trave = ["check", "--format", "concise", "--timings", "--no-progress", "--allow-empty"];
    Ok(vec![
        tool(OXLINT, scratch.join("node_modules/.bin/oxlint"), &oxlint),
        tool(BIOME, biome_program(&scratch), &biome),
        tool(TRAVE, built(repository), &trave),
    ])
}

/// Where cargo puts what it builds for release.
pub(super) fn built(repository: &Path) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| repository.join("target")).join("release/trave")
}

fn install(scratch: &Path) -> anyhow::Result<()> {
    let write = |name: &str, text: &str| {
        fs::write(scratch.join(name), text).with_context(|| format!("`{name}` cannot be written"))
    };
    fs::create_dir_all(scratch).context("`.scratch/bench` cannot be made")?;
    write("oxlint.json", "{}\n")?;
    write("biome.json", "{ \"root\": true, \"formatter\": { \"enabled\": false } }\n")?;
    let manifest = scratch.join("package.json");
    let is_there = fs::read_to_string(manifest).is_ok_and(|text| text == MANIFEST);
    if is_there && scratch.join("node_modules").is_dir() {
        return Ok(());
    }
    write("package.json", MANIFEST)?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund"]).current_dir(scratch);
    ensure!(run(&mut npm)? == Outcome::Success, "npm cannot install the other linters");
    Ok(())
}

/// The program itself where there is one for this machine: the script around it takes longer to
/// start than small folders take to check.
fn biome_program(scratch: &Path) -> PathBuf {
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let package = format!("node_modules/@biomejs/cli-{system}-{architecture}/biome");
    let native = scratch.join(package);
    if native.is_file() { native } else { scratch.join("node_modules/.bin/biome") }
}
