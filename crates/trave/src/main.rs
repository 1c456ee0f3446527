//! `trave`: reads the command line, runs a command, and says how it ended by the exit code.

mod cli;
mod commands;
mod failure;
mod output;
mod project;
mod reports;
mod target;
mod whole;

use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use clap::Parser;
use clap::error::ErrorKind;

use cli::{Cli, Command};

/// Values of the evaluation are many, small and short-lived: the allocator is a fifth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Bytes of stack per thread: code nests deeper than people think.
const STACK_BYTES: usize = 64 << 20;

/// Findings at or above the level that fails.
const FOUND: u8 = 1;
/// Usage, settings, or a file system that does not play along.
const FAILED: u8 = 2;

/// What the last panic said: a rule that panics is a finding, and says so there.
static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

fn main() -> ExitCode {
    panic::set_hook(Box::new(|panic| {
        *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic.to_string());
    }));
    if let Ok(code) = panic::catch_unwind(AssertUnwindSafe(start)) {
        return code;
    }
    let panic = LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
    complain(&format!(
        "error: trave failed in its own code: {}\n\
         help: please report it with the file that caused it; `--verbose` may name it",
        panic.unwrap_or_default()
    ));
    ExitCode::from(FAILED)
}

fn start() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    // A server waits more than it works: it has a pool of its own for that.
    let outcome = match cli.command {
        Command::Lsp(_) => commands::run(&cli),
        _ => in_pool(|| commands::run(&cli)),
    };
    match outcome {
        Ok(commands::Ending::Clean) => ExitCode::SUCCESS,
        Ok(commands::Ending::Found) => ExitCode::from(FOUND),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&described(&error));
            ExitCode::from(FAILED)
        }
    }
}

/// Runs on a thread with a large stack.
fn in_pool<T: Send>(run: impl FnOnce() -> anyhow::Result<T> + Send) -> anyhow::Result<T> {
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build();
    pool.context("no threads could be started")?.install(run)
}

/// Help and version are no mistakes; whoever closed the pipe has read enough.
fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(FAILED),
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// Our own failures say everything; of others, the whole chain.
fn described(error: &anyhow::Error) -> String {
    match error.downcast_ref::<failure::Failure>() {
        Some(failure) => failure.to_string(),
        None => format!("error: {error:#}"),
    }
}

fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
