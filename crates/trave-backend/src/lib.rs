//! What we know of backends written in TypeScript: frameworks, database clients, authentication,
//! caches. Everything that names a library lives here, left of the model.

pub mod algebra;
pub mod arithmetic;
pub mod effect;
pub mod entry;
pub mod library;
pub mod query;
pub mod value;
