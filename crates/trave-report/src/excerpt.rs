//! A few lines of code around a place, with the place marked.

use std::ops::Range;

use trave_source::{Origin, Source, Sources};

/// How many lines stand before and after the place.
const AROUND: usize = 2;

/// How many lines of a long place are shown.
const LINES_MAX: usize = 8;

/// How many characters of a part of a line are shown: minified code has lines without end.
const PART_MAX: usize = 160;

/// One line of an excerpt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its number, from 1.
    pub(crate) number: usize,
    /// What stands before the place.
    pub(crate) before: String,
    /// The part of it that is the place; empty on lines around.
    pub(crate) marked: String,
    /// What stands behind the place.
    pub(crate) after: String,
}

/// The lines around a place; none for a file that is not there.
pub(crate) fn excerpt(sources: &Sources, origin: Origin) -> Vec<Line> {
    let Some(source) = sources.get(origin.file) else { return Vec::new() };
    let place = origin.span.start as usize..origin.span.end as usize;
    let first = row(source, origin.span.start);
    // A place that ends with a line break does not reach into the next line.
    let last_byte = origin.span.end.saturating_sub(1).max(origin.span.start);
    let last = row(source, last_byte).min(first + LINES_MAX - 1);
    let end = (last + AROUND + 1).min(source.lines().len());
    let rows = first.saturating_sub(AROUND)..end;
    let mut lines: Vec<Line> = rows.map(|row| line(source, row, &place)).collect();
    while lines.last().is_some_and(|line| line.number > last + 1 && line.is_blank()) {
        lines.pop();
    }
    lines
}

/// The whole lines around a place with the numbers of the first and the last, unless they are many.
pub(crate) fn context(sources: &Sources, origin: Origin) -> Option<(usize, usize, &str)> {
    let source = sources.get(origin.file)?;
    let (first, last) = (row(source, origin.span.start), row(source, origin.span.end));
    let end = (last + AROUND + 1).min(source.lines().len());
    let start = first.saturating_sub(AROUND);
    let text = source.text.get(range(source, start).start..range(source, end - 1).end)?;
    let is_short = end - start <= LINES_MAX + 2 * AROUND && text.len() <= LINES_MAX * PART_MAX;
    is_short.then_some((start + 1, end, text))
}

impl Line {
    fn is_blank(&self) -> bool {
        [&self.before, &self.marked, &self.after].iter().all(|part| part.trim().is_empty())
    }
}

/// The number of the line of a byte, from 0.
fn row(source: &Source, byte: u32) -> usize {
    source.position(byte).line.saturating_sub(1) as usize
}

/// The bytes of a line without its end.
fn range(source: &Source, row: usize) -> Range<usize> {
    let lines = source.lines();
    let start = lines.line_start(row) as usize;
    let is_last = row + 1 >= lines.len();
    let end = if is_last { source.text.len() } else { lines.line_start(row + 1) as usize };
    let text = source.text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']);
    start..start + text.len()
}

fn line(source: &Source, row: usize, place: &Range<usize>) -> Line {
    let bytes = range(source, row);
    let start = bytes.start;
    let text = source.text.get(bytes).unwrap_or_default();
    let within = |byte: usize| byte.saturating_sub(start).min(text.len());
    let (from, to) = (within(place.start), within(place.end));
    let (before, rest) = text.split_at_checked(from).unwrap_or((text, ""));
    let (marked, after) = rest.split_at_checked(to - from).unwrap_or(("", rest));
    Line { number: row + 1, before: tail(before), marked: head(marked), after: head(after) }
}

/// The first characters of a part.
fn head(text: &str) -> String {
    match text.char_indices().nth(PART_MAX) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The last characters of a part.
fn tail(text: &str) -> String {
    match text.char_indices().rev().nth(PART_MAX - 1) {
        Some((at, _)) if at > 0 => format!("…{}", text.get(at..).unwrap_or_default()),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use trave_source::{Sources, Span};

    use super::{PART_MAX, context, excerpt};

    fn shown(text: &str, span: Span) -> Vec<String> {
        let mut sources = Sources::default();
        let file = sources.add("a.ts", text);
        let lines = excerpt(&sources, span.in_file(file)).into_iter();
        lines
            .map(|line| format!("{} {}[{}]{}", line.number, line.before, line.marked, line.after))
            .collect()
    }

    #[test]
    fn a_place_stands_among_its_lines() {
        let text = "a\nb\nc\ncall(é);\nd\n\ne\n";
        let expected = ["2 b[]", "3 c[]", "4 call([é]);", "5 []d"];
        assert_eq!(shown(text, Span::new(11, 13)), expected);
    }

    #[test]
    fn a_place_of_many_lines_is_cut() {
        let text = "x\n".repeat(40);
        let lines = shown(&text, Span::new(0, 80));
        assert_eq!(lines.len(), 10);
        assert_eq!(lines[0], "1 [x]");
        assert_eq!(lines[9], "10 [x]");
    }

    #[test]
    fn a_line_without_end_is_cut_on_both_sides() {
        let text = format!("{}call(){}", "a".repeat(9_000), "b".repeat(9_000));
        let lines = shown(&text, Span::new(9_000, 9_006));
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("1 …aaa") && lines[0].contains("a[call()]b"));
        assert_eq!(lines[0].chars().count(), "1 …[call()]…".chars().count() + 2 * PART_MAX);
    }

    #[test]
    fn the_context_of_a_place_is_whole_lines() {
        let mut sources = Sources::default();
        let file = sources.add("a.sql", "a\nb\nc\r\nd\ne\n");
        let around = |start, end| context(&sources, Span::new(start, end).in_file(file));
        assert_eq!(around(4, 5), Some((1, 5, "a\nb\nc\r\nd\ne")));
        assert_eq!(around(0, 3), Some((1, 4, "a\nb\nc\r\nd")));
        let long = sources.add("b.sql", "x\n".repeat(40));
        assert_eq!(context(&sources, Span::new(0, 60).in_file(long)), None);
    }

    #[test]
    fn a_place_that_is_not_there_is_no_reason_to_stop() {
        assert_eq!(shown("a\n", Span::new(7, 9)), ["1 a[]", "2 []"]);
        assert_eq!(shown("é", Span::new(1, 2)), ["1 é[]"]);
    }
}
