//! One file per command.

mod access;
mod baseline;
mod check;
mod completions;
mod diff;
mod explain;
mod fix;
mod init;
mod listing;
mod lsp;
mod man;
mod map;
mod narrow;
mod roots;
mod routes;
mod rules;
mod schema;
mod settings;
mod since;

use crate::cli::{Cli, Command};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing to complain about.
    Clean,
    /// Findings at or above the level that fails.
    Found,
}

/// Runs what the command line asks for.
pub(crate) fn run(cli: &Cli) -> anyhow::Result<Ending> {
    match &cli.command {
        Command::Check(arguments) => return check::run(arguments, &cli.common),
        Command::Fix(arguments) => return fix::run(arguments, &cli.common),
        Command::Init(arguments) => init::run(arguments, &cli.common)?,
        Command::Baseline(arguments) => baseline::run(arguments, &cli.common)?,
        Command::Settings(arguments) => settings::run(arguments, &cli.common)?,
        Command::Man(arguments) => man::run(arguments)?,
        Command::Explain(arguments) => explain::run(arguments)?,
        Command::Rules(arguments) => rules::run(arguments)?,
        Command::Schema(arguments) => schema::run(arguments, &cli.common)?,
        Command::Diff(arguments) => return diff::run(arguments, &cli.common),
        Command::Access(arguments) => access::run(arguments, &cli.common)?,
        Command::Routes(arguments) => routes::list(arguments, &cli.common)?,
        Command::Path(arguments) => routes::path(arguments, &cli.common)?,
        Command::Queries(arguments) => listing::queries(arguments, &cli.common)?,
        Command::Lsp(_) => return lsp::run(),
        Command::Map(arguments) => map::run(arguments, &cli.common)?,
        Command::Completions(arguments) => completions::run(arguments)?,
    }
    Ok(Ending::Clean)
}
