//! Routes that code registers: where they are looked for, and what runs before each of them.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use trave_backend::entry::{Entry, EntryConfig, EntryKind, Handler};
use trave_backend::frameworks;
use trave_backend::library::Library;
use trave_backend::registration::{
    Before, Link, Mount, Registered, RouteFacts, Scope, covers, joined,
};
use trave_backend::value::{ClosureId, Shape};
use trave_source::{FileId, Origin, Sources, Span};
use trave_ts::ir::{Exported, Import, Module};

use super::keep::{Keep, Now};
use super::pages::importers;
use crate::eval::{
    Context, Entered, Linked, ModuleId, Plan, Registry, Searched, Served, Snapshot, Task, Trace,
    discover, run_served,
};

/// Into how many pieces the routes are cut at most: each begins with a copy of what the search
/// left.
const PIECES_MAX: usize = 4;

/// How many routes make a piece of their own.
const PIECE: usize = 40;

/// How deep routers are mounted in each other.
const MOUNTS_MAX: usize = 16;

/// More routes than this are not run.
const ROUTES_MAX: usize = 20_000;

/// The routes that code registers.
#[derive(Debug, Default)]
pub(super) struct Routes {
    search: Arc<Search>,
}

/// What a search for routes gave.
#[derive(Debug, Default)]
struct Search {
    /// The run in which it was made.
    run: u32,
    /// Each route, with what is run for it.
    found: Vec<(Entry, Task)>,
    /// What else happened while they were looked for.
    trace: Trace,
    /// What those have to know that run the routes.
    known: Option<Snapshot>,
}

/// What was found and run in earlier runs.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// By the modules that were searched, and those of them that name a package themselves.
    searches: Keep<(Vec<ModuleId>, Vec<ModuleId>), Search>,
    /// By the run of the search and the number of the piece.
    pieces: Keep<(u32, usize), Vec<Trace>>,
}

impl Kept {
    /// Drops what the run under way did not need.
    pub(super) fn forget_unused(&self, now: Now<'_>) {
        self.searches.forget_unused(now.digests);
        self.pieces.forget_unused(now.digests);
    }
}

impl Routes {
    /// Looks for them; a program without a package that registers any pays nothing.
    pub(super) fn of(
        now: Now<'_>,
        kept: &Kept,
        (own, left_out): (&FxHashSet<FileId>, &FxHashSet<FileId>),
    ) -> Self {
        let plan = plan(now.cx, own, left_out);
        if plan.modules.is_empty() {
            return Self::default();
        }
        let mut direct: Vec<ModuleId> = plan.direct.iter().copied().collect();
        direct.sort_unstable();
        let search = kept.searches.run(now, (plan.modules.clone(), direct), |watched| {
            let searched = discover(watched, &plan);
            let Some(Searched { registry, trace, known }) = searched else {
                return Search::default();
            };
            let (run, found) = (now.digests.run(), flat(now.cx, &registry));
            Search { run, found, trace, known: Some(known) }
        });
        Self { search }
    }

    /// What else happened while they were looked for.
    pub(super) fn search(&self) -> &Trace {
        &self.search.trace
    }

    /// The pieces that are run on their own: always the same ones, so that threads do not show.
    pub(super) fn pieces(&self) -> Vec<(usize, &[(Entry, Task)])> {
        let found = &self.search.found;
        let pieces = found.len().div_ceil(PIECE).clamp(1, PIECES_MAX);
        found.chunks(found.len().div_ceil(pieces).max(1)).enumerate().collect()
    }

    /// Runs a piece.
    pub(super) fn run(
        &self,
        now: Now<'_>,
        kept: &Kept,
        (number, piece): (usize, &[(Entry, Task)]),
    ) -> Arc<Vec<Trace>> {
        kept.pieces.run(now, (self.search.run, number), |watched| {
            let Some(known) = &self.search.known else { return Vec::new() };
            run_served(watched, known, piece.iter().map(|(_, task)| task))
        })
    }
}

