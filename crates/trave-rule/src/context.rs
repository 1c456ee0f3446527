//! What a rule is handed: the model, and a place to report to.

use std::fmt::Display;

use trave_model::catalog::{Catalog, Table};
use trave_model::source::Origin;
use trave_model::{Model, ModelSettings};

use crate::finding::{Finding, Key, Label, Remedy, WantedIndex};
use crate::fix::Fix;
use crate::rule::{Level, Meta};
use crate::sql::NewIndex;
use crate::subject::InCatalog;

/// What a rule sees and where it reports.
#[derive(Debug)]
pub struct Context<'m> {
    model: &'m Model,
    meta: Meta,
    place: Option<Origin>,
    done: Vec<Finding>,
    current: Option<FindingBuilder>,
}

impl<'m> Context<'m> {
    /// A context for one run of one rule.
    pub fn new(model: &'m Model, meta: Meta) -> Self {
        Self { model, meta, place: None, done: Vec::new(), current: None }
    }

    /// Everything that is known of the project.
    pub fn model(&self) -> &'m Model {
        self.model
    }

    /// What the settings say about the project: small tables, public tables.
    pub fn settings(&self) -> &'m ModelSettings {
        &self.model.policy
    }

    /// The catalog that a table, view or function belongs to.
    pub fn catalog_of(&self, object: &impl InCatalog) -> Option<&'m Catalog> {
        let mut catalogs = self.model.catalogs.iter().map(|catalog| &**catalog);
        catalogs.find(|catalog| object.is_in(catalog))
    }

    /// An index to offer, on these keys in order: columns, each with ` desc` behind it perhaps.
    pub fn new_index<'a, T: Display>(
        &self,
        table: &'a Table,
        keys: impl IntoIterator<Item = T>,
    ) -> NewIndex<'a>
    where
        'm: 'a,
    {
        NewIndex::on((self.catalog_of(table), table), keys)
    }

    /// Reports a problem. `origin` is where the remedy goes; the message names the thing and says
    /// what will happen, in one line. What is returned takes the rest.
    pub fn report(&mut self, origin: Origin, message: impl Into<String>) -> &mut FindingBuilder {
        self.done.extend(self.current.take().map(|builder| builder.0));
        let finding = Finding::new(self.meta.id, self.meta.level, (origin, message.into()));
        self.current.insert(FindingBuilder(finding))
    }

    /// Notes which subject the rule looks at now, to say where it failed if it does.
    pub fn enter(&mut self, place: Option<Origin>) {
        self.place = place;
    }

    /// The subject that the rule looked at last.
    pub fn place(&self) -> Option<Origin> {
        self.place
    }

    /// What was reported, in that order, with fingerprints; findings of one key still apart.
    pub fn finish(self) -> Vec<Finding> {
        let mut findings = self.done;
        findings.extend(self.current.map(|builder| builder.0));
        for finding in &mut findings {
            finding.seal(&self.model.sources);
        }
        findings
    }
}

/// Says more about a finding that is already reported.
#[derive(Debug)]
pub struct FindingBuilder(Finding);

impl FindingBuilder {
    /// Says what stands at the place of the finding.
    pub fn here(&mut self, text: impl Into<String>) -> &mut Self {
        self.0.label = Some(text.into());
        self
    }

    /// Labels a further place.
    pub fn label(&mut self, origin: Origin, text: impl Into<String>) -> &mut Self {
        self.0.labels.push(Label { origin, text: text.into() });
        self
    }

    /// Says how the finding was derived, or on which premise.
    pub fn note(&mut self, text: impl Into<String>) -> &mut Self {
        self.0.notes.push(text.into());
        self
    }

    /// Says what to do, with the concrete code or SQL. A second call adds a line.
    pub fn help(&mut self, text: impl Into<String>) -> &mut Self {
        let text = text.into();
        self.0.help = Some(match self.0.help.take() {
            Some(before) => format!("{before}\n{text}"),
            None => text,
        });
        self
    }

    /// Offers an index that removes it: the statement becomes help, and findings that ask for
    /// indexes of which one begins like the other are told as one.
    pub fn offer(&mut self, index: &NewIndex) -> &mut Self {
        self.want(index, Remedy::Whole)
    }

    /// The same for an index that does not remove it alone: the help says what else it takes.
    pub fn offer_in_part(&mut self, index: &NewIndex) -> &mut Self {
        self.want(index, Remedy::Part)
    }

    fn want(&mut self, index: &NewIndex, remedy: Remedy) -> &mut Self {
        let wanted = WantedIndex { remedy, ..index.wanted() };
        if self.0.indexes.contains(&wanted) {
            return self;
        }
        let help = wanted.statement.clone();
        self.0.indexes.push(wanted);
        self.help(help)
    }

    /// Gives this finding another level than the page says; settings still win.
    pub fn level(&mut self, level: Level) -> &mut Self {
        self.0.level = level;
        self
    }

    /// Names an object that the finding is about: `public.messages`, `public.messages.body`.
    /// Baselines and `[[ignore]]` know the finding by it.
    #[expect(clippy::needless_pass_by_value, reason = "`about(format!(…))` needs no `&` this way")]
    pub fn about(&mut self, object: impl ToString) -> &mut Self {
        self.0.objects.push(object.to_string());
        self
    }

    /// Names the function or route that the finding is in: `GET /api/messages`.
    pub fn symbol(&mut self, symbol: impl Into<String>) -> &mut Self {
        self.0.symbol = Some(symbol.into());
        self
    }

    /// Makes it one finding with all others of this rule that have the same key; the first one
    /// leads, the places of the others become labels.
    pub fn once_per(&mut self, key: impl Into<String>) -> &mut Self {
        self.0.key = Some(Key::Name(key.into()));
        self
    }

    /// Makes it one finding with all others of this rule that are about this place. Places move:
    /// what names the finding across edits is its object, its symbol or its file.
    pub fn once_at(&mut self, place: Origin) -> &mut Self {
        self.0.key = Some(Key::Place(place));
        self
    }

    /// Offers a change that would remove the finding.
    pub fn fix(&mut self, fix: Fix) -> &mut Self {
        self.0.fixes.push(fix);
        self
    }
}

#[cfg(test)]
mod tests {
    use trave_model::Model;
    use trave_model::source::{FileId, Origin, Span};

    use super::Context;
    use crate::rule::{Level, Meta};

    const META: Meta = Meta::new("index/x", Level::Warning);

    fn at(start: usize) -> Origin {
        Origin { file: FileId(0), span: Span::new(start, start + 1) }
    }

    #[test]
    fn help_grows_by_lines() {
        let model = Model::default();
        let mut cx = Context::new(&model, META);
        cx.report(at(1), "no index").help("do this").help("then that");
        assert_eq!(cx.finish()[0].help.as_deref(), Some("do this\nthen that"));
    }
}
