//! The loop: one message after the other, from the client and from the worker.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use crossbeam_channel::{Receiver, Sender, select, unbounded};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{MessageType, ShowMessageParams};
use serde::Serialize;
use serde_json::Value;
use trave_engine::rule::Rule;
use trave_workspace::Interrupter;

use crate::client::Client;
use crate::documents::Documents;
use crate::publish::Published;
use crate::settings::Settings;
use crate::snapshot::{Snapshot, View};
use crate::worker::{Channels, Done, Interrupters, Order, Trouble};
use crate::{lifecycle, notifications, progress, publish, requests, uri, worker};

/// Why a request could not be answered.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
}

impl Fault {
    /// The request itself is wrong.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::InvalidParams, message: message.into() }
    }
}

/// A folder that is analysed.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    /// The last order that concerns it.
    pub(crate) wanted: u64,
    /// The last order that the worker took into account.
    pub(crate) reached: u64,
    /// What came out last.
    pub(crate) snapshot: Option<Arc<Snapshot>>,
    /// Why nothing came out, if so.
    pub(crate) trouble: Option<Trouble>,
}

/// How far a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nobody has said hello.
    Fresh,
    /// Requests are answered.
    Running,
    /// Shut down: only the end is waited for.
    Down,
}

/// What the server asked the client for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The settings of the user.
    Settings,
    /// Something of which the answer does not matter.
    Nothing,
}

/// The server.
pub(crate) struct Server {
    pub(crate) rules: &'static [&'static Rule],
    pub(crate) sender: Sender<Message>,
    pub(crate) orders: Sender<(u64, Order)>,
    pub(crate) interrupters: Interrupters,
    pub(crate) stage: Stage,
    pub(crate) client: Client,
    pub(crate) settings: Settings,
    pub(crate) documents: Documents,
    pub(crate) folders: BTreeMap<PathBuf, Folder>,
    pub(crate) published: Published,
    /// Requests that wait for the next snapshot.
    pub(crate) waiting: Vec<Request>,
    /// What the client was asked and has not answered.
    pub(crate) asked: BTreeMap<i32, Asked>,
    generation: u64,
    requests: i32,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The client shut the server down and took its leave.
    Orderly,
    /// The client went without a word.
    Abrupt,
}

/// Serves one client until it leaves.
pub(crate) fn serve(
    connection: &Connection,
    rules: &'static [&'static Rule],
) -> std::io::Result<Ending> {
    let (orders, received) = unbounded();
    let (done, events) = unbounded();
    let interrupters = Interrupters::default();
    let channels = Channels { orders: received, done, interrupters: interrupters.clone() };
    worker::start(rules, channels)?;
    let mut server = Server {
        rules,
        sender: connection.sender.clone(),
        orders,
        interrupters,
        stage: Stage::Fresh,
        client: Client::default(),
        settings: Settings::default(),
        documents: Documents::default(),
        folders: BTreeMap::new(),
        published: Published::default(),
        waiting: Vec::new(),
        asked: BTreeMap::new(),
        generation: 0,
        requests: 0,
    };
    let ending = server.run(&connection.receiver, &events);
    // The worker ends with the orders; nobody waits for an analysis that is under way.
    server.interrupt_all();
    Ok(ending)
}

impl Server {
    fn run(&mut self, messages: &Receiver<Message>, events: &Receiver<Done>) -> Ending {
        loop {
            let next = select! {
                recv(messages) -> message => message.ok().map(Next::Message),
                recv(events) -> event => event.ok().map(Next::Done),
            };
            match next {
                Some(Next::Message(Message::Notification(it))) if it.method == "exit" => {
                    let is_down = self.stage == Stage::Down;
                    return if is_down { Ending::Orderly } else { Ending::Abrupt };
                }
                Some(Next::Message(message)) => self.message(message),
                Some(Next::Done(done)) => self.done(done),
                None => return Ending::Abrupt,
            }
        }
    }

    fn message(&mut self, message: Message) {
        match message {
            Message::Request(mut request) => {
                uri::escape_all(&mut request.params);
                self.request(request);
            }
            Message::Notification(mut notification) => {
                uri::escape_all(&mut notification.params);
                // A notification has no answer: one that is malformed is left out.
                let _ = catch_unwind(AssertUnwindSafe(|| self.notification(notification)));
            }
            Message::Response(response) => self.response(response),
        }
    }

    fn notification(&mut self, notification: Notification) {
        if self.stage == Stage::Running {
            notifications::take(self, notification);
        }
    }

    fn request(&mut self, request: Request) {
        match (self.stage, request.method.as_str()) {
            (Stage::Fresh, "initialize") => {
                let Request { id, params, .. } = request;
                let result = lifecycle::initialize(self, &params);
                self.stage = Stage::Running;
                self.reply(id, Ok(result));
            }
            (Stage::Fresh, _) => self.refuse(request.id, ErrorCode::ServerNotInitialized),
            (Stage::Running, "shutdown") => {
                self.stage = Stage::Down;
                for waiting in std::mem::take(&mut self.waiting) {
                    self.refuse(waiting.id, ErrorCode::RequestCanceled);
                }
                self.reply(request.id, Ok(Value::Null));
            }
            (Stage::Running, "initialize") | (Stage::Down, _) => {
                self.refuse(request.id, ErrorCode::InvalidRequest);
            }
            (Stage::Running, method) if requests::waits(method, self) => {
                self.waiting.push(request);
            }
            (Stage::Running, _) => self.answer(request),
        }
    }

