//! `cargo xtask bench replay`: how long it takes to read migrations and to fold them into a
//! catalog, beside bare sqlparser over the same statements in the same run.
//!
//! What is timed lives with the crate that it times: here it is built for release and started.

use std::path::Path;

use anyhow::Context;

use crate::process::{Outcome, cargo, run};

/// Runs the example of `trave-catalog` on folders of migrations and on generated ones.
pub(super) fn run_bench(arguments: &[&str]) -> anyhow::Result<Outcome> {
    let mut command = cargo(&["run", "--quiet", "--release", "--package", "trave-catalog"]);
    command.args(["--example", "replay-speed", "--"]);
    let (options, folders) = match arguments {
        ["--rounds", number, folders @ ..] => (vec!["--rounds", number], folders),
        folders => (Vec::new(), folders),
    };
    command.args(options);
    for folder in folders {
        let path = Path::new(folder).canonicalize();
        command.arg(path.with_context(|| format!("`{folder}` cannot be opened"))?);
    }
    run(&mut command)
}
