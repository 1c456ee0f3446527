//! Prisma: `schema.prisma`, also split over the files of a folder.

mod attributes;
mod group;
mod lower;
mod names;
mod parse;
mod relation;
mod syntax;
#[cfg(test)]
mod tests;
mod types;

pub use group::{SchemaFile, read};
