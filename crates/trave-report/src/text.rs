//! A finding as plain text, for formats that have one field for everything.

use trave_engine::rule::Finding;

use crate::format::Run;
use crate::place::start;

/// How many further places are named.
const PLACES_MAX: usize = 10;

/// What stands below the message: what is there, how it was derived, what to do.
pub(crate) fn below(finding: &Finding) -> String {
    let label = finding.label.iter().cloned();
    let notes = finding.notes.iter().map(|note| format!("note: {note}"));
    let help = finding.help.iter().map(|help| format!("help: {help}"));
    label.chain(notes).chain(help).collect::<Vec<_>>().join("\n")
}

/// The further places of a finding, one line each.
pub(crate) fn places(finding: &Finding, run: &Run<'_>) -> String {
    let sources = &run.findings.model.sources;
    let shown = finding.labels.iter().take(PLACES_MAX).map(|label| {
        let point = start(sources, label.origin);
        let path = run.path(label.origin.file);
        format!("{path}:{}:{}: {}", point.line, point.column, label.text)
    });
    let hidden = finding.labels.len().saturating_sub(PLACES_MAX);
    let rest = (hidden > 0).then(|| format!("and {hidden} more places"));
    shown.chain(rest).collect::<Vec<_>>().join("\n")
}

/// Everything about a finding.
pub(crate) fn whole(finding: &Finding, run: &Run<'_>) -> String {
    let parts = [finding.message.clone(), below(finding), places(finding, run)];
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("\n")
}
