//! The lines at the end of a run: how much was found, how much was read, how long it took.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use trave_engine::Report;
use trave_model::Model;
use trave_source::Notice;

use crate::Look;
use crate::place::start;

/// What the end of a run says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Summary<'a> {
    /// What was found.
    pub(crate) report: &'a Report,
    /// In what.
    pub(crate) model: &'a Model,
    /// How it is written.
    pub(crate) look: Look<'a>,
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
        lines(out, (&report.notices, self.model), self.look.prefix)?;
        let elapsed = seconds(self.elapsed);
        writeln!(out, "{} in {elapsed}{}", coverage(self.model), self.unread())
    }

    /// How much was not read, where it is not told in full.
    fn unread(&self) -> String {
        let count = distinct(&self.model.notices, (self.model, "")).len();
        // Who sees every place of a finding asked for all that there is.
        match (count, self.look.labels_max) {
            (0, _) | (_, None) => String::new(),
            (count, Some(_)) => format!("; {} with `--verbose`", plural(count, "note")),
        }
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
    lines(out, (&model.notices, model), prefix)
}

fn lines(
    out: &mut dyn Write,
    (notices, model): (&[Notice], &Model),
    prefix: &str,
) -> io::Result<()> {
    for (line, count) in distinct(notices, (model, prefix)) {
        let times = if count > 1 { format!(" ({count} times)") } else { String::new() };
        writeln!(out, "note: {line}{times}")?;
    }
    Ok(())
}

/// Each notice as a line, and how often it is there.
fn distinct(notices: &[Notice], (model, prefix): (&Model, &str)) -> BTreeMap<String, usize> {
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for notice in notices {
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
    lines
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

#[cfg(test)]
mod tests {
    use trave_source::Notice;

    use crate::Format;
    use crate::sample::Sample;

    fn notice(message: &str) -> Notice {
        Notice { origin: None, message: message.to_owned() }
    }

    #[test]
    fn settings_that_do_nothing_are_told_and_what_was_not_read_is_counted() {
        let mut sample = Sample::default();
        sample.report.notices.push(notice("`[[ignore]]` silences nothing"));
        sample.model.notices = vec![notice("too large"), notice("too large"), notice("cut off")];
        sample.report.known = 3;
        let text = sample.written(Format::Terminal);
        assert!(text.contains("\nnote: `[[ignore]]` silences nothing\n"), "{text}");
        assert!(text.contains("no findings (3 known)\n"), "{text}");
        // A sample shows every place, as `--verbose` does, which tells all of them by itself.
        assert!(text.ends_with("0 statements read in 0.00 s\n"), "{text}");
        sample.labels_max = Some(1);
        let text = sample.written(Format::Terminal);
        assert!(text.ends_with(" in 0.00 s; 2 notes with `--verbose`\n"), "{text}");
    }

    #[test]
    fn programs_are_told_what_was_left_out() {
        let mut sample = Sample::default();
        sample.report.notices.push(notice("`[[ignore]]` silences nothing"));
        (sample.report.known, sample.report.silenced) = (3, 2);
        let told: serde_json::Value = serde_json::from_str(&sample.written(Format::Json)).unwrap();
        assert_eq!((&told["known"], &told["silenced"]), (&3.into(), &2.into()));
        assert_eq!(told["notices"][0]["message"], "`[[ignore]]` silences nothing");
    }
}
