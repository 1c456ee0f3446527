//! Texts in, findings out: the whole pipeline without a disk.

use std::collections::BTreeMap;

use trave_engine::{Levels, Options, Report, check};
use trave_page::{Label, LabelKind};
use trave_report::{Findings, Look};
use trave_rule::model::Model;
use trave_rule::source::Origin;
use trave_rule::{Finding, Level, Rule};
use trave_workspace::{Settings, analyse};

use crate::compare::Placed;

/// One run over a small project.
pub(crate) struct Run {
    /// What was made of the texts.
    pub(crate) model: Model,
    /// What the rules found.
    pub(crate) report: Report,
}

impl Run {
    /// Runs `rules`, among them the one under test, which is on whatever its page says.
    pub(crate) fn of(rule: &'static Rule, rules: &[&Rule], files: Vec<(String, String)>) -> Self {
        let mut settings = settings(&files, rules);
        // What `000.sql` makes is applied; everything after it is not.
        if rule.meta.family() == "migration" && settings.applied_until.is_none() {
            settings.applied_until = Some("000".to_owned());
        }
        let mut levels = BTreeMap::new();
        if rule.meta.level == Level::Off {
            levels.insert(rule.meta.id.to_owned(), Level::Warning);
        }
        let model = analyse(files, &settings);
        let options = Options::with_levels(Levels { rules: levels, ..Levels::default() });
        let report = check(&model, rules, &options);
        Self { model, report }
    }

    /// What one rule found, as labels.
    pub(crate) fn found(&self, rule: &Rule) -> Vec<Placed> {
        let own = self.report.findings.iter().filter(|finding| finding.rule == rule.meta.id);
        own.flat_map(|finding| self.labels(finding)).collect()
    }

    /// The labels of a finding: its own place first.
    pub(crate) fn labels(&self, finding: &Finding) -> Vec<Placed> {
        let first = self.place(finding.origin, LabelKind::Primary, &finding.message);
        let more = finding.labels.iter();
        let more = more.map(|label| self.place(label.origin, LabelKind::Secondary, &label.text));
        std::iter::once(first).chain(more).collect()
    }

    /// An origin as carets can show it: cut at the end of its first line.
    fn place(&self, origin: Origin, kind: LabelKind, message: &str) -> Placed {
        let sources = &self.model.sources;
        let path = sources.path(origin.file).to_owned();
        let Some(source) = sources.get(origin.file) else {
            let label = Label { line: 0, start: 0, end: 0, kind, message: message.to_owned() };
            return Placed { path, label };
        };
        let start = source.position(origin.span.start);
        let first_line = source.slice(origin.span).lines().next().unwrap_or_default();
        let column = start.column.saturating_sub(1) as usize;
        let label = Label {
            line: start.line.saturating_sub(1) as usize,
            start: column,
            end: column + first_line.trim_end().chars().count(),
            kind,
            message: message.to_owned(),
        };
        Placed { path, label }
    }
}

/// What a `trave.toml` among the files says of the project. Levels and ignores are the engine's
/// own business, with tests of their own.
fn settings(files: &[(String, String)], rules: &[&Rule]) -> Settings {
    let Some((path, text)) = files.iter().find(|(path, _)| path == "trave.toml") else {
        return Settings::default();
    };
    let ids: Vec<&str> = rules.iter().map(|rule| rule.meta.id).collect();
    Settings::parse(path, text, &ids).unwrap_or_else(|error| panic!("{error}"))
}

/// The terminal text of a finding.
pub(crate) fn render(run: &Run, finding: &Finding) -> Option<String> {
    let report = Report { findings: vec![finding.clone()], ..Report::default() };
    let findings = Findings { report: &report, model: &run.model, look: Look::default() };
    let mut text = Vec::new();
    trave_report::terminal(&mut text, &findings).ok()?;
    let text = String::from_utf8(text).ok()?;
    Some(format!("{}\n", text.trim_end()))
}
