//! Caches: Redis clients and stores in memory.

pub(crate) mod memory;
pub(crate) mod redis;
#[cfg(test)]
mod tests;
mod ttl;
