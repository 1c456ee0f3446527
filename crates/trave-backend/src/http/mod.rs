//! What stands between a request and the code that serves it, and calls to other services.

pub(crate) mod outbound;
pub(crate) mod schema;
#[cfg(test)]
mod tests;
pub(crate) mod typebox;
pub(crate) mod valibot;
pub(crate) mod zod;
