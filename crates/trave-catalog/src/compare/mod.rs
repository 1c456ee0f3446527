//! What changed between two catalogs, and how much each change can hurt.

mod access;
mod columns;
mod keys;
mod objects;
mod tables;

use trave_source::Origin;

use crate::Catalog;

/// How much a change can hurt a running system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nothing that runs today notices.
    Safe,
    /// It may be meant; somebody has to say so.
    Review,
    /// Code that runs today fails, data goes, or strangers see more.
    Dangerous,
}

/// Where the statement of a change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the texts before.
    Before(Origin),
    /// In the texts after.
    After(Origin),
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// How much it can hurt.
    pub class: Class,
    /// Its kind in a few words with dashes, for programs: `column-dropped`.
    pub kind: &'static str,
    /// The object, as people name it: `notes`, `app.notes`.
    pub object: String,
    /// One sentence.
    pub message: String,
    /// Where it was written, if some statement stands for it.
    pub place: Option<Place>,
}

/// The two catalogs, and what was found so far.
struct Comparison<'c> {
    before: &'c Catalog,
    after: &'c Catalog,
    found: Vec<Difference>,
}

/// Every change from one catalog to another: the worst first, then by object.
pub fn compare(before: &Catalog, after: &Catalog) -> Vec<Difference> {
    let mut comparison = Comparison { before, after, found: Vec::new() };
    comparison.tables();
    comparison.views();
    comparison.routines();
    comparison.types();
    comparison.platform();
    comparison.access();
    let mut found = comparison.found;
    found.sort_by(|one, other| {
        let key = |it: &Difference| (std::cmp::Reverse(it.class), it.object.clone());
        key(one).cmp(&key(other))
    });
    found
}

impl Comparison<'_> {
    fn add(
        &mut self,
        class: Class,
        kind: &'static str,
        object: impl Into<String>,
    ) -> &mut Difference {
        self.found.push(Difference {
            class,
            kind,
            object: object.into(),
            message: String::new(),
            place: None,
        });
        let last = self.found.len() - 1;
        // The list was pushed to just now.
        #[expect(clippy::indexing_slicing, reason = "the element was added one line above")]
        &mut self.found[last]
    }
}

impl Difference {
    fn says(&mut self, message: impl Into<String>) -> &mut Self {
        self.message = message.into();
        self
    }

    fn at(&mut self, place: Option<Place>) {
        self.place = place;
    }
}

/// Where a statement of the later texts stands.
fn after(origin: Option<Origin>) -> Option<Place> {
    origin.map(Place::After)
}

/// Where a statement of the earlier texts stands.
fn before(origin: Option<Origin>) -> Option<Place> {
    origin.map(Place::Before)
}

/// A text without what its layout alone tells.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
