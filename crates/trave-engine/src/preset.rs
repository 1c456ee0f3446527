//! Presets: choices of rules that go by one name, made from what the pages say.

use trave_rule::Meta;

use crate::levels::Setting;

/// A choice of rules and levels that goes by one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Preset {
    /// Every rule as its page has it: what holds without settings.
    Recommended,
    /// Every rule one level higher: what is off is an info, what is a warning fails a run.
    Strict,
    /// Only what lets people see or change what is not theirs.
    Security,
    /// Only what makes the database slow.
    Performance,
}

impl Preset {
    /// Every preset, in the order in which they are listed.
    pub const ALL: [Self; 4] = [Self::Recommended, Self::Strict, Self::Security, Self::Performance];

    /// As written in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recommended => "recommended",
            Self::Strict => "strict",
            Self::Security => "security",
            Self::Performance => "performance",
        }
    }

    /// The preset of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }

    /// What it makes of a rule.
    pub fn setting(self, meta: &Meta) -> Setting {
        let chosen = match self {
            Self::Recommended => true,
            Self::Strict => return Setting::Raised,
            Self::Security => is_security(meta),
            Self::Performance => meta.presets.contains(&self.name()),
        };
        // What the engine says itself is about the run: no choice of rules leaves it out.
        let is_own = meta.family() == "trave";
        if chosen || is_own { Setting::AsReported } else { Setting::OFF }
    }
}

/// Weaknesses that cost time and memory, and no secrets.
const EXHAUSTION: [u32; 2] = [400, 770];

/// A page that names a weakness is about security.
fn is_security(meta: &Meta) -> bool {
    let names_weakness = meta.cwe.iter().any(|number| !EXHAUSTION.contains(number));
    names_weakness || !meta.owasp.is_empty() || meta.presets.contains(&Preset::Security.name())
}

#[cfg(test)]
mod tests {
    use trave_rule::{Level, Meta};

    use super::Preset;
    use crate::levels::Setting;

    const SLOW: Meta =
        Meta { cwe: &[400], presets: &["performance"], ..Meta::new("index/slow", Level::Warning) };
    const LEAK: Meta = Meta { cwe: &[862], ..Meta::new("rls/leak", Level::Error) };

    #[test]
    fn pages_say_which_preset_they_belong_to() {
        let on = |preset: Preset, meta: &Meta| preset.setting(meta) != Setting::OFF;
        let both = |preset| (on(preset, &LEAK), on(preset, &SLOW));
        assert_eq!(both(Preset::Security), (true, false));
        assert_eq!(both(Preset::Performance), (false, true));
        assert_eq!(both(Preset::Recommended), (true, true));
        assert_eq!(Preset::Strict.setting(&SLOW).of(Level::Warning), Level::Error);
    }

    #[test]
    fn presets_are_known_by_name() {
        for preset in Preset::ALL {
            assert_eq!(Preset::named(preset.name()), Some(preset));
        }
        assert_eq!(Preset::named("stict"), None);
    }
}
