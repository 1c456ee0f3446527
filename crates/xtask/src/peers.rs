//! The programs that a benchmark compares with, installed from npm into a scratch folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::repository;

/// A program under measure: its name and how it is started on a tree.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// Its name in the table.
    pub(crate) name: &'static str,
    executable: PathBuf,
    arguments: &'static [&'static str],
}

impl Program {
    /// The command that checks a tree.
    pub(crate) fn command(&self, tree: &Path) -> Command {
        let mut command = Command::new(&self.executable);
        command.args(self.arguments).arg(tree);
        command
    }
}

/// trave as it is released, built first.
pub(crate) fn trave() -> anyhow::Result<Program> {
    repository::run(&mut repository::cargo(&["build", "--release", "--package", "trave"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| repository::root().join("target"), PathBuf::from);
    let arguments = &["check", "--format", "concise", "--no-progress", "--allow-empty"];
    Ok(Program { name: "trave", executable: target.join("release/trave"), arguments })
}

/// oxlint and Biome with their default rules.
pub(crate) fn others() -> anyhow::Result<Vec<Program>> {
    let folder = repository::root().join(".scratch/peers");
    let modules = folder.join("node_modules");
    if !modules.join("oxlint").exists() || !modules.join("@biomejs").exists() {
        install(&folder)?;
    }
    let biome = native_biome(&modules).unwrap_or_else(|| modules.join(".bin/biome"));
    Ok(vec![
        Program { name: "oxlint", executable: modules.join(".bin/oxlint"), arguments: &[] },
        Program { name: "biome", executable: biome, arguments: &["lint"] },
    ])
}

fn install(folder: &Path) -> anyhow::Result<()> {
    ensure!(
        repository::is_there("npm", "--version"),
        "npm is missing, which installs oxlint and Biome: apt-get install npm"
    );
    fs::create_dir_all(folder)?;
    let packages = ["install", "--no-save", "--silent", "--prefix", "."];
    let mut npm = Command::new("npm");
    npm.args(packages).args(["oxlint", "@biomejs/biome"]).current_dir(folder);
    repository::run(&mut npm).context("oxlint and Biome could not be installed")
}

/// Biome's own executable: the script in front of it would count as its memory and time.
fn native_biome(modules: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(modules.join("@biomejs")).ok()?;
    let paths = entries.flatten().map(|entry| entry.path().join("biome"));
    paths.into_iter().find(|path| path.is_file())
}
