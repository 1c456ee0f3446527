//! Which catalog the code of a file speaks to.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use trave_catalog::{MigrationRoot, RootKind};

use crate::path::{file_name, is_within, parent, shared_depth};

/// Finds the root that the code of a file speaks to.
#[derive(Debug)]
pub(crate) struct Placing<'a> {
    roots: &'a [MigrationRoot],
    /// Code folders with the folder of migrations that the settings give them, deepest first.
    told: Vec<(&'a str, usize)>,
}

impl<'a> Placing<'a> {
    /// Takes in the roots, and what the settings say about folders of code.
    pub(crate) fn new(roots: &'a [MigrationRoot], told: &'a BTreeMap<String, String>) -> Self {
        let mut told: Vec<(&str, usize)> = told
            .iter()
            .filter_map(|(code, folder)| {
                let folder = folder.trim_matches('/');
                let root = roots.iter().position(|root| root.folder == folder)?;
                Some((code.trim_matches('/'), root))
            })
            .collect();
        told.sort_by_key(|(code, _)| Reverse(code.len()));
        Self { roots, told }
    }

    /// Whether the settings send code to this root.
    pub(crate) fn is_told(&self, root: usize) -> bool {
        self.told.iter().any(|(_, told)| *told == root)
    }

    /// The root of a code file: told, else a Supabase project around it, else the nearest.
    pub(crate) fn root_of(&self, path: &str) -> Option<usize> {
        let told = self.told.iter().find(|(folder, _)| is_within(path, folder));
        told.map(|(_, root)| *root).or_else(|| {
            let ranked = self.roots.iter().enumerate();
            ranked.max_by_key(|(at, root)| (rank(path, root), Reverse(*at))).map(|(at, _)| at)
        })
    }
}

/// How well a root fits a file: a Supabase project around it best; then what shares most folders.
fn rank(path: &str, root: &MigrationRoot) -> (bool, usize, bool, usize) {
    let project = project_of(root);
    let around = is_within(path, project);
    let depth = shared_depth(parent(path), project);
    (is_supabase(root) && around, depth, is_supabase(root), root.files.len())
}

fn is_supabase(root: &MigrationRoot) -> bool {
    matches!(root.kind, RootKind::Supabase | RootKind::SupabaseSchemas)
}

/// The folder of the code that a root serves: what holds its `supabase`, `prisma` … folder.
fn project_of(root: &MigrationRoot) -> &str {
    const HOLDERS: [&str; 8] =
        ["supabase", "prisma", "drizzle", "migrations", "db", "database", "sql", "schema"];
    let mut folder = root.folder.as_str();
    while !folder.is_empty() && HOLDERS.contains(&file_name(folder)) {
        folder = parent(folder);
    }
    folder
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use trave_catalog::{SqlFile, group};
    use trave_source::FileId;

    use super::Placing;

    #[track_caller]
    fn check(paths: &[&str], told: &[(&str, &str)], expected: &[(&str, &str)]) {
        let text = "create table a (id int);";
        let files: Vec<SqlFile<'_>> =
            (0..).map(FileId).zip(paths).map(|(id, path)| SqlFile { id, path, text }).collect();
        let roots = group(&files, &[]).roots;
        let told: BTreeMap<String, String> =
            told.iter().map(|(code, root)| ((*code).to_owned(), (*root).to_owned())).collect();
        let placing = Placing::new(&roots, &told);
        for (path, folder) in expected {
            let root = placing.root_of(path).map(|root| roots[root].folder.as_str());
            assert_eq!(root, Some(*folder), "{path}");
        }
    }

    #[test]
    fn code_speaks_to_the_supabase_project_around_it() {
        check(
            &["supabase/migrations/1_a.sql", "apps/web/supabase/migrations/1_a.sql"],
            &[("apps/admin", "apps/web/supabase")],
            &[
                ("apps/web/src/a.ts", "apps/web/supabase"),
                ("apps/api/a.ts", "supabase"),
                ("src/a.ts", "supabase"),
                ("apps/admin/a.ts", "apps/web/supabase"),
            ],
        );
    }

    #[test]
    fn a_folder_of_migrations_near_by_yields_to_the_project() {
        check(
            &["supabase/migrations/1_a.sql", "src/lib/migrations/001_a.sql"],
            &[],
            &[("src/lib/db.ts", "supabase")],
        );
    }

    #[test]
    fn code_of_another_package_speaks_to_the_nearest() {
        check(
            &["packages/db/supabase/migrations/1_a.sql"],
            &[],
            &[("apps/web/a.ts", "packages/db/supabase")],
        );
    }
}
