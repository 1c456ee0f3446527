//! Frameworks that serve requests: which files and functions are ways in, and what they are given.

pub(crate) mod astro;
pub(crate) mod elysia;
pub(crate) mod express;
pub(crate) mod fastify;
pub(crate) mod firebase;
pub(crate) mod graphql;
pub(crate) mod hono;
pub(crate) mod jobs;
pub(crate) mod koa;
pub(crate) mod lambda;
pub(crate) mod nest;
pub mod next;
pub(crate) mod nitro;
pub(crate) mod react;
pub(crate) mod remix;
pub(crate) mod router;
pub(crate) mod safe_action;
pub(crate) mod supabase_edge;
pub(crate) mod sveltekit;
pub(crate) mod syntax;
pub(crate) mod tanstack;
pub(crate) mod trpc;
pub(crate) mod web;
pub(crate) mod workers;

pub use next::kind_of_path;
pub use next::{
    AnswerCache, Serving, answer_cache, covers, layout_folder, middleware_for, page_path,
    published_env, redirects, served,
};
pub use react::wraps;
use trave_ts::ir::Module;
pub use web::is_refusal;

use crate::dispatch::Provided;
use crate::entry::Entry;

/// What a file declares to one framework; none when it is none of its files.
type Reader = fn(&Module, &str) -> Option<Vec<Entry>>;

/// Frameworks that know their files by where they lie, those first whose files are unmistakable:
/// a file belongs to one of them.
const BY_PLACE: &[Reader] = &[
    supabase_edge::entries,
    sveltekit::entries,
    remix::entries,
    nitro::entries,
    astro::entries,
    |module, path| Some(next::entries(module, path)),
];

/// Frameworks that are known by what a file does.
const BY_CONTENT: &[Reader] = &[
    nest::entries,
    tanstack::entries,
    firebase::entries,
    lambda::entries,
    workers::entries,
    graphql::entries,
    jobs::files::entries,
    jobs::classes::entries,
];

/// The ways in that a file declares.
pub fn entries(module: &Module, path: &str) -> Vec<Entry> {
    let mut found = BY_PLACE.iter().find_map(|read| read(module, path)).unwrap_or_default();
    found.extend(BY_CONTENT.iter().filter_map(|read| read(module, path)).flatten());
    found
}

/// What the modules of a file hand to constructors.
pub fn provided(module: &Module) -> Vec<Provided> {
    nest::provided(module)
}

/// Whether the path alone says that the file is a way in, or says something about ways in.
pub(crate) fn is_entry_path(path: &str) -> bool {
    next::file_role(path).is_some()
        || next::is_settings(path)
        || supabase_edge::function_name(path).is_some()
        || sveltekit::is_entry(path)
        || remix::is_entry(path)
        || nitro::is_entry(path)
        || astro::is_entry(path)
        || workers::is_entry(path)
}

/// Whether a file holds code of the server by its name, whatever its ending says.
pub fn is_server_only(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.contains(".server.")
}

/// The folder of the application that middleware stands before.
pub fn middleware_folder(path: &str) -> &str {
    let parts = [path.rfind("/src/"), path.rfind("/server/")];
    let at = parts.into_iter().flatten().max();
    match at {
        Some(at) => path.get(..at).unwrap_or_default(),
        None if path.starts_with("src/") || path.starts_with("server/") => "",
        None => next::middleware_folder(path),
    }
}

/// The framework whose directives say what is cached: `'use cache'`.
pub const OF_CACHE_DIRECTIVES: &str = "next";

/// Whether middleware of a framework is a file that stands before paths, rather than a function
/// that is registered or dispatched.
pub fn has_middleware_by_path(framework: &str) -> bool {
    framework == "next"
}

/// A path that a route may be asked for by: `/notes/[id]` as `/notes/-id-`, `/notes/:id` too.
pub fn sample_path(served: &str) -> String {
    let parts = served.split('/').filter(|part| !part.is_empty());
    let sample = |part: &str| {
        if part.starts_with(['[', ':', '$', '{']) {
            format!("/-{}-", part.trim_matches(['[', ']', '.', ':', '?', '$', '{', '}']))
        } else {
            format!("/{part}")
        }
    };
    let path: String = parts.map(sample).collect();
    if path.is_empty() { "/".to_owned() } else { path }
}

/// Import aliases that a framework brings along without writing them down: a pattern, and the path
/// that it stands for in the folder of the application.
pub const ALIASES: &[(&str, &str)] = &[
    ("$lib", "src/lib"),
    ("$lib/*", "src/lib/*"),
    ("~~/*", "*"),
    ("@@/*", "*"),
    ("~/*", "app/*"),
    ("~/*", "*"),
    ("@/*", "app/*"),
    ("@/*", "*"),
    ("#shared/*", "shared/*"),
    ("#server/*", "server/*"),
];

/// The folder of the application in whose server the exports of a file are there without an
/// import; none for every other file.
pub fn auto_imported(path: &str) -> Option<&str> {
    nitro::auto_imported(path)
}
