//! Findings as JSON, version 1: `docs/json.md` says what every field means.

use std::io::{self, Write};

use serde::Serialize;
use trave_engine::rule::Finding;
use trave_model::Coverage;
use trave_source::{Origin, Sources};

use crate::Findings;
use crate::place::{Point, range};

/// The version of the format. A new field does not change it; a changed one does.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: Vec<Entry<'a>>,
    /// How many findings the file of known ones has.
    known: usize,
    /// How many findings comments and settings accept.
    silenced: usize,
    coverage: Counts,
    notices: Vec<NoticeEntry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    rule: &'a str,
    level: &'static str,
    message: &'a str,
    file: &'a str,
    start: Point,
    end: Point,
    labels: Vec<LabelEntry<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
    fingerprint: String,
}

#[derive(Serialize)]
struct LabelEntry<'a> {
    file: &'a str,
    start: Point,
    end: Point,
    message: &'a str,
    primary: bool,
}

#[derive(Serialize)]
struct Counts {
    files: usize,
    routes: usize,
    queries: usize,
    queries_resolved: usize,
    statements: usize,
    statements_understood: usize,
}

#[derive(Serialize)]
struct NoticeEntry<'a> {
    message: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
}

/// Writes every finding, what was read, and what was not.
pub(crate) fn write(out: &mut dyn Write, findings: &Findings<'_>) -> io::Result<()> {
    let sources = &findings.model.sources;
    let found = findings.report.findings.iter();
    let notices = findings.model.notices.iter().chain(&findings.report.notices);
    let document = Document {
        version: VERSION,
        findings: found.map(|finding| entry(finding, sources)).collect(),
        known: findings.report.known,
        silenced: findings.report.silenced,
        coverage: counts(findings.model.coverage),
        notices: notices
            .map(|notice| NoticeEntry {
                message: &notice.message,
                file: notice.origin.map(|origin| sources.path(origin.file)),
                line: notice.origin.map(|origin| range(sources, origin).1.line),
            })
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn entry<'a>(finding: &'a Finding, sources: &'a Sources) -> Entry<'a> {
    let (file, start, end) = range(sources, finding.origin);
    let primary = (finding.origin, finding.label.as_deref().unwrap_or_default(), Rank::Primary);
    let others = finding.labels.iter();
    let others = others.map(|label| (label.origin, label.text.as_str(), Rank::Secondary));
    Entry {
        rule: finding.rule,
        level: finding.level.name(),
        message: &finding.message,
        file,
        start,
        end,
        labels: std::iter::once(primary).chain(others).map(|one| label(sources, one)).collect(),
        notes: &finding.notes,
        help: finding.help.as_deref(),
        fingerprint: finding.fingerprint.to_string(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    Primary,
    Secondary,
}

fn label<'a>(
    sources: &'a Sources,
    (origin, message, rank): (Origin, &'a str, Rank),
) -> LabelEntry<'a> {
    let (file, start, end) = range(sources, origin);
    LabelEntry { file, start, end, message, primary: rank == Rank::Primary }
}

fn counts(coverage: Coverage) -> Counts {
    Counts {
        files: coverage.files,
        routes: coverage.routes,
        queries: coverage.queries,
        queries_resolved: coverage.queries_resolved,
        statements: coverage.statements,
        statements_understood: coverage.statements_understood,
    }
}
