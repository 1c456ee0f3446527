//! Nitro, the server of Nuxt: files below `server`, and the functions that need no import there.

mod cache;
mod entries;
mod model;
#[cfg(test)]
mod tests;

pub(crate) use entries::{auto_imported, entries, is_entry};
pub(crate) use model::Nitro;

const NAME: &str = "nitro";
