//! Which queries, caches and tokens are the same, seen from different ways in.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;
use trave_backend::query::{Bound, Query};
use trave_source::Origin;

/// A list without duplicates: entries are told apart by place and signature.
#[derive(Debug)]
pub(super) struct Interned<T> {
    pub(super) items: Vec<T>,
    keys: FxHashMap<(Origin, String), u32>,
    order: Vec<(Origin, String)>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self { items: Vec::new(), keys: FxHashMap::default(), order: Vec::new() }
    }
}

impl<T> Interned<T> {
    /// The index of an entry, made when it is new.
    pub(super) fn index(
        &mut self,
        origin: Origin,
        signature: String,
        make: impl FnOnce(u32) -> T,
    ) -> u32 {
        if let Some(index) = self.keys.get(&(origin, signature.clone())) {
            return *index;
        }
        let index = u32::try_from(self.items.len()).unwrap_or(u32::MAX);
        self.items.push(make(index));
        self.order.push((origin, signature.clone()));
        self.keys.insert((origin, signature), index);
        index
    }

    pub(super) fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        self.items.get_mut(index as usize)
    }

    /// Where each entry belongs when they are sorted by place; entries that `stays` refuses have
    /// no place.
    pub(super) fn sorted(&self, stays: impl Fn(&T) -> bool) -> Vec<Option<u32>> {
        let mut order: Vec<usize> = (0..self.items.len())
            .filter(|index| self.items.get(*index).is_some_and(&stays))
            .collect();
        order.sort_by_key(|index| self.order.get(*index));
        let mut places = vec![None; self.items.len()];
        for (new, old) in (0u32..).zip(order) {
            if let Some(place) = places.get_mut(old) {
                *place = Some(new);
            }
        }
        places
    }

    /// The entries in a new order.
    pub(super) fn arranged(self, places: &[Option<u32>]) -> Vec<T> {
        let mut arranged: Vec<(u32, T)> = places
            .iter()
            .zip(self.items)
            .filter_map(|(at, item)| at.map(|at| (at, item)))
            .collect();
        arranged.sort_by_key(|(at, _)| *at);
        arranged.into_iter().map(|(_, item)| item).collect()
    }
}

/// What tells two queries at the same place apart.
pub(super) fn signature(query: &Query) -> String {
    let mut text = String::new();
    let _ = write!(
        text,
        "{:?} {:?} {:?} {:?}",
        query.table, query.operation, query.client.role, query.client.session
    );
    for filter in &query.filters {
        let _ = write!(text, " {}:{:?}:{}", filter.column, filter.op, filter.conditional);
    }
    let bound = |bound: &Option<Bound>| {
        // A page may say itself how much it wants of what other callers choose.
        bound.as_ref().map(|Bound { value, conditional, .. }| {
            (value.upper_bound().map(f64::to_bits), *conditional, value.is_unclamped_input())
        })
    };
    let _ = write!(
        text,
        " {:?} {:?} {} {}",
        bound(&query.limit),
        bound(&query.offset),
        query.order.len(),
        query.single.is_some()
    );
    text
}
