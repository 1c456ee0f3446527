//! Running other programs, and saying which.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use anyhow::Context;

/// How a chore ended, apart from mistakes in using it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Success,
    /// A program that was run gave this exit code.
    Failure(u8),
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Success => Self::SUCCESS,
            Outcome::Failure(code) => Self::from(code),
        }
    }
}

impl From<ExitStatus> for Outcome {
    fn from(status: ExitStatus) -> Self {
        if status.success() {
            return Self::Success;
        }
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        Self::Failure(code.unwrap_or(1))
    }
}

/// The folder of the repository: the one in which cargo runs this program, not the one in which it
/// was built, since two clones may share what they build.
pub(crate) fn repository() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR");
    let here = here.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.ancestors().nth(2).unwrap_or(&here).to_owned()
}

/// Where Cargo puts what it builds, and chores what they make.
pub(crate) fn built() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| repository().join("target"))
}

/// `cargo`, in the repository: the one that runs this program.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(repository());
    command
}

/// Says what is run, runs it, and waits for it.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<Outcome> {
    println!("$ {}", shown(command));
    let status = command.status();
    let status = status.with_context(|| format!("`{}` cannot be run", shown(command)))?;
    Ok(status.into())
}

/// A command as one would type it.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_stem().unwrap_or(command.get_program()).to_string_lossy();
    let variables = command.get_envs().filter_map(|(name, value)| {
        Some(format!("{}={} ", name.to_string_lossy(), value?.to_string_lossy()))
    });
    let arguments = command.get_args().map(|argument| format!(" {}", argument.to_string_lossy()));
    variables.chain([program.into_owned()]).chain(arguments).collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::shown;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("/usr/bin/cargo");
        command.env("TRAVE_BLESS", "1").args(["test", "--workspace"]);
        assert_eq!(shown(&command), "TRAVE_BLESS=1 cargo test --workspace");
    }
}
