//! What stands before a way in: middleware for the paths that it covers, layouts around pages.
//!
//! Middleware is run once more for each path that somebody serves, as the request of that path
//! would run it: what it compares the path with decides itself. That happens at the end, when it is
//! known who does not turn unwanted callers away himself, for all paths together.

use std::collections::BTreeSet;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use trave_backend::effect::Effect;
use trave_backend::entry::{Entry, EntryKind};
use trave_backend::frameworks;
use trave_backend::value::Taint;
use trave_source::Origin;

use super::keep::{Keep, Now};
use super::pages::Pages;
use super::pieces::bucket;
use super::pieces::pieces;
use crate::eval::{Context, Handled, Level, ModuleId, Trace, run_by_path, run_entries};
use crate::model::{Before, BeforeKind, Guarded, Model, Route, RouteId};

/// Into how many parts the paths are cut that middleware is run for; those of one part share what
/// modules declare.
const PARTS: u32 = 8;

/// A way in that a module declares.
type Declared = (ModuleId, Entry);

/// Where a way in lies: the pages that it is posted to, and what runs before it.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) pages: Vec<SmolStr>,
    pub(super) before: Vec<Before>,
    /// Middleware that runs before it, whatever it does.
    pub(super) middleware: Vec<Origin>,
}

/// Middleware of one application, with what it does for each path that was asked for.
struct Middleware {
    folder: SmolStr,
    declared: Declared,
    /// It may turn somebody away at all.
    asks: bool,
}

/// A way in that middleware may guard.
struct Waiting {
    /// Its number among the ways in.
    at: usize,
    route: RouteId,
}

/// A path with the one that a request for it has, and whether middleware covers that.
type Sampled = (SmolStr, String, Option<bool>);

/// A layout that turns callers away.
struct Layout<'e> {
    folder: &'e str,
    before: Before,
}

/// What middleware and layouts did in earlier runs.
#[derive(Debug, Default)]
pub(super) struct Kept {
    alone: Keep<Vec<ModuleId>, Vec<Trace>>,
    /// By middleware and the path that it was run for.
    by_path: Keep<(Origin, SmolStr), Guarded>,
}

impl Kept {
    /// Drops what the run under way did not need.
    pub(super) fn forget_unused(&self, now: Now<'_>) {
        self.alone.forget_unused(now.digests);
        self.by_path.forget_unused(now.digests);
    }
}

/// Where ways in lie, found out one by one.
pub(super) struct Places<'e> {
    cx: &'e Context<'e>,
    now: Now<'e>,
    kept: &'e Kept,
    entries: &'e [Declared],
    pages: Vec<Vec<SmolStr>>,
    middleware: Vec<Middleware>,
    layouts: Vec<Layout<'e>>,
    waiting: Vec<Waiting>,
}

impl<'e> Places<'e> {
    pub(super) fn of(now: Now<'e>, kept: &'e Kept, entries: &'e [Declared]) -> Self {
        let cx = now.cx;
        let outer: Vec<Declared> =
            entries.iter().filter(|declared| is_outer(cx, declared)).cloned().collect();
        let ran: Vec<_> = pieces(cx, &outer, |(id, _)| *id)
            .into_par_iter()
            .map(|piece| {
                let key = piece.iter().map(|(id, _)| *id).collect();
                (piece, kept.alone.run(now, key, |watched| run_entries(watched, piece)))
            })
            .collect();
        let mut pages = Pages::of(cx);
        let pages = entries.iter().map(|(_, entry)| pages.of_action(entry)).collect();
        let (middleware, layouts, waiting) = (Vec::new(), Vec::new(), Vec::new());
        let mut places = Self { cx, now, kept, entries, pages, middleware, layouts, waiting };
        let traced = ran.iter().flat_map(|(piece, traces)| piece.iter().zip(&**traces));
        for (declared, trace) in traced {
            places.middleware.extend(Middleware::of(cx, declared, trace));
            places.layouts.extend(layout(cx, declared, trace));
        }
        places
    }

    /// Where a way in lies, by its number.
    pub(super) fn place(&mut self, at: usize) -> Place {
        let Some((id, entry)) = self.entries.get(at) else { return Place::default() };
        let pages = self.pages.get_mut(at).map(std::mem::take).unwrap_or_default();
        let mut place = Place { pages, ..Place::default() };
        let path = path_of(self.cx, *id);
        let runs = self.middleware.iter().filter(|it| it.runs_before((path, entry), &place.pages));
        place.middleware = runs.map(|it| it.declared.1.origin).collect();
        if entry.kind == EntryKind::Loader {
            let around = self.layouts.iter().filter(|it| is_below(path, it.folder));
            place.before.extend(around.map(|it| it.before).filter(|it| it.origin != entry.origin));
        }
        place
    }

