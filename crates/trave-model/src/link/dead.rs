//! Code that nothing runs: functions whose name the project mentions only where they are made, and
//! those that their own file does not mention again and no other file imports from it.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use trave_backend::frameworks;
use trave_source::{FileId, Origin};
use trave_ts::ir::{self, Exported, FunctionId, Module, Pattern, Stmt};

use super::root_of;
use crate::eval::{Context, ModuleId};
use crate::model::Query;
use crate::program::Program;

/// Marks the queries of such functions. A file that is imported by one that was not read proves
/// nothing, and neither does code at the top level of a module; what stands in `shadowed` files
/// mentions nothing.
pub(super) fn mark(
    queries: &mut [Query],
    (program, cx): (&Program, &Context<'_>),
    shadowed: &FxHashSet<FileId>,
    mentions: &mut Mentions,
) {
    let module_of = |file: FileId| cx.module(ModuleId::of(file));
    let name_of = |query: &Query| {
        let place = query.facts.target_origin;
        let doubtful = !query.reached.is_empty()
            || query.in_script
            || program.imported_elsewhere.contains(&place.file);
        if doubtful { None } else { outermost_name(module_of(place.file)?, place) }
    };
    let outermost: Vec<Option<SmolStr>> = queries.iter().map(name_of).collect();
    let names: FxHashSet<SmolStr> = outermost.iter().flatten().cloned().collect();
    if names.is_empty() {
        return;
    }
    let with_name = queries.iter().zip(&outermost).filter(|(_, name)| name.is_some());
    let files = with_name.map(|(query, _)| query.facts.target_origin.file).collect();
    let mentioned = mentions.count(&names, program, shadowed);
    let imported = Imported::of(program, shadowed, &files);
    for (query, name) in queries.iter_mut().zip(outermost) {
        let file = query.facts.target_origin.file;
        query.in_dead_code = name.is_some_and(|name| {
            mentioned.get(&name).copied() == Some(1)
                || module_of(file).is_some_and(|module| imported.misses(program, module, &name))
        });
    }
}

/// What is imported from some files.
#[derive(Default)]
struct Imported {
    names: FxHashSet<(FileId, SmolStr)>,
    /// Files of which all is imported, or passed on.
    whole: FxHashSet<FileId>,
}

impl Imported {
    fn of(program: &Program, shadowed: &FxHashSet<FileId>, files: &FxHashSet<FileId>) -> Self {
        let mut found = Self::default();
        for module in program.modules.iter().filter(|it| !shadowed.contains(&it.file)) {
            let target = |specifier: &SmolStr| {
                program.import(module.file, specifier).filter(|file| files.contains(file))
            };
            for import in module.imports.iter().filter(|import| !import.type_only) {
                let Some(file) = target(&import.specifier) else { continue };
                match &import.what {
                    ir::Imported::Named(name) => _ = found.names.insert((file, name.clone())),
                    ir::Imported::Nothing | ir::Imported::Default => {}
                    ir::Imported::Namespace => _ = found.whole.insert(file),
                }
            }
            for export in &module.exports {
                if let Exported::From { specifier, .. } = &export.what {
                    found.whole.extend(target(specifier));
                }
            }
        }
        found
    }

    /// Whether nothing takes this export of a module, which names it only once itself.
    fn misses(&self, program: &Program, module: &Module, name: &SmolStr) -> bool {
        let file = module.file;
        let is_export = module.exports.iter().any(|export| export.name == *name);
        let text = program.sources.get(file).map_or("", |source| &source.text);
        is_export
            && !self.whole.contains(&file)
            && !self.names.contains(&(file, name.clone()))
            && words(text).filter(|word| word == name).count() == 1
    }
}

/// The words of a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !sign.is_alphanumeric() && sign != '_' && sign != '$')
}

/// The name of the outermost function around a place, or of the constant that is made from it:
/// `const load = cache(async () => …)`.
fn outermost_name(module: &Module, place: Origin) -> Option<SmolStr> {
    let top = module.functions.first()?;
    let wrapped = top.body.iter().find_map(|statement| match statement {
        Stmt::Let { pattern: Pattern::Name(id), value: Some(value), .. } => {
            let holds = module.expr(*value).is_some_and(|it| it.span.holds(place.span));
            (holds && frameworks::wraps(module, *value)).then_some(*id)
        }
        _ => None,
    });
    if let Some(wrapped) = wrapped {
        return module.binding(wrapped).map(|binding| binding.name.clone());
    }
    let around =
        |(_, function): &(FunctionId, &trave_ts::ir::Function)| function.span.holds(place.span);
    let functions = (0..).map(FunctionId).zip(&module.functions).skip(1);
    let (inner, _) = functions
        .filter(around)
        .min_by_key(|(_, function)| function.span.end - function.span.start)?;
    module.function(root_of(module, inner))?.name.clone()
}

/// More names than this are not kept from run to run.
const NAMES_MAX: usize = 2_000;

/// So few names are looked for one by one before a text is cut into words.
const FEW: usize = 8;

/// Which names the texts of a program mention, kept for texts that stay.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// The names that were looked for.
    names: FxHashSet<SmolStr>,
    found: FxHashMap<FileId, (Arc<Module>, Vec<SmolStr>)>,
}

impl Mentions {
    /// How often the texts mention each name.
    fn count(
        &mut self,
        names: &FxHashSet<SmolStr>,
        program: &Program,
        shadowed: &FxHashSet<FileId>,
    ) -> FxHashMap<SmolStr, u32> {
        self.look_for(names, program);
        let mut counts = FxHashMap::default();
        let found = self.found.iter().filter(|(file, _)| !shadowed.contains(file));
        for name in found.flat_map(|(_, (_, found))| found).filter(|name| names.contains(*name)) {
            *counts.entry(name.clone()).or_default() += 1;
        }
        counts
    }

    fn look_for(&mut self, names: &FxHashSet<SmolStr>, program: &Program) {
        if self.names.len() > NAMES_MAX {
            *self = Self::default();
        }
        let more: FxHashSet<SmolStr> = names.difference(&self.names).cloned().collect();
        self.names.extend(more.iter().cloned());
        let known = std::mem::take(&mut self.found);
        let look = |module: &Arc<Module>| {
            let text = program.sources.get(module.file).map_or("", |source| &source.text);
            let known = known.get(&module.file).filter(|(known, _)| Arc::ptr_eq(known, module));
            let found = match known {
                Some((_, found)) => [found.clone(), mentioned(&more, text)].concat(),
                None => mentioned(&self.names, text),
            };
            (module.file, (Arc::clone(module), found))
        };
        self.found = program.modules.par_iter().map(look).collect();
    }
}

/// The names that a text mentions, each as often as it does.
fn mentioned(names: &FxHashSet<SmolStr>, text: &str) -> Vec<SmolStr> {
    let is_in = |name: &SmolStr| memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some();
    if names.len() <= FEW && !names.iter().any(is_in) {
        return Vec::new();
    }
    words(text).filter_map(|word| names.get(word)).cloned().collect()
}
