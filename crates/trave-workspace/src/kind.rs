//! What a file is, told from its path alone, and whether it is left out by default.

use crate::path::{file_name, parent};

/// What a file of the project is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// TypeScript or JavaScript.
    Code,
    /// SQL, and the journal that orders Drizzle's.
    Sql,
    /// `package.json`.
    Package,
    /// `tsconfig.json`, `tsconfig.app.json`, `jsconfig.json` …
    TsConfig,
    /// `deno.json`, `deno.jsonc`, `import_map.json`.
    Deno,
    /// `supabase/config.toml`.
    Supabase,
    /// `schema.prisma`, or a part of it.
    Prisma,
    /// `trave.toml`.
    Settings,
}

impl Kind {
    /// Whether it says how other files are read.
    pub(crate) fn is_config(self) -> bool {
        matches!(self, Self::Package | Self::TsConfig | Self::Deno | Self::Supabase)
    }
}

/// Endings of code, in the order in which an import without an ending tries them.
pub(crate) const CODE_ENDINGS: [&str; 8] =
    [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

/// Endings of components, whose code stands between markup: an import names them.
const COMPONENT_ENDINGS: [&str; 2] = [".vue", ".svelte"];

/// Folders that hold nothing of the project's own, wherever they stand.
const FOREIGN_FOLDERS: [&str; 10] = [
    "node_modules",
    "bower_components",
    "jspm_packages",
    ".git",
    ".next",
    ".nuxt",
    ".turbo",
    ".vercel",
    ".output",
    "storybook-static",
];

/// Folders that hold build output when they stand beside a `package.json`.
const OUTPUT_FOLDERS: [&str; 5] = ["dist", "build", "out", "coverage", "target"];

/// Folders of code that is never served.
const TEST_FOLDERS: [&str; 17] = [
    "test",
    "tests",
    "testing",
    "spec",
    "specs",
    "__tests__",
    "__mocks__",
    "__fixtures__",
    "mocks",
    "e2e",
    "cypress",
    "playwright",
    "stories",
    ".storybook",
    "integration-tests",
    "test-utils",
    "vendor",
];

/// Parts before the ending that mark a file as never served: `x.test.ts`.
const TEST_MARKS: [&str; 10] =
    ["test", "spec", "stories", "story", "e2e", "cy", "mock", "mocks", "bench", "fixture"];

/// What a file is; none when it is nothing to us.
pub(crate) fn kind_of(path: &str) -> Option<Kind> {
    let name = file_name(path);
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "package.json" => return Some(Kind::Package),
        "trave.toml" => return Some(Kind::Settings),
        "jsconfig.json" => return Some(Kind::TsConfig),
        "deno.json" | "deno.jsonc" | "import_map.json" => return Some(Kind::Deno),
        "config.toml" if file_name(parent(path)) == "supabase" => return Some(Kind::Supabase),
        _ => {}
    }
    if lower == "_journal.json" && file_name(parent(path)) == "meta" {
        return Some(Kind::Sql);
    }
    match lower.rsplit_once('.') {
        Some((stem, "json")) if stem.starts_with("tsconfig") => Some(Kind::TsConfig),
        Some((_, "sql")) => Some(Kind::Sql),
        Some((_, "prisma")) => Some(Kind::Prisma),
        _ => is_code(&lower).then_some(Kind::Code),
    }
}

/// Whether the name has an ending of code, and is not a declaration file.
fn is_code(name: &str) -> bool {
    let declaration = [".d.ts", ".d.mts", ".d.cts"].iter().any(|ending| name.ends_with(ending));
    let mut endings = CODE_ENDINGS.iter().chain(&COMPONENT_ENDINGS);
    !declaration && endings.any(|ending| name.ends_with(ending))
}

/// Whether a folder holds nothing of the project's own. Build output is told by the manifest that
/// stands beside it: `src/app/api/build/route.ts` is a route.
pub(crate) fn is_foreign_folder(name: &str, beside_manifest: impl FnOnce() -> bool) -> bool {
    FOREIGN_FOLDERS.contains(&name) || (OUTPUT_FOLDERS.contains(&name) && beside_manifest())
}

