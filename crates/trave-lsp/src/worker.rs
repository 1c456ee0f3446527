//! The thread that analyses: it owns the sessions, takes orders, and gives snapshots back.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use trave_engine::rule::Rule;
use trave_workspace::{Interrupter, Options, Session, WorkspaceError};

use crate::snapshot::Snapshot;

/// Bytes of stack per thread: code nests deeper than people think.
const STACK_BYTES: usize = 64 << 20;

/// How long the editor has to be quiet at most before an analysis begins.
const QUIET_MAX: Duration = Duration::from_millis(250);

/// What even quick typists leave between two keys.
const BETWEEN_KEYS: Duration = Duration::from_millis(80);

/// What the server tells the worker.
#[derive(Debug)]
pub(crate) enum Order {
    /// The editor holds this text of a file; with none, the disk counts again.
    Edit(PathBuf, Option<Arc<str>>),
    /// Files of the disk changed, came or went.
    Disk(Vec<PathBuf>),
    /// A folder is to be analysed, under a settings file of its own perhaps.
    Open(PathBuf, Option<PathBuf>),
    /// A folder is no longer of interest.
    Close(PathBuf),
}

impl Order {
    /// Whether a folder has to be analysed again.
    pub(crate) fn concerns(&self, root: &Path) -> bool {
        match self {
            Self::Edit(path, _) => path.starts_with(root),
            Self::Disk(paths) => paths.iter().any(|path| path.starts_with(root)),
            Self::Open(opened, _) => opened == root,
            Self::Close(_) => false,
        }
    }
}

/// What the worker tells the server.
pub(crate) struct Done {
    /// The folder.
    pub(crate) root: PathBuf,
    /// The last order that is taken into account.
    pub(crate) generation: u64,
    /// What came out.
    pub(crate) outcome: Result<Arc<Snapshot>, Trouble>,
}

/// Why a folder could not be analysed.
#[derive(Debug, Clone)]
pub(crate) enum Trouble {
    /// The settings, or a disk that does not play along.
    Workspace(Arc<WorkspaceError>),
    /// A mistake of our own.
    Own,
}

/// What stops the run of a folder when more is typed.
pub(crate) type Interrupters = Arc<Mutex<BTreeMap<PathBuf, Interrupter>>>;

/// Both ends of what the worker hears and says.
pub(crate) struct Channels {
    /// What it is told, each with its number.
    pub(crate) orders: Receiver<(u64, Order)>,
    /// What it tells.
    pub(crate) done: Sender<Done>,
    /// What stops its runs.
    pub(crate) interrupters: Interrupters,
}

/// Starts the thread. It ends when nobody can give it orders any more.
pub(crate) fn start(rules: &'static [&'static Rule], channels: Channels) -> std::io::Result<()> {
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build();
    let pool = pool.map_err(std::io::Error::other)?;
    let worker = Worker {
        rules,
        orders: channels.orders,
        done: channels.done,
        interrupters: channels.interrupters,
        folders: BTreeMap::new(),
        texts: BTreeMap::new(),
        generation: 0,
        last: Duration::ZERO,
    };
    let run = move || pool.install(|| worker.run());
    thread::Builder::new().name("worker".to_owned()).spawn(run).map(drop)
}

struct Worker {
    rules: &'static [&'static Rule],
    orders: Receiver<(u64, Order)>,
    done: Sender<Done>,
    interrupters: Interrupters,
    folders: BTreeMap<PathBuf, Folder>,
    texts: BTreeMap<PathBuf, Arc<str>>,
    generation: u64,
    /// How long the last analysis took.
    last: Duration,
}

struct Folder {
    session: Session,
    config: Option<PathBuf>,
    dirty: bool,
}

impl Worker {
    fn run(mut self) {
        while let Ok(order) = self.orders.recv() {
            self.take(order);
            if self.settle().is_err() {
                return;
            }
            self.analyse();
        }
    }

    /// Takes orders until none comes for a while: the longer an analysis takes, the longer. One
    /// that is done before the next key is pressed waits for nothing.
    fn settle(&mut self) -> Result<(), RecvTimeoutError> {
        let is_quick = self.last <= BETWEEN_KEYS;
        let quiet = if is_quick { Duration::ZERO } else { (self.last / 4).min(QUIET_MAX) };
        loop {
            match self.orders.recv_timeout(quiet) {
                Ok(order) => self.take(order),
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(gone) => return Err(gone),
            }
        }
    }

