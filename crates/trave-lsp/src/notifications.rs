//! What the client tells without asking: texts that open, change and close, files, folders.

use std::path::PathBuf;

use lsp_server::{Notification, RequestId};
use lsp_types::{
    CancelParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, NumberOrString,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::server::Server;
use crate::settings::{Run, Settings};
use crate::worker::Order;
use crate::{lifecycle, publish, uri};

/// Takes in a notification. One that is malformed or unknown is left out.
pub(crate) fn take(server: &mut Server, notification: Notification) {
    let Notification { method, params } = notification;
    match method.as_str() {
        "initialized" => lifecycle::initialized(server),
        "textDocument/didOpen" => with(params, |it| opened(server, it)),
        "textDocument/didChange" => with(params, |it| changed(server, it)),
        "textDocument/didSave" => with(params, |it| saved(server, &it)),
        "textDocument/didClose" => with(params, |it| closed(server, &it)),
        "workspace/didChangeWatchedFiles" => with(params, |it| watched(server, &it)),
        "workspace/didChangeWorkspaceFolders" => with(params, |it| folders(server, it)),
        "workspace/didChangeConfiguration" => configured(server, &params),
        "$/cancelRequest" => with(params, |it| cancelled(server, it)),
        _ => {}
    }
}

/// Does something with parameters that are what they should be.
fn with<P: DeserializeOwned>(params: Value, act: impl FnOnce(P)) {
    if let Ok(params) = serde_json::from_value(params) {
        act(params);
    }
}

fn opened(server: &mut Server, params: DidOpenTextDocumentParams) {
    let Some(path) = server.documents.open(params.text_document) else { return };
    // A text that was never saved waits for that, unless what is typed counts.
    show(server, path.clone());
    publish::reopen(server, &path);
}

fn changed(server: &mut Server, params: DidChangeTextDocumentParams) {
    let Some(path) = uri::to_path(&params.text_document.uri) else { return };
    let encoding = server.client.encoding;
    let Some(document) = server.documents.get_mut(&path) else { return };
    document.version = params.text_document.version;
    document.change(params.content_changes, encoding);
    if server.settings.run == Run::OnType {
        show(server, path);
    }
}

fn saved(server: &mut Server, params: &DidSaveTextDocumentParams) {
    let Some(path) = uri::to_path(&params.text_document.uri) else { return };
    if server.settings.run == Run::OnSave {
        show(server, path.clone());
    }
    server.order(Order::Disk(vec![path]));
}

/// Has the worker see every text as the editor holds it.
pub(crate) fn show_all(server: &mut Server) {
    let paths: Vec<PathBuf> = server.documents.iter().map(|(path, _)| path.clone()).collect();
    for path in paths {
        show(server, path);
    }
}

/// Has the worker see the text of a file as the editor holds it.
fn show(server: &mut Server, path: PathBuf) {
    let Some(document) = server.documents.get(&path) else { return };
    let text = document.text.clone();
    server.order(Order::Edit(path, Some(text)));
}

fn closed(server: &mut Server, params: &DidCloseTextDocumentParams) {
    let Some(path) = server.documents.close(&params.text_document.uri) else { return };
    server.order(Order::Edit(path.clone(), None));
    publish::reopen(server, &path);
}

fn watched(server: &mut Server, params: &DidChangeWatchedFilesParams) {
    let paths: Vec<PathBuf> =
        params.changes.iter().filter_map(|change| uri::to_path(&change.uri)).collect();
    if !paths.is_empty() {
        server.order(Order::Disk(paths));
    }
}

fn folders(server: &mut Server, params: DidChangeWorkspaceFoldersParams) {
    let gone: Vec<_> = params.event.removed.into_iter().map(|folder| folder.uri).collect();
    lifecycle::change_folders(server, &params.event.added, &gone);
}

/// A client that can be asked is asked; others send what changed.
fn configured(server: &mut Server, params: &Value) {
    if server.client.configuration {
        lifecycle::ask_for_settings(server);
    } else if let Some(section) = params.pointer("/settings/trave") {
        lifecycle::set(server, Settings::read(section));
    }
}

fn cancelled(server: &mut Server, params: CancelParams) {
    let id = match params.id {
        NumberOrString::Number(number) => RequestId::from(number),
        NumberOrString::String(text) => RequestId::from(text),
    };
    server.cancel(&id);
}
