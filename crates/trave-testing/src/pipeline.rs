//! Texts in, findings out: the whole pipeline without a disk.

use std::collections::BTreeMap;

use trave_engine::rule::model::Model;
use trave_engine::rule::source::Origin;
use trave_engine::rule::{Finding, Level, Rule};
use trave_engine::{Options, Report, check};
use trave_page::{Label, LabelKind};

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
        let model = analyse(files);
        let mut levels = BTreeMap::new();
        if rule.meta.level == Level::Off {
            levels.insert(rule.meta.id.to_owned(), Level::Warning);
        }
        let options = Options { levels, ignores: Vec::new() };
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

/// The whole analysis on texts in memory.
fn analyse(files: Vec<(String, String)>) -> Model {
    // The parts that read TypeScript and SQL are not wired up here yet: texts only.
    let mut model = Model::default();
    for (path, text) in files {
        model.sources.add(path, text);
    }
    model
}

/// The terminal text of a finding; none while nothing can write it.
pub(crate) fn render(run: &Run, finding: &Finding) -> Option<String> {
    let _ = (run, finding);
    None
}
