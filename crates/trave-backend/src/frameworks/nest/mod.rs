//! NestJS: controllers, resolvers and workers as classes with decorators, and the guards before
//! them.

mod context;
mod entries;
mod guards;
mod middleware;
mod model;
mod params;
mod providers;
#[cfg(test)]
mod tests;

pub(crate) use entries::entries;
pub(crate) use model::Nest;
pub(crate) use providers::provided;

const NAME: &str = "nest";

/// Whether a package is one of the framework's own.
fn is_own(package: &str) -> bool {
    package.starts_with("@nestjs/")
}
