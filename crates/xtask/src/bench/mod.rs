//! `cargo xtask bench`: how long a cold check takes, beside two linters on the same folders.
//!
//! Absolute times say little: the tools run in turn, round by round, and what counts is the ratio
//! of two tools in the same round.

mod editor;
mod measure;
mod peers;
mod phases;
mod replay;
mod session;
mod table;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use crate::process::{Outcome, cargo, repository, run};
use measure::Run;
use peers::Tool;
use phases::Phase;

const ROUNDS: usize = 7;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    rounds: usize,
    folders: Vec<PathBuf>,
}

/// What a tool needed for one folder, in each round.
#[derive(Debug)]
struct Series {
    name: &'static str,
    runs: Vec<Run>,
}

/// Times every tool on every folder and prints a table per folder.
pub(crate) fn run_bench(arguments: &[&str]) -> anyhow::Result<Outcome> {
    if let ["replay", rest @ ..] = arguments {
        return replay::run_bench(rest);
    }
    if let ["editor", rest @ ..] = arguments {
        return editor::run_bench(rest);
    }
    if let ["session", rest @ ..] = arguments {
        return session::run_bench(rest);
    }
    let request = request(arguments)?;
    let built = run(&mut cargo(&["build", "--release", "--package", "trave"]))?;
    ensure!(built == Outcome::Success, "trave does not build");
    let tools = peers::tools(&repository())?;
    for folder in &request.folders {
        let series = time(&tools, folder, request.rounds)?;
        println!("\n{}, {} rounds after one that warms up", folder.display(), request.rounds);
        print!("{}", table::of_tools(&series));
        print!("{}", table::of_phases(&phases_of(&series)));
    }
    Ok(Outcome::Success)
}

fn request(arguments: &[&str]) -> anyhow::Result<Request> {
    let (rounds, folders) = rounds(arguments, ROUNDS)?;
    if folders.is_empty() {
        bail!("name the folders to check: cargo xtask bench [--rounds N] FOLDER...");
    }
    let folders = folders.iter().map(|folder| folder_at(folder));
    Ok(Request { rounds, folders: folders.collect::<anyhow::Result<_>>()? })
}

/// The number of rounds, which may stand first, and what follows.
fn rounds<'a>(arguments: &'a [&'a str], usual: usize) -> anyhow::Result<(usize, &'a [&'a str])> {
    let (rounds, rest) = match arguments {
        ["--rounds", number, rest @ ..] => {
            let rounds: usize = number.parse().context("`--rounds` takes a number")?;
            (rounds, rest)
        }
        all => (usual, all),
    };
    ensure!(rounds > 0, "`--rounds` takes a number above zero");
    Ok((rounds, rest))
}

fn folder_at(path: &str) -> anyhow::Result<PathBuf> {
    let folder = Path::new(path).canonicalize();
    let folder = folder.with_context(|| format!("`{path}` cannot be opened"))?;
    ensure!(folder.is_dir(), "`{path}` is no folder");
    Ok(folder)
}

/// Runs the tools in turn, so that what else the machine does meets them all alike. The first
/// round fills the system's cache of files and does not count.
fn time(tools: &[Tool], folder: &Path, rounds: usize) -> anyhow::Result<Vec<Series>> {
    let mut series: Vec<Series> =
        tools.iter().map(|tool| Series { name: tool.name, runs: Vec::new() }).collect();
    for round in 0..=rounds {
        for (tool, series) in tools.iter().zip(&mut series) {
            let run = measure::run(tool, folder)?;
            if round > 0 {
                series.runs.push(run);
            }
        }
    }
    Ok(series)
}

/// The parts of the runs of trave, each with its median time.
fn phases_of(series: &[Series]) -> Vec<Phase> {
    let Some(trave) = series.iter().find(|one| one.name == peers::TRAVE) else {
        return Vec::new();
    };
    let runs: Vec<Vec<Phase>> = trave.runs.iter().map(|run| phases::read(&run.said)).collect();
    phases::medians(&runs)
}

/// The middle one of some times.
fn median(times: impl IntoIterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.into_iter().collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{ROUNDS, median, request, rounds};

    #[test]
    fn rounds_may_be_given() {
        assert_eq!(request(&["--rounds", "2", "."]).unwrap().rounds, 2);
        assert_eq!(request(&["."]).unwrap().rounds, ROUNDS);
        assert!(request(&["--rounds", "0", "."]).is_err());
        assert!(request(&[]).is_err());
        assert_eq!(rounds(&[], 60).unwrap(), (60, [].as_slice()));
        assert!(request(&["no-such-folder"]).is_err());
    }

    #[test]
    fn the_median_is_the_middle_one() {
        let times = [9, 1, 5].map(Duration::from_secs);
        assert_eq!(median(times), Duration::from_secs(5));
        assert_eq!(median([]), Duration::ZERO);
    }
}
