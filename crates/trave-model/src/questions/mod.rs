//! Questions that more than one rule asks. Each answers from the model alone.

mod access;
mod bounded;
mod caching;
mod claims;
mod coarse;
mod exposure;
mod lists;
mod lookups;
mod missing;
mod nulls;
mod pending;
mod references;
pub(crate) mod rounds;
mod routes;
mod rows;
mod scan;
mod single;
mod writers;

pub use access::{Admission, admission, caller_privileges};
pub use claims::{Stake, Trusted};
pub use coarse::Narrowing;
pub use exposure::FoundBy;
pub use lists::Truncation;
pub use missing::{MissingColumn, MissingTable, Naming};
pub use pending::Misfit;
pub use references::ReferenceUse;
pub use scan::{Serving, has_trigram_index};
pub use single::PartOfKey;
