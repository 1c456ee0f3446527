//! What the client knows of diagnostics, and what it has to be told.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use lsp_types::{
    Diagnostic, DocumentDiagnosticParams, DocumentDiagnosticReport, FullDocumentDiagnosticReport,
    MessageType, PublishDiagnosticsParams, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport,
    WorkspaceDiagnosticParams, WorkspaceDiagnosticReport, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};

use crate::client::Delivery;
use crate::diagnostics::{self, ByFile};
use crate::server::Server;
use crate::{progress, uri};

/// What was found, and what of it the client was told.
#[derive(Debug, Default)]
pub(crate) struct Published {
    /// Whether the user sees that projects are being read.
    pub(crate) loading: bool,
    /// What holds, by folder.
    by_folder: BTreeMap<PathBuf, ByFile>,
    /// What was sent, by file; nothing where that was nothing.
    sent: ByFile,
    /// What lenses and hints of open files said last, by folder.
    pub(crate) words: BTreeMap<PathBuf, BTreeMap<PathBuf, Vec<String>>>,
    /// What was said last about a folder that cannot be analysed.
    trouble: BTreeMap<PathBuf, String>,
}

impl Published {
    /// What holds for a file.
    pub(crate) fn of(&self, path: &Path) -> &[Diagnostic] {
        let mut found = self.by_folder.values().filter_map(|files| files.get(path));
        found.next().map_or(&[], Vec::as_slice)
    }
}

/// Takes over what the analysis of a folder found, and tells the client what is new.
pub(crate) fn publish(server: &mut Server, root: &Path) {
    let Some(folder) = server.folders.get(root) else { return };
    if folder.reached < folder.wanted || folder.reached == 0 {
        return;
    }
    let mut found = diagnostics::of_folder(folder, server.view(root).as_ref(), server.rules);
    let trouble = folder.trouble.as_ref().map(diagnostics::sentence);
    // What lies in a nested folder is that folder's to report; settings may stand above both.
    found.retain(|path, _| server.folder_of(path).is_none_or(|of| of == root));
    complain(server, root, trouble);
    replace(server, root, found);
}

/// Takes everything back that was said about a folder.
pub(crate) fn clear(server: &mut Server, root: &Path) {
    replace(server, root, ByFile::new());
    server.published.by_folder.remove(root);
    server.published.trouble.remove(root);
}

/// A file was opened or closed: who brings its diagnostics may have changed.
pub(crate) fn reopen(server: &mut Server, path: &Path) {
    if server.client.delivery == Delivery::Mixed {
        send(server, path);
    }
}

/// Tells the user once why a folder is not analysed.
fn complain(server: &mut Server, root: &Path, trouble: Option<String>) {
    match (server.published.trouble.entry(root.to_owned()), trouble) {
        (Entry::Occupied(said), Some(text)) if *said.get() == text => {}
        (Entry::Occupied(said), None) => {
            said.remove();
        }
        (entry, Some(text)) => {
            entry.and_modify(|said| said.clone_from(&text)).or_insert_with(|| text.clone());
            server.tell(MessageType::ERROR, text);
        }
        (Entry::Vacant(_), None) => {}
    }
}

fn replace(server: &mut Server, root: &Path, found: ByFile) {
    let before = server.published.by_folder.insert(root.to_owned(), found);
    let before = before.unwrap_or_default();
    let now = server.published.by_folder.get(root);
    let now = now.map(|files| files.keys().cloned().collect()).unwrap_or_default();
    let paths: Vec<PathBuf> = union(before.keys().cloned().collect(), now);
    let is_new = |path: &PathBuf| {
        before.get(path).map_or(&[] as &[Diagnostic], Vec::as_slice) != server.published.of(path)
    };
    let changed: Vec<PathBuf> = paths.into_iter().filter(is_new).collect();
    for path in &changed {
        send(server, path);
    }
    if changed.iter().any(|path| !is_pushed(server, path)) {
        progress::refresh(server);
    }
}

fn union(mut left: Vec<PathBuf>, right: Vec<PathBuf>) -> Vec<PathBuf> {
    left.extend(right);
    left.sort_unstable();
    left.dedup();
    left
}

/// Whether the server sends the diagnostics of a file, rather than being asked for them.
fn is_pushed(server: &Server, path: &Path) -> bool {
    match server.client.delivery {
        Delivery::Push => true,
        Delivery::Mixed => server.documents.get(path).is_none(),
        Delivery::Pull => false,
    }
}

/// Sends the diagnostics of a file unless the client has them.
fn send(server: &mut Server, path: &Path) {
    let pushed = is_pushed(server, path);
    let now = if pushed { server.published.of(path).to_vec() } else { Vec::new() };
    let sent = server.published.sent.get(path).map_or(&[] as &[Diagnostic], Vec::as_slice);
    if sent == now {
        return;
    }
    let document = server.documents.get(path);
    let address = document.map(|it| it.uri.clone()).or_else(|| uri::from_path(path));
    let Some(address) = address else { return };
    let version = document.map(|it| it.version);
    let params = PublishDiagnosticsParams { uri: address, diagnostics: now.clone(), version };
    server.notify("textDocument/publishDiagnostics", params);
    if now.is_empty() {
        server.published.sent.remove(path);
    } else {
        server.published.sent.insert(path.to_owned(), now);
    }
}

/// Answers a client that asks for the diagnostics of one file.
pub(crate) fn pull(server: &Server, params: &DocumentDiagnosticParams) -> DocumentDiagnosticReport {
    let path = uri::to_path(&params.text_document.uri);
    let items = path.map(|path| server.published.of(&path).to_vec()).unwrap_or_default();
    let id = result_id(&items);
    if params.previous_result_id.as_ref() == Some(&id) {
        let unchanged_document_diagnostic_report =
            UnchangedDocumentDiagnosticReport { result_id: id };
        return DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report,
        });
    }
    DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: FullDocumentDiagnosticReport {
            result_id: Some(id),
            items,
        },
    })
}

/// Answers a client that asks for all diagnostics.
pub(crate) fn pull_all(
    server: &Server,
    params: &WorkspaceDiagnosticParams,
) -> WorkspaceDiagnosticReport {
    let known = params.previous_result_ids.iter();
    let known: BTreeMap<PathBuf, &str> =
        known.filter_map(|it| Some((uri::to_path(&it.uri)?, it.value.as_str()))).collect();
    let found = server.published.by_folder.values().flat_map(BTreeMap::keys).cloned().collect();
    let paths = union(found, known.keys().cloned().collect());
    let report = |path: &PathBuf| one(server, path, known.get(path).copied());
    WorkspaceDiagnosticReport { items: paths.iter().filter_map(report).collect() }
}

fn one(
    server: &Server,
    path: &Path,
    known: Option<&str>,
) -> Option<WorkspaceDocumentDiagnosticReport> {
    let document = server.documents.get(path);
    let uri = document.map(|it| it.uri.clone()).or_else(|| uri::from_path(path))?;
    let version = document.map(|it| i64::from(it.version));
    let items = server.published.of(path).to_vec();
    let id = result_id(&items);
    Some(if known == Some(&id) {
        let unchanged_document_diagnostic_report =
            UnchangedDocumentDiagnosticReport { result_id: id };
        WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
            uri,
            version,
            unchanged_document_diagnostic_report,
        })
    } else {
        let full_document_diagnostic_report =
            FullDocumentDiagnosticReport { result_id: Some(id), items };
        WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
            uri,
            version,
            full_document_diagnostic_report,
        })
    })
}

/// The same for the same diagnostics, and only for those.
fn result_id(items: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(items).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
