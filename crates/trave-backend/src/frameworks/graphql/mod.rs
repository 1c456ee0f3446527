//! GraphQL: maps of resolvers, fields of builders, and classes with decorators.

mod classes;
mod entries;
mod model;
#[cfg(test)]
mod tests;

pub(crate) use entries::entries;
pub(crate) use model::GraphQl;

const NAME: &str = "graphql";
