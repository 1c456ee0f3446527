//! `cargo xtask bench`: a cold check of given trees against oxlint and Biome.
//!
//! The programs take turns, so that a busy machine is busy for all of them; what counts are the
//! medians and their ratios.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::peak::{Cost, peak, time};
use crate::peers::{self, Program};

const RUNS: usize = 7;

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let (runs, trees) = options(arguments)?;
    let mut programs = vec![peers::trave()?];
    programs.extend(peers::others()?);
    for tree in &trees {
        println!("\n{}", tree.display());
        let costs = measure(&programs, tree, runs)?;
        print_costs(&programs, &costs);
        print_phases(&programs, tree)?;
    }
    Ok(())
}

fn options(arguments: &[String]) -> anyhow::Result<(usize, Vec<PathBuf>)> {
    let mut runs = RUNS;
    let mut trees = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--runs" => runs = rest.next().context("--runs N")?.parse().context("--runs N")?,
            tree => trees.push(std::fs::canonicalize(tree).with_context(|| tree.to_owned())?),
        }
    }
    if trees.is_empty() || runs == 0 {
        bail!("cargo xtask bench [--runs N] DIR...");
    }
    Ok((runs, trees))
}

/// The median cost of each program on a tree.
fn measure(programs: &[Program], tree: &Path, runs: usize) -> anyhow::Result<Vec<Cost>> {
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); programs.len()];
    // One round first, which warms the file cache for all of them and is not counted.
    for round in 0..=runs {
        for (program, times) in programs.iter().zip(&mut times) {
            let elapsed = time(&mut program.command(tree))?;
            if round > 0 {
                times.push(elapsed);
            }
        }
    }
    let pairs = programs.iter().zip(times);
    pairs
        .map(|(program, times)| {
            Ok(Cost { elapsed: median(times), peak: peak(&mut program.command(tree))? })
        })
        .collect()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn print_costs(programs: &[Program], costs: &[Cost]) {
    let own = costs.first().map_or(0.0, |cost| cost.elapsed.as_secs_f64());
    println!("{:<8} {:>9} {:>12} {:>8}", "program", "ms", "trave is", "MB");
    for (program, cost) in programs.iter().zip(costs) {
        let seconds = cost.elapsed.as_secs_f64();
        let ratio = if seconds > 0.0 { own / seconds } else { 0.0 };
        let peak = cost.peak.map_or("?".to_owned(), |peak| (peak / 1024).to_string());
        println!("{:<8} {:>9.0} {:>10.2} × {:>8}", program.name, seconds * 1000.0, ratio, peak);
    }
}

/// One more run of trave, with the time of each part.
fn print_phases(programs: &[Program], tree: &Path) -> anyhow::Result<()> {
    let Some(trave) = programs.first() else { return Ok(()) };
    let mut command: Command = trave.command(tree);
    command.arg("--timings").stdout(Stdio::null());
    let output = command.stderr(Stdio::piped()).output()?;
    print!("{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
