//! What the user sees while the project is read, and telling the client to ask again.

use serde_json::{Value, json};

use crate::client::Delivery;
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
