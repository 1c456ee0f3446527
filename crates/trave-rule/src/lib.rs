//! The one crate that a rule file imports: rules, what they look at, and what they report.
//!
//! The modules [`mod@catalog`], [`query`], [`value`] and [`effect`] hold the types of the model.

mod context;
mod finding;
mod fix;
mod rule;
pub mod sql;
mod subject;
pub mod words;

pub use trave_macros::{catalog, rule};
pub use trave_model as model;
pub use trave_model::{catalog, effect, query, source, value};
pub use trave_page::nearest;

pub use context::{Context, FindingBuilder};
pub use finding::{Finding, Fingerprint, Key, Label, Remedy, WantedIndex, part_of_name};
pub use fix::{Edit, Fix, FixChange, Safety};
pub use rule::{Level, Meta, Rule, UnknownLevel};
pub use subject::{InCatalog, Subject};
