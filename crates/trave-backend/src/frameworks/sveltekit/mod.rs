//! SvelteKit: files whose names begin with `+`, hooks, and what their functions are given.

mod entries;
mod model;
#[cfg(test)]
mod tests;

pub(crate) use entries::{covered, entries, is_entry};
pub(crate) use model::SvelteKit;

pub(crate) const NAME: &str = "@sveltejs/kit";
