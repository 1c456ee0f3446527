//! Frameworks that serve requests: which files and functions are ways in, and what they are given.

pub(crate) mod elysia;
pub(crate) mod express;
pub(crate) mod fastify;
pub(crate) mod hono;
pub(crate) mod koa;
pub mod next;
pub(crate) mod react;
pub(crate) mod router;
pub(crate) mod supabase_edge;
pub(crate) mod syntax;
pub(crate) mod web;

pub use next::kind_of_path;
pub use next::{
    AnswerCache, Serving, answer_cache, covers, layout_folder, middleware_folder, middleware_for,
    page_path, published_env, redirects, sample_path, served,
};
pub use react::wraps;
use trave_ts::ir::Module;
pub use web::is_refusal;

use crate::entry::Entry;

/// The ways in that a file declares.
pub fn entries(module: &Module, path: &str) -> Vec<Entry> {
    if supabase_edge::function_name(path).is_some() {
        return supabase_edge::entries(module, path);
    }
    next::entries(module, path)
}
