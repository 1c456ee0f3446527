//! What the settings say of rules, as the engine takes it.

use std::collections::BTreeMap;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use toml::Spanned;
use trave_engine::rule::Level;
use trave_engine::{Ignore, Levels, Options, Override, Paths, Preset, Scope};
use trave_source::{FileId, Span};

use super::place::Anchor;
use super::{LevelName, Settings};

/// Patterns that are read as in `.gitignore`, seen from a folder.
#[derive(Debug, Clone)]
pub(crate) struct Patterns {
    anchor: Anchor,
    matcher: Gitignore,
}

impl Patterns {
    pub(crate) fn new<'a>(
        anchor: &Anchor,
        patterns: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ignore::Error> {
        let mut builder = GitignoreBuilder::new("");
        for pattern in patterns {
            builder.add_line(None, pattern)?;
        }
        Ok(Self { anchor: anchor.clone(), matcher: builder.build()? })
    }

    /// Whether they mean a file of the analysed folder, or a folder around it.
    pub(crate) fn hold(&self, path: &str) -> bool {
        self.mean((path, false))
    }

    /// Whether they mean a folder of the analysed folder, or one around it.
    pub(crate) fn hold_folder(&self, path: &str) -> bool {
        self.mean((path, true))
    }

    fn mean(&self, (path, is_folder): (&str, bool)) -> bool {
        let local = self.anchor.local(path).filter(|local| !local.is_empty());
        local.is_some_and(|local| {
            self.matcher.matched_path_or_any_parents(local, is_folder).is_ignore()
        })
    }
}

impl Settings {
    /// What the settings say about rules, those of folders below among them.
    pub fn rule_options(&self) -> Options {
        let all = || std::iter::once(self).chain(&self.nested);
        let mut ignores = Vec::new();
        all().for_each(|settings| settings.collect_ignores(&mut ignores));
        let scopes = all().map(|settings| Scope {
            folder: settings.folder_below().to_owned(),
            levels: settings.levels_here(),
        });
        Options { scopes: scopes.collect(), ignores, only: Vec::new() }
    }

    /// The patterns of `exclude`, also of files that these settings extend and of folders below.
    pub(crate) fn excluded(&self) -> Result<Vec<Patterns>, String> {
        let own = self.check.exclude.iter().map(String::as_str);
        let own = Patterns::new(&self.place.anchor, own)
            .map_err(|error| format!("`exclude` has a pattern that cannot be read: {error}"))?;
        let mut found = vec![own];
        for settings in self.bases.iter().chain(&self.nested) {
            found.extend(settings.excluded()?);
        }
        Ok(found)
    }

    fn folder_below(&self) -> &str {
        match &self.place.anchor {
            Anchor::Below(folder) => folder,
            Anchor::Above(_) => "",
        }
    }

    /// What this file and those that it extends say of levels.
    fn levels_here(&self) -> Levels {
        let mut levels = Levels::default();
        for base in &self.bases {
            let base = base.levels_here();
            levels.presets.extend(base.presets);
            levels.overrides.extend(base.overrides);
            replace(&mut levels.rules, base.rules);
        }
        let presets = self.extends.iter().filter_map(|name| Preset::named(name.get_ref()));
        levels.presets.extend(presets);
        replace(&mut levels.rules, plain(&self.levels));
        for entry in &self.overrides {
            let paths = entry.paths.iter().map(|pattern| pattern.get_ref().as_str());
            // Whoever read the file has made sure that its patterns can be read.
            let Ok(patterns) = Patterns::new(&self.place.anchor, paths) else { continue };
            let paths = Paths::new(move |path| patterns.hold(path));
            levels.overrides.push(Override { paths, rules: plain(&entry.rules) });
        }
        levels
    }

    /// An `[[ignore]]` holds wherever its object is reported, so that each is taken once.
    fn collect_ignores(&self, found: &mut Vec<Ignore>) {
        for base in &self.bases {
            base.collect_ignores(found);
        }
        for entry in &self.ignores {
            let origin = self.place.source.map(|file| place_of(&entry.rule, file));
            let ignore = Ignore {
                rule: entry.rule.get_ref().clone(),
                object: entry.object.clone(),
                reason: entry.reason.clone(),
                origin,
            };
            let same = |known: &&mut Ignore| {
                (&known.rule, &known.object) == (&ignore.rule, &ignore.object)
            };
            match found.iter_mut().find(same) {
                Some(known) => known.origin = known.origin.or(ignore.origin),
                None => found.push(ignore),
            }
        }
    }
}

fn place_of(rule: &Spanned<String>, file: FileId) -> trave_source::Origin {
    let span = rule.span();
    Span::new(span.start, span.end).in_file(file)
}

/// Puts the levels of a nearer file over those of a further one: a family means each rule in it.
fn replace(levels: &mut BTreeMap<String, Level>, nearer: BTreeMap<String, Level>) {
    let is_replaced =
        |name: &str| name.split_once('/').is_some_and(|(family, _)| nearer.contains_key(family));
    levels.retain(|name, _| !is_replaced(name));
    levels.extend(nearer);
}

fn plain(levels: &BTreeMap<Spanned<String>, Spanned<LevelName>>) -> BTreeMap<String, Level> {
    let pairs = levels.iter();
    pairs.map(|(name, level)| (name.get_ref().clone(), (*level.get_ref()).into())).collect()
}

#[cfg(test)]
mod tests {
    use trave_engine::rule::{Level, Meta};

    use super::super::{Anchor, Settings};

    const FILTER: Meta = Meta::new("index/unindexed-filter", Level::Warning);

    fn settings(text: &str) -> Settings {
        Settings::parse("trave.toml", text, &[FILTER.id]).unwrap()
    }

    #[track_caller]
    fn expect(settings: &Settings, path: &str, level: Level) {
        assert_eq!(
            settings.rule_options().setting(&FILTER, path).of(FILTER.level),
            level,
            "{path}"
        );
    }

    #[test]
    fn paths_have_levels_of_their_own() {
        let overridden = settings(
            "[rules]\nindex = 'info'\n\
             [[overrides]]\npaths = ['apps/admin/**', '*.report.ts']\nrules = { index = 'off' }\n",
        );
        expect(&overridden, "apps/web/a.ts", Level::Info);
        expect(&overridden, "apps/admin/src/a.ts", Level::Off);
        expect(&overridden, "apps/web/month.report.ts", Level::Off);
    }

    #[test]
    fn the_nearer_file_goes_before_what_it_extends() {
        let mut nearer = settings("[rules]\nindex = 'off'\n");
        nearer.take_over(settings("[rules]\n'index/unindexed-filter' = 'error'\n"));
        expect(&nearer, "a.ts", Level::Off);
        let mut silent = settings("extends = ['strict']\n");
        silent.take_over(settings("applied-until = '2024'\nextends = ['security']\n"));
        expect(&silent, "a.ts", Level::Error);
        assert_eq!(silent.applied_until.as_deref(), Some("2024"));
    }

    #[test]
    fn folders_below_do_not_inherit_by_themselves() {
        let mut top = settings("[rules]\nindex = 'off'\n");
        let mut below = settings("applied-until = '7'\n");
        below.place.anchor = Anchor::Below("apps/web".to_owned());
        top.nest(below);
        expect(&top, "apps/web/a.ts", Level::Warning);
        expect(&top, "apps/website/a.ts", Level::Off);
        assert_eq!(top.at("apps/web/supabase").applied_until.as_deref(), Some("7"));
        assert_eq!(top.at("supabase").applied_until, None);
    }
}
