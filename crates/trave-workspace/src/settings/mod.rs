//! `trave.toml`: what a project says about itself and about the rules.
//!
//! The text is read here; who finds the files on the disk is [`read`].

mod error;
mod extend;
mod place;
mod read;
mod rules;
mod schema;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use trave_engine::Preset;
use trave_engine::rule::Level;

pub use error::SettingsError;
pub(crate) use place::Anchor;
use place::Place;
pub(crate) use read::{read, read_nested};
pub(crate) use rules::Patterns;
pub use schema::json_schema;

/// The name of a settings file.
pub(crate) const FILE_NAME: &str = "trave.toml";

/// Everything that `trave.toml` can say. All of it is optional.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Presets (`recommended`, `strict`, `security`, `performance`), and paths of settings files
    /// whose words hold too; what stands here goes before them.
    #[schemars(with = "Vec<String>")]
    extends: Vec<Spanned<String>>,
    /// What is looked at, and what makes a run fail.
    pub check: CheckSettings,
    /// Levels by rule or family, in place of those on the pages.
    #[serde(rename = "rules")]
    #[schemars(with = "BTreeMap<String, LevelName>")]
    levels: BTreeMap<Spanned<String>, Spanned<LevelName>>,
    /// Other levels for some paths; of several that name a rule, the last wins.
    overrides: Vec<OverrideEntry>,
    /// Findings that are known and accepted, by rule and object.
    #[serde(rename = "ignore")]
    ignores: Vec<IgnoreEntry>,
    /// What the Supabase project is set to, where its own settings do not say it.
    pub supabase: SupabaseSettings,
    /// Tables known to stay small: reading one whole does not matter.
    pub small_tables: Vec<String>,
    /// Tables whose rows anybody may read.
    pub public_tables: Vec<String>,
    /// The last migration that is applied where it matters, by its version or file name: later
    /// ones are judged by the rules of `migration/`.
    pub applied_until: Option<String>,
    /// Which folder of migrations the code of a folder speaks to.
    pub roots: BTreeMap<String, String>,
    /// Where the file stands.
    #[serde(skip)]
    place: Place,
    /// The folder that the path of the baseline is seen from: that of the file that says it.
    #[serde(skip)]
    baseline_folder: std::path::PathBuf,
    /// The settings that these extend, in order.
    #[serde(skip)]
    bases: Vec<Self>,
    /// The settings of folders below, which count there in place of these.
    #[serde(skip)]
    nested: Vec<Self>,
}

/// `[check]`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct CheckSettings {
    /// The least level that makes a run fail; `off` for none.
    pub fail_on: Option<LevelName>,
    /// Paths that are left out, as in `.gitignore`.
    pub exclude: Vec<String>,
    /// Whether tests, stories and mocks are looked at too.
    pub include_tests: Option<bool>,
    /// The file of known findings, in place of `trave-baseline.json` beside the settings.
    pub baseline: Option<String>,
}

/// `[[overrides]]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct OverrideEntry {
    /// The paths, as in `.gitignore`.
    #[schemars(with = "Vec<String>")]
    paths: Vec<Spanned<String>>,
    /// Levels by rule or family.
    #[schemars(with = "BTreeMap<String, LevelName>")]
    rules: BTreeMap<Spanned<String>, Spanned<LevelName>>,
}

/// `[supabase]`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SupabaseSettings {
    /// Whether new tables are open to the API without a grant.
    pub auto_expose: Option<bool>,
    /// Schemas that the API serves.
    pub schemas: Option<Vec<String>>,
}

/// `[[ignore]]`: accepts what one rule finds about one object.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct IgnoreEntry {
    /// The rule, or a family of them.
    #[schemars(with = "String")]
    rule: Spanned<String>,
    /// The object: `public.messages`, which covers its columns too.
    object: String,
    /// Why.
    reason: String,
}

/// A finding that is known and accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// The rule.
    pub rule: String,
    /// The object that the finding is about: `public.messages`.
    pub object: String,
    /// Why.
    pub reason: String,
}

/// A level as written in settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LevelName {
    /// Not reported.
    Off,
    /// Worth knowing.
    Info,
    /// It will hurt.
    Warning,
    /// It breaks.
    Error,
}

impl From<LevelName> for Level {
    fn from(name: LevelName) -> Self {
        match name {
            LevelName::Off => Self::Off,
            LevelName::Info => Self::Info,
            LevelName::Warning => Self::Warning,
            LevelName::Error => Self::Error,
        }
    }
}

