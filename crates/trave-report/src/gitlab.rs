//! The code quality report of GitLab, a part of what Code Climate specifies.

use std::io::{self, Write};

use serde::Serialize;
use trave_engine::rule::{Finding, Level};
use trave_source::Origin;

use crate::format::Run;
use crate::place::range;
use crate::text::below;

#[derive(Serialize)]
struct Issue {
    r#type: &'static str,
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Content>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other_locations: Vec<Location>,
}

#[derive(Serialize)]
struct Content {
    body: String,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes every finding.
pub(crate) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let findings = run.findings.report.findings.iter();
    let issues: Vec<Issue> = findings.map(|finding| issue(finding, run)).collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

fn issue(finding: &Finding, run: &Run<'_>) -> Issue {
    let body = below(finding);
    Issue {
        r#type: "issue",
        // GitLab shows this and nothing else: without the rule nobody can look it up.
        description: format!("{}: {}", finding.rule, finding.message),
        check_name: finding.rule,
        fingerprint: finding.fingerprint.to_string(),
        severity: severity(finding.level),
        location: location(finding.origin, run),
        content: (!body.is_empty()).then_some(Content { body }),
        other_locations: finding.labels.iter().map(|label| location(label.origin, run)).collect(),
    }
}

fn location(origin: Origin, run: &Run<'_>) -> Location {
    let (_, start, end) = range(&run.findings.model.sources, origin);
    let lines = Lines { begin: start.line, end: end.line };
    Location { path: run.path(origin.file), lines }
}

/// GitLab knows `info`, `minor`, `major`, `critical` and `blocker`.
fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "critical",
        Level::Warning => "major",
        Level::Info | Level::Off => "info",
    }
}
