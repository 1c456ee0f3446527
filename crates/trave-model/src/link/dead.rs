//! Code that nothing runs: functions whose name the project mentions only where they are made, and
//! those that their own file does not mention again and no other file imports from it.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use trave_backend::frameworks;
use trave_source::{FileId, Origin};
use trave_ts::ir::{self, Exported, FunctionId, Module, Pattern, Stmt};

use super::root_of;
use crate::model::Query;
use crate::program::Program;

/// Marks the queries of such functions. A file that is imported by one that was not read proves
/// nothing, and neither does code at the top level of a module; what stands in `shadowed` files
/// mentions nothing.
pub(super) fn mark(queries: &mut [Query], program: &Program, shadowed: &FxHashSet<FileId>) {
    let modules: FxHashMap<FileId, &Module> =
        program.modules.iter().map(|module| (module.file, module)).collect();
    let name_of = |query: &Query| {
        let place = query.facts.target_origin;
        let doubtful = !query.reached.is_empty()
            || query.in_script
            || program.imported_elsewhere.contains(&place.file);
        if doubtful { None } else { outermost_name(modules.get(&place.file)?, place) }
    };
    let names: FxHashSet<SmolStr> = queries.iter().filter_map(name_of).collect();
    if names.is_empty() {
        return;
    }
    let mentioned = mentions(&names, program, shadowed);
    let imported = Imported::of(program, shadowed);
    for query in queries {
        let file = query.facts.target_origin.file;
        query.in_dead_code = name_of(query).is_some_and(|name| {
            mentioned.get(&name).copied() == Some(1)
                || modules.get(&file).is_some_and(|module| imported.misses(program, module, &name))
        });
    }
}

/// What files import from each other.
#[derive(Default)]
struct Imported {
    names: FxHashSet<(FileId, SmolStr)>,
    /// Files of which all is imported, or passed on.
    whole: FxHashSet<FileId>,
}

impl Imported {
    fn of(program: &Program, shadowed: &FxHashSet<FileId>) -> Self {
        let mut found = Self::default();
        for module in program.modules.iter().filter(|it| !shadowed.contains(&it.file)) {
            let target = |specifier: &SmolStr| {
                program.imports.get(&(module.file, specifier.clone())).copied()
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

/// How often the texts of the project mention each name.
fn mentions(
    names: &FxHashSet<SmolStr>,
    program: &Program,
    shadowed: &FxHashSet<FileId>,
) -> FxHashMap<SmolStr, u32> {
    let in_module = |module: &Module| {
        let text = program.sources.get(module.file).map_or("", |source| &source.text);
        words(text).filter_map(|word| names.get(word)).cloned().collect::<Vec<SmolStr>>()
    };
    let modules = program.modules.par_iter().filter(|module| !shadowed.contains(&module.file));
    let found: Vec<Vec<SmolStr>> = modules.map(in_module).collect();
    let mut counts = FxHashMap::default();
    for name in found.into_iter().flatten() {
        *counts.entry(name).or_default() += 1;
    }
    counts
}
