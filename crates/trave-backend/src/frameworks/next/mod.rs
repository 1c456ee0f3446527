//! Next.js: ways in, what its functions do, and when it caches whole answers.

mod answer_cache;
mod cache;
mod entries;
mod files;
mod matcher;
mod model;
mod redirects;
mod route_pattern;
mod settings;
#[cfg(test)]
mod tests;

pub use answer_cache::{AnswerCache, Serving, answer_cache};
pub use entries::kind_of_path;
pub use entries::{entries, middleware_for};
pub use files::{FileRole, file_role, layout_folder, middleware_folder, page_path, served};
pub use matcher::covers;
pub(crate) use model::Next;
pub use redirects::{Redirects, is_settings, redirects};
pub use settings::published_env;

const NAME: &str = "next";
