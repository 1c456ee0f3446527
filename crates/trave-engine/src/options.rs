//! What the settings say about rules, as plain data.

use std::collections::BTreeMap;

use trave_rule::source::Origin;
use trave_rule::{Level, Meta, Rule};

/// What the settings say about rules.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Levels by rule (`rls/policy-without-role`) or family (`rls`); the rule's own wins.
    pub levels: BTreeMap<String, Level>,
    /// Objects that rules leave alone.
    pub ignores: Vec<Ignore>,
}

/// An `[[ignore]]` of the settings: a rule leaves an object alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// The rule.
    pub rule: String,
    /// The object: `public.messages`, which covers its columns too.
    pub object: String,
    /// Why.
    pub reason: String,
    /// Where it is written, if that file is among the sources.
    pub origin: Option<Origin>,
}

impl Options {
    /// The level that the settings give a rule, if any.
    pub fn level(&self, meta: &Meta) -> Option<Level> {
        self.levels.get(meta.id).or_else(|| self.levels.get(meta.family())).copied()
    }

    /// Whether a rule runs at all.
    pub fn is_on(&self, meta: &Meta) -> bool {
        self.level(meta).unwrap_or(meta.level) != Level::Off
    }
}

impl Ignore {
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
