//! What the client says that it can.

use serde_json::Value;

use crate::positions::Encoding;

/// How diagnostics reach the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Delivery {
    /// The server sends them.
    #[default]
    Push,
    /// The client asks for those of open files; those of others are sent.
    Mixed,
    /// The client asks for all of them.
    Pull,
}

/// What the client can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of its own")]
pub(crate) struct Client {
    /// The unit of columns.
    pub(crate) encoding: Encoding,
    /// How it gets diagnostics.
    pub(crate) delivery: Delivery,
    /// It answers `workspace/configuration`.
    pub(crate) configuration: bool,
    /// It wants `workspace/didChangeConfiguration` registered.
    pub(crate) registers_configuration: bool,
    /// It watches files for whoever registers.
    pub(crate) watches_files: bool,
    /// It shows progress.
    pub(crate) progress: bool,
    /// It opens documents when asked.
    pub(crate) shows_documents: bool,
    /// It shows pages itself: what `trave.explain` returns.
    pub(crate) shows_pages: bool,
    /// Edits may name the version of a text that they are for.
    pub(crate) versions_edits: bool,
    /// Edits may create files.
    pub(crate) creates_files: bool,
    /// It asks again for code lenses when told.
    pub(crate) refreshes_lenses: bool,
    /// It asks again for hints when told.
    pub(crate) refreshes_hints: bool,
    /// Symbols may stand inside each other.
    pub(crate) nests_symbols: bool,
}

impl Client {
    /// Reads what the client says in its first message.
    pub(crate) fn read(params: &Value) -> Self {
        let said = params.get("capabilities").unwrap_or(&Value::Null);
        let can = |path: &str| said.pointer(path).and_then(Value::as_bool) == Some(true);
        let list = |path: &str| said.pointer(path).and_then(Value::as_array);
        let offered = list("/general/positionEncodings").into_iter().flatten();
        let offered: Vec<&str> = offered.filter_map(Value::as_str).collect();
        let option = |name: &str| params.get("initializationOptions").and_then(|it| it.get(name));
        let operations = list("/workspace/workspaceEdit/resourceOperations");
        let creates = operations.is_some_and(|all| all.iter().any(|it| it == "create"));
        let asks = said.pointer("/textDocument/diagnostic").is_some_and(Value::is_object);
        let delivery = match option("diagnostics").and_then(Value::as_str) {
            Some("push") => Delivery::Push,
            Some("pull") => Delivery::Pull,
            _ if asks && can("/workspace/diagnostics/refreshSupport") => Delivery::Mixed,
            _ => Delivery::Push,
        };
        Self {
            encoding: Encoding::chosen(&offered),
            delivery,
            configuration: can("/workspace/configuration"),
            registers_configuration: can("/workspace/didChangeConfiguration/dynamicRegistration"),
            watches_files: can("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            progress: can("/window/workDoneProgress"),
            shows_documents: can("/window/showDocument/support"),
            shows_pages: option("showsPages").and_then(Value::as_bool) == Some(true),
            versions_edits: can("/workspace/workspaceEdit/documentChanges"),
            creates_files: creates && can("/workspace/workspaceEdit/documentChanges"),
            refreshes_lenses: can("/workspace/codeLens/refreshSupport"),
            refreshes_hints: can("/workspace/inlayHint/refreshSupport"),
            nests_symbols: can("/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
        }
    }
}
