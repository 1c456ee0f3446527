//! Questions that more than one rule asks. Each answers from the model alone.

mod access;
mod caching;
mod claims;
mod lists;
mod lookups;
mod missing;
pub(crate) mod rounds;
mod routes;
mod rows;
mod scan;
mod single;

pub use access::{Admission, admission, caller_privileges};
pub use lists::Truncation;
pub use missing::{MissingColumn, MissingTable};
pub use scan::{Serving, has_trigram_index};
