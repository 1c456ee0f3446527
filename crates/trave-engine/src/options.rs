//! What the settings say about rules, as plain data.

use trave_rule::source::{Origin, Sources};
use trave_rule::{Finding, Level, Meta, Rule};

use crate::levels::{Levels, Setting};

/// What the settings say about rules.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What each settings file says of levels; the nearest one above a file counts for it.
    pub scopes: Vec<Scope>,
    /// Objects that rules leave alone.
    pub ignores: Vec<Ignore>,
    /// The rules and families that run; all when there are none.
    pub only: Vec<String>,
}

/// What one settings file says of levels, and where.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The folder for which it counts; empty for the whole project.
    pub folder: String,
    /// What it says.
    pub levels: Levels,
}

/// An `[[ignore]]` of the settings: a rule leaves an object alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// The rule, or a family of them.
    pub rule: String,
    /// The object: `public.messages`, which covers its columns too.
    pub object: String,
    /// Why.
    pub reason: String,
    /// Where it is written, if that file is among the sources.
    pub origin: Option<Origin>,
}

impl Options {
    /// Options with the same levels for every file.
    pub fn with_levels(levels: Levels) -> Self {
        Self { scopes: vec![Scope { folder: String::new(), levels }], ..Self::default() }
    }

    /// What becomes of the findings of a rule in a file.
    pub fn setting(&self, meta: &Meta, path: &str) -> Setting {
        let around = self.scopes.iter().filter(|scope| scope.holds(path));
        let nearest = around.max_by_key(|scope| scope.folder.len());
        nearest.map_or(Setting::AsReported, |scope| scope.levels.setting(meta, path))
    }

    /// Whether a rule runs at all.
    pub fn is_on(&self, meta: &Meta) -> bool {
        let is_chosen = self.only.is_empty() || self.only.iter().any(|name| is_named(meta, name));
        let by_page = self.scopes.is_empty() && meta.level != Level::Off;
        is_chosen && (by_page || self.scopes.iter().any(|scope| scope.levels.is_on(meta)))
    }

    /// Gives the findings of a rule the levels of their files, and drops what is off there.
    pub(crate) fn settle(
        &self,
        findings: Vec<Finding>,
        (meta, sources): (&Meta, &Sources),
    ) -> Vec<Finding> {
        let settled = findings.into_iter().map(|mut finding| {
            let setting = self.setting(meta, sources.path(finding.origin.file));
            // A rule may give its findings levels, but does not switch itself on.
            let is_off = setting == Setting::AsReported && meta.level == Level::Off;
            finding.level = if is_off { Level::Off } else { setting.of(finding.level) };
            finding
        });
        settled.filter(|finding| finding.level != Level::Off).collect()
    }
}

impl Scope {
    fn holds(&self, path: &str) -> bool {
        let rest = path.strip_prefix(self.folder.as_str());
        self.folder.is_empty() || rest.is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Whether a name is that of a rule or of its family.
pub(crate) fn is_named(meta: &Meta, name: &str) -> bool {
    meta.id == name || meta.family() == name
}

impl Ignore {
    /// Whether a finding is one that it accepts.
    pub(crate) fn accepts(&self, finding: &Finding) -> bool {
        let family = finding.rule.split('/').next();
        let is_meant = self.rule == finding.rule || family == Some(self.rule.as_str());
        is_meant && finding.objects.iter().any(|object| self.covers(object))
    }

    /// Whether an object is the ignored one or a part of it; `public.` may be left out.
    pub(crate) fn covers(&self, object: &str) -> bool {
        let short = object.strip_prefix("public.").unwrap_or(object);
        [object, short].into_iter().any(|name| {
            let rest = name.strip_prefix(self.object.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

/// The rule that somebody may have meant by an unknown name.
pub fn nearest_rule(name: &str, rules: &[&Rule]) -> Option<&'static str> {
    let ids = rules.iter().map(|rule| rule.meta.id);
    // A name without its family, or with a wrong one, is recognised by its second part.
    let tail = name.rsplit('/').next().unwrap_or(name);
    let same_tail = rules.iter().find(|rule| rule.meta.name() == tail).map(|rule| rule.meta.id);
    let by_distance = ids
        .map(|id| (strsim::damerau_levenshtein(name, id), id))
        .filter(|(distance, id)| *distance <= id.len() / 3)
        .min()
        .map(|(_, id)| id);
    same_tail.or(by_distance)
}

#[cfg(test)]
mod tests {
    use super::Ignore;

    #[test]
    fn an_ignored_table_covers_its_columns_but_no_namesake() {
        let ignore = |object: &str| Ignore {
            rule: String::new(),
            object: object.to_owned(),
            reason: String::new(),
            origin: None,
        };
        assert!(ignore("public.notes").covers("public.notes.body"));
        assert!(ignore("notes").covers("public.notes"));
        assert!(!ignore("public.notes").covers("public.notes_archive"));
        assert!(!ignore("notes").covers("private.notes"));
    }
}
