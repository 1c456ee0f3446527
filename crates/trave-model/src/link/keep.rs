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
    asked: Arc<Asked>,
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

impl<K: Eq + Hash + Clone, T> Keep<K, T> {
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
            let (outcome, asked) = now.run(run);
            (Arc::new(outcome), asked)
        };
        let kept = Kept { outcome: Arc::clone(&outcome), asked, run: now.digests.run() };
        self.lock().insert(key, kept);
        outcome
    }

    /// The outcomes of many at once. Those that are not known any more run together, and depend on
    /// what any of them asks.
    pub(super) fn run_all<I>(
        &self,
        now: Now<'_>,
        items: &[(K, I)],
        run: impl FnOnce(&Watched<'_>, &[&I]) -> Vec<T>,
    ) -> Vec<Arc<T>> {
        let known = |(key, _): &(K, I)| {
            let known = self.lock().remove(key);
            known.filter(|it| now.watch == Watch::Notes && now.has_same(it))
        };
        let mut found: Vec<Option<Kept<T>>> = items.iter().map(known).collect();
        let unknown = items.iter().zip(&found).filter(|(_, found)| found.is_none());
        let unknown: Vec<&I> = unknown.map(|((_, item), _)| item).collect();
        if !unknown.is_empty() {
            let (outcomes, asked) = now.run(|watched| run(watched, &unknown));
            let missing = found.iter_mut().filter(|found| found.is_none());
            for (missing, outcome) in missing.zip(outcomes) {
                let (outcome, asked) = (Arc::new(outcome), Arc::clone(&asked));
                *missing = Some(Kept { outcome, asked, run: 0 });
            }
        }
        let mut kept = self.lock();
        let found = items.iter().zip(found).filter_map(|((key, _), found)| Some((key, found?)));
        found
            .map(|(key, found)| {
                let outcome = Arc::clone(&found.outcome);
                if now.watch == Watch::Notes {
                    kept.insert(key.clone(), Kept { run: now.digests.run(), ..found });
                }
                outcome
            })
            .collect()
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
    /// Runs something: what it gives, and what it asked for.
    fn run<T>(self, run: impl FnOnce(&Watched<'_>) -> T) -> (T, Arc<Asked>) {
        let watched = Watched::new(self.cx, self.watch);
        let outcome = run(&watched);
        (outcome, Arc::new(watched.into_asked()))
    }

    /// Whether everything that an outcome depends on is as it was.
    fn has_same<T>(&self, kept: &Kept<T>) -> bool {
        let mut modules = kept.asked.modules.iter();
        modules.all(|id| self.digests.is_since(id.file(), kept.run))
            && kept.asked.is_answered_by(self.cx)
    }
}
