//! From what evaluations leave behind to the model that rules see.
//!
//! Every way in is evaluated on its own, in parallel; then every function that none of them
//! reached. What they saw is gathered in their order, so that threads do not show.

mod before;
mod browser;
mod dead;
mod digest;
mod fallback;
mod gather;
mod in_order;
mod intern;
mod keep;
mod leads;
mod meant;
mod mentions;
mod pages;
mod pieces;
mod registered;
mod routes;
mod secrets;
mod shadowed;
mod starts;
mod units;
mod wrappers;

use std::cell::RefCell;

use rustc_hash::FxHashSet;
use trave_backend::entry::Entry;
use trave_source::FileId;
use trave_ts::ir::{FunctionId, Module};

use crate::eval::{
    Context, FunctionKey, Handled, ModuleId, Trace, Watch, Watched, run_alone, run_entries,
};
use crate::model::Model;
use crate::program::Program;
use digest::Digests;
use keep::{Keep, Now};
use pieces::pieces;

/// Evaluations recurse: their threads get room for it.
const STACK_BYTES: usize = 64 << 20;

/// A way in that a module declares.
type Declared = (ModuleId, Entry);

/// Functions of a module that no way in reached.
type Left = (ModuleId, Vec<FunctionId>);

/// Links a program. Nothing in it can make this fail.
pub fn link(program: Program) -> Model {
    let mut linker = Linker { watch: Watch::Nothing, ..Linker::default() };
    linker.link(program, &|| false).unwrap_or_default()
}

/// Links one program after the other, each with files that differ a little from those before. It
/// keeps what evaluations leave behind, and runs those again that would see a difference.
///
/// Its programs have the same files under the same ids, the same packages and scripts.
#[derive(Debug)]
pub struct Linker {
    watch: Watch,
    digests: Digests,
    entries: Keep<Vec<ModuleId>, Vec<Trace>>,
    outer: before::Kept,
    registered: registered::Kept,
    left: Keep<Vec<Left>, Alone>,
    mentions: dead::Mentions,
}

/// What functions do that run on their own, and which others they took as known.
#[derive(Debug)]
struct Alone {
    traces: Vec<Trace>,
    served: Vec<(FunctionKey, bool)>,
}

impl Alone {
    fn of(watched: &Watched<'_>, left: &[Left], served: &Seen) -> Self {
        let asked = RefCell::new(Vec::new());
        let is_served = |function| {
            let is_served = served.has(function);
            asked.borrow_mut().push((function, is_served));
            is_served
        };
        let traces = run_alone(watched, left, &is_served);
        Self { traces, served: asked.into_inner() }
    }
}

impl Default for Linker {
    fn default() -> Self {
        Self {
            watch: Watch::Notes,
            digests: Digests::default(),
            entries: Keep::default(),
            outer: before::Kept::default(),
            registered: registered::Kept::default(),
            left: Keep::default(),
            mentions: dead::Mentions::default(),
        }
    }
}

impl Linker {
    /// Links a program; none when it was told to stop on the way. The model is the same as that of
    /// [`link`].
    pub fn link(&mut self, program: Program, stops: &(dyn Fn() -> bool + Sync)) -> Option<Model> {
        // A caller that runs on a pool of its own has given it room, and its threads hold memory
        // that others could not reuse.
        if rayon::current_thread_index().is_some() {
            return self.link_here(program, stops);
        }
        let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build();
        match pool {
            Ok(pool) => pool.install(|| self.link_here(program, stops)),
            Err(_) => self.link_here(program, stops),
        }
    }

    fn link_here(&mut self, program: Program, stops: &(dyn Fn() -> bool + Sync)) -> Option<Model> {
        self.digests.update(&program);
        let digests = &self.digests;
        let mut entries = find_entries(&program, digests);
        let shadowed = shadowed::files(&program, &entries);
        entries.retain(|(_, entry)| !shadowed.contains(&entry.origin.file));
        let cx = Context::new(&program, |file| digests.facts(file)).with_outer(&entries);
        let now = Now { cx: &cx, digests, watch: self.watch, stops };
        let browser = browser::Browser::of(&cx);
        let mut gathered = gather::Gathered::new(&cx, &browser);
        let mut seen = self.run_entries(now, &entries, &mut gathered);
        let own: FxHashSet<FileId> = entries.iter().map(|(_, entry)| entry.origin.file).collect();
        let registered = registered::Routes::of(now, &self.registered, (&own, &shadowed));
        let served = self.run_registered(now, &registered, &mut gathered);
        seen.also(&served);
        let left = left_over(&program, &seen, &shadowed);
        self.run_left(now, (&left, &served), &mut gathered);
        if stops() {
            return None;
        }
        gathered.add_unreached(registered.search());
        self.forget_unused(now);
        let mut model = gathered.finish();
        let known = program.modules.iter().filter_map(|it| Some((it.file, digests.get(it.file)?)));
        let secrets = known.flat_map(|(file, it)| secrets::placed(file, &it.secrets, &browser));
        model.secrets = secrets.collect();
        let started = starts::functions(&cx, &own);
        let found = (model.queries.as_mut_slice(), &mut model.routes);
        leads::mark((&cx, digests), (&seen.ran, &started), found);
        dead::mark(&mut model.queries, (&program, &cx), &shadowed, &mut self.mentions);
        fallback::mark(&mut model.queries, |file| {
            digests.get(file).map_or(&[], |it| it.fallbacks.as_slice())
        });
        drop(cx);
        Some(complete(model, program))
    }

