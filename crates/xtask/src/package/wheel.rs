//! `cargo xtask package wheel`: the binary as a wheel, made by maturin.

use std::process::Command;

use anyhow::ensure;

use super::request::Request;
use super::stage::Stage;
use crate::process::{Outcome, built, repository, run};
use crate::tools::MATURIN;

/// Makes the wheel, in `target/wheels`.
pub(super) fn package(request: &Request) -> anyhow::Result<Outcome> {
    ensure!(request.named_binary().is_none(), "maturin builds the binary itself: no `--binary`");
    let wheels = Stage::new(built().join("wheels"))?;
    let mut build = Command::new(MATURIN.program()?);
    build.args(["build", "--locked", "--profile", &request.profile, "--out"]);
    build.arg(wheels.folder()).current_dir(repository());
    if let Some(target) = request.named_target() {
        build.args(["--target", target.triple]);
    }
    run(&mut build)
}
