//! What a module says by itself: made once for each text that a file has.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use trave_backend::entry::Entry;
use trave_source::{FileId, Span};
use trave_ts::ir::Module;

use super::{fallback, secrets};
use crate::eval::Facts;
use crate::program::{Imports, Program};

/// What a module says by itself.
#[derive(Debug)]
pub(super) struct Digest {
    /// The ways in that it declares.
    pub(super) entries: Vec<Entry>,
    /// The secrets that are written down in it.
    pub(super) secrets: Vec<(Span, &'static str)>,
    /// Where queries stand that are sent only after another one found something missing.
    pub(super) fallbacks: Vec<Span>,
    /// What is looked up in it.
    pub(super) facts: Arc<Facts>,
}

impl Digest {
    fn of(program: &Program, module: &Module) -> Self {
        let source = program.sources.get(module.file);
        let (path, text) = source.map_or(("?", ""), |source| (&*source.path, &*source.text));
        Self {
            entries: (program.backend.entries)(module, path),
            secrets: secrets::find(module),
            fallbacks: fallback::regions(module, text),
            facts: Arc::default(),
        }
    }
}

/// Every module as it was last seen, with when it last changed.
#[derive(Debug, Default)]
pub(super) struct Digests {
    known: FxHashMap<FileId, Known>,
    /// The number of the run in which each file last changed, came or went; 0 for never.
    changed: Vec<u32>,
    run: u32,
}

#[derive(Debug)]
struct Known {
    module: Arc<Module>,
    imports: Option<Arc<Imports>>,
    digest: Arc<Digest>,
    /// When it was last there.
    run: u32,
}

impl Digests {
    /// Takes in a program: what has changed since the last one is made anew.
    pub(super) fn update(&mut self, program: &Program) {
        self.run += 1;
        let run = self.run;
        let mut fresh = Vec::new();
        for module in &program.modules {
            let imports = program.imports.get(&module.file);
            match self.known.get_mut(&module.file) {
                Some(known) if Arc::ptr_eq(&known.module, module) => {
                    known.run = run;
                    let is_same = match (&known.imports, imports) {
                        (Some(old), Some(new)) => Arc::ptr_eq(old, new) || old == new,
                        (old, new) => old.is_none() && new.is_none(),
                    };
                    if !is_same {
                        known.imports = imports.cloned();
                        mark(&mut self.changed, module.file, run);
                    }
                }
                _ => fresh.push((module, imports)),
            }
        }
        let made: Vec<(FileId, Known)> = fresh
            .into_par_iter()
            .map(|(module, imports)| {
                let digest = Arc::new(Digest::of(program, module));
                let (module, imports) = (Arc::clone(module), imports.cloned());
                (module.file, Known { module, imports, digest, run })
            })
            .collect();
        for (file, known) in made {
            mark(&mut self.changed, file, run);
            self.known.insert(file, known);
        }
        let changed = &mut self.changed;
        self.known.retain(|file, known| {
            let is_there = known.run == run;
            if !is_there {
                mark(changed, *file, run);
            }
            is_there
        });
    }

    pub(super) fn get(&self, file: FileId) -> Option<&Arc<Digest>> {
        self.known.get(&file).map(|known| &known.digest)
    }

    pub(super) fn facts(&self, file: FileId) -> Arc<Facts> {
        self.get(file).map(|digest| Arc::clone(&digest.facts)).unwrap_or_default()
    }

    /// The number of the run under way.
    pub(super) fn run(&self) -> u32 {
        self.run
    }

    /// Whether a file is as it was in an earlier run.
    pub(super) fn is_since(&self, file: FileId, run: u32) -> bool {
        self.changed.get(file.0 as usize).is_none_or(|changed| *changed <= run)
    }
}

fn mark(changed: &mut Vec<u32>, file: FileId, run: u32) {
    let at = file.0 as usize;
    if at >= changed.len() {
        changed.resize(at + 1, 0);
    }
    if let Some(place) = changed.get_mut(at) {
        *place = run;
    }
}
