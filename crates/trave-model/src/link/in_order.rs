//! Work on all threads whose results are taken in its own order, each as soon as its turn comes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Results that wait for their turn, and who takes them.
struct Queue<R, T> {
    next: usize,
    waiting: BTreeMap<usize, R>,
    take: T,
}

/// Runs `work` on every item, and hands each result to `take` in the order of the items. Results
/// are not kept longer than it takes for those before them to arrive.
pub(super) fn in_order<I, R, W, T>(items: &[I], work: W, take: T)
where
    I: Sync,
    R: Send,
    W: Fn(&I) -> R + Sync,
    T: FnMut(&I, R) + Send,
{
    let claimed = AtomicUsize::new(0);
    let queue = Mutex::new(Queue { next: 0, waiting: BTreeMap::new(), take });
    rayon::broadcast(|_| {
        loop {
            let at = claimed.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return };
            let result = work(item);
            let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.waiting.insert(at, result);
            queue.drain(items);
        }
    });
}

impl<R, T> Queue<R, T> {
    /// Hands on everything whose turn has come.
    fn drain<I>(&mut self, items: &[I])
    where
        T: FnMut(&I, R),
    {
        while let Some(result) = self.waiting.remove(&self.next) {
            if let Some(item) = items.get(self.next) {
                (self.take)(item, result);
            }
            self.next += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::in_order;

    #[test]
    fn results_arrive_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..200).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        let mut taken = Vec::new();
        pool.install(|| {
            let slow = |item: &u64| {
                std::thread::sleep(std::time::Duration::from_micros((200 - item) % 7 * 50));
                item * 2
            };
            in_order(&items, slow, |item, result| taken.push((*item, result)));
        });
        let expected: Vec<(u64, u64)> = items.iter().map(|item| (*item, item * 2)).collect();
        assert_eq!(taken, expected);
    }
}
