//! `cargo xtask test`: the one command that says whether the repository is well.

use crate::process::{Outcome, cargo, run};
use crate::requirements::{OF_TESTS, ensure};

/// Runs every test; further arguments go to `cargo test`.
pub(crate) fn run_all(arguments: &[&str]) -> anyhow::Result<Outcome> {
    ensure(OF_TESTS)?;
    run(cargo(&["test", "--workspace"]).args(arguments))
}