/// The modules that may register routes, in the order in which they are loaded: those that import
/// a package whose apps do, and those that import such modules. Files that are ways in by their
/// place (`own`) only count when they name such a package themselves.
fn plan<'p>(cx: &Context<'p>, own: &FxHashSet<FileId>, left_out: &FxHashSet<FileId>) -> Plan {
    let mut known: FxHashMap<(&SmolStr, &str), bool> = FxHashMap::default();
    let mut waiting: Vec<FileId> = Vec::new();
    let mut direct = FxHashSet::default();
    let mut typed = Vec::new();
    for module in &cx.program.modules {
        let id = ModuleId::of(module.file);
        if is_left_out(cx, module, left_out) {
            continue;
        }
        let mut registers = |import: &&'p Import| {
            let (specifier, name) = (&import.specifier, import.what.name());
            let of_name = known.entry((specifier, name));
            !cx.is_own(module.file, specifier)
                && *of_name.or_insert_with(|| cx.makes_apps(specifier, name))
        };
        let mut named = module.imports.iter().filter(|it| registers(it)).peekable();
        if named.peek().is_none() {
            continue;
        }
        if named.any(|import| !import.type_only) {
            direct.insert(id);
            waiting.push(module.file);
        } else {
            typed.push(module.file);
        }
    }
    let importers = if direct.is_empty() { FxHashMap::default() } else { importers(cx.program) };
    let mut files: FxHashSet<FileId> = FxHashSet::default();
    while let Some(file) = waiting.pop() {
        let Some(module) = cx.module_of(file).and_then(|id| cx.module(id)) else { continue };
        let is_direct = cx.module_of(file).is_some_and(|id| direct.contains(&id));
        let elsewhere = !is_direct && (own.contains(&file) || is_markup(cx, file));
        if !elsewhere && !is_left_out(cx, module, left_out) && files.insert(file) {
            waiting.extend(importers.get(&file).into_iter().flatten());
        }
    }
    if !direct.is_empty() {
        files.extend(typed);
    }
    Plan { modules: in_load_order(cx, &files), direct }
}

fn is_left_out(cx: &Context<'_>, module: &Module, left_out: &FxHashSet<FileId>) -> bool {
    module.has_directive("use client")
        || cx.is_script(module.file)
        || left_out.contains(&module.file)
}

fn is_markup(cx: &Context<'_>, file: FileId) -> bool {
    let path = cx.program.sources.path(file);
    [".tsx", ".jsx"].iter().any(|ending| path.ends_with(ending))
}

/// These files, each after those that it imports.
fn in_load_order(cx: &Context<'_>, files: &FxHashSet<FileId>) -> Vec<ModuleId> {
    let mut order = Vec::with_capacity(files.len());
    let mut seen: FxHashSet<FileId> = FxHashSet::default();
    for module in cx.program.modules.iter().filter(|module| files.contains(&module.file)) {
        // Each waiting file with whether its imports have been looked at.
        let mut waiting = vec![(module.file, false)];
        while let Some((file, is_ready)) = waiting.pop() {
            let Some(id) = cx.module_of(file) else { continue };
            if is_ready {
                order.push(id);
                continue;
            }
            if !files.contains(&file) || !seen.insert(file) {
                continue;
            }
            waiting.push((file, true));
            let imported: Vec<FileId> =
                cx.module(id).map(|module| imported_by(cx, module)).unwrap_or_default();
            waiting.extend(imported.into_iter().rev().map(|file| (file, false)));
        }
    }
    order
}

fn imported_by(cx: &Context<'_>, module: &Module) -> Vec<FileId> {
    let imports = module.imports.iter().filter(|import| !import.type_only);
    let passed_on = module.exports.iter().filter_map(|export| match &export.what {
        Exported::From { specifier, .. } => Some(specifier),
        _ => None,
    });
    let specifiers = imports.map(|import| &import.specifier).chain(passed_on);
    let target = |specifier: &SmolStr| cx.program.import(module.file, specifier);
    specifiers.filter_map(target).collect()
}

/// Something that runs before routes, with the paths that it is for.
#[derive(Debug, Clone)]
struct Standing {
    scope: Scope,
    link: Link,
    library: &'static str,
    is_conditional: bool,
    is_local: bool,
}

/// Registrations while they are brought into one list.
struct Flat<'r> {
    by_owner: FxHashMap<ClosureId, Vec<&'r Entered>>,
    routes: Vec<(Entry, Task)>,
    known: FxHashSet<(SmolStr, SmolStr, (Origin, Origin))>,
    sources: &'r Sources,
}

