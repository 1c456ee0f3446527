//! Turning texts into bytes and back: what comes out is what went in.

use crate::library::LibraryCall;
use crate::value::Value;

/// `Buffer.from(x, 'base64')`, `atob(x)`, `btoa(x)`.
pub(super) fn converted(name: &str, method: Option<&str>, call: &LibraryCall<'_>) -> Option<Value> {
    match (name, method) {
        // `Buffer.from(secret)` is still that secret.
        ("Buffer", Some("from")) if call.arg(1).as_text() != Some("base64") => Some(call.arg(0)),
        ("Buffer" | "atob" | "btoa", _) => Some(Value::unknown_from(call.args)),
        _ => None,
    }
}
