//! A finding as the protocol has it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    NumberOrString, Position, Range, Uri,
};
use serde_json::json;
use trave_engine::rule::{Finding, Level, Meta, Rule};
use trave_source::Origin;
use trave_workspace::{SettingsError, WorkspaceError};

use crate::server::Folder;
use crate::snapshot::View;
use crate::worker::Trouble;

/// Who reports.
const SOURCE: &str = "trave";

/// Rules about something that could as well not be there.
const UNNECESSARY: [&str; 4] = [
    "trave/unused-suppression",
    "index/unused-index",
    "index/duplicate-index",
    "index/redundant-index",
];

/// Rules about something that is there, and is no longer what it was.
const DEPRECATED: [&str; 1] = ["schema/stale-generated-types"];

/// Diagnostics by file.
pub(crate) type ByFile = BTreeMap<PathBuf, Vec<Diagnostic>>;

/// Everything that is to be said of a folder.
pub(crate) fn of_folder(folder: &Folder, view: Option<&View<'_>>, rules: &[&Rule]) -> ByFile {
    match &folder.trouble {
        Some(trouble) => of_trouble(trouble),
        None => view.map(|view| of_view(view, rules)).unwrap_or_default(),
    }
}

fn of_view(view: &View<'_>, rules: &[&Rule]) -> ByFile {
    let mut found = ByFile::new();
    for finding in &view.snapshot.report.findings {
        let Some(path) = view.path(finding.origin.file) else { continue };
        found.entry(path).or_default().extend(diagnostic(view, finding, rules));
    }
    found
}

/// A finding as a diagnostic of the file that its remedy belongs to.
pub(crate) fn diagnostic(
    view: &View<'_>,
    finding: &Finding,
    rules: &[&Rule],
) -> Option<Diagnostic> {
    let url = meta(finding.rule, rules).and_then(Meta::url);
    let href = url.and_then(|url| Uri::from_str(&url).ok());
    Some(Diagnostic {
        range: view.range(finding.origin)?,
        severity: Some(severity(finding.level)),
        code: Some(NumberOrString::String(finding.rule.to_owned())),
        code_description: href.map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: message(finding),
        related_information: Some(related(view, finding)).filter(|all| !all.is_empty()),
        tags: tag(finding.rule).map(|tag| vec![tag]),
        data: Some(json!({ "fingerprint": finding.fingerprint.to_string() })),
    })
}

/// The facts of a rule, also of one that is the engine's own.
pub(crate) fn meta<'r>(id: &str, rules: &'r [&'r Rule]) -> Option<&'r Meta> {
    let own = trave_engine::OWN_RULES.iter();
    rules.iter().map(|rule| &rule.meta).chain(own).find(|meta| meta.id == id)
}

fn severity(level: Level) -> DiagnosticSeverity {
    match level {
        Level::Error => DiagnosticSeverity::ERROR,
        Level::Warning => DiagnosticSeverity::WARNING,
        Level::Info | Level::Off => DiagnosticSeverity::INFORMATION,
    }
}

fn tag(rule: &str) -> Option<DiagnosticTag> {
    if UNNECESSARY.contains(&rule) {
        Some(DiagnosticTag::UNNECESSARY)
    } else {
        DEPRECATED.contains(&rule).then_some(DiagnosticTag::DEPRECATED)
    }
}

/// The message with what the terminal shows below the code.
fn message(finding: &Finding) -> String {
    let mut lines = vec![finding.message.clone()];
    lines.extend(finding.notes.iter().cloned());
    lines.extend(finding.help.iter().map(|help| format!("help: {help}")));
    lines.join("\n")
}

fn related(view: &View<'_>, finding: &Finding) -> Vec<DiagnosticRelatedInformation> {
    let at = |(origin, message): (Origin, &String)| {
        let location = view.location(origin)?;
        Some(DiagnosticRelatedInformation { location, message: message.clone() })
    };
    let here = finding.label.iter().map(|label| (finding.origin, label));
    let there = finding.labels.iter().map(|label| (label.origin, &label.text));
    here.chain(there).filter_map(at).collect()
}

/// A settings file that cannot be used is said where it is wrong.
fn of_trouble(trouble: &Trouble) -> ByFile {
    let Trouble::Workspace(error) = trouble else { return ByFile::new() };
    let WorkspaceError::Settings(error) = &**error else { return ByFile::new() };
    ByFile::from([(Path::new(error.path()).to_owned(), vec![of_settings(error)])])
}

fn of_settings(error: &SettingsError) -> Diagnostic {
    let place = error.position();
    let (line, character) = (place.line.saturating_sub(1), place.column.saturating_sub(1));
    let start = Position { line, character };
    let end = Position { line: place.line, character: 0 };
    Diagnostic {
        range: Range { start, end },
        severity: Some(DiagnosticSeverity::ERROR),
        code: Some(NumberOrString::String("trave/settings".to_owned())),
        source: Some(SOURCE.to_owned()),
        message: error.message().to_owned(),
        ..Diagnostic::default()
    }
}

/// What kept a folder from being analysed, for people.
pub(crate) fn sentence(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Workspace(error) => format!("trave: {error}"),
        Trouble::Own => "trave failed in its own code while it analysed the project; please \
                         report what was edited last"
            .to_owned(),
    }
}
