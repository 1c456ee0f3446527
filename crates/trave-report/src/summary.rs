//! The lines at the end of a run: how much was found, how much was read, how long it took.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use trave_engine::Report;
use trave_model::Model;

use crate::place::start;

/// What the end of a run says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Summary<'a> {
    /// What was found.
    pub(crate) report: &'a Report,
    /// In what.
    pub(crate) model: &'a Model,
    /// How long the run took.
    pub(crate) elapsed: Duration,
}

impl Summary<'_> {
    /// Writes the summary.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let report = self.report;
        writeln!(out, "{}{}", counted(report), silenced(report))?;
        self.write_rules(out)?;
        if let Some(line) = self.pending() {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "{} in {}", coverage(self.model), seconds(self.elapsed))
    }

    fn write_rules(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut rules: Vec<(&str, usize)> = self.report.per_rule().into_iter().collect();
        rules.sort_by_key(|(rule, count)| (std::cmp::Reverse(*count), *rule));
        for (rule, count) in rules {
            writeln!(out, "{count:>6} {rule}")?;
        }
        Ok(())
    }

    /// Whether migrations are judged that are not applied yet, and how to have it done.
    fn pending(&self) -> Option<String> {
        let coverage = self.model.coverage;
        match coverage.pending {
            _ if coverage.statements == 0 => None,
            None => Some(
                "no migration is judged as new: `applied-until` in trave.toml or `--since REF` \
                 says which are not applied yet"
                    .to_owned(),
            ),
            Some(1) => Some("1 migration judged as not applied yet".to_owned()),
            Some(count) => Some(format!("{count} migrations judged as not applied yet")),
        }
    }
}

/// How many findings of each level there are.
pub(crate) fn counted(report: &Report) -> String {
    let counts = report.counts();
    let (errors, warnings) = (counts.errors, counts.warnings);
    let parts = [(errors, "error"), (warnings, "warning"), (counts.infos, "info")];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, word)| plural(*count, word)).collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}

/// How many findings were accepted or known before, in parentheses.
pub(crate) fn silenced(report: &Report) -> String {
    let left_out = [(report.silenced, "silenced"), (report.known, "known")];
    let left_out = left_out.iter().filter(|(count, _)| *count > 0);
    let left_out: Vec<String> = left_out.map(|(count, why)| format!("{count} {why}")).collect();
    if left_out.is_empty() { String::new() } else { format!(" ({})", left_out.join(", ")) }
}

/// One line of what was read and what was not.
pub(crate) fn coverage(model: &Model) -> String {
    let coverage = model.coverage;
    let missed = coverage.statements.saturating_sub(coverage.statements_understood);
    let statements = plural(coverage.statements, "statement");
    let read = match missed {
        0 => format!("{statements} read"),
        missed => format!("{missed} of {statements} not understood"),
    };
    format!(
        "{}, {}, {} of {} resolved, {read}",
        plural(coverage.files, "file"),
        plural(coverage.routes, "route"),
        coverage.queries_resolved,
        plural_of(coverage.queries, "query", "queries"),
    )
}

/// Writes what was not read, one line each, the same ones counted.
pub fn notices(out: &mut dyn Write, model: &Model, prefix: &str) -> io::Result<()> {
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for notice in &model.notices {
        let line = match notice.origin {
            Some(origin) => {
                let path = model.sources.path(origin.file);
                let line = start(&model.sources, origin).line;
                format!("{prefix}{path}:{line}: {}", notice.message)
            }
            None => notice.message.clone(),
        };
        *lines.entry(line).or_default() += 1;
    }
    for (line, count) in lines {
        let times = if count > 1 { format!(" ({count} times)") } else { String::new() };
        writeln!(out, "note: {line}{times}")?;
    }
    Ok(())
}

/// One part of a run as `timings` prints it: name, time, items, bytes.
pub type Timing = (&'static str, Duration, usize, u64);

/// Writes how long each part of a run took.
pub fn timings(out: &mut dyn Write, parts: &[Timing]) -> io::Result<()> {
    writeln!(out, "{:<8} {:>10} {:>8} {:>10}", "phase", "ms", "items", "kB")?;
    for (name, elapsed, items, bytes) in parts {
        let milliseconds = elapsed.as_secs_f64() * 1000.0;
        writeln!(out, "{name:<8} {milliseconds:>10.1} {items:>8} {:>10}", bytes / 1024)?;
    }
    Ok(())
}

fn seconds(elapsed: Duration) -> String {
    format!("{:.2} s", elapsed.as_secs_f64())
}

fn plural(count: usize, word: &str) -> String {
    plural_of(count, word, &format!("{word}s"))
}

fn plural_of(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
