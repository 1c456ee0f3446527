//! Remix, and React Router where it is used as a framework: route modules with `loader` and
//! `action`.

mod entries;
mod model;
mod names;
#[cfg(test)]
mod tests;

pub(crate) use entries::{entries, is_entry};
pub(crate) use model::Remix;

const NAME: &str = "react-router";
