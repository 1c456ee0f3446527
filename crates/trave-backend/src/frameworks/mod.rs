//! Frameworks that serve requests: which files and functions are ways in, and what they are given.

pub mod next;
pub(crate) mod react;
pub(crate) mod remix;
pub(crate) mod supabase_edge;
pub(crate) mod sveltekit;
pub(crate) mod syntax;
pub(crate) mod web;

pub use next::{
    AnswerCache, Serving, answer_cache, covers, layout_folder, middleware_for, page_path,
    published_env, redirects, served,
};
pub use react::wraps;
use trave_ts::ir::Module;
pub use web::is_refusal;

use crate::entry::Entry;

/// What a file declares to one framework; none when it is none of its files.
type Reader = fn(&Module, &str) -> Option<Vec<Entry>>;

/// In the order in which they are asked: those first whose files are unmistakable.
const READERS: &[Reader] =
    &[supabase_edge::entries, sveltekit::entries, remix::entries, |module, path| {
        Some(next::entries(module, path))
    }];

/// The ways in that a file declares.
pub fn entries(module: &Module, path: &str) -> Vec<Entry> {
    READERS.iter().find_map(|read| read(module, path)).unwrap_or_default()
}

/// Whether the path alone says that the file is a way in, or says something about ways in.
pub(crate) fn is_entry_path(path: &str) -> bool {
    next::file_role(path).is_some()
        || next::is_settings(path)
        || supabase_edge::function_name(path).is_some()
        || sveltekit::is_entry(path)
        || remix::is_entry(path)
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
pub const ALIASES: &[(&str, &str)] = &[("$lib", "src/lib"), ("$lib/*", "src/lib/*")];