impl Settings {
    /// Reads the text of a settings file. `rules` are the ids of every rule there is: a name that
    /// is none of them is a mistake.
    pub fn parse(path: &str, text: &str, rules: &[&str]) -> Result<Self, SettingsError> {
        let mut settings: Self =
            toml::from_str(text).map_err(|error| SettingsError::from_toml(path, text, &error))?;
        let overridden = settings.overrides.iter().flat_map(|entry| entry.rules.keys());
        let ignored = settings.ignores.iter().map(|entry| &entry.rule);
        for name in settings.levels.keys().chain(overridden).chain(ignored) {
            if !is_rule_or_family(name.get_ref(), rules) {
                return Err(SettingsError::unknown_rule((path, text), name, rules));
            }
        }
        let mut presets = settings.extends.iter().filter(|name| !extend::is_file(name.get_ref()));
        if let Some(unknown) = presets.find(|it| Preset::named(it.get_ref()).is_none()) {
            return Err(SettingsError::unknown_preset((path, text), unknown));
        }
        settings.place = Place { shown: path.into(), text: text.into(), ..Place::default() };
        Ok(settings)
    }

    /// The level of each rule or family that has one, in order of name.
    pub fn levels(&self) -> impl Iterator<Item = (&str, LevelName)> {
        let pairs = self.levels.iter();
        pairs.map(|(rule, level)| (rule.get_ref().as_str(), *level.get_ref()))
    }

    /// What is accepted, in the order of the file.
    pub fn ignores(&self) -> impl Iterator<Item = Ignore> {
        self.ignores.iter().map(|entry| Ignore {
            rule: entry.rule.get_ref().clone(),
            object: entry.object.clone(),
            reason: entry.reason.clone(),
        })
    }
}

/// A family stands for every rule in it.
fn is_rule_or_family(name: &str, rules: &[&str]) -> bool {
    let family = |rule: &&str| rule.split_once('/').is_some_and(|(family, _)| family == name);
    rules.contains(&name) || rules.iter().any(family)
}

#[cfg(test)]
mod tests {

    use super::{LevelName, Settings};

    const RULES: [&str; 2] = ["index/unindexed-filter", "rls/table-without-rls"];

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let error = Settings::parse("trave.toml", text, &RULES).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn everything_that_can_be_said_is_read() {
        let text = "small-tables = ['plans']\napplied-until = '20240131'\n\
                    [check]\nfail-on = 'warning'\nexclude = ['legacy/']\n\
                    [rules]\n'rls/table-without-rls' = 'off'\n\
                    [[ignore]]\nrule = 'index/unindexed-filter'\nobject = 'public.plans'\n\
                    reason = 'ten rows'\n[supabase]\nauto-expose = false\n";
        let settings = Settings::parse("trave.toml", text, &RULES).unwrap();
        let levels: Vec<_> = settings.levels().collect();
        assert_eq!(levels, [("rls/table-without-rls", LevelName::Off)]);
        assert_eq!(settings.ignores().next().unwrap().object, "public.plans");
        assert_eq!(settings.supabase.auto_expose, Some(false));
        assert_eq!(settings.applied_until.as_deref(), Some("20240131"));
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_nearest() {
        refused(
            "[check]\nfail_on = 'error'\n",
            "`trave.toml`, line 2, column 1: unknown key `fail_on`; did you mean `fail-on`?",
        );
    }

    #[test]
    fn an_unknown_rule_is_refused_with_the_nearest() {
        refused(
            "[rules]\n\"rls/table-wihtout-rls\" = 'off'\n",
            "`trave.toml`, line 2, column 1: no rule is called `rls/table-wihtout-rls`; \
             did you mean `rls/table-without-rls`?",
        );
    }

    #[test]
    fn an_unknown_level_is_refused_with_the_nearest() {
        refused(
            "[rules]\n'rls/table-without-rls' = 'warn'\n",
            "`trave.toml`, line 2, column 27: unknown value `warn`; did you mean `warning`?",
        );
    }

    #[test]
    fn an_unknown_preset_is_refused_with_the_nearest() {
        refused(
            "extends = ['stict']\n",
            "`trave.toml`, line 1, column 12: no preset is called `stict`; did you mean `strict`?",
        );
        refused(
            "extends = ['../trave.toml', 'mine']\n",
            "`trave.toml`, line 1, column 29: no preset is called `mine`; there are `recommended`, \
             `strict`, `security`, `performance`, and paths of settings files",
        );
    }

    #[test]
    fn an_override_names_rules_that_exist() {
        refused(
            "[[overrides]]\npaths = ['admin/']\nrules = { indx = 'off' }\n",
            "`trave.toml`, line 3, column 11: no rule is called `indx`; \
             `trave rules` lists them all",
        );
    }

    #[test]
    fn broken_text_says_where() {
        let error = Settings::parse("trave.toml", "[check\n", &RULES).unwrap_err();
        assert!(error.to_string().starts_with("`trave.toml`, line 1, column "), "{error}");
    }

    #[test]
    fn a_reason_is_required() {
        refused(
            "[[ignore]]\nrule = 'rls/table-without-rls'\nobject = 'public.a'\n",
            "`trave.toml`, line 1, column 1: missing field `reason`",
        );
    }
}
