//! What a project is built with, as its manifests and folders say.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use trave_workspace::Project;

/// What a project is built with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Stack {
    /// Databases and their clients, frameworks: in the order of the table below.
    libraries: Vec<&'static str>,
    /// `pnpm`, `yarn` …
    package_manager: Option<&'static str>,
    /// Whether it holds several packages.
    is_monorepo: bool,
}

/// Packages by which a library is known, the schema's side first.
const LIBRARIES: [(&str, &str); 31] = [
    ("@supabase/supabase-js", "Supabase"),
    ("@supabase/ssr", "Supabase"),
    ("prisma", "Prisma"),
    ("@prisma/client", "Prisma"),
    ("drizzle-orm", "Drizzle"),
    ("typeorm", "TypeORM"),
    ("@mikro-orm/core", "MikroORM"),
    ("kysely", "Kysely"),
    ("knex", "Knex"),
    ("objection", "Objection"),
    ("sequelize", "Sequelize"),
    ("pg", "pg"),
    ("postgres", "postgres"),
    ("mysql2", "mysql2"),
    ("next", "Next.js"),
    ("@nestjs/core", "NestJS"),
    ("express", "Express"),
    ("hono", "Hono"),
    ("fastify", "Fastify"),
    ("koa", "Koa"),
    ("elysia", "Elysia"),
    ("@sveltejs/kit", "SvelteKit"),
    ("@remix-run/node", "Remix"),
    ("@react-router/node", "React Router"),
    ("nuxt", "Nuxt"),
    ("astro", "Astro"),
    ("@trpc/server", "tRPC"),
    ("@tanstack/react-start", "TanStack Start"),
    ("graphql", "GraphQL"),
    ("bullmq", "BullMQ"),
    ("inngest", "Inngest"),
];

/// Lock files, and whose they are.
const LOCKS: [(&str, &str); 6] = [
    ("pnpm-lock.yaml", "pnpm"),
    ("yarn.lock", "yarn"),
    ("bun.lock", "bun"),
    ("bun.lockb", "bun"),
    ("package-lock.json", "npm"),
    ("deno.lock", "deno"),
];

/// How far below the top manifests are looked for: `apps/web`, `packages/db`.
const DEPTH: usize = 3;

impl Stack {
    /// The stack of a project.
    pub(crate) fn of(folder: &Path, project: &Project) -> Self {
        let mut manifests = Vec::new();
        collect(folder, DEPTH, &mut manifests);
        let mut packages = BTreeSet::new();
        for manifest in &manifests {
            packages.extend(dependencies(manifest));
        }
        let has_supabase = project
            .migrations
            .iter()
            .any(|root| root.folder.rsplit('/').next() == Some("supabase"));
        let mut libraries = Vec::new();
        if has_supabase {
            libraries.push("Supabase");
        }
        for (package, library) in LIBRARIES {
            if packages.contains(package) && !libraries.contains(&library) {
                libraries.push(library);
            }
        }
        let lock = LOCKS.iter().find(|(file, _)| folder.join(file).is_file());
        let package_manager = lock.map(|(_, manager)| *manager);
        Self { libraries, package_manager, is_monorepo: manifests.len() > 1 }
    }

    /// In words: `Supabase, Next.js, pnpm workspaces`.
    pub(crate) fn described(&self) -> String {
        let mut parts: Vec<String> = self.libraries.iter().map(|it| (*it).to_owned()).collect();
        match (self.package_manager, self.is_monorepo) {
            (Some(manager), true) => parts.push(format!("several packages ({manager})")),
            (Some(manager), false) => parts.push(manager.to_owned()),
            (None, true) => parts.push("several packages".to_owned()),
            (None, false) => {}
        }
        if parts.is_empty() { "SQL".to_owned() } else { parts.join(", ") }
    }
}

/// The manifests of a folder and of those below it.
fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let manifest = folder.join("package.json");
    if manifest.is_file() {
        found.push(manifest);
    }
    if depth == 0 {
        return;
    }
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            !name.starts_with('.') && !matches!(&*name, "node_modules" | "dist" | "build")
        })
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    for folder in folders {
        collect(&folder, depth - 1, found);
    }
}

/// The packages that a manifest asks for.
fn dependencies(manifest: &Path) -> Vec<String> {
    let text = fs::read_to_string(manifest).unwrap_or_default();
    let value: Value = serde_json::from_str(&text).unwrap_or_default();
    let lists = ["dependencies", "devDependencies"];
    let named = lists.iter().filter_map(|list| value.get(list)?.as_object());
    named.flat_map(|list| list.keys().cloned()).collect()
}
