//! What stands between a request and the code that serves it, and calls to other services.

pub(crate) mod class_validator;
pub(crate) mod outbound;
mod schema;
#[cfg(test)]
mod tests;
pub(crate) mod valibot;
pub(crate) mod zod;