    /// Notes a way in that does not turn unwanted callers away itself: middleware may.
    pub(super) fn wait(&mut self, at: usize, route: RouteId, trace: &Trace) {
        if !self.middleware.is_empty() && asks_too_little(trace) {
            self.waiting.push(Waiting { at, route });
        }
    }

    /// Runs middleware for those that wait: what stands before whom.
    pub(super) fn middleware(&self, routes: &[Route]) -> Vec<(RouteId, Before)> {
        let mut found = Vec::new();
        for middleware in self.middleware.iter().filter(|it| it.asks) {
            let waiting: Vec<(RouteId, &[SmolStr])> = self
                .waiting
                .iter()
                .filter_map(|it| self.may_guard(middleware, it, routes))
                .collect();
            let paths: BTreeSet<&SmolStr> = waiting.iter().flat_map(|(_, paths)| *paths).collect();
            let by_path = middleware.by_path((self.now, self.kept), &paths);
            for (route, paths) in waiting {
                let before = middleware.before(paths, &by_path);
                found.extend(before.map(|before| (route, before)));
            }
        }
        found
    }

    /// A way in that middleware may guard, with the paths by which it is asked for.
    fn may_guard<'r>(
        &'r self,
        middleware: &Middleware,
        waiting: &Waiting,
        routes: &'r [Route],
    ) -> Option<(RouteId, &'r [SmolStr])> {
        let (id, entry) = self.entries.get(waiting.at)?;
        let is_near = middleware.is_near(path_of(self.cx, *id), entry);
        let pages = &routes.get(waiting.route.0 as usize)?.pages;
        (is_near && entry.kind != EntryKind::Middleware)
            .then(|| (waiting.route, served(entry, pages)))
    }
}

/// Whoever gets to a query has passed what stands before the way in.
pub(super) fn raise_behind(model: &mut Model) {
    let Model { routes, queries, .. } = model;
    for reach in queries.iter_mut().flat_map(|query| &mut query.reached) {
        if let Some(route) = routes.get(reach.route.0 as usize) {
            reach.guarded = reach.guarded.behind(&route.before);
        }
    }
}

/// Whether something on a way in happens before unwanted callers are surely gone.
fn asks_too_little(trace: &Trace) -> bool {
    let mut levels = trace.queries.iter().map(|query| query.level);
    trace.queries.is_empty() || levels.any(|level| level < Level::Sure)
}

/// Whether a way in may stand before others.
fn is_outer(cx: &Context<'_>, (id, entry): &Declared) -> bool {
    entry.kind == EntryKind::Middleware
        || (entry.kind == EntryKind::Loader
            && frameworks::layout_folder(path_of(cx, *id)).is_some())
}

