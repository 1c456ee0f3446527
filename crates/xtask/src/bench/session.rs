//! `cargo xtask bench session`: how long it takes from a keystroke to what rules say of it, in a
//! generated project of 5,000 files, or in folders that are given.
//!
//! What is timed is an example of the program: here it is built for release and started.

use std::path::Path;

use anyhow::Context;

use crate::process::{Outcome, cargo, run};

/// Runs the example of `trave` on folders, or on a generated project.
pub(super) fn run_bench(folders: &[&str]) -> anyhow::Result<Outcome> {
    let mut command = cargo(&["run", "--quiet", "--release", "--package", "trave"]);
    command.args(["--example", "editor-speed", "--"]);
    for folder in folders {
        let path = Path::new(folder).canonicalize();
        command.arg(path.with_context(|| format!("`{folder}` cannot be opened"))?);
    }
    run(&mut command)
}
