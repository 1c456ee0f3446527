//! What the server can.

use serde_json::{Value, json};

use crate::client::{Client, Delivery};
use crate::commands::COMMANDS;

/// Signs behind which names are offered without being asked for.
const TRIGGERS: [&str; 9] = ["'", "\"", "`", ".", ",", "(", "{", " ", ":"];

/// The answer to the first message of a client.
pub(crate) fn of(client: &Client) -> Value {
    let mut capabilities = json!({
        "positionEncoding": client.encoding.kind(),
        "textDocumentSync": { "openClose": true, "change": 2, "save": { "includeText": false } },
        "hoverProvider": true,
        "definitionProvider": true,
        "referencesProvider": true,
        "documentSymbolProvider": true,
        "workspaceSymbolProvider": true,
        "completionProvider": { "triggerCharacters": TRIGGERS, "resolveProvider": true },
        "codeActionProvider": { "codeActionKinds": ["quickfix", "source.fixAll.trave"] },
        "codeLensProvider": { "resolveProvider": false },
        "inlayHintProvider": true,
        "executeCommandProvider": { "commands": COMMANDS },
        "workspace": { "workspaceFolders": { "supported": true, "changeNotifications": true } },
    });
    if let (Some(fields), true) = (capabilities.as_object_mut(), asks(client)) {
        let all = client.delivery == Delivery::Pull;
        let provider = json!({
            "identifier": "trave", "interFileDependencies": true, "workspaceDiagnostics": all,
        });
        fields.insert("diagnosticProvider".to_owned(), provider);
    }
    let version = env!("CARGO_PKG_VERSION");
    json!({ "capabilities": capabilities, "serverInfo": { "name": "trave", "version": version } })
}

fn asks(client: &Client) -> bool {
    client.delivery != Delivery::Push
}
