//! What the user sees while the project is read, and telling the client to ask again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::client::Delivery;
use crate::lens;
use crate::server::{Asked, Server};

const TOKEN: &str = "trave/load";

/// Says that the projects are being read.
pub(crate) fn begin(server: &mut Server) {
    if !server.client.progress || server.published.loading || !server.is_loading() {
        return;
    }
    server.published.loading = true;
    server.ask("window/workDoneProgress/create", json!({ "token": TOKEN }), Asked::Nothing);
    let value = json!({ "kind": "begin", "title": "trave", "message": "reading the project" });
    server.notify("$/progress", json!({ "token": TOKEN, "value": value }));
}

/// Says that they are read.
pub(crate) fn end(server: &mut Server) {
    if std::mem::take(&mut server.published.loading) {
        let value = json!({ "kind": "end" });
        server.notify("$/progress", json!({ "token": TOKEN, "value": value }));
    }
}

/// Has the client ask again for all that it asks for.
pub(crate) fn refresh(server: &mut Server) {
    if server.client.delivery != Delivery::Push {
        server.ask("workspace/diagnostic/refresh", Value::Null, Asked::Nothing);
    }
    if server.client.refreshes_lenses {
        server.ask("workspace/codeLens/refresh", Value::Null, Asked::Nothing);
    }
    if server.client.refreshes_hints {
        server.ask("workspace/inlayHint/refresh", Value::Null, Asked::Nothing);
    }
}

/// Has the client ask again for lenses and hints, where an edit elsewhere changed what they say.
pub(crate) fn refresh_words(server: &mut Server, root: &Path) {
    if !server.client.refreshes_lenses && !server.client.refreshes_hints {
        return;
    }
    let words: BTreeMap<PathBuf, Vec<String>> = match server.view(root) {
        Some(view) => {
            let open = server.documents.iter().map(|(path, _)| path);
            let open = open.filter(|path| server.folder_of(path) == Some(root));
            open.map(|path| (path.clone(), lens::words_of(&view, path))).collect()
        }
        None => return,
    };
    let known = server.published.words.insert(root.to_owned(), words);
    let (Some(known), Some(now)) = (known, server.published.words.get(root)) else { return };
    if known == *now {
        return;
    }
    if server.client.refreshes_lenses {
        server.ask("workspace/codeLens/refresh", Value::Null, Asked::Nothing);
    }
    if server.client.refreshes_hints {
        server.ask("workspace/inlayHint/refresh", Value::Null, Asked::Nothing);
    }
}
