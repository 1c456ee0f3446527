//! Who is calling: tokens, sessions, signatures of other services.

pub(crate) mod crypto;
pub(crate) mod jose;
pub(crate) mod jsonwebtoken;
pub(crate) mod nest_jwt;
pub(crate) mod passport;
pub(crate) mod session;
#[cfg(test)]
mod tests;
pub(crate) mod token;
pub(crate) mod webhook;
