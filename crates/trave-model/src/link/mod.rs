//! From what evaluations leave behind to the model that rules see.
//!
//! Every way in is evaluated on its own, in parallel; then every function that none of them
//! reached. What they saw is gathered in their order, so that threads do not show.

mod before;
mod browser;
mod dead;
mod fallback;
mod gather;
mod in_order;
mod intern;
mod leads;
mod meant;
mod mentions;
mod pages;
mod registered;
mod routes;
mod secrets;
mod shadowed;
mod starts;
mod units;
mod wrappers;

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use trave_backend::entry::Entry;
use trave_source::FileId;
use trave_ts::ir::{FunctionId, Module};

use crate::eval::{Context, FunctionKey, Handled, ModuleId, Trace, run_alone, run_entries};
use crate::model::Model;
use crate::program::Program;

/// Evaluations recurse: their threads get room for it.
const STACK_BYTES: usize = 64 << 20;

/// How many tasks share what modules declare: always the same ones, so that threads do not show.
const CHUNK: usize = 24;

/// Links a program. Nothing in it can make this fail.
pub fn link(program: Program) -> Model {
    // A caller that runs on a pool of its own has given it room, and its threads hold memory
    // that others could not reuse.
    if rayon::current_thread_index().is_some() {
        return link_here(program);
    }
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build();
    match pool {
        Ok(pool) => pool.install(|| link_here(program)),
        Err(_) => link_here(program),
    }
}

fn link_here(program: Program) -> Model {
    let mut entries = find_entries(&program);
    let shadowed = shadowed::files(&program, &entries);
    entries.retain(|(_, entry)| !shadowed.contains(&entry.origin.file));
    let cx = Context::new(&program).with_outer(&entries);
    let browser = browser::Browser::of(&cx);
    let mut gathered = gather::Gathered::new(&cx, &browser);
    let mut places = before::Places::of(&cx, &entries);
    let mut number = 0;
    let (mut seen, mut ran) = (Seen::default(), leads::Ran::default());
    let chunks: Vec<&[(ModuleId, Entry)]> = entries.chunks(CHUNK).collect();
    in_order::in_order(
        &chunks,
        |chunk| run_entries(&cx, chunk),
        |chunk, traces| {
            for ((_, entry), trace) in chunk.iter().zip(&traces) {
                seen.add(trace);
                let place = places.place(number, trace);
                number += 1;
                if trace.handler != Handled::Internal {
                    ran.add(trace, gathered.add_route((entry, trace), place));
                }
            }
        },
    );
    let own: FxHashSet<FileId> = entries.iter().map(|(_, entry)| entry.origin.file).collect();
    let registered = registered::Routes::of(&cx, &own, &shadowed);
    let mut served = Seen::default();
    in_order::in_order(
        &registered.pieces(),
        |piece| registered.run(&cx, piece),
        |piece, traces| {
            for ((entry, _), trace) in piece.iter().zip(&traces) {
                served.add(trace);
                let place = before::Place::default();
                ran.add(trace, gathered.add_route((entry, trace), place));
            }
        },
    );
    seen.also(&served);
    let left = left_over(&program, &seen, &shadowed);
    let chunks: Vec<&[(ModuleId, Vec<FunctionId>)]> = left.chunks(CHUNK).collect();
    in_order::in_order(
        &chunks,
        |chunk| run_alone(&cx, chunk, &|function| served.has(function)),
        |_, traces| traces.iter().for_each(|trace| gathered.add_unreached(trace)),
    );
    gathered.add_unreached(&registered.search);
    let secrets = secrets::find(&program, &browser);
    let mut model = gathered.finish();
    model.secrets = secrets;
    let started = starts::functions(&cx, &own);
    leads::mark(&cx, (&ran, &started), (&mut model.queries, &mut model.routes));
    dead::mark(&mut model.queries, &program, &shadowed);
    fallback::mark(&mut model.queries, &program);
    complete(model, program)
}

/// The functions that ways in reached.
#[derive(Default)]
struct Seen {
    visited: FxHashSet<FunctionKey>,
    partly: FxHashSet<FunctionKey>,
}

impl Seen {
    fn add(&mut self, trace: &Trace) {
        self.visited.extend(&trace.visited);
        self.partly.extend(&trace.partly);
    }

    fn also(&mut self, other: &Self) {
        self.visited.extend(&other.visited);
        self.partly.extend(&other.partly);
    }

    /// Whether all of a function ran.
    fn has(&self, function: FunctionKey) -> bool {
        self.visited.contains(&function) && !self.partly.contains(&function)
    }
}

/// The ways in of every module, in the order of the modules.
fn find_entries(program: &Program) -> Vec<(ModuleId, Entry)> {
    let of_module = |(id, module): (u32, &Module)| {
        let path = program.sources.path(module.file);
        let entries = (program.backend.entries)(module, path);
        entries.into_iter().map(move |entry| (ModuleId(id), entry)).collect::<Vec<_>>()
    };
    let count = u32::try_from(program.modules.len()).unwrap_or(u32::MAX);
    let found: Vec<Vec<(ModuleId, Entry)>> =
        (0..count).into_par_iter().zip(&program.modules).map(of_module).collect();
    found.into_iter().flatten().collect()
}

/// For each module that names something that matters, the outermost functions that hold something
/// no way in reached, and its top level.
fn left_over(
    program: &Program,
    seen: &Seen,
    shadowed: &FxHashSet<FileId>,
) -> Vec<(ModuleId, Vec<FunctionId>)> {
    let mut left = Vec::new();
    for (id, module) in (0..).map(ModuleId).zip(&program.modules) {
        if program.quiet.contains(&module.file) || shadowed.contains(&module.file) {
            continue;
        }
        let mut roots = vec![FunctionId(0)];
        for (function, _) in (0..).map(FunctionId).zip(&module.functions).skip(1) {
            if !seen.has((id, function)) {
                let root = root_of(module, function);
                if !roots.contains(&root) {
                    roots.push(root);
                }
            }
        }
        left.push((id, roots));
    }
    left
}

/// The function at the top level around a function.
fn root_of(module: &Module, function: FunctionId) -> FunctionId {
    let mut at = function;
    for _ in 0..64 {
        match module.function(at).and_then(|it| it.parent) {
            Some(parent) if parent != FunctionId(0) => at = parent,
            _ => break,
        }
    }
    at
}

/// Moves what the program brings along into the model.
fn complete(mut model: Model, program: Program) -> Model {
    let own = program.modules.iter().flat_map(|module| {
        module.comments.iter().map(|comment| crate::model::IgnoreComment {
            origin: comment.span.in_file(module.file),
            text: comment.text.clone(),
        })
    });
    model.comments = program.comments.iter().cloned().chain(own).collect();
    model.comments.sort();
    model.coverage = crate::model::Coverage {
        routes: model.routes.len(),
        queries: model.queries.len(),
        queries_resolved: model.queries.iter().filter(|query| is_resolved(query)).count(),
        ..program.coverage
    };
    model.sources = program.sources;
    model.catalogs = program.catalogs;
    model.catalog_of_file = program.catalog_of_file;
    model.notices = program.notices;
    model.policy = program.settings;
    model.generated = program.generated;
    model.types_files = program.types_files;
    model.other_sql = program.other_sql;
    model.index_queries();
    model
}

fn is_resolved(query: &crate::model::Query) -> bool {
    query.facts.table.is_some() && query.facts.operation.is_some()
}

/// The file of an origin, for lists by file.
fn file_of(origin: trave_source::Origin) -> FileId {
    origin.file
}
