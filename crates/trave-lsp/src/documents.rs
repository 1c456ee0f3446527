//! The texts that the editor holds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};
use trave_source::{LineIndex, Span};

use crate::positions::{Encoding, Lines};
use crate::uri;

/// A text that the editor holds.
#[derive(Debug)]
pub(crate) struct Document {
    /// Its address as the editor writes it.
    pub(crate) uri: Uri,
    /// Its version.
    pub(crate) version: i32,
    /// The text.
    pub(crate) text: Arc<str>,
    index: LineIndex,
}

impl Document {
    fn new(uri: Uri, version: i32, text: &str) -> Self {
        Self { uri, version, text: text.into(), index: LineIndex::new(text) }
    }

    /// The text with its lines.
    pub(crate) fn lines(&self, encoding: Encoding) -> Lines<'_> {
        Lines { text: &self.text, index: &self.index, encoding }
    }

    /// Takes in changes in their order, each to what the one before left.
    pub(crate) fn change(
        &mut self,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) {
        for change in changes {
            let text = match change.range {
                Some(range) => {
                    let span = self.lines(encoding).span(range);
                    replaced(&self.text, span, &change.text)
                }
                None => change.text,
            };
            self.index = LineIndex::new(&text);
            self.text = text.into();
        }
    }
}

fn replaced(text: &str, span: Span, by: &str) -> String {
    let before = text.get(..span.start as usize).unwrap_or_default();
    let after = text.get(span.end as usize..).unwrap_or_default();
    [before, by, after].concat()
}

/// Every text that the editor holds, by path.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    open: BTreeMap<PathBuf, Document>,
}

impl Documents {
    /// Takes in a text that was opened; its path, if it is a file.
    pub(crate) fn open(&mut self, item: TextDocumentItem) -> Option<PathBuf> {
        let path = uri::to_path(&item.uri)?;
        self.open.insert(path.clone(), Document::new(item.uri, item.version, &item.text));
        Some(path)
    }

    /// Forgets a text that was closed; its path, if it was open.
    pub(crate) fn close(&mut self, uri: &Uri) -> Option<PathBuf> {
        let path = uri::to_path(uri)?;
        self.open.remove(&path).map(|_| path)
    }

    /// The text of a file, if it is open.
    pub(crate) fn get(&self, path: &Path) -> Option<&Document> {
        self.open.get(path)
    }

    /// The same, to change it.
    pub(crate) fn get_mut(&mut self, path: &Path) -> Option<&mut Document> {
        self.open.get_mut(path)
    }

    /// Every open file with its text.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&PathBuf, &Document)> {
        self.open.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use lsp_types::{Position, Range, TextDocumentContentChangeEvent, Uri};

    use super::Document;
    use crate::positions::Encoding;

    #[test]
    fn each_change_applies_to_what_the_one_before_left() {
        let uri = Uri::from_str("file:///a.ts").unwrap();
        let mut document = Document::new(uri, 1, "one\n𝄞 two\n");
        let change = |line, from, to, text: &str| TextDocumentContentChangeEvent {
            range: Some(Range {
                start: Position { line, character: from },
                end: Position { line, character: to },
            }),
            range_length: None,
            text: text.to_owned(),
        };
        let changes = vec![change(0, 0, 3, "1\nA"), change(2, 3, 6, "2")];
        document.change(changes, Encoding::Utf16);
        assert_eq!(&*document.text, "1\nA\n𝄞 2\n");
    }
}
