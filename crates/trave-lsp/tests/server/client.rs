//! A client for tests: it starts a server over pipes and speaks to it in JSON.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Read, Write, pipe};
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};
use trave_engine::rule::Rule;
use trave_lsp::Ending;
use trave_rules::RULES;
use trave_testing::Fixture;

/// Longer than any answer takes: who waits so long waits for something that never comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client with its server and a project on the disk.
pub(crate) struct Client {
    /// The project.
    pub(crate) folder: tempfile::TempDir,
    output: PipeWriter,
    input: Receiver<Value>,
    server: JoinHandle<Ending>,
    requests: i64,
    /// The texts that are open.
    pub(crate) open: BTreeMap<String, (i32, String)>,
    /// What was published last, by path.
    pub(crate) published: BTreeMap<String, Value>,
    /// Every message of the server that was no answer, in order.
    pub(crate) heard: Vec<Value>,
    /// What the server said that it can.
    pub(crate) capabilities: Value,
    /// The cursor of the fixture.
    pub(crate) cursor: Option<(String, usize)>,
    /// Answers to `workspace/configuration`.
    pub(crate) settings: Value,
}

/// What a client says that it can unless a test says otherwise.
pub(crate) fn capabilities() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-8", "utf-16"] },
        "workspace": {
            "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create"] },
        },
        "textDocument": {
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
        },
    })
}

impl Client {
    /// A client of a project, with everything that most tests want.
    pub(crate) fn start(fixture: &str) -> Self {
        Self::with(fixture, json!({ "capabilities": capabilities() }))
    }

    /// A client that says this in its first message; its folder is added.
    pub(crate) fn with(fixture: &str, hello: Value) -> Self {
        Self::silent(fixture).greet(hello)
    }

    /// Says hello.
    pub(crate) fn greet(self, mut hello: Value) -> Self {
        let mut client = self;
        if hello.get("workspaceFolders").is_none() {
            let folder = json!({ "uri": client.uri(""), "name": "project" });
            hello["workspaceFolders"] = json!([folder]);
        }
        let result = client.request("initialize", hello).unwrap();
        client.capabilities = result["capabilities"].clone();
        client.notify("initialized", json!({}));
        client
    }

    /// A client that has said nothing yet.
    pub(crate) fn silent(fixture: &str) -> Self {
        Self::of_rules(fixture, RULES)
    }

