//! Text that was put together from files: each part of it knows where it comes from.

use std::sync::Arc;

use crate::{Origin, Span};

/// A text put together from other files, with the place that each part of it says again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translation {
    /// The text.
    pub text: Arc<str>,
    /// Parts of the text with their places, in the order in which they end: inner ones first.
    places: Vec<(Span, Origin)>,
}

/// A [`Translation`] in the making.
#[derive(Debug, Clone, Default)]
pub struct Translator {
    text: String,
    places: Vec<(Span, Origin)>,
}

impl Translation {
    /// The place that a part of the text says again: that of the smallest known part around it.
    pub fn origin(&self, span: Span) -> Option<Origin> {
        let from = self.places.partition_point(|(part, _)| part.end < span.end);
        let ends_later = self.places.get(from..).unwrap_or_default();
        ends_later.iter().find(|(part, _)| part.start <= span.start).map(|(_, origin)| *origin)
    }
}

impl Translator {
    /// Adds text that belongs to whatever is being written.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Writes a part that says again what stands at a place.
    pub fn at(&mut self, origin: Origin, write: impl FnOnce(&mut Self)) {
        let start = self.text.len();
        write(self);
        self.places.push((Span::new(start, self.text.len()), origin));
    }

    /// The text as it stands.
    pub fn finish(self) -> Translation {
        Translation { text: self.text.into(), places: self.places }
    }
}

#[cfg(test)]
mod tests {
    use super::Translator;
    use crate::{FileId, Span};

    #[test]
    fn a_part_comes_from_the_smallest_place_around_it() {
        let place = |start| Span::new(start, start + 1).in_file(FileId(7));
        let mut out = Translator::default();
        out.at(place(100), |out| {
            out.push("create table ");
            out.at(place(101), |out| out.push("users"));
            out.push(" (");
            out.at(place(102), |out| out.push("id int"));
            out.push(")");
        });
        out.push(";");
        let made = out.finish();
        let origin = |text: &str| {
            let start = made.text.find(text).unwrap();
            made.origin(Span::new(start, start + text.len())).map(|origin| origin.span.start)
        };
        assert_eq!(origin("users"), Some(101));
        assert_eq!(origin("int"), Some(102));
        assert_eq!(origin("users (id"), Some(100));
        assert_eq!(origin(";"), None);
    }
}
