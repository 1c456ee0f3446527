//! How long a replay takes beside bare sqlparser, over the same statements and in the same run.
//! `cargo xtask bench replay` builds this for release and runs it.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to who started it")]

mod generated;
mod measure;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use measure::{Input, Times, measure};
use trave_catalog::{SqlFile, group};
use trave_source::Sources;

/// How many statements the generated inputs have.
const SIZES: [usize; 3] = [10_000, 20_000, 40_000];

const ROUNDS: usize = 7;

/// No folder is read deeper than this: links may run in circles.
const DEPTH_MAX: usize = 32;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (rounds, folders) = match arguments.as_slice() {
        [flag, number, folders @ ..] if flag == "--rounds" => (number.parse().ok(), folders),
        folders => (Some(ROUNDS), folders),
    };
    let Some(rounds) = rounds.filter(|rounds| *rounds > 0) else {
        eprintln!("`--rounds` takes a number above zero");
        return ExitCode::from(2);
    };
    head();
    for folder in folders {
        for (name, input) in inputs_of(Path::new(folder)) {
            show(&name, &input, rounds);
        }
    }
    for count in SIZES {
        show(&format!("{count} generated statements"), &generated::input(count), rounds);
    }
    ExitCode::SUCCESS
}

/// Every root of migrations in a folder, by its name.
fn inputs_of(folder: &Path) -> Vec<(String, Input)> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mut paths = Vec::new();
    collect(&folder, DEPTH_MAX, &mut paths);
    paths.sort();
    // The folders above say what it is: `migrations` of `supabase`.
    let above = folder.ancestors().nth(2).unwrap_or(&folder);
    let mut sources = Sources::default();
    let mut files = Vec::new();
    for path in &paths {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let relative = path.strip_prefix(above).unwrap_or(path).to_string_lossy().into_owned();
        files.push((sources.add(relative.as_str(), text.as_str()), relative, text));
    }
    let file = |(id, path, text): &(_, String, String)| (*id, path.clone(), text.clone());
    let files: Vec<_> = files.iter().map(file).collect();
    let files: Vec<SqlFile<'_>> =
        files.iter().map(|(id, path, text)| SqlFile { id: *id, path, text }).collect();
    let roots = group(&files, &[]).roots.into_iter();
    roots.map(|root| (root.folder.to_string(), Input { root, sources: sources.clone() })).collect()
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = folder.read_dir() else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let is_left_out = path.ends_with("node_modules") || path.ends_with(".git");
        if path.is_dir() && depth > 0 && !is_left_out {
            collect(&path, depth - 1, found);
        } else if path.extension().is_some_and(|end| end == "sql") {
            found.push(path);
        }
    }
}

fn head() {
    println!(
        "{:<34}{:>8}{:>8}{:>12}{:>10}{:>11}{:>9}{:>9}",
        "", "count", "kB", "sqlparser", "parsing", "replaying", "µs each", "ratio"
    );
}

/// Three lines for an input: as it is, what both read, and that without bodies of functions,
/// which only the replay reads.
fn show(name: &str, input: &Input, rounds: usize) {
    println!("{name}");
    let all = input.statements();
    let read = all.iter().filter(|one| one.is_read_by_sqlparser).count();
    let refused = 100.0 - share(read, all.len());
    line("  as written", &measure(input, rounds));
    let both = input.only(|one| one.is_read_by_sqlparser && one.is_understood);
    line("  what both read", &measure(&both, rounds));
    let plain = input.only(|one| one.is_read_by_sqlparser && one.is_understood && !one.has_body);
    line("  without bodies of functions", &measure(&plain, rounds));
    println!("  sqlparser refuses {refused:.1}%\n");
}

#[expect(clippy::cast_precision_loss, reason = "no input has that many statements")]
fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

#[expect(clippy::cast_precision_loss, reason = "no input has that many statements")]
fn line(name: &str, times: &Times) {
    let milliseconds = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
    let each = times.replay.as_secs_f64() * 1e6 / times.count.max(1) as f64;
    println!(
        "{name:<34}{:>8}{:>8}{:>10.1}ms{:>8.1}ms{:>9.1}ms{each:>9.2}{:>9.2}",
        times.count,
        times.bytes / 1000,
        milliseconds(times.sqlparser),
        milliseconds(times.parse),
        milliseconds(times.replay),
        times.ratio,
    );
}
