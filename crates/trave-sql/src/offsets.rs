//! From offsets in a body to offsets in the file that holds it, also where the body is a string
//! with escapes.

use trave_source::Span;

use crate::lexer::Escape;

/// Where the bytes of a text lie in its file.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Offsets {
    /// Offset of the first byte.
    base: u32,
    /// From this inner offset on, so many bytes more: each escape shortens the text.
    breaks: Vec<(u32, u32)>,
}

impl Offsets {
    /// A text that lies in its file as it is.
    pub(crate) fn at(base: u32) -> Self {
        Self { base, breaks: Vec::new() }
    }

    /// The content of a string, quotes not included, that begins at `start` of a text that has
    /// these offsets; what was written between the quotes, if it holds escapes.
    pub(crate) fn inside(&self, start: u32, escaped: Option<(&str, Escape)>) -> Self {
        let mut inside = Self::at(self.outer(start, start).start);
        let Some((written, escape)) = escaped else { return inside };
        let (mut inner, mut skipped) = (0, 0);
        for piece in Pieces::new(written, escape) {
            let length = u32::try_from(piece.symbol.len_utf8()).unwrap_or(1);
            inner += length;
            if piece.escaped {
                skipped += 1;
                inside.breaks.push((inner, skipped));
            }
        }
        inside
    }

    /// The span in the file.
    pub(crate) fn outer(&self, start: u32, end: u32) -> Span {
        Span { start: self.place(start), end: self.place(end) }
    }

    fn place(&self, inner: u32) -> u32 {
        let after = self.breaks.partition_point(|(at, _)| *at <= inner);
        let skipped = after.checked_sub(1).and_then(|at| self.breaks.get(at)).map_or(0, |b| b.1);
        self.base.saturating_add(inner).saturating_add(skipped)
    }
}

/// One character that a string stands for.
struct Piece {
    symbol: char,
    /// It was written with one more byte before it.
    escaped: bool,
}

/// The characters that a written string stands for.
struct Pieces<'a> {
    symbols: std::str::Chars<'a>,
    escape: Escape,
}

impl<'a> Pieces<'a> {
    fn new(written: &'a str, escape: Escape) -> Self {
        Self { symbols: written.chars(), escape }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let first = self.symbols.next()?;
        let marks = first == '\'' || (first == '\\' && self.escape == Escape::Backslash);
        let plain = Piece { symbol: first, escaped: false };
        if !marks {
            return Some(plain);
        }
        let Some(second) = self.symbols.next() else { return Some(plain) };
        let symbol = if first == '\\' { escaped(second) } else { second };
        Some(Piece { symbol, escaped: true })
    }
}

/// The text that a string with doubled quotes or backslashes stands for.
pub(crate) fn unescape(written: &str, escape: Escape) -> String {
    Pieces::new(written, escape).map(|piece| piece.symbol).collect()
}

fn escaped(symbol: char) -> char {
    match symbol {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Offsets, unescape};
    use crate::lexer::Escape;

    #[test]
    fn spans_in_an_escaped_body_point_into_the_file() {
        let file = "do 'select ''é'' , x'";
        let written = file.get(4..file.len() - 1).unwrap();
        let text = unescape(written, Escape::Doubling);
        assert_eq!(text, "select 'é' , x");
        let offsets = Offsets::at(0).inside(4, Some((written, Escape::Doubling)));
        let at = |inner: &str| u32::try_from(text.find(inner).unwrap()).unwrap();
        let x = offsets.outer(at("x"), at("x") + 1);
        assert_eq!(file.get(x.start as usize..x.end as usize).unwrap(), "x");
    }
}
