//! From byte offsets to the lines and columns that people read.

use std::sync::Arc;

/// A place as people count: line and column from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters (not bytes).
    pub column: u32,
}

/// The byte offset at which each line of a text begins. Shared, so that a copy costs nothing.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Arc<[u32]>,
}

impl LineIndex {
    /// Reads the line breaks of a text once.
    pub fn new(text: &str) -> Self {
        let after_break = |(at, byte): (usize, u8)| {
            (byte == b'\n').then(|| u32::try_from(at + 1).unwrap_or(u32::MAX))
        };
        let breaks = text.bytes().enumerate().filter_map(after_break);
        Self { starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// Line and column of an offset; an offset past the end is the end.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.starts.partition_point(|&start| start <= offset).max(1);
        let start = self.line_start(line - 1);
        let before = text.get(start as usize..offset as usize).unwrap_or_default();
        let cut = |count| u32::try_from(count).unwrap_or(u32::MAX);
        Position { line: cut(line), column: cut(before.chars().count()).saturating_add(1) }
    }

    /// Offset at which a line (from 0) begins; past the last line, that of the last.
    pub fn line_start(&self, line: usize) -> u32 {
        self.starts.get(line).or(self.starts.last()).copied().unwrap_or(0)
    }

    /// How many lines.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Never: an empty text has one empty line.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{LineIndex, Position};

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let text = "ab\ncé d\n";
        let lines = LineIndex::new(text);
        assert_eq!(lines.position(text, 0), Position { line: 1, column: 1 });
        assert_eq!(lines.position(text, 3), Position { line: 2, column: 1 });
        assert_eq!(lines.position(text, 7), Position { line: 2, column: 4 });
        assert_eq!(lines.len(), 3);
    }
}
