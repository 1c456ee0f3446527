//! `cargo xtask package`: makes what people install, from this checkout, below `target/`.

mod npm;
mod request;
mod stage;
mod target;
mod vscode;
mod wheel;

use crate::process::Outcome;
use request::Request;

const USAGE: &str = "\
cargo xtask package npm|vscode [--target TRIPLE] [--binary FILE]
cargo xtask package wheel [--target TRIPLE] [--profile NAME]";

/// Makes the packages of one kind.
pub(crate) fn run_package(arguments: &[&str]) -> anyhow::Result<Outcome> {
    let [kind, options @ ..] = arguments else { anyhow::bail!("what for?\n\n{USAGE}") };
    let request = Request::of(options)?;
    match *kind {
        "npm" => npm::package(&request),
        "vscode" => vscode::package(&request),
        "wheel" => wheel::package(&request),
        _ => anyhow::bail!("there are no packages for `{kind}`\n\n{USAGE}"),
    }
}