    /// Answers a request; one that fails costs itself only.
    fn answer(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let outcome = catch_unwind(AssertUnwindSafe(|| requests::answer(self, &method, params)));
        let failed = |_| {
            let message = format!("`{method}` failed in trave's own code, please report it");
            Err(Fault { code: ErrorCode::InternalError, message })
        };
        let outcome = outcome.unwrap_or_else(failed);
        self.reply(id, outcome);
    }

    fn response(&mut self, response: Response) {
        let Ok(number) = response.id.to_string().parse::<i32>() else { return };
        let asked = self.asked.remove(&number);
        if let (Some(Asked::Settings), Ok(result)) = (asked, response.response_result) {
            let section = result.get(0).cloned().unwrap_or_default();
            lifecycle::set(self, Settings::read(&section));
        }
    }

    /// Takes over what the worker did, unless something changed meanwhile.
    fn done(&mut self, done: Done) {
        if !self.settings.enable {
            return;
        }
        let Some(folder) = self.folders.get_mut(&done.root) else { return };
        folder.reached = done.generation;
        let is_current = folder.reached >= folder.wanted;
        match done.outcome {
            Ok(snapshot) => (folder.snapshot, folder.trouble) = (Some(snapshot), None),
            Err(trouble) => folder.trouble = Some(trouble),
        }
        if is_current {
            lifecycle::loaded(self);
            publish::publish(self, &done.root);
            progress::refresh_words(self, &done.root);
        }
        if self.is_current() {
            for request in std::mem::take(&mut self.waiting) {
                self.answer(request);
            }
        }
    }

    /// Whether everything that the editor said is analysed.
    pub(crate) fn is_current(&self) -> bool {
        self.folders.values().all(|folder| folder.reached >= folder.wanted)
    }

    /// Whether some folder is analysed for the first time.
    pub(crate) fn is_loading(&self) -> bool {
        let is_new = |it: &Folder| it.snapshot.is_none() && it.trouble.is_none();
        self.folders.values().any(|folder| is_new(folder) && folder.reached < folder.wanted)
    }

    /// Gives the worker an order.
    pub(crate) fn order(&mut self, order: Order) {
        self.generation += 1;
        let generation = self.generation;
        let interrupters = self.interrupters.lock().unwrap_or_else(PoisonError::into_inner);
        for (root, folder) in &mut self.folders {
            if order.concerns(root) {
                folder.wanted = generation;
                // What a run of the old texts would find is of no use.
                if let Some(interrupter) = interrupters.get(root) {
                    interrupter.interrupt();
                }
            }
        }
        drop(interrupters);
        let _ = self.orders.send((generation, order));
    }

    fn interrupt_all(&self) {
        let interrupters = self.interrupters.lock().unwrap_or_else(PoisonError::into_inner);
        interrupters.values().for_each(Interrupter::interrupt);
    }

    /// The innermost folder around a file.
    pub(crate) fn folder_of(&self, path: &Path) -> Option<&Path> {
        let around = self.folders.keys().filter(|root| path.starts_with(root));
        around.max_by_key(|root| root.components().count()).map(PathBuf::as_path)
    }

    /// The latest view of a folder.
    pub(crate) fn view(&self, root: &Path) -> Option<View<'_>> {
        let (root, folder) = self.folders.get_key_value(root)?;
        let snapshot = folder.snapshot.as_deref()?;
        Some(View::new((snapshot, root), &self.documents, self.client.encoding))
    }

    /// The latest views of all folders.
    pub(crate) fn views(&self) -> impl Iterator<Item = View<'_>> {
        self.folders.keys().filter_map(|root| self.view(root))
    }

    /// Says something without expecting an answer.
    pub(crate) fn notify(&self, method: &str, params: impl Serialize) {
        let notification = Notification::new(method.to_owned(), params);
        let _ = self.sender.send(Message::Notification(notification));
    }

    /// Asks the client for something.
    pub(crate) fn ask(&mut self, method: &str, params: impl Serialize, asked: Asked) {
        self.requests += 1;
        if asked != Asked::Nothing {
            self.asked.insert(self.requests, asked);
        }
        let request = Request::new(RequestId::from(self.requests), method.to_owned(), params);
        let _ = self.sender.send(Message::Request(request));
    }

    /// Tells the user something.
    pub(crate) fn tell(&self, kind: MessageType, message: String) {
        self.notify("window/showMessage", ShowMessageParams { typ: kind, message });
    }

    /// Refuses a request that was cancelled.
    pub(crate) fn cancel(&mut self, id: &RequestId) {
        let is_cancelled = |request: &mut Request| request.id == *id;
        if self.waiting.extract_if(.., is_cancelled).count() > 0 {
            self.refuse(id.clone(), ErrorCode::RequestCanceled);
        }
    }

    fn refuse(&self, id: RequestId, code: ErrorCode) {
        let message = match code {
            ErrorCode::ServerNotInitialized => "say `initialize` first",
            ErrorCode::RequestCanceled => "cancelled",
            _ => "not at this time",
        };
        self.reply(id, Err(Fault { code, message: message.to_owned() }));
    }

    fn reply(&self, id: RequestId, outcome: Result<Value, Fault>) {
        let response = match outcome {
            Ok(result) => Response::new_ok(id, result),
            Err(Fault { code, message }) => Response::new_err(id, code as i32, message),
        };
        let _ = self.sender.send(Message::Response(response));
    }
}

/// What the loop goes on with.
enum Next {
    Message(Message),
    Done(Done),
}
