//! Which modules the browser gets: `use client` modules and everything that they import.

use rustc_hash::FxHashMap;
use trave_source::FileId;
use trave_ts::ir::Module;

use crate::eval::Context;

/// The modules that the browser gets.
#[derive(Debug, Default)]
pub(super) struct Browser {
    /// Each with the `use client` module through which it gets there.
    modules: FxHashMap<FileId, FileId>,
}

impl Browser {
    pub(super) fn of(cx: &Context<'_>) -> Self {
        let mut modules = FxHashMap::default();
        let mut waiting: Vec<(FileId, FileId)> = Vec::new();
        for module in &cx.program.modules {
            if module.has_directive("use client") {
                waiting.push((module.file, module.file));
            }
        }
        waiting.reverse();
        while let Some((file, through)) = waiting.pop() {
            let module = cx.module_of(file).and_then(|id| cx.module(id));
            let Some(module) = module else { continue };
            if modules.contains_key(&file) || stays_on_server(module) {
                continue;
            }
            modules.insert(file, through);
            for import in module.imports.iter().filter(|import| !import.type_only) {
                let target = cx.program.import(file, &import.specifier);
                waiting.extend(target.map(|target| (target, through)));
            }
        }
        Self { modules }
    }

    pub(super) fn has(&self, file: FileId) -> bool {
        self.modules.contains_key(&file)
    }

    /// The `use client` module through which the browser gets a file, when it is another one.
    pub(super) fn through(&self, file: FileId) -> Option<FileId> {
        self.modules.get(&file).copied().filter(|through| *through != file)
    }
}

fn stays_on_server(module: &Module) -> bool {
    module.has_directive("use server")
        || module.imports.iter().any(|import| import.specifier == "server-only")
}
