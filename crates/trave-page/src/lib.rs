//! Reads a rule page: front matter, sections, and the examples that run as tests.
//!
//! The same caret language ([`split_labels`]) serves the inline tests of rules. Texts come in as
//! strings: whoever calls knows where they were stored.

mod block;
mod error;
mod example;
mod front;
mod label;
mod page;

pub use error::{PageError, Problem};
pub use example::{Example, ExampleFile, Verdict};
pub use front::{Front, Level};
pub use label::{Label, LabelKind, Labelled, label_line, split_labels};
pub use page::{Page, Report, SectionKind};

/// How many letters two names differ by.
pub fn distance(left: &str, right: &str) -> usize {
    strsim::damerau_levenshtein(left, right)
}

/// The name among `known` that a reader may have meant, if one is close enough.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    known
        .into_iter()
        // Names of other lengths are at least so far apart, and most are told by that.
        .filter(|candidate| {
            candidate.chars().count().abs_diff(length) <= 1.max(candidate.len() / 3)
        })
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1.max(candidate.len() / 3))
        .min()
        .map(|(_, candidate)| candidate)
}
