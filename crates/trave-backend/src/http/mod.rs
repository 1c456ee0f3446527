//! What stands between a request and the code that serves it, and calls to other services.

pub(crate) mod class_validator;
pub(crate) mod outbound;
pub(crate) mod rate_limit;
pub(crate) mod schema;
#[cfg(test)]
mod tests;
pub(crate) mod transparent;
pub(crate) mod typebox;
pub(crate) mod valibot;
pub(crate) mod zod;
