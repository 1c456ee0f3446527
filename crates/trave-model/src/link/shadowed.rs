//! Code that only pages lead to which the settings of the framework redirect: it never runs.

use rustc_hash::{FxHashMap, FxHashSet};
use trave_backend::entry::{Entry, EntryKind};
use trave_backend::frameworks;
use trave_source::FileId;

use super::pages::importers;
use crate::eval::ModuleId;
use crate::program::Program;

/// The files that only redirected pages lead to, with those pages.
pub(super) fn files(program: &Program, entries: &[(ModuleId, Entry)]) -> FxHashSet<FileId> {
    let pages = redirected_pages(program);
    if pages.is_empty() {
        return pages;
    }
    let serving = entries.iter().filter(|(_, entry)| entry.kind != EntryKind::ServerAction);
    let serving = serving.map(|(_, entry)| entry.origin.file).collect();
    let above = Above { program, importers: importers(program), pages: &pages, serving };
    let files = program.modules.iter().map(|module| module.file);
    files.filter(|file| above.is_shadowed(*file)).collect()
}

/// The pages and handlers whose every address leads to other ones.
fn redirected_pages(program: &Program) -> FxHashSet<FileId> {
    let mut found = FxHashSet::default();
    for module in &program.modules {
        let path = program.sources.path(module.file);
        let Some(redirects) = frameworks::redirects(module, path) else { continue };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let pages = program.modules.iter().filter_map(|page| {
            let path = program.sources.path(page.file);
            let is_below = folder.is_empty()
                || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
            Some((page.file, frameworks::served(path).filter(|_| is_below)?))
        });
        let (files, paths): (Vec<FileId>, Vec<String>) = pages.unzip();
        let shadowed = files.iter().zip(&paths).filter(|(_, path)| redirects.shadow(path, &paths));
        found.extend(shadowed.map(|(file, _)| *file));
    }
    found
}

/// What leads to files.
struct Above<'p> {
    program: &'p Program,
    importers: FxHashMap<FileId, Vec<FileId>>,
    /// The redirected pages.
    pages: &'p FxHashSet<FileId>,
    /// Files that hold a way in other than a server action, which is only posted to from pages.
    serving: FxHashSet<FileId>,
}

impl Above<'_> {
    /// Whether all that leads to a file begins at a redirected page.
    fn is_shadowed(&self, file: FileId) -> bool {
        let mut seen: FxHashSet<FileId> = FxHashSet::default();
        let mut waiting = vec![file];
        let mut is_below_page = false;
        while let Some(file) = waiting.pop() {
            if !seen.insert(file) {
                continue;
            }
            if self.pages.contains(&file) {
                is_below_page = true;
                continue;
            }
            let importers = self.importers.get(&file);
            let is_live = self.serving.contains(&file)
                || self.program.imported_elsewhere.contains(&file)
                || self.program.scripts.contains(&file);
            if is_live {
                return false;
            }
            waiting.extend(importers.into_iter().flatten());
        }
        is_below_page
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::model;

    const DB: &str = "
        import { createClient } from '@supabase/supabase-js'
        export const db = createClient(process.env.URL!, process.env.ANON!)";
    const PAGE: &str = "
        import { load } from './load'
        export default async function Page({ params }) { return load(params.id) }";
    const LOAD: &str = "
        import { db } from '../../../db'
        import { shared } from '../../shared'
        export const load = async (id) => {
          await shared(id)
          return db.from('old').select('id').eq('id', id)
        }";
    const SHARED: &str = "
        import { db } from '../db'
        export const shared = async (id) => db.from('shared').select('id').eq('id', id)
        export const unused = async (id) => db.from('bygone').select('id').eq('id', id)";
    const ACTIONS: &str = "
        'use server'
        import { db } from '../../../db'
        export async function save(id) { return db.from('old').delete().eq('id', id) }";

    #[test]
    fn what_only_redirected_pages_lead_to_is_no_way_in() {
        let model = model(&[
            (
                "next.config.mjs",
                "export default { async redirects() { return [
                { source: '/jobs/:path*', destination: '/projects/:path*', permanent: true },
            ] } }",
            ),
            ("src/db.ts", DB),
            ("src/app/shared.ts", SHARED),
            ("src/app/jobs/[id]/page.tsx", &format!("import {{ Form }} from './form'\n{PAGE}")),
            (
                "src/app/jobs/[id]/form.tsx",
                "import { save } from './actions'
                import { unused } from '../../shared'
                export const Form = () => unused(1)",
            ),
            ("src/app/jobs/[id]/actions.ts", ACTIONS),
            ("src/app/jobs/[id]/load.ts", LOAD),
            (
                "src/app/projects/[id]/page.tsx",
                "
                import { shared } from '../../shared'
                export default async function Page({ params }) { return shared(params.id) }",
            ),
        ]);
        let routes: Vec<&str> = model.routes.iter().map(|route| route.path.as_str()).collect();
        assert_eq!(routes, ["/projects/[id]"]);
        let tables = model
            .queries
            .iter()
            .map(|query| (query.facts.table.as_deref().unwrap_or_default(), query.in_dead_code));
        assert_eq!(tables.collect::<Vec<_>>(), [("shared", false), ("bygone", true)]);
    }
}
