//! Read-through caches of the project's own making: a read, a computation, a write of the same key.

use trave_backend::effect::{CacheAction, CacheUse, Effect};
use trave_backend::value::{QueryId, Shape, Value};
use trave_source::Origin;
use trave_ts::ir::{Function, Pattern};

use super::{Evaluator, Event};

impl Evaluator<'_> {
    /// At the end of a function: a read and a write of one key in it are one use of the cache.
    pub(super) fn read_through(&mut self, first_event: usize) {
        let Some(events) = self.trace.events.get(first_event..) else { return };
        let pairs = pairs(events);
        for (read, write) in pairs {
            self.merge(first_event + read, first_event + write);
        }
    }

    /// At the end of a function: a key that it was handed stands where its caller wrote it.
    pub(super) fn name_keys(&mut self, function: &Function, first_event: usize) {
        let used = self.trace.events.get(first_event..).unwrap_or_default();
        if self.activation.arg_origins.is_empty() || !used.iter().any(|it| cache_of(it).is_some()) {
            return;
        }
        let frame = self.here.frame;
        let given: Vec<(Value, Origin)> = function
            .params
            .iter()
            .zip(&self.activation.arg_origins)
            .filter_map(|(param, origin)| match param.pattern {
                Pattern::Name(binding) => Some((self.slot(frame, binding)?.clone(), *origin)),
                _ => None,
            })
            .collect();
        for event in self.trace.events.iter_mut().skip(first_event) {
            let Effect::Cache(cache) = &mut event.effect else { continue };
            if let Some((_, origin)) = given.iter().find(|(value, _)| value.is_same(&cache.key)) {
                cache.key_origin = *origin;
            }
        }
    }

    fn merge(&mut self, read: usize, write: usize) {
        let Some(written) = self.trace.events.get(write).and_then(cache_of).cloned() else {
            return;
        };
        let between = self.trace.events.get(read..write).unwrap_or_default();
        let mut computes: Vec<QueryId> = between
            .iter()
            .filter_map(|event| match event.effect {
                Effect::Query(id) => Some(id),
                _ => None,
            })
            .collect();
        computes.extend(rows_of(&written));
        computes.sort_unstable();
        computes.dedup();
        if let Some(Event { effect: Effect::Cache(cache) }) = self.trace.events.get_mut(read) {
            cache.action = CacheAction::ReadThrough;
            cache.ttl.clone_from(&written.ttl);
            cache.ttl_unit = written.ttl_unit;
            cache.ttl_known = written.ttl_known;
            cache.value.clone_from(&written.value);
            cache.computes = computes;
            cache.shared |= written.shared;
        }
        if let Some(Event { effect: Effect::Cache(cache) }) = self.trace.events.get_mut(write) {
            // The write stays for rules about expiry, but it is bookkeeping of the read-through.
            cache.computes = rows_of(&written);
        }
    }
}

fn cache_of(event: &Event) -> Option<&CacheUse> {
    match &event.effect {
        Effect::Cache(cache) => Some(cache),
        _ => None,
    }
}

/// Reads with the write that follows them, by place in the events.
fn pairs(events: &[Event]) -> Vec<(usize, usize)> {
    let uses: Vec<(usize, &CacheUse)> =
        events.iter().enumerate().filter_map(|(at, event)| Some((at, cache_of(event)?))).collect();
    let mut pairs = Vec::new();
    for (at, read) in uses.iter().filter(|(_, it)| it.action == CacheAction::Read) {
        let write = uses.iter().find(|(after, it)| {
            after > at
                && it.action == CacheAction::Write
                && it.library == read.library
                && !it.bookkeeping
                && it.key == read.key
        });
        if let Some((write, _)) = write {
            pairs.push((*at, *write));
        }
    }
    pairs
}

/// The queries whose rows a cache stores.
fn rows_of(cache: &CacheUse) -> Vec<QueryId> {
    let mut queries = Vec::new();
    if let Some(value) = &cache.value {
        value.visit(&mut |part| {
            if let Shape::Rows(id) = part.shape {
                queries.push(id);
            }
        });
    }
    queries
}
