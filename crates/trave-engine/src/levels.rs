//! Which level a finding gets in which file: presets, and what settings say of rules and paths.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use trave_rule::{Level, Meta};

use crate::preset::Preset;

/// What becomes of the level that a rule gives its finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// It is this one, whatever the rule says.
    Exactly(Level),
    /// It stays.
    AsReported,
    /// It is the next higher one.
    Raised,
}

impl Setting {
    /// The rule does not run.
    pub const OFF: Self = Self::Exactly(Level::Off);

    /// The level of a finding to which the rule gave this one.
    pub fn of(self, own: Level) -> Level {
        match (self, own) {
            (Self::Exactly(level), _) => level,
            (Self::AsReported, own) => own,
            (Self::Raised, Level::Off) => Level::Info,
            (Self::Raised, Level::Info) => Level::Warning,
            (Self::Raised, Level::Warning | Level::Error) => Level::Error,
        }
    }
}

/// What one settings file says of levels. Without a word, every rule is as its page has it.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    /// What it begins with: a rule is in if it is in one of them. With none, recommended.
    pub presets: Vec<Preset>,
    /// Levels by rule (`rls/policy-without-role`) or family (`rls`); the rule's own wins.
    pub rules: BTreeMap<String, Level>,
    /// Other levels for some paths; the last one that speaks of a rule wins.
    pub overrides: Vec<Override>,
}

/// Other levels for some paths.
#[derive(Debug, Clone)]
pub struct Override {
    /// Which paths.
    pub paths: Paths,
    /// Levels by rule or family.
    pub rules: BTreeMap<String, Level>,
}

/// Some of the paths of a project.
#[derive(Clone)]
pub struct Paths(Arc<dyn Fn(&str) -> bool + Send + Sync>);

impl Paths {
    /// Those that pass a test.
    pub fn new(test: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(test))
    }

    /// Whether a path is among them.
    pub fn hold(&self, path: &str) -> bool {
        (self.0)(path)
    }
}

impl fmt::Debug for Paths {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Paths")
    }
}

impl Levels {
    /// What becomes of the findings of a rule in a file.
    pub fn setting(&self, meta: &Meta, path: &str) -> Setting {
        let mut speaking = self.overrides.iter().rev().filter(|over| over.paths.hold(path));
        let overridden = speaking.find_map(|over| said(&over.rules, meta));
        overridden.map_or_else(|| self.setting_elsewhere(meta), Setting::Exactly)
    }

    /// What becomes of them where no override speaks.
    pub fn setting_elsewhere(&self, meta: &Meta) -> Setting {
        let preset = || {
            let presets = self.presets.iter().map(|preset| preset.setting(meta));
            presets.max().unwrap_or(Setting::AsReported)
        };
        said(&self.rules, meta).map_or_else(preset, Setting::Exactly)
    }

    /// Whether a rule is on in any file.
    pub fn is_on(&self, meta: &Meta) -> bool {
        let mut overrides = self.overrides.iter().filter_map(|over| said(&over.rules, meta));
        self.setting_elsewhere(meta).of(meta.level) != Level::Off
            || overrides.any(|level| level != Level::Off)
    }
}

/// The level that a list gives a rule, if any.
fn said(rules: &BTreeMap<String, Level>, meta: &Meta) -> Option<Level> {
    rules.get(meta.id).or_else(|| rules.get(meta.family())).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use trave_rule::{Level, Meta};

    use super::{Levels, Override, Paths, Setting};
    use crate::preset::Preset;

    const SLOW: Meta = Meta::new("index/slow", Level::Warning);

    fn rules(pairs: &[(&str, Level)]) -> BTreeMap<String, Level> {
        pairs.iter().map(|(rule, level)| ((*rule).to_owned(), *level)).collect()
    }

    #[test]
    fn the_last_override_of_a_path_wins_over_rules_and_these_over_presets() {
        let in_admin = |level| Override {
            paths: Paths::new(|path| path.starts_with("admin/")),
            rules: rules(&[("index", level)]),
        };
        let mut levels = Levels { presets: vec![Preset::Security], ..Levels::default() };
        assert!(!levels.is_on(&SLOW));
        levels.rules = rules(&[("index", Level::Info)]);
        levels.overrides = vec![in_admin(Level::Error), in_admin(Level::Off)];
        assert_eq!(levels.setting(&SLOW, "admin/a.ts"), Setting::OFF);
        assert_eq!(levels.setting(&SLOW, "web/a.ts"), Setting::Exactly(Level::Info));
    }

    #[test]
    fn an_override_alone_switches_a_rule_on() {
        let rules = rules(&[("index/slow", Level::Info)]);
        let overrides = vec![Override { paths: Paths::new(|_| true), rules }];
        let levels = Levels { presets: vec![Preset::Security], overrides, ..Levels::default() };
        assert!(levels.is_on(&SLOW));
    }

    #[test]
    fn of_several_presets_a_rule_needs_to_be_in_one() {
        let presets = vec![Preset::Security, Preset::Recommended];
        let levels = Levels { presets, ..Levels::default() };
        assert_eq!(levels.setting(&SLOW, "a.ts"), Setting::AsReported);
        let raised = [Level::Off, Level::Info, Level::Warning].map(|own| Setting::Raised.of(own));
        assert_eq!(raised, [Level::Info, Level::Warning, Level::Error]);
    }
}
