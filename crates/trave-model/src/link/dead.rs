//! Code that nothing runs: functions whose name the project mentions only where they are made.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use trave_backend::frameworks;
use trave_source::{FileId, Origin};
use trave_ts::ir::{FunctionId, Module, Pattern, Stmt};

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
    for query in queries {
        query.in_dead_code =
            name_of(query).is_some_and(|name| mentioned.get(&name).copied() == Some(1));
    }
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
        let words = text.split(|sign: char| !sign.is_alphanumeric() && sign != '_' && sign != '$');
        words.filter_map(|word| names.get(word)).cloned().collect::<Vec<SmolStr>>()
    };
    let modules = program.modules.par_iter().filter(|module| !shadowed.contains(&module.file));
    let found: Vec<Vec<SmolStr>> = modules.map(in_module).collect();
    let mut counts = FxHashMap::default();
    for name in found.into_iter().flatten() {
        *counts.entry(name).or_default() += 1;
    }
    counts
}