    fn take(&mut self, (generation, order): (u64, Order)) {
        self.generation = generation;
        let concerned = self.folders.iter_mut().filter(|(root, _)| order.concerns(root));
        concerned.for_each(|(_, folder)| folder.dirty = true);
        let outcome = catch_unwind(AssertUnwindSafe(|| self.obey(order)));
        if outcome.is_err() {
            self.start_over();
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Edit(path, text) => self.edit(&path, text.as_ref()),
            Order::Disk(paths) => {
                for (root, folder) in &mut self.folders {
                    let inside: Vec<String> =
                        paths.iter().filter_map(|path| relative(root, path)).collect();
                    folder.session.changed_on_disk(inside.iter().map(String::as_str));
                }
            }
            Order::Open(root, config) => {
                let folder = self.opened(&root, config);
                self.folders.insert(root, folder);
            }
            Order::Close(root) => {
                self.folders.remove(&root);
            }
        }
    }

    fn edit(&mut self, path: &Path, text: Option<&Arc<str>>) {
        match text {
            Some(text) => self.texts.insert(path.to_owned(), text.clone()),
            None => self.texts.remove(path),
        };
        for (root, folder) in &mut self.folders {
            if let Some(inside) = relative(root, path) {
                folder.session.edit(&inside, text.map(ToString::to_string));
            }
        }
    }

    /// New sessions in place of all: what a panic leaves of one is not to be trusted.
    fn start_over(&mut self) {
        let roots: Vec<(PathBuf, Option<PathBuf>)> =
            self.folders.iter().map(|(root, it)| (root.clone(), it.config.clone())).collect();
        for (root, config) in roots {
            let folder = self.opened(&root, config);
            self.folders.insert(root, folder);
        }
    }

    /// A new session over a folder, under all that the editor holds.
    fn opened(&self, root: &Path, config: Option<PathBuf>) -> Folder {
        let options = Options {
            settings: config.clone(),
            rules: self.rules.iter().map(|rule| rule.meta.id).collect(),
            ..Options::default()
        };
        let mut session = Session::new(root, options);
        for (path, text) in &self.texts {
            if let Some(inside) = relative(root, path) {
                session.edit(&inside, Some(text.to_string()));
            }
        }
        let mut interrupters = self.interrupters.lock().unwrap_or_else(PoisonError::into_inner);
        interrupters.insert(root.to_owned(), session.interrupter());
        Folder { session, config, dirty: true }
    }

    /// Analyses what changed, until something changes again: what comes out then is of no use.
    fn analyse(&mut self) {
        let dirty = self.folders.iter().filter(|(_, folder)| folder.dirty);
        let roots: BTreeSet<PathBuf> = dirty.map(|(root, _)| root.clone()).collect();
        for root in roots {
            let start = Instant::now();
            let outcome = self.analysed(&root);
            if is_interrupted(&outcome) || !self.orders.is_empty() {
                return;
            }
            self.last = start.elapsed();
            if let Some(folder) = self.folders.get_mut(&root) {
                folder.dirty = false;
            }
            let generation = self.generation;
            if self.done.send(Done { root, generation, outcome }).is_err() {
                return;
            }
        }
    }

    fn analysed(&mut self, root: &Path) -> Result<Arc<Snapshot>, Trouble> {
        let rules = self.rules;
        let Some(folder) = self.folders.get_mut(root) else { return Err(Trouble::Own) };
        let session = &mut folder.session;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let checked = session.check(rules)?;
            Ok(Arc::new(Snapshot::new(checked)))
        }));
        match outcome {
            Ok(Ok(snapshot)) => Ok(snapshot),
            Ok(Err(error)) => Err(Trouble::Workspace(Arc::new(error))),
            Err(_) => {
                self.start_over();
                Err(Trouble::Own)
            }
        }
    }
}

fn is_interrupted(outcome: &Result<Arc<Snapshot>, Trouble>) -> bool {
    let Err(Trouble::Workspace(error)) = outcome else { return false };
    matches!(**error, WorkspaceError::Interrupted)
}

/// A path as the project in a folder names it; none outside of it.
pub(crate) fn relative(root: &Path, path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root).ok()?;
    let parts: Option<Vec<&str>> = inside.components().map(|it| it.as_os_str().to_str()).collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("/"))
}
