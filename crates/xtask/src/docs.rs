//! `cargo xtask docs`: whether links lead somewhere, and whether the documentation of the code
//! builds.

use crate::process::{Outcome, cargo, run};

/// Checks the documentation.
pub(crate) fn run_checks() -> anyhow::Result<Outcome> {
    let links = run(&mut cargo(&["test", "--package", "trave", "--test", "docs"]))?;
    let mut build = cargo(&["doc", "--workspace", "--no-deps"]);
    let documented = run(build.env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(if links == Outcome::Success { documented } else { links })
}