    /// The same, of a server with other rules.
    pub(crate) fn of_rules(fixture: &str, rules: &'static [&'static Rule]) -> Self {
        let fixture = Fixture::read(fixture);
        let folder = tempfile::tempdir().unwrap();
        for file in &fixture.files {
            let path = folder.path().join(&file.path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &file.text).unwrap();
        }
        let (server_input, output) = pipe().unwrap();
        let (input, server_output) = pipe().unwrap();
        let server = thread::Builder::new()
            .stack_size(64 << 20)
            .spawn(move || trave_lsp::serve(rules, server_input, server_output).unwrap());
        let (sender, receiver) = channel();
        thread::spawn(move || {
            let mut input = BufReader::new(input);
            while let Some(message) = read(&mut input) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self {
            folder,
            output,
            input: receiver,
            server: server.unwrap(),
            requests: 0,
            open: BTreeMap::new(),
            published: BTreeMap::new(),
            heard: Vec::new(),
            capabilities: Value::Null,
            cursor: fixture.cursor.map(|cursor| (cursor.path, cursor.offset)),
            settings: Value::Null,
        }
    }

    /// The address of a file of the project.
    pub(crate) fn uri(&self, path: &str) -> String {
        let folder = self.folder.path().to_str().unwrap();
        let path = path.replace('[', "%5B").replace(']', "%5D");
        format!("file://{folder}/{path}").trim_end_matches('/').to_owned()
    }

    /// The file behind an address.
    pub(crate) fn path(&self, uri: &Value) -> String {
        let uri = uri.as_str().unwrap().replace("%5B", "[").replace("%5D", "]");
        let root = self.uri("");
        uri.strip_prefix(&root).unwrap_or(&uri).trim_start_matches('/').to_owned()
    }

    /// The text of a file as it lies on the disk.
    pub(crate) fn on_disk(&self, path: &str) -> String {
        fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    /// The text of a file as the editor has it.
    pub(crate) fn text(&self, path: &str) -> String {
        self.open.get(path).map_or_else(|| self.on_disk(path), |(_, text)| text.clone())
    }

    /// Opens a file.
    pub(crate) fn open(&mut self, path: &str) {
        let text = self.on_disk(path);
        let language = if is_sql(path) { "sql" } else { "typescript" };
        let item = json!({
            "uri": self.uri(path), "languageId": language, "version": 1, "text": text,
        });
        self.open.insert(path.to_owned(), (1, text));
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Closes a file.
    pub(crate) fn close(&mut self, path: &str) {
        self.open.remove(path);
        let document = json!({ "uri": self.uri(path) });
        self.notify("textDocument/didClose", json!({ "textDocument": document }));
    }

    /// Replaces some bytes of an open file; the server counts in bytes.
    pub(crate) fn edit(&mut self, path: &str, at: Range<usize>, by: &str) {
        let (version, text) = self.open.get_mut(path).unwrap();
        *version += 1;
        let range = json!({ "start": position(text, at.start), "end": position(text, at.end) });
        text.replace_range(at, by);
        let version = *version;
        let document = json!({ "uri": self.uri(path), "version": version });
        let changes = json!([{ "range": range, "text": by }]);
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", params);
    }

    /// Replaces the first occurrence of a text in an open file.
    #[track_caller]
    pub(crate) fn replace(&mut self, path: &str, what: &str, by: &str) {
        let at = self.text(path).find(what).unwrap();
        self.edit(path, at..at + what.len(), by);
    }

    /// Says something.
    pub(crate) fn notify(&mut self, method: &str, params: impl Into<Value>) {
        let params: Value = params.into();
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Asks something and waits for the answer.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.ask(method, params);
        self.answer(id)
    }

    /// Asks something.
    pub(crate) fn ask(&mut self, method: &str, params: impl Into<Value>) -> i64 {
        let params: Value = params.into();
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// Waits for an answer.
    #[track_caller]
    pub(crate) fn answer(&mut self, id: i64) -> Result<Value, Value> {
        loop {
            let message = self.input.recv_timeout(PATIENCE).unwrap();
            if message.get("method").is_none() && message["id"] == id {
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].clone()),
                };
            }
            self.take(message);
        }
    }

    /// What holds for a file once everything that was said is analysed.
    pub(crate) fn diagnostics(&mut self, path: &str) -> Vec<Value> {
        let params = json!({ "textDocument": { "uri": self.uri(path) } });
        let report = self.request("textDocument/diagnostic", params).unwrap();
        report["items"].as_array().unwrap().clone()
    }

    /// The same, as `rule:line:column`.
    pub(crate) fn rules(&mut self, path: &str) -> Vec<String> {
        let short = |it: &Value| {
            let start = &it["range"]["start"];
            format!("{}:{}:{}", it["code"].as_str().unwrap(), start["line"], start["character"])
        };
        self.diagnostics(path).iter().map(short).collect()
    }

    /// A request about the cursor of the fixture.
    pub(crate) fn at_cursor(&mut self, method: &str) -> Value {
        let (path, offset) = self.cursor.clone().unwrap();
        self.at(method, &path, offset)
    }

    /// A request about a place.
    pub(crate) fn at(&mut self, method: &str, path: &str, offset: usize) -> Value {
        let params = json!({
            "textDocument": { "uri": self.uri(path) },
            "position": position(&self.text(path), offset),
            "context": { "includeDeclaration": true, "triggerKind": 1 },
        });
        self.request(method, params).unwrap()
    }

    /// Takes its leave as the protocol wants it; how the server ended.
    pub(crate) fn leave(mut self) -> Ending {
        assert_eq!(self.request("shutdown", Value::Null), Ok(Value::Null));
        self.notify("exit", Value::Null);
        self.server.join().unwrap()
    }

    /// Goes without a word; how the server ended.
    pub(crate) fn hang_up(self) -> Ending {
        drop(self.output);
        self.server.join().unwrap()
    }

    /// Sends any bytes.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        let _ = self.output.write_all(bytes);
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    /// Keeps what the server says by itself, and answers what it asks.
    fn take(&mut self, message: Value) {
        let method = message["method"].as_str().unwrap_or_default().to_owned();
        if method == "textDocument/publishDiagnostics" {
            let path = self.path(&message["params"]["uri"]);
            self.published.insert(path, message["params"].clone());
        }
        if let Some(id) = message.get("id").filter(|_| !method.is_empty()) {
            let result = match method.as_str() {
                "workspace/configuration" => json!([self.settings]),
                _ => Value::Null,
            };
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
        }
        self.heard.push(message);
    }
}

/// A place in a text, in bytes.
pub(crate) fn is_sql(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending == "sql")
}

pub(crate) fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": line, "character": offset - start })
}

/// The byte at a place.
pub(crate) fn offset(text: &str, position: &Value) -> usize {
    let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
    let character = usize::try_from(position["character"].as_u64().unwrap()).unwrap();
    text.split_inclusive('\n').take(line).map(str::len).sum::<usize>() + character
}

fn read(input: &mut BufReader<PipeReader>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some((_, value)) => length = value.parse().ok()?,
            None => break,
        }
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
