//! Caches: Redis clients, stores in memory, and React's memory of one request.

pub(crate) mod memory;
pub(crate) mod redis;
#[cfg(test)]
mod tests;
mod ttl;
