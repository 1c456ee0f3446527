//! What we know of backends written in TypeScript: frameworks, database clients, authentication,
//! caches. Everything that names a library lives here, left of the model.

pub mod algebra;
pub mod arithmetic;
mod ask;
mod auth;
pub mod base64;
mod cache;
mod clients;
pub mod declared;
pub mod dispatch;
pub mod effect;
pub mod entry;
pub mod env;
pub mod frameworks;
pub mod generated;
mod held;
mod http;
pub mod library;
pub mod naming;
mod place;
pub mod query;
pub mod registration;
mod registry;
pub mod scan;
#[cfg(test)]
mod testing;
pub mod value;
pub mod wording;

pub use clients::supabase::typing;
pub use registry::libraries;
