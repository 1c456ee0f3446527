//! Changes of files as the protocol has them.

use std::collections::{BTreeMap, HashMap};

use lsp_types::{
    CreateFile, CreateFileOptions, DocumentChangeOperation, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, Position, Range, ResourceOp, TextDocumentEdit,
    TextEdit, Uri, WorkspaceEdit,
};
use trave_engine::rule::Edit;
use trave_source::FileId;

use crate::client::Client;
use crate::new_migration::Offer;
use crate::silence::Comment;
use crate::snapshot::View;
use crate::uri;

/// Edits of fixes; none where the text around one of them has changed.
pub(crate) fn workspace_edit(
    view: &View<'_>,
    changes: &[Edit],
    client: &Client,
) -> Option<WorkspaceEdit> {
    let mut by_file: BTreeMap<FileId, Vec<TextEdit>> = BTreeMap::new();
    for change in changes {
        let edit = TextEdit { range: view.range(change.origin)?, new_text: change.text.clone() };
        by_file.entry(change.origin.file).or_default().push(edit);
    }
    of_files(view, by_file, client)
}

/// A comment that is inserted.
pub(crate) fn insert(
    view: &View<'_>,
    (file, comment): (FileId, &Comment),
    client: &Client,
) -> Option<WorkspaceEdit> {
    let range = Range { start: comment.at, end: comment.at };
    let edit = TextEdit { range, new_text: comment.text.clone() };
    of_files(view, BTreeMap::from([(file, vec![edit])]), client)
}

/// A file that is made; none where the client makes no files.
pub(crate) fn new_file(view: &View<'_>, offer: &Offer, client: &Client) -> Option<WorkspaceEdit> {
    if !client.creates_files {
        return None;
    }
    let uri = uri::from_path(&view.root.join(&offer.path))?;
    let options = CreateFileOptions { overwrite: Some(false), ignore_if_exists: Some(false) };
    let create = CreateFile { uri: uri.clone(), options: Some(options), annotation_id: None };
    let start = Position { line: 0, character: 0 };
    let range = Range { start, end: start };
    let write = TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version: None },
        edits: vec![OneOf::Left(TextEdit { range, new_text: offer.text.clone() })],
    };
    Some(WorkspaceEdit {
        document_changes: Some(DocumentChanges::Operations(vec![
            DocumentChangeOperation::Op(ResourceOp::Create(create)),
            DocumentChangeOperation::Edit(write),
        ])),
        ..WorkspaceEdit::default()
    })
}

/// Edits of several fixes, each fix whole or not at all.
pub(crate) fn compatible<'f>(fixes: impl Iterator<Item = &'f Vec<Edit>>) -> Vec<Edit> {
    let mut taken: Vec<Edit> = Vec::new();
    for fix in fixes {
        let clashes = |edit: &Edit| {
            taken.iter().any(|other| {
                let (left, right) = (edit.origin, other.origin);
                left.file == right.file
                    && left.span.start <= right.span.end
                    && right.span.start <= left.span.end
            })
        };
        if !fix.iter().any(clashes) {
            taken.extend(fix.iter().cloned());
        }
    }
    taken
}

#[expect(clippy::mutable_key_type, reason = "the protocol's own type for addresses")]
fn of_files(
    view: &View<'_>,
    by_file: BTreeMap<FileId, Vec<TextEdit>>,
    client: &Client,
) -> Option<WorkspaceEdit> {
    if !client.versions_edits {
        let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
        for (file, edits) in by_file {
            changes.insert(view.uri(file)?, edits);
        }
        return Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() });
    }
    let mut documents = Vec::new();
    for (file, edits) in by_file {
        let version = view.documents.get(&view.path(file)?).map(|it| it.version);
        let text_document =
            OptionalVersionedTextDocumentIdentifier { uri: view.uri(file)?, version };
        let edits = edits.into_iter().map(OneOf::Left).collect();
        documents.push(TextDocumentEdit { text_document, edits });
    }
    let document_changes = Some(DocumentChanges::Edits(documents));
    Some(WorkspaceEdit { document_changes, ..WorkspaceEdit::default() })
}