/// Whether a name is one that people hide. `.well-known` is a folder of routes.
pub(crate) fn is_hidden(name: &str) -> bool {
    name.starts_with('.') && name != ".well-known"
}

/// Whether a code file is written by a tool: noted, but not read.
pub(crate) fn is_generated(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let marked = ["gen", "generated", "min", "bundle"]
        .iter()
        .any(|mark| stem.strip_suffix(mark).is_some_and(|rest| rest.ends_with('.')));
    let named = ["database.types", "database-types", "supabase.types", "database-generated.types"];
    marked || named.contains(&stem) || path.split('/').any(|part| part == "__generated__")
}

/// Whether a code file belongs to tests, stories or mocks.
pub(crate) fn is_test(path: &str) -> bool {
    let name = file_name(path);
    let marked = name.split('.').skip(1).any(|part| TEST_MARKS.contains(&part));
    marked || parent(path).split('/').any(|part| TEST_FOLDERS.contains(&part)) && !is_route(path)
}

/// Whether a code file is run by hand or by a deploy, and serves nobody.
pub(crate) fn is_script(path: &str) -> bool {
    const FOLDERS: [&str; 6] = ["scripts", "script", "seed", "seeds", "seeders", "tooling"];
    let stem = file_name(path).split('.').next().unwrap_or_default();
    let folder = parent(path).split('/').any(|part| FOLDERS.contains(&part));
    (folder || matches!(stem, "seed" | "seeds")) && !path.split('/').any(|part| part == "app")
}

/// A route may be called `tests`: files that the router names are served wherever they stand.
fn is_route(path: &str) -> bool {
    let name = file_name(path);
    let stem = name.split('.').next().unwrap_or_default();
    let app = path.split('/').position(|part| part == "app");
    let test = path.split('/').position(|part| TEST_FOLDERS.contains(&part));
    matches!(stem, "route" | "page" | "layout")
        && app.is_some_and(|at| test.is_some_and(|t| at < t))
}

#[cfg(test)]
mod tests {
    use super::{Kind, is_foreign_folder, is_generated, is_test, kind_of};

    #[test]
    fn a_file_is_known_by_its_path() {
        let cases = [
            ("src/a.ts", Some(Kind::Code)),
            ("src/a.d.ts", None),
            ("src/a.mjs", Some(Kind::Code)),
            ("src/Boat.vue", Some(Kind::Code)),
            ("supabase/config.toml", Some(Kind::Supabase)),
            ("other/config.toml", None),
            ("apps/web/trave.toml", Some(Kind::Settings)),
            ("apps/web/tsconfig.app.json", Some(Kind::TsConfig)),
            ("supabase/functions/import_map.json", Some(Kind::Deno)),
            ("db/001_init.SQL", Some(Kind::Sql)),
            ("readme.md", None),
        ];
        for (path, kind) in cases {
            assert_eq!(kind_of(path), kind, "{path}");
        }
    }

    #[test]
    fn tests_are_left_out_and_routes_called_tests_are_not() {
        assert!(is_test("src/__tests__/a.ts"));
        assert!(is_test("src/a.test.ts"));
        assert!(is_test("e2e/login.ts"));
        assert!(!is_test("src/latest.ts"));
        assert!(!is_test("src/app/api/tests/route.ts"));
        assert!(is_test("tests/app/api/route.ts"));
    }

    #[test]
    fn generated_files_are_noted() {
        assert!(is_generated("src/database.types.ts"));
        assert!(is_generated("src/routes.gen.ts"));
        assert!(is_generated("public/lib.min.js"));
        assert!(!is_generated("src/admin.ts"));
    }

    #[test]
    fn build_output_stands_beside_a_manifest() {
        assert!(is_foreign_folder("node_modules", || false));
        assert!(is_foreign_folder("dist", || true));
        assert!(!is_foreign_folder("build", || false));
    }
}
