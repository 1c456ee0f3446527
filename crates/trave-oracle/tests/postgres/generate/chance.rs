//! Chance that can be repeated: the same seed gives the same sequence.

/// A source of numbers (splitmix64).
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    /// Begins with a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap()
    }

    /// True in so many of a hundred cases.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of a list that is not empty.
    pub(crate) fn one<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// One of a list, if there is any.
    pub(crate) fn any<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        if list.is_empty() { None } else { Some(self.one(list).clone()) }
    }

    /// A text in so many of a hundred cases; nothing otherwise.
    pub(crate) fn perhaps(&mut self, percent: usize, text: &str) -> String {
        if self.percent(percent) { text.to_owned() } else { String::new() }
    }

    /// Between `low` and `high` items of a list, in their order.
    pub(crate) fn some<T: Clone>(&mut self, list: &[T], (low, high): (usize, usize)) -> Vec<T> {
        let mut places: Vec<usize> = (0..list.len()).collect();
        let wanted = (low + self.below(high - low + 1)).min(list.len());
        while places.len() > wanted {
            let gone = self.below(places.len());
            places.remove(gone);
        }
        places.into_iter().map(|place| list[place].clone()).collect()
    }
}
