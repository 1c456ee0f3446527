//! Whatever a client sends, the server answers or goes on, and it ends when it is told to.

use serde_json::{Value, json};
use trave_lsp::Ending;

use crate::client::{Client, capabilities};
use crate::diagnostics::{MIGRATION, PROJECT, ROUTE};

/// Numbers that look random and are the same on every run.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from((self.0 >> 33) % u64::try_from(end.max(1)).unwrap()).unwrap()
    }
}

#[test]
fn requests_before_and_after_their_time_are_refused() {
    let mut client = Client::silent(PROJECT);
    let early = client.request("textDocument/hover", json!({})).unwrap_err();
    assert_eq!(early["code"], -32002);
    client.request("initialize", json!({ "capabilities": capabilities() })).unwrap();
    let again = client.request("initialize", json!({ "capabilities": {} })).unwrap_err();
    assert_eq!(again["code"], -32600);
    let unknown = client.request("textDocument/foldingRange", json!({})).unwrap_err();
    assert_eq!(unknown["code"], -32601);
    let malformed = client.request("textDocument/hover", json!({ "position": 1 })).unwrap_err();
    assert_eq!(malformed["code"], -32602);
    client.request("shutdown", Value::Null).unwrap();
    let late = client.request("workspace/symbol", json!({ "query": "" })).unwrap_err();
    assert_eq!(late["code"], -32600);
    client.notify("exit", Value::Null);
    assert_eq!(client.hang_up(), Ending::Orderly);
}

#[test]
fn a_client_that_goes_without_a_word_is_no_reason_to_stay() {
    assert_eq!(Client::start(PROJECT).hang_up(), Ending::Abrupt);
    let mut client = Client::start(PROJECT);
    client.notify("exit", Value::Null);
    assert_eq!(client.hang_up(), Ending::Abrupt);
}

#[test]
fn a_cancelled_request_is_answered_once() {
    let mut client = Client::start(PROJECT);
    client.open(ROUTE);
    let params = json!({ "textDocument": { "uri": client.uri(ROUTE) } });
    let asked = client.ask("textDocument/diagnostic", params);
    client.notify("$/cancelRequest", json!({ "id": asked }));
    // Either it was answered before, or it is refused now.
    if let Err(error) = client.answer(asked) {
        assert_eq!(error["code"], -32800);
    }
    assert_eq!(client.rules(ROUTE), [""; 0]);
}

#[test]
fn bytes_that_are_no_messages_are_passed_over() {
    let mut client = Client::start(PROJECT);
    let noise: [&[u8]; 7] = [
        b"noise without a header\r\n",
        b"Content-Length: 5\r\n\r\n{oops",
        b"Content-Length: 2\r\n\r\n[]",
        b"Content-Length: 4\r\n\r\nnull",
        b"Content-Length: 20\r\n\r\n{\"jsonrpc\":\"2.0\"}   ",
        b"Content-Type: x\r\nContent-Length: 3\r\n\r\n\xff\xfe\xfd",
        b"content-length: 27\r\n\r\n{\"method\":\"textDocument/x\"}  ",
    ];
    for bytes in noise {
        client.send_bytes(bytes);
    }
    client.open(MIGRATION);
    client.replace(MIGRATION, "alter table public.notes enable row level security;", "");
    assert!(!client.rules(MIGRATION).is_empty());
    assert_eq!(client.leave(), Ending::Orderly);
}

/// Messages in any order with any part of them wrong.
#[test]
fn messages_in_any_order_neither_stop_nor_hang_it() {
    let methods = [
        "initialized",
        "textDocument/didOpen",
        "textDocument/didChange",
        "textDocument/didClose",
        "textDocument/didSave",
        "workspace/didChangeWatchedFiles",
        "textDocument/hover",
        "workspace/didChangeWorkspaceFolders",
        "workspace/didChangeConfiguration",
        "textDocument/completion",
        "textDocument/definition",
        "textDocument/references",
        "textDocument/codeAction",
        "textDocument/codeLens",
        "textDocument/inlayHint",
        "textDocument/diagnostic",
        "workspace/diagnostic",
        "textDocument/documentSymbol",
        "workspace/symbol",
        "workspace/executeCommand",
        "trave/explain",
        "trave/routes",
        "$/cancelRequest",
        "$/unknown",
    ];
    for seed in 0..6 {
        let mut numbers = Numbers(seed);
        let mut client = Client::start(PROJECT);
        for _ in 0..150 {
            let method = methods[numbers.below(methods.len())];
            let params = params(&mut numbers, &client);
            if numbers.below(2) == 0 {
                client.notify(method, params);
            } else {
                client.ask(method, params);
            }
        }
        let end = client.request("trave/explain", json!({ "rule": "rls/table-without-rls" }));
        assert!(end.is_ok(), "seed {seed}: {end:?}");
        assert_eq!(client.leave(), Ending::Orderly, "seed {seed}");
    }
}

fn params(numbers: &mut Numbers, client: &Client) -> Value {
    let position = |numbers: &mut Numbers| json!({ "line": numbers.below(30), "character": numbers.below(90) });
    let uris = [
        client.uri(ROUTE),
        client.uri(MIGRATION),
        client.uri("no/such.sql"),
        "untitled:1".to_owned(),
        "file:///%zz/[id]".to_owned(),
        String::new(),
    ];
    let uri = uris[numbers.below(uris.len())].clone();
    let (start, end) = (position(numbers), position(numbers));
    let range = json!({ "start": start, "end": end });
    let mut params = json!({
        "textDocument": {
            "uri": uri, "version": numbers.below(9), "languageId": "sql", "text": "select '$$",
        },
        "position": position(numbers),
        "range": range,
        "contentChanges": [{ "range": range, "text": "create table ééé (" }],
        "context": { "diagnostics": [], "includeDeclaration": true },
        "changes": [{ "uri": uri, "type": 2 }],
        "event": { "added": [{ "uri": uri, "name": "x" }], "removed": [] },
        "previousResultIds": [],
        "query": "n",
        "command": "trave.explain",
        "arguments": ["rls/table-without-rls"],
        "settings": { "trave": { "run": "onSave" } },
        "id": numbers.below(50),
    });
    let fields: Vec<String> = params.as_object().unwrap().keys().cloned().collect();
    let wrong = [json!(null), json!(7), json!("x"), json!([[]]), json!({ "a": {} })];
    for _ in 0..numbers.below(3) {
        let field = &fields[numbers.below(fields.len())];
        params[field] = wrong[numbers.below(wrong.len())].clone();
    }
    if numbers.below(12) == 0 { wrong[numbers.below(wrong.len())].clone() } else { params }
}
