//! Questions that more than one rule asks. Each answers from the model alone.

mod access;
mod bounded;
mod caching;
mod cascades;
mod claims;
mod coarse;
mod exposure;
mod gone_columns;
mod index_use;
mod lists;
mod lookups;
mod missing;
mod open_tables;
mod pending;
mod policy_lookups;
mod references;
pub(crate) mod rounds;
mod routes;
mod rows;
mod scan;
mod single;
mod writers;

pub use access::{Admission, admission, caller_privileges};
pub use cascades::Cascade;
pub use claims::{Stake, Trusted};
pub use coarse::Narrowing;
pub use exposure::FoundBy;
pub use gone_columns::GoneColumn;
pub use lists::Truncation;
pub use missing::{MissingColumn, MissingTable, Naming};
pub use open_tables::{OpenAs, OpenTable};
pub use pending::Misfit;
pub use policy_lookups::PolicyLookup;
pub use references::ReferenceUse;
pub use scan::{Serving, has_trigram_index};
pub use single::PartOfKey;
