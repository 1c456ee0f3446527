//! What stands before a way in: middleware for the paths that it covers, layouts around pages.
//!
//! Middleware is run once more for each path that somebody serves, as the request of that path
//! would run it: what it compares the path with decides itself.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use trave_backend::effect::Effect;
use trave_backend::entry::{Entry, EntryKind};
use trave_backend::frameworks::next;
use trave_backend::value::Taint;

use super::CHUNK;
use super::pages::Pages;
use crate::eval::{Context, Handled, Level, ModuleId, Trace, run_entries};
use crate::model::{Before, BeforeKind, Guarded};

/// For so many paths of one application middleware is run.
const PATHS_MAX: usize = 3_000;

/// A way in that a module declares.
type Declared = (ModuleId, Entry);

/// Where a way in lies: the pages that it is posted to, and what runs before it.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) pages: Vec<SmolStr>,
    pub(super) before: Vec<Before>,
}

/// Middleware of one application, with what it does for each path.
struct Middleware<'e> {
    folder: &'e str,
    declared: &'e Declared,
    /// It may turn somebody away at all.
    asks: bool,
    by_path: FxHashMap<SmolStr, Guarded>,
}

/// A layout that turns callers away.
struct Layout<'e> {
    folder: &'e str,
    before: Before,
}

/// Where every way in lies, in the order of the ways in.
pub(super) fn places(cx: &Context<'_>, entries: &[Declared], traces: &[Trace]) -> Vec<Place> {
    let mut pages = Pages::of(cx);
    let mut places: Vec<Place> = entries
        .iter()
        .map(|(_, entry)| Place { pages: pages.of_action(entry), before: Vec::new() })
        .collect();
    let mut middleware: Vec<Middleware<'_>> = Vec::new();
    let mut layouts: Vec<Layout<'_>> = Vec::new();
    for (declared, trace) in entries.iter().zip(traces) {
        middleware.extend(Middleware::of(cx, declared, trace));
        layouts.extend(layout(cx, declared, trace));
    }
    for one in &mut middleware {
        one.run(cx, entries, &places);
    }
    for ((id, entry), place) in entries.iter().zip(&mut places) {
        let path = path_of(cx, *id);
        let before = middleware.iter().filter_map(|one| one.before(path, entry, place)).collect();
        place.before = before;
        if entry.kind == EntryKind::Loader {
            let around = layouts.iter().filter(|it| is_below(path, it.folder));
            place.before.extend(around.map(|it| it.before).filter(|it| it.origin != entry.origin));
        }
    }
    places
}

fn path_of<'a>(cx: &'a Context<'_>, id: ModuleId) -> &'a str {
    cx.module(id).map_or("", |module| cx.program.sources.path(module.file))
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn layout<'e>(cx: &'e Context<'_>, (id, entry): &Declared, trace: &Trace) -> Option<Layout<'e>> {
    let folder = next::layout_folder(path_of(cx, *id))?;
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

impl<'e> Middleware<'e> {
    fn of(cx: &'e Context<'_>, declared: &'e Declared, trace: &Trace) -> Option<Self> {
        let (id, entry) = declared;
        (entry.kind == EntryKind::Middleware).then(|| Self {
            folder: next::middleware_folder(path_of(cx, *id)),
            declared,
            asks: guarded(trace) != Guarded::No,
            by_path: FxHashMap::default(),
        })
    }

    /// Runs it for every path that it may cover.
    fn run(&mut self, cx: &Context<'_>, entries: &[Declared], places: &[Place]) {
        if !self.asks {
            return;
        }
        let (id, entry) = self.declared;
        let mut paths: Vec<SmolStr> = Vec::new();
        for ((module, other), place) in entries.iter().zip(places) {
            if is_below(path_of(cx, *module), self.folder) {
                paths.extend(served(other, place).iter().cloned());
            }
        }
        paths.sort_unstable();
        paths.dedup();
        paths.truncate(PATHS_MAX);
        paths.retain(|path| {
            next::covers(&entry.config.matcher, &next::sample_path(path)) != Some(false)
        });
        let runs: Vec<Declared> = paths
            .iter()
            .map(|path| (*id, next::middleware_for(entry, &next::sample_path(path))))
            .collect();
        let traces: Vec<Trace> =
            runs.par_chunks(CHUNK).flat_map_iter(|chunk| run_entries(cx, chunk)).collect();
        for (path, trace) in paths.into_iter().zip(&traces) {
            let sample = next::sample_path(&path);
            let is_covered = next::covers(&entry.config.matcher, &sample) == Some(true);
            let found = guarded(trace);
            let found = if is_covered { found } else { found.min(Guarded::Maybe) };
            self.by_path.insert(path, found);
        }
    }

    /// What it is to a way in.
    fn before(&self, path: &str, entry: &Entry, place: &Place) -> Option<Before> {
        let covers = self.asks && entry.framework == "next" && is_below(path, self.folder);
        if !covers || entry.kind == EntryKind::Middleware {
            return None;
        }
        let served = served(entry, place);
        let mut found = served.iter().map(|path| self.by_path.get(path).copied());
        let guarded = match found.next() {
            Some(first) if found.all(|other| other == first) => first.unwrap_or(Guarded::No),
            // Pages that differ; or none is known that posts to the action: it may lie behind it.
            Some(_) | None => Guarded::Maybe,
        };
        let origin = self.declared.1.origin;
        (guarded != Guarded::No).then_some(Before { kind: BeforeKind::Middleware, origin, guarded })
    }
}

/// The paths by which a way in is asked for.
fn served<'a>(entry: &'a Entry, place: &'a Place) -> &'a [SmolStr] {
    match entry.kind {
        EntryKind::ServerAction => &place.pages,
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
