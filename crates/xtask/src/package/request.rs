//! What a package is made for and from, as said on the command line.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

use super::target::Target;
use crate::process::{Outcome, built, cargo, run};

/// The profile of Cargo that releases are built with.
const PROFILE: &str = "dist";

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    /// The machine that the package is for, if one was named.
    target: Option<Target>,
    /// A binary that is there already.
    binary: Option<PathBuf>,
    /// The profile of Cargo to build with.
    pub(super) profile: String,
}

impl Request {
    /// Reads the options of the command line.
    pub(super) fn of(options: &[&str]) -> anyhow::Result<Self> {
        let mut request = Self { target: None, binary: None, profile: PROFILE.to_owned() };
        for pair in options.chunks(2) {
            match pair {
                ["--target", triple] => request.target = Some(Target::named(triple)?),
                ["--binary", file] => request.binary = Some(PathBuf::from(file)),
                ["--profile", name] => (*name).clone_into(&mut request.profile),
                [option, ..] => bail!("`{option}` cannot be said here, or lacks its value"),
                [] => {}
            }
        }
        Ok(request)
    }

    /// The machine that the package is for: this one, if none was named.
    pub(super) fn target(&self) -> anyhow::Result<Target> {
        self.target.map_or_else(Target::of_this_machine, Ok)
    }

    /// The target, if it was named.
    pub(super) fn named_target(&self) -> Option<Target> {
        self.target
    }

    /// The binary that was named, if one was.
    pub(super) fn named_binary(&self) -> Option<&Path> {
        self.binary.as_deref()
    }

    /// The binary to pack: the one that was named, or one that is built now.
    pub(super) fn binary(&self) -> anyhow::Result<PathBuf> {
        if let Some(file) = &self.binary {
            ensure!(file.is_file(), "`{}` is no file", file.display());
            return Ok(file.clone());
        }
        let target = self.target()?;
        let mut build = cargo(&["build", "--locked", "--package", "trave", "--profile"]);
        build.args([&self.profile, "--target", target.triple]);
        ensure!(run(&mut build)? == Outcome::Success, "trave does not build");
        let profile = if self.profile == "dev" { "debug" } else { &self.profile };
        Ok(built().join(target.triple).join(profile).join(target.executable()))
    }
}

/// The version of the workspace, which is that of every package.
pub(super) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// What a file holds.
pub(super) fn read(path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path);
    text.with_context(|| format!("`{}` cannot be read", path.display()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Request;

    #[test]
    fn options_come_in_pairs_and_in_any_order() {
        let options = ["--binary", "a/trave", "--target", "x86_64-unknown-linux-musl"];
        let request = Request::of(&options).unwrap();
        assert_eq!(request.target().unwrap().npm, "linux-x64-musl");
        assert_eq!(request.named_binary(), Some(Path::new("a/trave")));
        assert_eq!(request.profile, "dist");
        let error = Request::of(&["--target"]).unwrap_err().to_string();
        assert!(error.contains("`--target`"), "{error}");
    }

    #[test]
    fn a_binary_that_is_not_there_is_refused() {
        let request = Request::of(&["--binary", "no/such/file"]).unwrap();
        let error = request.binary().unwrap_err().to_string();
        assert!(error.contains("`no/such/file` is no file"), "{error}");
    }
}
