//! Places as people and machines read them.

use serde::Serialize;
use trave_source::{Origin, Sources, Span};

/// A place in a text: line and column from 1, and the byte from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Point {
    /// The line, from 1.
    pub(crate) line: u32,
    /// The column, from 1, in characters.
    pub(crate) column: u32,
    /// The byte, from 0.
    pub(crate) byte: u32,
}

/// Path, begin and end of a place.
pub(crate) fn range(sources: &Sources, origin: Origin) -> (&str, Point, Point) {
    let Span { start, end } = origin.span;
    (sources.path(origin.file), point(sources, origin, start), point(sources, origin, end))
}

/// Where a place begins.
pub(crate) fn start(sources: &Sources, origin: Origin) -> Point {
    point(sources, origin, origin.span.start)
}

fn point(sources: &Sources, origin: Origin, byte: u32) -> Point {
    match sources.get(origin.file) {
        Some(source) => {
            let position = source.position(byte);
            Point { line: position.line, column: position.column, byte }
        }
        None => Point { line: 1, column: 1, byte },
    }
}

/// The bytes of a place on its first line: long spans are cut there, and never split a character.
pub(crate) fn first_line(sources: &Sources, origin: Origin) -> std::ops::Range<usize> {
    let text = sources.get(origin.file).map_or("", |source| &source.text);
    let start = floor(text, origin.span.start as usize);
    let end = floor(text, origin.span.end as usize).max(start);
    let covered = text.get(start..end).unwrap_or_default();
    let line = covered.lines().next().unwrap_or_default().trim_end();
    start..start + line.len()
}

fn floor(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use trave_source::{Sources, Span};

    use super::first_line;

    #[test]
    fn a_span_is_cut_at_the_end_of_its_first_line() {
        let mut sources = Sources::default();
        let file = sources.add("a.sql", "select é,\n  b");
        assert_eq!(first_line(&sources, Span::new(0, 13).in_file(file)), 0..10);
        assert_eq!(first_line(&sources, Span::new(8, 9).in_file(file)), 7..9);
        assert_eq!(first_line(&sources, Span::new(90, 99).in_file(file)), 14..14);
    }
}
