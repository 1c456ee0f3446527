//! Which request is answered by whom, and which have to wait for the analysis.

use lsp_server::ErrorCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::server::{Fault, Server};
use crate::{actions, commands, complete, hover, lens, navigate, publish, symbols};

/// Requests whose answer depends on what was typed last: they wait for the analysis of it.
const CURRENT: [&str; 7] = [
    "textDocument/diagnostic",
    "workspace/diagnostic",
    "textDocument/codeAction",
    "textDocument/codeLens",
    "textDocument/inlayHint",
    "textDocument/documentSymbol",
    "trave/routes",
];

/// Whether a request has to wait.
pub(crate) fn waits(method: &str, server: &Server) -> bool {
    server.is_loading() || (CURRENT.contains(&method) && !server.is_current())
}

/// Answers a request.
pub(crate) fn answer(server: &mut Server, method: &str, params: Value) -> Result<Value, Fault> {
    match method {
        "textDocument/diagnostic" => told(&publish::pull(server, &read(params)?)),
        "workspace/diagnostic" => told(&publish::pull_all(server, &read(params)?)),
        "textDocument/hover" => told(&hover::hover(server, &read(params)?)),
        "textDocument/definition" => told(&navigate::definition(server, &read(params)?)),
        "textDocument/references" => told(&navigate::references(server, &read(params)?)),
        "textDocument/documentSymbol" => told(&symbols::of_document(server, &read(params)?)),
        "workspace/symbol" => told(&symbols::of_workspace(server, &read(params)?)),
        "textDocument/completion" => told(&complete::complete(server, &read(params)?)),
        "completionItem/resolve" => told(&complete::resolve(server, read(params)?)),
        "textDocument/codeAction" => told(&actions::actions(server, &read(params)?)),
        "textDocument/codeLens" => told(&lens::lenses(server, &read(params)?)),
        "textDocument/inlayHint" => told(&lens::hints(server, &read(params)?)),
        "workspace/executeCommand" => commands::execute(server, &read(params)?),
        "trave/explain" => commands::explain(server, &params),
        "trave/routes" => commands::routes(server),
        "trave/accessMatrix" => commands::access(server),
        "trave/map" => Ok(commands::map(server)),
        _ => {
            let message = format!("`{method}` is not known here");
            Err(Fault { code: ErrorCode::MethodNotFound, message })
        }
    }
}

fn read<P: DeserializeOwned>(params: Value) -> Result<P, Fault> {
    serde_json::from_value(params).map_err(|error| Fault::invalid(error.to_string()))
}

fn told(result: &impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(result)
        .map_err(|error| Fault { code: ErrorCode::InternalError, message: error.to_string() })
}
