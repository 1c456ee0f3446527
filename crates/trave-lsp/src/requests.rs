//! Which request is answered by whom, and which have to wait for the analysis.

use lsp_server::ErrorCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::publish;
use crate::server::{Fault, Server};

/// Requests whose answer depends on what was typed last: they wait for the analysis of it.
const CURRENT: [&str; 2] = ["textDocument/diagnostic", "workspace/diagnostic"];

/// Whether a request has to wait.
pub(crate) fn waits(method: &str, server: &Server) -> bool {
    server.is_loading() || (CURRENT.contains(&method) && !server.is_current())
}

/// Answers a request.
pub(crate) fn answer(server: &mut Server, method: &str, params: Value) -> Result<Value, Fault> {
    match method {
        "textDocument/diagnostic" => told(&publish::pull(server, &read(params)?)),
        "workspace/diagnostic" => told(&publish::pull_all(server, &read(params)?)),
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
    serde_json::to_value(result).map_err(|error| Fault {
        code: ErrorCode::InternalError,
        message: error.to_string(),
    })
}
