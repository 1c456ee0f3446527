//! Runs a command and measures how long it took and how much memory it held at most.

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Context;

/// How often the memory of a running program is looked at.
const INTERVAL: Duration = Duration::from_millis(2);

/// What a run took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cost {
    /// Wall-clock time.
    pub(crate) elapsed: Duration,
    /// The most memory it held, in kB; none where the system does not say.
    pub(crate) peak: Option<u64>,
}

/// Times a run; its output is thrown away.
pub(crate) fn time(command: &mut Command) -> anyhow::Result<Duration> {
    let start = Instant::now();
    quiet(command).status().with_context(|| format!("cannot start {command:?}"))?;
    Ok(start.elapsed())
}

/// The most memory that a run holds, in kB. The kernel keeps the peak, so the last look before
/// the end is right unless the program grows in its last two milliseconds.
pub(crate) fn peak(command: &mut Command) -> anyhow::Result<Option<u64>> {
    let mut child = quiet(command).spawn().with_context(|| format!("cannot start {command:?}"))?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while child.try_wait()?.is_none() {
        let seen = fs::read_to_string(&status).ok().and_then(|text| high_water(&text));
        peak = seen.max(peak);
        sleep(INTERVAL);
    }
    Ok(peak)
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_peak_is_read_from_the_status() {
        assert_eq!(super::high_water("Name:\tx\nVmHWM:\t   5320 kB\n"), Some(5320));
        assert_eq!(super::high_water(""), None);
    }
}
