//! `cargo xtask test`: sees that the tools are there, then runs every test.

use anyhow::bail;

use crate::repository;

/// A program that building or testing needs, and how it is got.
struct Tool {
    names: &'static [&'static str],
    argument: &'static str,
    purpose: &'static str,
    how: &'static str,
}

const TOOLS: [Tool; 2] = [
    Tool {
        names: &["cc", "clang", "gcc", "cl"],
        argument: "--version",
        purpose: "compiles the TypeScript grammar",
        how: "apt-get install gcc, or xcode-select --install",
    },
    Tool {
        names: &["git"],
        argument: "--version",
        purpose: "tells the tests which files belong to the repository",
        how: "apt-get install git",
    },
];

/// Runs the command; arguments go to `cargo test`.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    for tool in &TOOLS {
        if !tool.names.iter().any(|name| repository::is_there(name, tool.argument)) {
            let Tool { names, purpose, how, .. } = tool;
            bail!("{} is missing ({purpose}): {how}", names.join(" or "));
        }
    }
    repository::run(repository::cargo(&["test", "--workspace"]).args(arguments))
}
