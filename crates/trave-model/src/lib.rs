//! Links what was read of single files into one model: routes, queries, and what surrounds them.
//!
//! [`link`] runs every way in symbolically (`eval`) and gathers what happens on the way. Rules
//! see the [`Model`] and nothing else.

mod eval;
#[cfg(test)]
mod guard_tests;
mod link;
mod model;
mod program;
mod questions;
#[cfg(test)]
mod quiet_tests;
#[cfg(test)]
mod reach_tests;
#[cfg(test)]
mod registered_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use trave_backend::{effect, query, typing, value};
pub use trave_catalog as catalog;
pub use trave_source as source;

pub use link::{Linker, link};
pub use model::{
    Answer, Before, BeforeKind, Cache, Call, Claim, ClaimSource, Coverage, EnvUse, FrameworkCache,
    Guarded, IgnoreComment, LoopAround, Model, ModelSettings, Query, QueryFacts, QueryRef, Reach,
    Route, RouteId, RouteKind, Same, SecretLiteral, Step, Token, TypesFile, Wrapper,
};
pub use program::{Backend, Imports, Package, Program};
pub use questions::{
    Admission, Cascade, Entity, Exposed, FoundBy, GoneColumn, Harm, Mention, Misfit, MissingColumn,
    MissingTable, Naming, Narrowing, OpenAs, OpenTable, PartOfKey, PolicyLookup, ReferenceUse,
    Serving, Stake, StaleTypes, Truncation, Trusted, TypesDiffer, TypesDifference, admission,
    caller_privileges, has_trigram_index,
};
