//! Places as clients count them: lines from 0, and columns in the units that were agreed on.

use lsp_types::{Position, PositionEncodingKind, Range};
use trave_source::{LineIndex, Span};

/// The unit of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// What every client can.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The best of what a client offers: bytes cost nothing, and UTF-16 is what it speaks without
    /// saying so.
    pub(crate) fn chosen(offered: &[&str]) -> Self {
        let offers = |kind: &str| offered.contains(&kind);
        if offers("utf-8") {
            Self::Utf8
        } else if offers("utf-32") && !offers("utf-16") {
            Self::Utf32
        } else {
            Self::Utf16
        }
    }

    /// Its name in the protocol.
    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn units(self, character: char) -> u32 {
        let units = match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        };
        u32::try_from(units).unwrap_or(1)
    }
}

/// A text in which places are looked up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines<'t> {
    /// The text.
    pub(crate) text: &'t str,
    /// Where its lines begin.
    pub(crate) index: &'t LineIndex,
    /// The unit of a column.
    pub(crate) encoding: Encoding,
}

impl Lines<'_> {
    /// The place of a byte; one past the end is the end.
    pub(crate) fn position(&self, offset: u32) -> Position {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let offset = offset.min(end);
        let line = self.index.position(self.text, offset).line.saturating_sub(1);
        let start = self.index.line_start(line as usize);
        let before = self.text.get(start as usize..offset as usize).unwrap_or_default();
        let character = before.chars().map(|it| self.encoding.units(it)).sum();
        Position { line, character }
    }

    /// The byte at a place; a column past the end of its line is that end, a line past the last
    /// is the end of the text.
    pub(crate) fn offset(&self, position: Position) -> u32 {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        if position.line as usize >= self.index.len() {
            return end;
        }
        let start = self.index.line_start(position.line as usize);
        let rest = self.text.get(start as usize..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let mut left = position.character;
        let mut offset = start;
        for character in line.chars() {
            let units = self.encoding.units(character);
            if left < units {
                break;
            }
            left -= units;
            offset += u32::try_from(character.len_utf8()).unwrap_or(1);
        }
        offset
    }

    /// The places of a span.
    pub(crate) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    /// The bytes between two places.
    pub(crate) fn span(&self, range: Range) -> Span {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        Span { start: start.min(end), end: start.max(end) }
    }
}

/// What changed between two states of one text: all that lies between a common beginning and a
/// common end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Drift {
    /// How many bytes at the beginning are the same.
    before: u32,
    /// Where the common end begins in the old text.
    old_rest: u32,
    /// Where it begins in the new text.
    new_rest: u32,
}

impl Drift {
    /// Compares two states.
    pub(crate) fn between(old: &str, new: &str) -> Self {
        let bytes = old.bytes().zip(new.bytes());
        let before = bytes.take_while(|(left, right)| left == right).count();
        let shorter = old.len().min(new.len()) - before;
        let bytes = old.bytes().rev().zip(new.bytes().rev());
        let after = bytes.take(shorter).take_while(|(left, right)| left == right).count();
        let cut = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            before: cut(before),
            old_rest: cut(old.len() - after),
            new_rest: cut(new.len() - after),
        }
    }

    /// Where a byte of the old text is in the new one; none where the text around it is gone.
    pub(crate) fn to_new(self, offset: u32) -> Option<u32> {
        shifted(offset, self.before, (self.old_rest, self.new_rest))
    }

    /// Where a byte of the new text was in the old one.
    pub(crate) fn to_old(self, offset: u32) -> Option<u32> {
        shifted(offset, self.before, (self.new_rest, self.old_rest))
    }

    /// Where a span of the old text is in the new one. One that the change lies in grows with it.
    pub(crate) fn span_to_new(self, span: Span) -> Option<Span> {
        Some(Span { start: self.to_new(span.start)?, end: self.to_new(span.end)? })
    }
}

fn shifted(offset: u32, before: u32, (from, to): (u32, u32)) -> Option<u32> {
    if offset <= before { Some(offset) } else { offset.checked_sub(from)?.checked_add(to) }
}

#[cfg(test)]
mod tests {
    use lsp_types::Position;
    use trave_source::LineIndex;

    use super::{Drift, Encoding, Lines};

    const TEXT: &str = "a\nb𝄞é c\r\n\nlast";

    #[test]
    fn every_byte_comes_back_in_every_encoding() {
        let index = LineIndex::new(TEXT);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            let lines = Lines { text: TEXT, index: &index, encoding };
            for (offset, _) in TEXT.char_indices().filter(|(_, it)| *it != '\n') {
                let offset = u32::try_from(offset).unwrap();
                assert_eq!(lines.offset(lines.position(offset)), offset, "{encoding:?} {offset}");
            }
        }
    }

    #[test]
    fn columns_count_what_was_agreed_on() {
        let index = LineIndex::new(TEXT);
        let column =
            |encoding| Lines { text: TEXT, index: &index, encoding }.position(10).character;
        assert_eq!(column(Encoding::Utf8), 8);
        assert_eq!(column(Encoding::Utf16), 5);
        assert_eq!(column(Encoding::Utf32), 4);
    }

    #[test]
    fn places_past_an_end_are_that_end() {
        let index = LineIndex::new(TEXT);
        let lines = Lines { text: TEXT, index: &index, encoding: Encoding::Utf16 };
        assert_eq!(lines.offset(Position { line: 0, character: 99 }), 1);
        assert_eq!(lines.offset(Position { line: 99, character: 0 }) as usize, TEXT.len());
        // The second half of a pair of units is the character itself.
        assert_eq!(lines.offset(Position { line: 1, character: 2 }), 3);
    }

    #[test]
    fn places_move_with_the_text_around_them() {
        let drift = Drift::between("one two three", "one 2 and three");
        assert_eq!(drift.to_new(2), Some(2));
        assert_eq!(drift.to_new(8), Some(10));
        assert_eq!(drift.to_old(10), Some(8));
        assert_eq!(drift.to_new(6), None);
        let same = Drift::between("one", "one");
        assert_eq!(same.to_new(3), Some(3));
        let doubled = Drift::between("aa", "aaa");
        assert_eq!(doubled.to_new(1), Some(1));
    }
}
