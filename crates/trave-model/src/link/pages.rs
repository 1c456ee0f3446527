//! Which pages post to a server action: those that hold it, or import what imports it.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use trave_backend::entry::{Entry, EntryKind};
use trave_backend::frameworks;
use trave_source::FileId;
use trave_ts::ir::Exported;

use crate::eval::Context;
use crate::program::Program;

/// Who imports whom, and which files are pages.
pub(super) struct Pages<'c> {
    cx: &'c Context<'c>,
    importers: FxHashMap<FileId, Vec<FileId>>,
    /// What was found for a file of actions.
    known: FxHashMap<FileId, Vec<SmolStr>>,
}

impl<'c> Pages<'c> {
    pub(super) fn of(cx: &'c Context<'c>) -> Self {
        Self { cx, importers: importers(cx.program), known: FxHashMap::default() }
    }

    /// The paths of the pages that a server action is posted to, in order; none for other ways in.
    pub(super) fn of_action(&mut self, entry: &Entry) -> Vec<SmolStr> {
        if entry.kind != EntryKind::ServerAction {
            return Vec::new();
        }
        let file = entry.origin.file;
        if let Some(known) = self.known.get(&file) {
            return known.clone();
        }
        let found = self.above(file);
        self.known.insert(file, found.clone());
        found
    }

    /// The pages that hold a file, or import what imports it.
    fn above(&self, file: FileId) -> Vec<SmolStr> {
        let mut found: Vec<SmolStr> = Vec::new();
        let mut seen: FxHashSet<FileId> = FxHashSet::default();
        let mut waiting = vec![file];
        while let Some(file) = waiting.pop() {
            if !seen.insert(file) {
                continue;
            }
            match frameworks::page_path(self.cx.program.sources.path(file)) {
                Some(path) => found.push(path.into()),
                None => waiting.extend(self.importers.get(&file).into_iter().flatten()),
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The files that import each file, for more than types.
pub(super) fn importers(program: &Program) -> FxHashMap<FileId, Vec<FileId>> {
    let mut importers: FxHashMap<FileId, Vec<FileId>> = FxHashMap::default();
    for module in &program.modules {
        let imported = module.imports.iter().filter(|import| !import.type_only);
        let passed_on = module.exports.iter().filter_map(|export| match &export.what {
            Exported::From { specifier, .. } => Some(specifier),
            _ => None,
        });
        for specifier in imported.map(|import| &import.specifier).chain(passed_on) {
            let target = program.import(module.file, specifier);
            if let Some(target) = target {
                importers.entry(target).or_default().push(module.file);
            }
        }
    }
    importers
}
