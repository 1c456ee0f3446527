//! `cargo xtask package vscode`: the extension as a `.vsix`, with a binary in it or without.

use std::path::Path;
use std::process::Command;

use anyhow::ensure;

use super::request::{Request, read, version};
use super::stage::Stage;
use crate::process::{Outcome, built, repository, run};
use crate::tools::npm_install;

/// Where the sources of the extension are.
const SOURCES: &str = "editors/vscode";

/// What the published package holds beside its manifest.
const FILES: [&str; 4] = ["README.md", "CHANGELOG.md", "icon.png", "dist/extension.js"];

/// Makes the extension, in `target/vscode`. A target or a binary that was named goes into it;
/// without either, the extension looks for a binary where it is installed.
pub(super) fn package(request: &Request) -> anyhow::Result<Outcome> {
    let sources = repository().join(SOURCES);
    npm_install(&sources)?;
    let bundled = run(Command::new("npm").args(["run", "build"]).current_dir(&sources))?;
    ensure!(bundled == Outcome::Success, "the extension does not build");
    let all = Stage::new(built().join("vscode"))?;
    let stage = staged(&sources, all.folder())?;
    let mut name = format!("trave-{}.vsix", version());
    let mut pack = Command::new(sources.join("node_modules/.bin/vsce"));
    pack.args(["package", "--no-dependencies", "--allow-missing-repository"]);
    if request.named_target().is_some() || request.named_binary().is_some() {
        let target = request.target()?;
        stage.copy(&request.binary()?, &format!("bin/{}", target.executable()))?;
        name = format!("trave-{}-{}.vsix", target.vscode, version());
        pack.args(["--target", target.vscode]);
    }
    pack.arg("--out").arg(all.folder().join(name)).current_dir(stage.folder());
    ensure!(run(&mut pack)? == Outcome::Success, "vsce cannot pack the extension");
    Ok(Outcome::Success)
}

/// What is packed, in a folder of its own: the bundle, and no source.
fn staged(sources: &Path, folder: &Path) -> anyhow::Result<Stage> {
    let stage = Stage::new(folder.join("extension"))?;
    for name in FILES {
        stage.copy(&sources.join(name), name)?;
    }
    let manifest = read(&sources.join("package.json"))?;
    stage.write("package.json", &manifest.replace("\"0.0.0\"", &format!("\"{}\"", version())))?;
    let licences = ["LICENSE-MIT", "LICENSE-APACHE"].map(|name| read(&repository().join(name)));
    let [mit, apache] = licences;
    stage.write("LICENSE.txt", &format!("{}\n\n{}", mit?, apache?))?;
    Ok(stage)
}
