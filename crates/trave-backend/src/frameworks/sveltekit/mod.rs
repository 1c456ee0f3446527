//! SvelteKit: files whose names begin with `+`, hooks, and what their functions are given.

mod entries;
mod model;
#[cfg(test)]
mod tests;

pub(crate) use entries::{entries, is_entry};
pub(crate) use model::SvelteKit;

const NAME: &str = "sveltekit";
