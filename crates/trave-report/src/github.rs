//! Commands that a workflow of GitHub reads from the log and shows as annotations.
//!
//! GitHub keeps ten annotations of each level in a step and drops the rest without a word. So the
//! ten that say most come first, and the rest stands in the log as lines of text.

use std::io::{self, Write};

use trave_engine::rule::{Finding, Level};

use crate::format::Run;
use crate::place::range;
use crate::prose::one_line;
use crate::text::below;

/// How many annotations of one level GitHub keeps in a step.
const PER_LEVEL_MAX: usize = 10;

/// Writes annotations, and below them what GitHub would drop.
pub(crate) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let findings = run.by_weight();
    let mut rest = Vec::new();
    for level in [Level::Error, Level::Warning, Level::Info] {
        let mut of_level = findings.iter().filter(|finding| finding.level == level);
        for finding in of_level.by_ref().take(PER_LEVEL_MAX) {
            writeln!(out, "{}", annotation(finding, run))?;
        }
        rest.extend(of_level);
    }
    if rest.is_empty() {
        return Ok(());
    }
    let count = rest.len();
    writeln!(out, "::group::{count} more: GitHub shows {PER_LEVEL_MAX} of each level")?;
    for finding in rest {
        writeln!(out, "{}", line(finding, run))?;
    }
    writeln!(out, "::endgroup::")
}

/// One command: properties in the order in which GitHub's own toolkit writes them.
fn annotation(finding: &Finding, run: &Run<'_>) -> String {
    let (_, start, end) = range(&run.findings.model.sources, finding.origin);
    let path = run.path(finding.origin.file);
    let mut properties = vec![
        ("title", finding.rule.to_owned()),
        ("file", path),
        ("line", start.line.to_string()),
        ("endLine", end.line.to_string()),
    ];
    // Columns of an annotation are columns of one line.
    if start.line == end.line {
        properties.push(("col", start.column.to_string()));
        properties.push(("endColumn", end.column.to_string()));
    }
    let written = properties.iter().map(|(name, value)| format!("{name}={}", property(value)));
    let written = written.collect::<Vec<_>>().join(",");
    let mut message = finding.message.clone();
    let below = below(finding);
    if !below.is_empty() {
        message.push('\n');
        message.push_str(&below);
    }
    format!("::{} {written}::{}", command(finding.level), data(&message))
}

fn command(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info | Level::Off => "notice",
    }
}

/// One line of the log that the runner takes for text, whatever the project calls its things.
fn line(finding: &Finding, run: &Run<'_>) -> String {
    let (_, start, _) = range(&run.findings.model.sources, finding.origin);
    let path = run.path(finding.origin.file);
    let (level, rule, message) = (finding.level, finding.rule, &finding.message);
    let text = format!("{path}:{}:{} {level} {rule} {message}", start.line, start.column);
    let text = one_line(&text).replace("##[", "# #[");
    if text.starts_with("::") { format!("./{text}") } else { text }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use crate::Format;
    use crate::sample::{Sample, finding};

    #[test]
    fn ten_of_each_level_are_annotations_and_the_rest_is_text() {
        let mut sample = Sample::default();
        let warnings = (0..12).map(|number| finding(("a/x", "warning"), &format!("w{number}")));
        sample.report.findings.extend(warnings);
        sample.report.findings.push(finding(("a/y", "warning"), "another rule"));
        sample.report.findings.push(finding(("a/z", "error"), "the worst"));
        let text = sample.written(Format::Github);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("::error title=a/z,file=app/a.sql,line=1,"), "{text}");
        assert!(lines[1].ends_with("::w0"), "{text}");
        assert!(lines[2].ends_with("::another rule"), "{text}");
        assert_eq!(lines.iter().filter(|line| line.starts_with("::warning ")).count(), 10);
        let rest = &lines[11..];
        assert_eq!(rest[0], "::group::3 more: GitHub shows 10 of each level");
        assert_eq!(rest[1], "app/a.sql:1:1 warning a/x w9");
        assert_eq!(rest[4], "::endgroup::");
    }

    #[test]
    fn what_the_project_says_is_no_command() {
        let mut sample = Sample { prefix: "::debug::".to_owned(), ..Sample::default() };
        let infos = (0..11).map(|_| finding(("a/x", "info"), "a\n::error::b ##[add-path]c %0A"));
        sample.report.findings.extend(infos);
        let text = sample.written(Format::Github);
        assert!(text.contains("::a%0A::error::b ##[add-path]c %250A\n"), "{text}");
        assert!(text.contains("\n./::debug::a.sql:1:1 info a/x a ::error::b # #[add-path]c"));
        assert!(text.contains("file=%3A%3Adebug%3A%3Aa.sql,"), "{text}");
    }
}
