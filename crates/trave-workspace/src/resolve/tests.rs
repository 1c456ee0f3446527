//! The resolver over trees written down here.

use std::sync::Arc;

use super::{ConfigFile, Resolver, Target, Tree, json, package_name};
use crate::kind::{Kind, kind_of};

/// A resolver over these files, and the paths of its code files by number.
fn resolver(files: &[(&str, &str)]) -> (Resolver, Vec<String>) {
    let code: Vec<String> = files
        .iter()
        .filter(|(path, _)| kind_of(path) == Some(Kind::Code))
        .map(|(path, _)| (*path).to_owned())
        .collect();
    let numbered = code.iter().map(|path| Arc::from(path.as_str())).zip(0..);
    let configs: Vec<ConfigFile> = files
        .iter()
        .filter_map(|(path, text)| {
            let kind = kind_of(path).filter(|kind| *kind != Kind::Code)?;
            Some(ConfigFile { path: (*path).to_owned(), kind, value: json::read(text).unwrap() })
        })
        .collect();
    (Resolver::new(Tree::new(numbered), &configs), code)
}

/// What each specifier means in `from`, written as a path, `=> name` or `-`.
#[track_caller]
fn check(files: &[(&str, &str)], from: &str, expected: &[(&str, &str)]) {
    let (resolver, code) = resolver(files);
    for (specifier, meaning) in expected {
        let found = match resolver.resolve(from, specifier) {
            Some(Target::File(number)) => code[number as usize].clone(),
            Some(Target::Renamed(name)) => format!("=> {name}"),
            None => "-".to_owned(),
        };
        assert_eq!(found, *meaning, "{specifier} in {from}");
    }
}

#[test]
fn relative_imports_leave_out_endings_and_index() {
    check(
        &[("src/a.ts", ""), ("src/lib/index.ts", ""), ("src/b.tsx", ""), ("src/c.mts", "")],
        "src/a.ts",
        &[
            ("./lib", "src/lib/index.ts"),
            ("./b.jsx", "src/b.tsx"),
            ("./b.js", "src/b.tsx"),
            ("./c.mjs", "src/c.mts"),
            ("../src/b", "src/b.tsx"),
            ("../../x", "-"),
            (".", "-"),
        ],
    );
}

#[test]
fn the_nearest_tsconfig_says_what_an_alias_means() {
    check(
        &[
            ("tsconfig.json", r#"{"compilerOptions": {"paths": {"@/*": ["./top/*"]}}}"#),
            ("apps/web/tsconfig.json", "{ // comment\n \"extends\": \"./tsconfig.base.json\", }"),
            (
                "apps/web/tsconfig.base.json",
                r#"{"compilerOptions": {"baseUrl": "src", "paths": {"@/*": ["*"], "~db": ["lib/db"]}}}"#,
            ),
            ("apps/web/src/lib/db.ts", ""),
            ("apps/web/src/app/route.ts", ""),
            ("top/lib/db.ts", ""),
        ],
        "apps/web/src/app/route.ts",
        &[
            ("@/lib/db", "apps/web/src/lib/db.ts"),
            ("~db", "apps/web/src/lib/db.ts"),
            ("lib/db", "apps/web/src/lib/db.ts"),
            ("react", "-"),
        ],
    );
}

#[test]
fn packages_of_the_workspace_are_found_by_their_exports() {
    check(
        &[
            (
                "packages/db/package.json",
                r#"{"name": "@kit/db", "exports": {".": {"types": "./dist/index.d.ts",
                   "import": "./dist/index.js"}, "./clients/*": "./src/clients/*.ts"}}"#,
            ),
            ("packages/db/src/index.ts", ""),
            ("packages/db/src/clients/server.ts", ""),
            ("packages/ui/package.json", r#"{"name": "ui", "main": "lib/main.js"}"#),
            ("packages/ui/src/main.ts", ""),
            ("packages/ui/deep/thing.ts", ""),
            ("apps/web/a.ts", ""),
        ],
        "apps/web/a.ts",
        &[
            ("@kit/db", "packages/db/src/index.ts"),
            ("@kit/db/clients/server", "packages/db/src/clients/server.ts"),
            ("ui", "packages/ui/src/main.ts"),
            ("ui/deep/thing", "packages/ui/deep/thing.ts"),
            ("@kit/other", "-"),
        ],
    );
}

#[test]
fn private_imports_belong_to_their_package() {
    check(
        &[
            ("package.json", r##"{"imports": {"#lib/*": "./src/lib/*.ts"}}"##),
            ("src/lib/db.ts", ""),
            ("src/a.ts", ""),
        ],
        "src/a.ts",
        &[("#lib/db", "src/lib/db.ts"), ("#other", "-")],
    );
}

#[test]
fn import_maps_name_files_and_packages() {
    check(
        &[
            (
                "supabase/functions/deno.json",
                r#"{"imports": {"shared/": "./_shared/", "supabase": "npm:@supabase/supabase-js@2"}}"#,
            ),
            ("supabase/functions/_shared/cors.ts", ""),
            ("supabase/functions/hello/index.ts", ""),
        ],
        "supabase/functions/hello/index.ts",
        &[
            ("shared/cors.ts", "supabase/functions/_shared/cors.ts"),
            ("supabase", "=> npm:@supabase/supabase-js@2"),
            ("https://esm.sh/stripe", "-"),
        ],
    );
}

#[test]
fn settings_that_nest_too_deep_are_refused() {
    assert!(json::read(&"[".repeat(200_000)).is_err());
    assert!(json::read("{ \"a\": 1, // x\n }").is_ok());
}

#[test]
fn a_package_name_has_one_part_or_a_scope_and_one() {
    assert_eq!(package_name("@a/b/c/d"), ("@a/b", "/c/d"));
    assert_eq!(package_name("a/b"), ("a", "/b"));
    assert_eq!(package_name("@a"), ("@a", ""));
}
