//! `cargo xtask package npm`: the package `trave`, and the one that holds the binary of a target.

use std::path::Path;
use std::process::Command;

use anyhow::ensure;

use super::request::{Request, read, version};
use super::stage::Stage;
use super::target::Target;
use crate::process::{Outcome, built, repository, run};

/// What stands for the version in the manifests below `npm/`.
const NO_VERSION: &str = "0.0.0";

/// Makes both packages and packs them, into `target/npm`.
pub(super) fn package(request: &Request) -> anyhow::Result<Outcome> {
    let target = request.target()?;
    let binary = request.binary()?;
    let all = Stage::new(built().join("npm"))?;
    let folder = all.folder();
    let packages = [main(folder)?, platform(folder, target, &binary)?];
    for package in packages {
        let mut pack = Command::new("npm");
        pack.args(["pack", "--silent", "--pack-destination"]).arg(folder);
        let packed = run(pack.current_dir(package.folder()))?;
        ensure!(packed == Outcome::Success, "npm cannot pack `{}`", package.folder().display());
    }
    println!("packed into {}", folder.display());
    Ok(Outcome::Success)
}

/// The package that people name: it finds the binary and runs it.
fn main(folder: &Path) -> anyhow::Result<Stage> {
    let stage = Stage::new(folder.join("trave"))?;
    stage.copy_tracked("npm/trave")?;
    stage.copy_licences()?;
    let manifest = read(&repository().join("npm/trave/package.json"))?;
    stage.write("package.json", &manifest.replace(NO_VERSION, version()))?;
    Ok(stage)
}

/// The package that holds the binary of a target.
fn platform(folder: &Path, target: Target, binary: &Path) -> anyhow::Result<Stage> {
    let stage = Stage::new(folder.join(target.npm))?;
    stage.copy_licences()?;
    for name in ["package.json", "README.md"] {
        let template = read(&repository().join("npm/platform").join(name))?;
        stage.write(name, &filled(&template, target))?;
    }
    stage.copy(binary, target.executable())?;
    Ok(stage)
}

/// A template of a package with a binary, for a target.
fn filled(template: &str, target: Target) -> String {
    let has_place = |line: &&str| target.libc.is_some() || !line.contains("LIBC");
    let text: String = template.split_inclusive('\n').filter(has_place).collect();
    text.replace(NO_VERSION, version())
        .replace("PLATFORM", target.npm)
        .replace("EXECUTABLE", target.executable())
        .replace("LIBC", target.libc.unwrap_or_default())
        .replace("\"OS\"", &format!("\"{}\"", target.os))
        .replace("\"CPU\"", &format!("\"{}\"", target.cpu))
}

#[cfg(test)]
mod tests {
    use super::{filled, repository};
    use crate::package::target::Target;

    #[test]
    fn a_package_says_which_machines_it_is_for() {
        let template = repository().join("npm/platform/package.json");
        let template = std::fs::read_to_string(template).unwrap();
        let musl = Target::named("aarch64-unknown-linux-musl").unwrap();
        let text = filled(&template, musl);
        for part in ["\"@trave/linux-arm64-musl\"", "[\"linux\"]", "[\"arm64\"]", "[\"musl\"]"] {
            assert!(text.contains(part), "{part}:\n{text}");
        }
        let windows = Target::named("x86_64-pc-windows-msvc").unwrap();
        let text = filled(&template, windows);
        assert!(text.contains("[\"trave.exe\",") && !text.contains("libc"), "{text}");
    }
}
