//! What an analysis left behind, and places in it as the editor sees them now.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{Location, Range, Uri};
use trave_engine::Report;
use trave_model::Model;
use trave_source::{FileId, Origin, Source, Span};
use trave_workspace::{Checked, Project};

use crate::documents::Documents;
use crate::positions::{Drift, Encoding, Lines};
use crate::uri;

/// A project as it was analysed last.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// The project.
    pub(crate) project: Arc<Project>,
    /// What the rules found.
    pub(crate) report: Arc<Report>,
    files: BTreeMap<Arc<str>, FileId>,
}

impl Snapshot {
    /// A snapshot after an analysis.
    pub(crate) fn new(checked: Checked) -> Self {
        let Checked { project, report, .. } = checked;
        let sources = project.model.sources.iter();
        let files = sources.map(|(id, source)| (source.path.clone(), id)).collect();
        Self { project, report, files }
    }

    /// The model.
    pub(crate) fn model(&self) -> &Model {
        &self.project.model
    }

    /// The file at a path of the project, if it was read.
    pub(crate) fn file(&self, path: &str) -> Option<FileId> {
        self.files.get(path).copied()
    }
}

/// A snapshot as the editor sees it: with its texts, in its units.
pub(crate) struct View<'a> {
    /// The snapshot.
    pub(crate) snapshot: &'a Snapshot,
    /// The folder that was analysed.
    pub(crate) root: &'a Path,
    /// What the editor holds.
    pub(crate) documents: &'a Documents,
    /// The unit of columns.
    pub(crate) encoding: Encoding,
    drifts: RefCell<BTreeMap<FileId, Option<Drift>>>,
}

impl<'a> View<'a> {
    /// A view of a snapshot of a folder.
    pub(crate) fn new(
        (snapshot, root): (&'a Snapshot, &'a Path),
        documents: &'a Documents,
        encoding: Encoding,
    ) -> Self {
        Self { snapshot, root, documents, encoding, drifts: RefCell::default() }
    }

    /// The model.
    pub(crate) fn model(&self) -> &'a Model {
        self.snapshot.model()
    }

    /// Where a file of the project lies.
    pub(crate) fn path(&self, file: FileId) -> Option<PathBuf> {
        Some(self.root.join(&*self.source(file)?.path))
    }

    /// Its address, as the editor wrote it if it did.
    pub(crate) fn uri(&self, file: FileId) -> Option<Uri> {
        let path = self.path(file)?;
        match self.documents.get(&path) {
            Some(document) => Some(document.uri.clone()),
            None => uri::from_path(&path),
        }
    }

    /// A place as the editor sees it; none where the text around it is gone.
    pub(crate) fn location(&self, origin: Origin) -> Option<Location> {
        Some(Location { uri: self.uri(origin.file)?, range: self.range(origin)? })
    }

    /// The same, without its file.
    pub(crate) fn range(&self, origin: Origin) -> Option<Range> {
        let source = self.source(origin.file)?;
        let path = self.root.join(&*source.path);
        match (self.documents.get(&path), self.drift(origin.file)) {
            (Some(document), Some(drift)) => {
                let span = drift.span_to_new(origin.span)?;
                Some(document.lines(self.encoding).range(span))
            }
            _ => Some(self.lines(source).range(origin.span)),
        }
    }

    /// The byte of the analysed text that stands now at a byte of the editor's.
    pub(crate) fn to_analysed(&self, file: FileId, offset: u32) -> Option<u32> {
        match self.drift(file) {
            Some(drift) => drift.to_old(offset),
            None => Some(offset),
        }
    }

    /// A span of the analysed text as it stands in the editor's.
    pub(crate) fn to_current(&self, file: FileId, span: Span) -> Option<Span> {
        match self.drift(file) {
            Some(drift) => drift.span_to_new(span),
            None => Some(span),
        }
    }

    fn source(&self, file: FileId) -> Option<&'a Source> {
        self.model().sources.get(file)
    }

    fn lines(&self, source: &'a Source) -> Lines<'a> {
        Lines { text: &source.text, index: source.lines(), encoding: self.encoding }
    }

    /// How the editor's text differs from the analysed one; none where it does not.
    fn drift(&self, file: FileId) -> Option<Drift> {
        if let Some(known) = self.drifts.borrow().get(&file) {
            return *known;
        }
        let drift = self.source(file).and_then(|source| {
            let document = self.documents.get(&self.root.join(&*source.path))?;
            let differs = document.text != source.text;
            differs.then(|| Drift::between(&source.text, &document.text))
        });
        self.drifts.borrow_mut().insert(file, drift);
        drift
    }
}
