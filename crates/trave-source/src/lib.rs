//! Files, texts, spans and lines: what every other crate uses to say *where*.
//!
//! Nothing here reads a disk. A [`Sources`] is filled by whoever has the texts.

mod lines;
mod span;
mod translation;

use std::fmt;
use std::sync::Arc;

pub use lines::{LineIndex, Position};
pub use span::{Origin, Span};
pub use translation::{Translation, Translator};

/// A file of one [`Sources`], cheap to copy. Valid only for the collection that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// One file: its path, its text, and where its lines begin.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path relative to the analysed root, with `/` between its parts.
    pub path: Arc<str>,
    /// The whole text, UTF-8. Shared, so that handing it to a thread copies nothing.
    pub text: Arc<str>,
    lines: LineIndex,
}

impl Source {
    /// A file with its text.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let lines = LineIndex::new(&text);
        Self { path: path.into(), text, lines }
    }

    /// The text of a span, empty where the span does not fit the text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Line and column of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        self.lines.position(&self.text, offset)
    }

    /// Where the lines of this file begin.
    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }
}

/// Every text that one run looks at, in a stable order.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// By id; ids may be kept free for files that are not read now.
    files: Vec<Option<Source>>,
    count: usize,
}

impl Sources {
    /// Adds a file and returns its id. Ids grow by one with each call.
    pub fn add(&mut self, path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Some(Source::new(path, text)));
        self.count += 1;
        id
    }

    /// Puts a file where its id says, in place of what was there.
    pub fn put(&mut self, id: FileId, source: Source) {
        let at = id.0 as usize;
        if at >= self.files.len() {
            self.files.resize_with(at + 1, || None);
        }
        if let Some(place) = self.files.get_mut(at) {
            self.count += usize::from(place.is_none());
            *place = Some(source);
        }
    }

    /// The file behind an id, if it is one of this collection.
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0 as usize)?.as_ref()
    }

    /// Path of a file, or `?` for an id that belongs to another collection.
    pub fn path(&self, id: FileId) -> &str {
        self.get(id).map_or("?", |source| &source.path)
    }

    /// The text under an origin, empty where it does not fit.
    pub fn slice(&self, origin: Origin) -> &str {
        self.get(origin.file).map_or("", |source| source.slice(origin.span))
    }

    /// Every file with its id, in the order of ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        let files = (0..).map(FileId).zip(&self.files);
        files.filter_map(|(id, source)| Some((id, source.as_ref()?)))
    }

    /// Finds a file by its relative path.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.iter().find(|(_, source)| &*source.path == path).map(|(id, _)| id)
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether no file was added.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// Something that could not be read or understood, and did not stop the run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// Where, if it has a place in a file.
    pub origin: Option<Origin>,
    /// What was left out, in one plain sentence without a full stop.
    pub message: String,
}

impl Notice {
    /// A notice about a place.
    pub fn at(origin: Origin, message: impl Into<String>) -> Self {
        Self { origin: Some(origin), message: message.into() }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}
