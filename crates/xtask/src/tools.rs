//! Tools from npm and `PyPI`, installed by name and version below folders that git ignores.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::process::{Outcome, built, run};

/// A tool from `PyPI`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PythonTool {
    /// The program that it brings.
    pub(crate) program: &'static str,
    /// Its package, with the version.
    pub(crate) package: &'static str,
}

/// Builds wheels.
pub(crate) const MATURIN: PythonTool =
    PythonTool { program: "maturin", package: "maturin==1.16.0" };

/// Validates files of CI services against schemas that it brings with it.
pub(crate) const CHECK_JSONSCHEMA: PythonTool =
    PythonTool { program: "check-jsonschema", package: "check-jsonschema==0.39.0" };

/// Runs hooks before commits, and knows what a repository of hooks has to say.
pub(crate) const PRE_COMMIT: PythonTool =
    PythonTool { program: "pre-commit", package: "pre-commit==4.7.0" };

/// Audits workflows of GitHub.
pub(crate) const ZIZMOR: PythonTool = PythonTool { program: "zizmor", package: "zizmor==1.32.0" };

impl PythonTool {
    /// The program, installed into an environment of its own if it is not there.
    pub(crate) fn program(self) -> anyhow::Result<PathBuf> {
        let environment = built().join("tools").join(self.package);
        let programs = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
        let program = programs.join(self.program).with_extension(std::env::consts::EXE_EXTENSION);
        if program.is_file() {
            return Ok(program);
        }
        let made = run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        ensure!(made == Outcome::Success, "Python cannot make an environment: it lacks `venv`");
        let mut pip = Command::new(programs.join("pip"));
        let installed = run(pip.args(["install", "--quiet", self.package]))?;
        ensure!(installed == Outcome::Success, "pip cannot install {}", self.package);
        Ok(program)
    }
}

/// Installs what a `package.json` asks for, unless that was done already.
pub(crate) fn npm_install(folder: &Path) -> anyhow::Result<()> {
    let manifest = fs::read(folder.join("package.json"));
    let manifest = manifest.with_context(|| format!("no package.json in {}", folder.display()))?;
    let stamp = folder.join("node_modules/.installed-from");
    if fs::read(&stamp).is_ok_and(|installed| installed == manifest) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund"]).current_dir(folder);
    ensure!(run(&mut npm)? == Outcome::Success, "npm cannot install into {}", folder.display());
    fs::write(&stamp, manifest).with_context(|| format!("`{}` cannot be written", stamp.display()))
}
