//! What evaluations left behind in earlier runs, for as long as they would leave the same.

use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::digest::Digests;
use crate::eval::{Asked, Context, Watch, Watched};

/// An outcome with everything that it depends on.
#[derive(Debug)]
struct Kept<T> {
    outcome: Arc<T>,
    asked: Asked,
    /// The run in which it was last known to hold.
    run: u32,
}

/// Outcomes by what was run.
#[derive(Debug)]
pub(super) struct Keep<K, T> {
    kept: Mutex<FxHashMap<K, Kept<T>>>,
}

impl<K, T> Default for Keep<K, T> {
    fn default() -> Self {
        Self { kept: Mutex::default() }
    }
}

/// What outcomes are held against.
#[derive(Clone, Copy)]
pub(super) struct Now<'r> {
    pub(super) cx: &'r Context<'r>,
    pub(super) digests: &'r Digests,
    pub(super) watch: Watch,
    /// Whether the run is to stop.
    pub(super) stops: &'r (dyn Fn() -> bool + Sync),
}

impl<K: Eq + Hash, T> Keep<K, T> {
    /// The outcome of running something: an earlier one where nothing that it asked has changed.
    pub(super) fn run(&self, now: Now<'_>, key: K, run: impl FnOnce(&Watched<'_>) -> T) -> Arc<T> {
        self.run_unless(now, (key, &|_| true), run)
    }

    /// The same, where an earlier outcome only counts if it `holds`.
    pub(super) fn run_unless(
        &self,
        now: Now<'_>,
        (key, holds): (K, &dyn Fn(&T) -> bool),
        run: impl FnOnce(&Watched<'_>) -> T,
    ) -> Arc<T> {
        if now.watch == Watch::Nothing {
            return Arc::new(run(&Watched::new(now.cx, now.watch)));
        }
        let known = self.lock().remove(&key).filter(|it| now.has_same(it) && holds(&it.outcome));
        let (outcome, asked) = if let Some(known) = known {
            (known.outcome, known.asked)
        } else {
            let watched = Watched::new(now.cx, now.watch);
            let outcome = Arc::new(run(&watched));
            (outcome, watched.into_asked())
        };
        let kept = Kept { outcome: Arc::clone(&outcome), asked, run: now.digests.run() };
        self.lock().insert(key, kept);
        outcome
    }

    /// Drops what the run under way did not need.
    pub(super) fn forget_unused(&self, digests: &Digests) {
        let run = digests.run();
        self.lock().retain(|_, kept| kept.run == run);
    }

    fn lock(&self) -> MutexGuard<'_, FxHashMap<K, Kept<T>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Now<'_> {
    /// Whether everything that an outcome depends on is as it was.
    fn has_same<T>(&self, kept: &Kept<T>) -> bool {
        let mut modules = kept.asked.modules.iter();
        modules.all(|id| self.digests.is_since(id.file(), kept.run))
            && kept.asked.is_answered_by(self.cx)
    }
}