/// Every route below an app that nothing mounts, with all that runs before it.
fn flat(cx: &Context<'_>, registry: &Registry) -> Vec<(Entry, Task)> {
    let sources = &cx.program.sources;
    let mut by_owner: FxHashMap<ClosureId, Vec<&Entered>> = FxHashMap::default();
    for entered in &registry.entered {
        by_owner.entry(entered.registration.owner).or_default().push(entered);
    }
    let roots = roots(registry, &by_owner);
    let mut flat = Flat { by_owner, routes: Vec::new(), known: FxHashSet::default(), sources };
    for (owner, library) in roots {
        let base = cx.library(library).map_or("", Library::base);
        flat.walk(owner, base, (&mut Vec::new(), &mut Vec::new()));
    }
    flat.routes
}

/// The apps that nothing mounts. One that was made in the same place as another, which holds all
/// that it holds, is the same app made twice: the other one counts.
fn roots(
    registry: &Registry,
    by_owner: &FxHashMap<ClosureId, Vec<&Entered>>,
) -> Vec<(ClosureId, &'static str)> {
    let mut children: FxHashSet<ClosureId> = FxHashSet::default();
    let mut holders: FxHashMap<Place<'_>, Vec<ClosureId>> = FxHashMap::default();
    for entered in &registry.entered {
        let owner = entered.registration.owner;
        match &entered.registration.what {
            Registered::Mount(mount) if mount.child != owner => {
                children.insert(mount.child);
                holders.entry(place_of(entered, by_owner)).or_default().push(owner);
            }
            Registered::Route(_) => {
                holders.entry(place_of(entered, by_owner)).or_default().push(owner);
            }
            _ => {}
        }
    }
    let own = |owner: &ClosureId| {
        let entered = by_owner.get(owner).into_iter().flatten();
        entered.filter(|it| {
            matches!(it.registration.what, Registered::Route(_) | Registered::Mount(_))
        })
    };
    let mut roots: Vec<(ClosureId, &'static str)> = Vec::new();
    for entered in &registry.entered {
        let owner = entered.registration.owner;
        let Registered::Built(library) = entered.registration.what else { continue };
        if children.contains(&owner) {
            continue;
        }
        // Some other app that counts holds each of its routes.
        let counts = |other: &ClosureId| {
            *other != owner
                && (children.contains(other) || roots.iter().any(|(root, _)| root == other))
        };
        let is_copy = own(&owner).next().is_some()
            && own(&owner).all(|it| {
                let holders = holders.get(&place_of(it, by_owner));
                holders.is_some_and(|holders| holders.iter().any(counts))
            });
        if !is_copy {
            roots.push((owner, library));
        }
    }
    roots
}

/// Where something is registered: the place, the calls that led there since its app was made, and
/// the name of a job, since a loop may register many.
type Place<'r> = (Origin, &'r [Origin], &'r str);

fn place_of<'r>(entered: &'r Entered, by_owner: &FxHashMap<ClosureId, Vec<&Entered>>) -> Place<'r> {
    let all = by_owner.get(&entered.registration.owner).into_iter().flatten();
    let mut built = all.filter(|it| matches!(it.registration.what, Registered::Built(_)));
    let before = built.next().map_or(&[][..], |built| &built.through);
    let shared = before.iter().zip(&entered.through).take_while(|(left, right)| left == right);
    let since = entered.through.get(shared.count()..).unwrap_or_default();
    let name = match &entered.registration.what {
        Registered::Route(route) if route.kind == Some(EntryKind::Job) => route.path.as_str(),
        _ => "",
    };
    (entered.registration.origin, since, name)
}