    /// Runs every way in that a file declares.
    fn run_entries(
        &self,
        now: Now<'_>,
        entries: &[Declared],
        gathered: &mut gather::Gathered<'_>,
    ) -> Seen {
        let mut places = before::Places::of(now, &self.outer, entries);
        let mut number = 0;
        let mut seen = Seen::default();
        let chunks = pieces(now.cx, entries, |(id, _)| *id);
        in_order::in_order(
            &chunks,
            |chunk| {
                let key = chunk.iter().map(|(id, _)| *id).collect();
                let run = || self.entries.run(now, key, |watched| run_entries(watched, chunk));
                (!(now.stops)()).then(run).unwrap_or_default()
            },
            |chunk, traces| {
                for ((_, entry), trace) in chunk.iter().zip(&*traces) {
                    seen.add(trace);
                    let place = places.place(number);
                    if trace.handler != Handled::Internal {
                        let route = gathered.add_route((entry, trace), place);
                        places.wait(number, route, trace);
                        seen.ran.add(trace, route);
                    }
                    number += 1;
                }
            },
        );
        if !(now.stops)() {
            gathered.stand_before(&places);
        }
        seen
    }

    /// Runs every way in that code registers.
    fn run_registered(
        &self,
        now: Now<'_>,
        registered: &registered::Routes,
        gathered: &mut gather::Gathered<'_>,
    ) -> Seen {
        let mut served = Seen::default();
        in_order::in_order(
            &registered.pieces(),
            |piece| {
                let run = || registered.run(now, &self.registered, *piece);
                (!(now.stops)()).then(run).unwrap_or_default()
            },
            |(_, piece), traces| {
                for ((entry, _), trace) in piece.iter().zip(&*traces) {
                    served.add(trace);
                    let place = before::Place::default();
                    let route = gathered.add_route((entry, trace), place);
                    served.ran.add(trace, route);
                }
            },
        );
        served
    }

    /// Runs the functions that no way in reached.
    fn run_left(
        &self,
        now: Now<'_>,
        (left, served): (&[Left], &Seen),
        gathered: &mut gather::Gathered<'_>,
    ) {
        let holds = |alone: &Alone| alone.served.iter().all(|(it, was)| served.has(*it) == *was);
        let run = |chunk: &[Left]| {
            let key = (chunk.to_vec(), &holds as &dyn Fn(&Alone) -> bool);
            self.left.run_unless(now, key, |watched| Alone::of(watched, chunk, served))
        };
        in_order::in_order(
            &pieces(now.cx, left, |(id, _)| *id),
            |chunk| (!(now.stops)()).then(|| run(chunk)),
            |_, alone| {
                let traces = alone.iter().flat_map(|alone| &alone.traces);
                traces.for_each(|trace| gathered.add_unreached(trace));
            },
        );
    }

    /// Drops what the run under way did not need.
    fn forget_unused(&self, now: Now<'_>) {
        self.entries.forget_unused(now.digests);
        self.outer.forget_unused(now);
        self.registered.forget_unused(now);
        self.left.forget_unused(now.digests);
    }
}

/// The functions that ways in reached.
#[derive(Default)]
struct Seen {
    visited: FxHashSet<FunctionKey>,
    partly: FxHashSet<FunctionKey>,
    ran: leads::Ran,
}

impl Seen {
    fn add(&mut self, trace: &Trace) {
        self.visited.extend(&trace.visited);
        self.partly.extend(&trace.partly);
    }

    fn also(&mut self, other: &Self) {
        self.visited.extend(&other.visited);
        self.partly.extend(&other.partly);
        self.ran.also(&other.ran);
    }

    /// Whether all of a function ran.
    fn has(&self, function: FunctionKey) -> bool {
        self.visited.contains(&function) && !self.partly.contains(&function)
    }
}

/// The ways in of every module, in the order of the modules.
fn find_entries(program: &Program, digests: &Digests) -> Vec<Declared> {
    let of_module = |module: &std::sync::Arc<Module>| {
        let digest = digests.get(module.file).cloned();
        let entries = digest.map(|digest| digest.entries.clone()).unwrap_or_default();
        let id = ModuleId::of(module.file);
        entries.into_iter().map(move |entry| (id, entry))
    };
    program.modules.iter().flat_map(of_module).collect()
}

/// For each module that names something that matters, the outermost functions that hold something
/// no way in reached, and its top level.
fn left_over(program: &Program, seen: &Seen, shadowed: &FxHashSet<FileId>) -> Vec<Left> {
    let mut left = Vec::new();
    for module in &program.modules {
        let id = ModuleId::of(module.file);
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
