//! `trave completions`: prints a completion script.

use std::io::Write;

use clap::CommandFactory;

use crate::cli::{Cli, Completions};
use crate::output::stdout;

/// Runs the command.
pub(crate) fn run(arguments: &Completions) -> anyhow::Result<()> {
    // The generator takes every write for granted, so the pipe is met only afterwards.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "trave", &mut script);
    let mut out = stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(())
}
