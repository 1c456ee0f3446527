//! What settings take over from the files that they extend, and from those of folders below.

use trave_source::Sources;

use super::place::Anchor;
use super::{Settings, SettingsError};

/// Something that settings extend.
pub(super) struct Extended<'a> {
    /// As written: a path.
    pub(super) path: &'a str,
    /// Where it stands in the file.
    pub(super) span: std::ops::Range<usize>,
}

impl Settings {
    /// The files that these settings extend, in order; presets are no files.
    pub(super) fn extended_files(&self) -> impl Iterator<Item = Extended<'_>> {
        let files = self.extends.iter().filter(|name| is_file(name.get_ref()));
        files.map(|name| Extended { path: name.get_ref(), span: name.span() })
    }

    /// A mistake at a place of this file.
    pub(super) fn mistake(&self, span: std::ops::Range<usize>, message: String) -> SettingsError {
        SettingsError::at((&self.place.shown, &self.place.text), Some(span), message)
    }

    /// Takes over what a file that it extends says, as far as it says nothing itself. Levels,
    /// exclusions and ignores stay with the file: what they mean depends on its place.
    pub(super) fn take_over(&mut self, base: Self) {
        let check = &mut self.check;
        check.fail_on = check.fail_on.or(base.check.fail_on);
        check.include_tests = check.include_tests.or(base.check.include_tests);
        if check.baseline.is_none() {
            check.baseline.clone_from(&base.check.baseline);
            self.baseline_folder.clone_from(&base.baseline_folder);
        }
        let supabase = &mut self.supabase;
        supabase.auto_expose = supabase.auto_expose.or(base.supabase.auto_expose);
        if supabase.schemas.is_none() {
            supabase.schemas.clone_from(&base.supabase.schemas);
        }
        if self.applied_until.is_none() {
            self.applied_until.clone_from(&base.applied_until);
        }
        self.small_tables.extend(base.small_tables.iter().cloned());
        self.public_tables.extend(base.public_tables.iter().cloned());
        for (code, root) in &base.roots {
            self.roots.entry(code.clone()).or_insert_with(|| root.clone());
        }
        self.bases.push(base);
    }

    /// Writes the folders of `[roots]` as they are seen from the analysed folder.
    pub(super) fn settle_roots(&mut self) {
        let anchor = &self.place.anchor;
        let seen = self
            .roots
            .iter()
            .filter_map(|(code, root)| Some((anchor.global(code)?, anchor.global(root)?)));
        self.roots = seen.collect();
    }

    /// Takes in the settings of a folder below.
    pub(super) fn nest(&mut self, nested: Self) {
        self.small_tables.extend(nested.small_tables.iter().cloned());
        self.public_tables.extend(nested.public_tables.iter().cloned());
        self.roots.extend(nested.roots.iter().map(|(code, root)| (code.clone(), root.clone())));
        self.nested.push(nested);
    }

    /// The files that say what holds for a path, the nearest first, each with what it extends.
    pub fn files_for(&self, path: &str) -> Vec<String> {
        let nearest = self.at(path);
        let extended = nearest.bases.iter().rev().flat_map(|base| base.files_for(path));
        let own = Some(nearest.place.shown.clone()).filter(|shown| !shown.is_empty());
        own.into_iter().chain(extended).collect()
    }

    /// The settings that hold for a path: those of the nearest file above it.
    pub(crate) fn at(&self, path: &str) -> &Self {
        let around = self.nested.iter().filter(|nested| nested.place.anchor.local(path).is_some());
        around.max_by_key(|nested| nested.depth()).unwrap_or(self)
    }

    /// The folder that paths in these settings are seen from.
    pub(crate) fn anchor(&self) -> &Anchor {
        &self.place.anchor
    }

    /// Where the file of known findings is: named, or beside the settings.
    pub(crate) fn baseline_path(&self, usual: &str) -> std::path::PathBuf {
        match &self.check.baseline {
            Some(named) => self.baseline_folder.join(named),
            None => self.place.folder.join(usual),
        }
    }

    fn depth(&self) -> usize {
        match &self.place.anchor {
            Anchor::Below(folder) => folder.len(),
            Anchor::Above(_) => 0,
        }
    }

    /// Makes the files among them that findings may point into sources. Those above the analysed
    /// folder are none: what they say may be meant for another part of the repository.
    pub(crate) fn stand_among(&mut self, sources: &mut Sources) {
        // A project without anything to look at stays one.
        if sources.is_empty() {
            return;
        }
        self.add_own(sources);
        for nested in &mut self.nested {
            nested.add_own(sources);
        }
    }

    fn add_own(&mut self, sources: &mut Sources) {
        let place = &mut self.place;
        if let Some(path) = place.in_project.as_deref().filter(|_| !self.ignores.is_empty()) {
            place.source = Some(sources.add(path, place.text.as_str()));
        }
    }
}

/// Whether something to extend is written as a path.
pub(super) fn is_file(name: &str) -> bool {
    let is_toml = std::path::Path::new(name).extension().is_some_and(|ending| ending == "toml");
    is_toml || name.contains('/')
}
