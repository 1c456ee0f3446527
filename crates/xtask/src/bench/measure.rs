//! One run of one tool: how long it took, on how many cores, with how much memory.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use wait4::Wait4;

use super::peers::Tool;

/// What one run needed.
#[derive(Debug, Clone, Default)]
pub(super) struct Run {
    /// From start to end.
    pub(super) wall: Duration,
    /// Time of all cores together.
    pub(super) cpu: Duration,
    /// The most memory that the largest process held.
    pub(super) peak_bytes: u64,
    /// What it said beside its findings.
    pub(super) said: String,
}

/// Runs a tool over a folder; what it finds is thrown away.
pub(super) fn run(tool: &Tool, folder: &Path) -> anyhow::Result<Run> {
    let mut command = Command::new(&tool.program);
    command.args(&tool.arguments).arg(folder).current_dir(&tool.directory);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let context = || format!("{} cannot be run", tool.name);
    let start = Instant::now();
    let mut child = command.spawn().with_context(context)?;
    let mut said = Vec::new();
    if let Some(stderr) = &mut child.stderr {
        stderr.read_to_end(&mut said).with_context(context)?;
    }
    let used = child.wait4().with_context(context)?;
    let wall = start.elapsed();
    let said = String::from_utf8_lossy(&said).into_owned();
    // 0 and 1 are "nothing found" and "something found" with all of them.
    let code = used.status.code();
    ensure!(matches!(code, Some(0 | 1)), "{} failed with {code:?}:\n{said}", tool.name);
    let cpu = used.rusage.utime + used.rusage.stime;
    Ok(Run { wall, cpu, peak_bytes: used.rusage.maxrss, said })
}
