//! Where migrations alter columns: each text is looked through once, and asked for every column.

use trave_source::{FileId, Origin, Span};

/// A migration that alters columns.
pub(super) struct Altering {
    file: FileId,
    /// Its text in lower case: all its places are those of the text.
    lower: String,
    /// Where it does so.
    places: Vec<usize>,
}

impl Altering {
    const ALTER: &str = "alter column";

    pub(super) fn of(file: FileId, text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let places: Vec<usize> = lower.match_indices(Self::ALTER).map(|(at, _)| at).collect();
        (!places.is_empty()).then_some(Self { file, lower, places })
    }

    /// The last `alter column` of a column that does what is asked for, up to the end of its line
    /// or part.
    pub(super) fn last(&self, (table, column): (&str, &str), action: &str) -> Option<Origin> {
        let column = column.to_ascii_lowercase();
        self.places.iter().rev().find_map(|start| {
            let (before, rest) = self.lower.split_at_checked(*start)?;
            let after = rest.get(Self::ALTER.len()..)?.trim_start().trim_start_matches('"');
            let after = after.strip_prefix(&column)?;
            let is_whole = after.starts_with(|sign: char| sign == '"' || sign.is_whitespace());
            let statement = before.rsplit(';').next()?;
            let length = rest.find([';', ',', '\n']).unwrap_or(rest.len());
            let does = rest.get(..length)?.contains(action);
            let is_it = is_whole && does && names(statement, table);
            is_it.then(|| Span::new(*start, start + length).in_file(self.file))
        })
    }
}

/// Whether a text has a word.
fn names(text: &str, word: &str) -> bool {
    let is_sign = |sign: char| !(sign.is_alphanumeric() || sign == '_');
    text.split(is_sign).any(|it| it == word)
}
