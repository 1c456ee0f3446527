//! How a run that nobody waits for any more is stopped from another thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Stops the run that a session has under way, from any thread.
#[derive(Debug, Clone, Default)]
pub struct Interrupter(Arc<AtomicU64>);

impl Interrupter {
    /// Says that an edit is on its way: a run without it is not worth finishing. Call it before
    /// the edit is handed to the thread that holds the session.
    pub fn interrupt(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How often somebody interrupted.
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