fn path_of<'a>(cx: &'a Context<'a>, id: ModuleId) -> &'a str {
    cx.module(id).map_or("", |module| cx.program.sources.path(module.file))
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn layout<'e>(cx: &'e Context<'e>, (id, entry): &Declared, trace: &Trace) -> Option<Layout<'e>> {
    let folder = frameworks::layout_folder(path_of(cx, *id))?;
    let turns_away = entry.kind == EntryKind::Loader && trace.passed == Level::Sure;
    let before = Before { kind: BeforeKind::Layout, origin: entry.origin, guarded: Guarded::Yes };
    turns_away.then_some(Layout { folder, before })
}

/// Whether callers whom middleware lets through are not unwanted.
fn guarded(trace: &Trace) -> Guarded {
    if trace.passed == Level::Sure {
        return Guarded::Yes;
    }
    let mut guards = trace.events.iter().filter_map(|event| match &event.effect {
        Effect::Guard(guard) => Some(guard.by),
        _ => None,
    });
    let is_vague = trace.opaque
        || trace.handler == Handled::Missing
        || trace.events.iter().any(|event| matches!(event.effect, Effect::Opaque(_)));
    let by_claim = guards.clone().all(|by| !by.has(Taint::IDENTITY.without(Taint::CLAIM)));
    match (guards.next().is_some(), is_vague) {
        (true, false) if by_claim => Guarded::ByClaim,
        (false, false) => Guarded::No,
        _ => Guarded::Maybe,
    }
}

impl Middleware {
    fn of(cx: &Context<'_>, declared: &Declared, trace: &Trace) -> Option<Self> {
        let (id, entry) = declared;
        let is_by_path = frameworks::has_middleware_by_path(entry.framework);
        (entry.kind == EntryKind::Middleware && is_by_path).then(|| Self {
            folder: frameworks::middleware_folder(path_of(cx, *id)).into(),
            declared: declared.clone(),
            asks: guarded(trace) != Guarded::No,
        })
    }

    /// What it is to a way in that is asked for by these paths.
    fn before(&self, paths: &[SmolStr], by_path: &FxHashMap<SmolStr, Guarded>) -> Option<Before> {
        let mut found = paths.iter().filter_map(|path| by_path.get(path).copied());
        let guarded = match found.next() {
            Some(first) if found.all(|other| other == first) => first,
            // An action that no page is known of may lie behind the middleware.
            _ => Guarded::Maybe,
        };
        let origin = self.declared.1.origin;
        (guarded != Guarded::No).then_some(Before { kind: BeforeKind::Middleware, origin, guarded })
    }

    /// Whether a way in belongs to its application.
    fn is_near(&self, path: &str, entry: &Entry) -> bool {
        entry.framework == self.declared.1.framework && is_below(path, &self.folder)
    }

    /// Whether it certainly runs before a way in.
    fn runs_before(&self, (path, entry): (&str, &Entry), pages: &[SmolStr]) -> bool {
        let is_near = self.is_near(path, entry);
        let covers = |path: &SmolStr| self.covers(&frameworks::sample_path(path)) == Some(true);
        let paths = served(entry, pages);
        is_near && !paths.is_empty() && paths.iter().all(covers)
    }

    fn covers(&self, sample: &str) -> Option<bool> {
        frameworks::covers(&self.declared.1.config.matcher, sample)
    }

    /// What it does for each path, run as a request of that path would run it.
    fn by_path(
        &self,
        run: (Now<'_>, &Kept),
        paths: &BTreeSet<&SmolStr>,
    ) -> FxHashMap<SmolStr, Guarded> {
        let mut parts = vec![Vec::new(); PARTS as usize];
        let mut by_path = FxHashMap::default();
        for path in paths {
            by_path.insert(SmolStr::clone(path), Guarded::No);
            let sample = frameworks::sample_path(path);
            let covered = self.covers(&sample);
            if covered != Some(false)
                && let Some(part) = parts.get_mut(bucket(path, PARTS) as usize)
            {
                part.push((SmolStr::clone(path), sample, covered));
            }
        }
        let found: Vec<_> = parts.par_iter().flat_map_iter(|part| self.run(run, part)).collect();
        by_path.extend(found);
        by_path
    }

    fn run<'a>(
        &self,
        (now, kept): (Now<'_>, &Kept),
        part: &'a [Sampled],
    ) -> impl Iterator<Item = (SmolStr, Guarded)> + use<'a> {
        let (id, entry) = &self.declared;
        let key = |path: &SmolStr| (entry.origin, path.clone());
        let keyed: Vec<_> = part.iter().map(|(path, sample, _)| (key(path), sample)).collect();
        let found = kept.by_path.run_all(now, &keyed, |watched, samples| {
            let asked = samples.iter().map(|sample| frameworks::middleware_for(entry, sample));
            run_by_path(watched, *id, asked).iter().map(guarded).collect()
        });
        part.iter().zip(found).map(|((path, _, covered), found)| {
            let is_sure = *covered == Some(true);
            (path.clone(), if is_sure { *found } else { (*found).min(Guarded::Maybe) })
        })
    }
}

/// The paths by which a way in is asked for.
fn served<'a>(entry: &'a Entry, pages: &'a [SmolStr]) -> &'a [SmolStr] {
    match entry.kind {
        EntryKind::ServerAction => pages,
        EntryKind::Middleware => &[],
        _ => std::slice::from_ref(&entry.path),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::model;
    use crate::{BeforeKind, Guarded};

    const SESSION: &str = "
        import { createServerClient } from '@supabase/ssr'
        import { NextResponse } from 'next/server'
        export async function updateSession(request) {
          let response = NextResponse.next({ request })
          const supabase = createServerClient(process.env.URL!, process.env.ANON!, {
            cookies: { getAll() { return request.cookies.getAll() }, setAll(list) {
              response = NextResponse.next({ request })
            } },
          })
          const { data: { user } } = await supabase.auth.getUser()
          const isAdmin = request.nextUrl.pathname.startsWith('/admin')
          const isMine = ['/mine', '/yours'].some((path) => request.nextUrl.pathname.startsWith(path))
          if (!user && (isAdmin || isMine)) {
            const url = request.nextUrl.clone()
            url.pathname = '/login'
            return NextResponse.redirect(url)
          }
          if (user && isAdmin && user.user_metadata?.role !== 'admin') {
            return NextResponse.redirect(new URL('/', request.url))
          }
          return response
        }";

    const ALLOW_LIST: &str = "
        import { NextResponse } from 'next/server'
        import { getUser } from './user'
        const PUBLIC = ['/login', '/about']
        export async function middleware(request) {
          const { pathname } = request.nextUrl
          const user = await getUser(request)
          if (!user && !PUBLIC.includes(pathname)) return NextResponse.redirect(new URL('/login', request.url))
          return NextResponse.next()
        }
        export const config = { matcher: ['/((?!api|_next/static).*)'] }";

    const USER: &str = "
        import { createServerClient } from '@supabase/ssr'
        export async function getUser(request) {
          const supabase = createServerClient(process.env.URL!, process.env.ANON!, { cookies: request.cookies })
          const { data: { user } } = await supabase.auth.getUser()
          return user
        }";

    fn before(files: &[(&str, &str)]) -> Vec<(String, Option<(BeforeKind, Guarded)>)> {
        let model = model(files);
        let routes = model.routes.iter().filter(|route| route.method != "*");
        let found = routes.map(|route| {
            let path =
                if route.pages.is_empty() { route.path.to_string() } else { route.pages.join(" ") };
            (path, route.before.first().map(|before| (before.kind, before.guarded)))
        });
        found.collect()
    }

    #[test]
    fn middleware_guards_the_paths_that_it_compares_with() {
        let found = before(&[
            (
                "src/middleware.ts",
                "import { updateSession } from './session'
                export async function middleware(request) { return await updateSession(request) }",
            ),
            ("src/session.ts", SESSION),
            (
                "src/app/admin/[id]/page.tsx",
                "export default function Page() {
                async function save(id) { 'use server' }
                return null }",
            ),
            ("src/app/mine/route.ts", "export async function GET() { return new Response() }"),
            ("src/app/about/page.tsx", "export default function Page() { return null }"),
        ]);
        let sure = Some((BeforeKind::Middleware, Guarded::Yes));
        let expected =
            [("/admin/[id]", sure), ("/admin/[id]", sure), ("/mine", sure), ("/about", None)];
        assert_eq!(found, expected.map(|(path, before)| (path.to_owned(), before)));
    }

    #[test]
    fn middleware_guards_all_but_an_allow_list() {
        let found = before(&[
            ("middleware.ts", ALLOW_LIST),
            ("user.ts", USER),
            ("app/about/page.tsx", "export default function Page() { return null }"),
            ("app/api/x/route.ts", "export async function GET() { return new Response() }"),
            (
                "app/notes/page.tsx",
                "import { Form } from './form'
                export default function Page() { return null }",
            ),
            (
                "app/notes/form.tsx",
                "'use client'
                import { save } from './actions'
                export function Form() { return null }",
            ),
            (
                "app/notes/actions.ts",
                "'use server'
                export async function save(id) {}",
            ),
        ]);
        let sure = Some((BeforeKind::Middleware, Guarded::Yes));
        let expected = [("/about", None), ("/api/x", None), ("/notes", sure), ("/notes", sure)];
        assert_eq!(found, expected.map(|(path, before)| (path.to_owned(), before)));
    }

    #[test]
    fn what_cannot_be_told_of_a_path_may_guard() {
        let found = before(&[
            (
                "middleware.ts",
                "import { NextResponse } from 'next/server'
                import { getUser } from './user'
                export async function proxy(request) {
                  const user = await getUser(request)
                  if (/^\\/(en|de)\\/admin/.test(request.nextUrl.pathname) && !user) {
                    return NextResponse.redirect(new URL('/login', request.url))
                  }
                  return NextResponse.next()
                }
                export const config = { matcher: '/admin/:path*' }",
            ),
            ("user.ts", USER),
            ("app/admin/page.tsx", "export default function Page() { return null }"),
            ("app/about/page.tsx", "export default function Page() { return null }"),
        ]);
        let maybe = Some((BeforeKind::Middleware, Guarded::Maybe));
        let expected = [("/admin", maybe), ("/about", None)];
        assert_eq!(found, expected.map(|(path, before)| (path.to_owned(), before)));
    }

    #[test]
    fn a_layout_guards_the_pages_below_it_and_nothing_else() {
        let found = before(&[
            ("app/(in)/layout.tsx", "import { redirect } from 'next/navigation'
                import { createClient } from '../server'
                export default async function Layout({ children }) {
                  const supabase = await createClient()
                  const { data: { user } } = await supabase.auth.getUser()
                  if (!user) redirect('/login')
                  return children
                }"),
            ("app/server.ts", "import { cookies } from 'next/headers'
                import { createServerClient } from '@supabase/ssr'
                export async function createClient() {
                  return createServerClient(process.env.URL!, process.env.ANON!, { cookies: await cookies() })
                }"),
            ("app/(in)/notes/page.tsx", "export default function Page() { return null }"),
            ("app/(in)/notes/rows/route.ts", "export async function GET() { return new Response() }"),
        ]);
        let layout = Some((BeforeKind::Layout, Guarded::Yes));
        let expected = [("/", None), ("/notes", layout), ("/notes/rows", None)];
        assert_eq!(found, expected.map(|(path, before)| (path.to_owned(), before)));
    }
}
