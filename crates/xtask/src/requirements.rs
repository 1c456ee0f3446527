//! Programs that the tests need: which are missing, and how to get them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::bail;

use crate::process::{Outcome, run};

/// A program that has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Requirement {
    /// The names under which it may be found.
    pub(crate) programs: &'static [&'static str],
    /// The packages of Debian that have it; none if a package manager is not the way to get it.
    pub(crate) packages: &'static [&'static str],
    /// What it is needed for.
    pub(crate) why: &'static str,
}

/// What `cargo xtask test` needs.
pub(crate) const OF_TESTS: &[Requirement] = &[
    Requirement { programs: &["cargo"], packages: &[], why: "it builds and runs the tests" },
    Requirement {
        programs: &["cc", "gcc", "clang"],
        packages: &["gcc", "libc6-dev"],
        why: "the TypeScript grammar is written in C",
    },
    Requirement {
        programs: &["git"],
        packages: &["git"],
        why: "the tests of the repository ask it for the files",
    },
    Requirement {
        programs: &["initdb"],
        packages: &["postgresql"],
        why: "the tests of the replay ask a real server",
    },
    Requirement {
        programs: &["node"],
        packages: &["nodejs"],
        why: "programs that others wrote read the reports",
    },
    Requirement {
        programs: &["npm"],
        packages: &["npm"],
        why: "it installs the programs that read the reports, and the packages as users do",
    },
    Requirement {
        programs: &["nvim"],
        packages: &["neovim"],
        why: "an editor drives the language server",
    },
    Requirement {
        programs: &["pip3"],
        packages: &["python3", "python3-pip", "python3-venv"],
        why: "maturin makes the wheel, and validators read the files for CI services",
    },
    Requirement {
        programs: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
        packages: &["chromium"],
        why: "pages are opened in a browser, and so is the editor that tests the extension",
    },
];

/// Sees to it that everything is there: installs what is missing if that is possible, or says what
/// to install.
pub(crate) fn ensure(requirements: &[Requirement]) -> anyhow::Result<()> {
    let missing = missing(requirements, &folders());
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().flat_map(|one| one.packages).copied().collect();
    let installable = missing.iter().all(|one| !one.packages.is_empty());
    if installable && can_install() && install(&packages)? == Outcome::Success {
        return Ok(());
    }
    bail!("{}", advice(&missing, &packages))
}

fn missing(requirements: &[Requirement], folders: &[PathBuf]) -> Vec<Requirement> {
    let is_there = |one: &Requirement| {
        let paths = folders.iter().flat_map(|folder| one.programs.iter().map(|p| folder.join(p)));
        paths.into_iter().any(|path| path.is_file())
    };
    requirements.iter().filter(|one| !is_there(one)).copied().collect()
}

/// The folders of `PATH`, and those where Debian keeps the programs of PostgreSQL servers.
fn folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let servers = Path::new("/usr/lib/postgresql").read_dir().into_iter().flatten();
    let servers = servers.filter_map(|version| Some(version.ok()?.path().join("bin")));
    std::env::split_paths(&path).chain(servers).collect()
}

/// Packages can be installed by the administrator of a Debian system only.
fn can_install() -> bool {
    let user = Command::new("id").arg("-u").output();
    let is_root = user.is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    is_root && folders().iter().any(|folder| folder.join("apt-get").is_file())
}

fn install(packages: &[&str]) -> anyhow::Result<Outcome> {
    let apt = |arguments: &[&str]| {
        run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    // An old list of packages is better than none: what counts is whether they install.
    apt(&["update"])?;
    let arguments = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    apt(&arguments)
}

fn advice(missing: &[Requirement], packages: &[&str]) -> String {
    let mut lines = vec!["some programs are missing:".to_owned()];
    lines.extend(missing.iter().map(|one| format!("  {}: {}", one.programs.join(" or "), one.why)));
    if !packages.is_empty() {
        lines.push(format!("on Debian or Ubuntu: apt-get install {}", packages.join(" ")));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{OF_TESTS, Requirement, advice, missing};

    const NEEDED: [Requirement; 2] = [
        Requirement { programs: &["here"], packages: &["a"], why: "it is" },
        Requirement { programs: &["gone", "lost"], packages: &["b"], why: "it was" },
    ];

    #[test]
    fn what_no_folder_has_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("here"), "").unwrap();
        assert_eq!(missing(&NEEDED, &[folder.path().to_owned()]), NEEDED[1..]);
        assert_eq!(missing(OF_TESTS, &[]).len(), OF_TESTS.len());
    }

    #[test]
    fn the_advice_names_programs_and_packages() {
        let text = advice(&NEEDED[1..], &["b"]);
        assert!(text.contains("  gone or lost: it was\n"), "{text}");
        assert!(text.ends_with("apt-get install b"), "{text}");
    }
}
