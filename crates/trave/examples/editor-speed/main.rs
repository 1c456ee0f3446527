//! How long it takes from a keystroke to what rules say of it, in a project that stays in memory.
//! `cargo xtask bench session` builds this for release and runs it.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to who started it")]

mod generated;
mod keystrokes;
mod places;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use keystrokes::{Strokes, type_at};
use places::{Where, places};
use trave_rules::RULES;
use trave_workspace::{Options, Phase, Session, WorkspaceError};

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let measured = match arguments.as_slice() {
        [] => generated::project().and_then(|folder| measure("a generated project", folder.path())),
        // For others that measure the same project.
        [write, folder] if write == "--write" => generated::write(Path::new(folder)),
        folders => folders.iter().try_for_each(|folder| measure(folder, Path::new(folder))),
    };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Types at each place of a project, and prints how long it took until the findings were there.
fn measure(name: &str, folder: &Path) -> Result<(), WorkspaceError> {
    let rules = RULES.iter().map(|rule| rule.meta.id).collect();
    let mut session = Session::new(folder, Options { rules, ..Options::default() });
    let start = Instant::now();
    let first = session.check(RULES)?;
    let elapsed = start.elapsed();
    let model = &first.project.model;
    println!(
        "{name}: {} files, {} routes, {} queries, {} findings, opened in {:.1} s",
        model.coverage.files,
        model.routes.len(),
        model.queries.len(),
        first.report.findings.len(),
        elapsed.as_secs_f64()
    );
    let (places, before) = (places(model), resident());
    drop(first);
    let mut all = Strokes::default();
    println!("{:<12}{:>8}{:>10}{:>10}{:>10}  ms", "typing in", "strokes", "p50", "p95", "max");
    for place in Where::ALL {
        let mut strokes = Strokes::default();
        for one in places.iter().filter(|one| one.kind == place) {
            strokes.extend(type_at(&mut session, one)?);
        }
        show(place.name(), &mut strokes);
        all.extend(strokes);
    }
    show("all of it", &mut all);
    if let Some((before, after)) = before.zip(resident()) {
        println!("  memory {before:>24.0} MB when opened, {after:.0} MB after typing");
    }
    for phase in [Phase::Scan, Phase::Parse, Phase::Replay, Phase::Link, Phase::Rules] {
        println!("  {:<10}{:>26.1}  ms on average", phase.name(), all.average(phase));
    }
    Ok(())
}

fn show(name: &str, strokes: &mut Strokes) {
    if strokes.times.is_empty() {
        return;
    }
    strokes.times.sort_unstable();
    let at = |part: usize| {
        let last = strokes.times.len() - 1;
        strokes.times.get(last * part / 100).map_or(0.0, milliseconds)
    };
    let count = strokes.times.len();
    println!("{name:<12}{count:>8}{:>10.1}{:>10.1}{:>10.1}", at(50), at(95), at(100));
}

/// How much memory the process holds, in megabytes, where the system tells.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1_024.0)
}

fn milliseconds(time: &Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