impl Flat<'_> {
    fn walk(
        &mut self,
        owner: ClosureId,
        prefix: &str,
        (above, before): (&mut Vec<ClosureId>, &mut Vec<Standing>),
    ) {
        if above.len() >= MOUNTS_MAX || above.contains(&owner) {
            return;
        }
        above.push(owner);
        let entered = self.by_owner.get(&owner).cloned().unwrap_or_default();
        let library = entered.iter().find_map(|it| match it.registration.what {
            Registered::Built(library) => Some(library),
            _ => None,
        });
        let library = library.unwrap_or_default();
        for it in &entered {
            if let Registered::Use(used) = &it.registration.what
                && used.for_earlier
            {
                stand(before, used, (prefix, library, it.is_conditional));
            }
        }
        for it in entered {
            match &it.registration.what {
                Registered::Built(_) => {}
                Registered::Use(used) if used.for_earlier => {}
                Registered::Use(used) => {
                    stand(before, used, (prefix, library, it.is_conditional));
                }
                Registered::Mount(mount) => self.mount(mount, prefix, (above, before)),
                Registered::Route(route) => {
                    let written = written_at(self.sources, it);
                    let places = (written, it.registration.origin);
                    self.route(route, (prefix, library, places), before);
                }
            }
        }
        above.pop();
    }

    fn mount(
        &mut self,
        mount: &Mount,
        prefix: &str,
        (above, before): (&mut Vec<ClosureId>, &mut Vec<Standing>),
    ) {
        let count = before.len();
        self.walk(mount.child, &joined(prefix, &mount.path), (above, &mut *before));
        let mut at = 0;
        before.retain(|standing| {
            at += 1;
            at <= count || !standing.is_local
        });
    }

    fn route(
        &mut self,
        route: &RouteFacts,
        (prefix, library, (written, registered)): (&str, &'static str, (Origin, Origin)),
        before: &[Standing],
    ) {
        // A job has a name and no path: it is not below anything. Who starts all jobs is no place
        // of one of them.
        let (path, origin) = match route.kind {
            Some(EntryKind::Job) => (route.path.clone(), registered),
            _ => (joined(prefix, &route.path), written),
        };
        let is_named_job = route.kind == Some(EntryKind::Job) && path != "*";
        let written = if is_named_job { registered } else { written };
        let key = (route.method.clone(), path.clone(), (written, registered));
        let is_preflight = route.method == "OPTIONS"
            && !route.links.last().is_some_and(|it| matches!(it.value.shape, Shape::Function(_)));
        if self.routes.len() >= ROUTES_MAX || is_preflight || !self.known.insert(key) {
            return;
        }
        let standing = before.iter().filter_map(|it| {
            let covered = covers(&it.scope, &path);
            let is_sure = covered == Some(true) && !it.is_conditional;
            let (link, library) = (it.link.clone(), it.library);
            (covered != Some(false)).then_some(Linked { link, library, is_sure })
        });
        let linked = |link: &Link| Linked { link: link.clone(), library, is_sure: true };
        let own = route.links.iter().map(linked);
        let links = standing.chain(own).collect();
        let entry = Entry {
            kind: route.kind.unwrap_or_else(|| frameworks::kind_of_path(&path)),
            method: route.method.clone(),
            path: path.clone(),
            framework: route.framework,
            handler: Handler::Registered,
            origin,
            params: Vec::new(),
            config: EntryConfig::default(),
        };
        let served = Served { method: route.method.clone(), path, facts: route.facts.clone() };
        self.routes.push((entry, Task { route: served, links, origin }));
    }
}

/// Where a route is written: its path, or the call of the project's own function that registers
/// it under a path that it is given.
fn written_at(sources: &Sources, entered: &Entered) -> Origin {
    let origin = entered.registration.origin;
    let text = |place: Origin| {
        let span = place.span;
        sources.get(place.file)?.text.get(span.start as usize..span.end as usize)
    };
    let is_literal = text(origin).is_some_and(|text| text.starts_with(['\'', '"', '`']));
    let Some(call) = entered.through.last().filter(|_| !is_literal) else { return origin };
    let callee = text(*call).and_then(|text| text.find('(')).and_then(|at| u32::try_from(at).ok());
    let end = callee.map_or(call.span.end, |length| call.span.start + length);
    Span { start: call.span.start, end }.in_file(call.file)
}

fn stand(
    before: &mut Vec<Standing>,
    used: &Before,
    (prefix, library, is_conditional): (&str, &'static str, bool),
) {
    let scope = match &used.scope {
        None => Scope { path: Some(prefix.into()), is_exact: false },
        Some(scope) => Scope {
            path: scope.path.as_ref().map(|path| joined(prefix, path)),
            is_exact: scope.is_exact,
        },
    };
    before.extend(used.links.iter().map(|link| Standing {
        scope: scope.clone(),
        link: link.clone(),
        library,
        is_conditional,
        is_local: used.is_local,
    }));
}
