//! The thread that analyses: it owns the sessions, takes orders, and gives snapshots back.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use trave_engine::rule::Rule;
use trave_workspace::{Options, Session, WorkspaceError};

use crate::snapshot::Snapshot;

/// Bytes of stack per thread: code nests deeper than people think.
const STACK_BYTES: usize = 64 << 20;

/// How long the editor has to be quiet at most before an analysis begins.
const QUIET_MAX: Duration = Duration::from_millis(250);

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

/// Starts the thread. It ends when nobody can give it orders any more.
pub(crate) fn start(
    rules: &'static [&'static Rule],
    orders: Receiver<(u64, Order)>,
    done: Sender<Done>,
) -> std::io::Result<thread::JoinHandle<()>> {
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build();
    let pool = pool.map_err(std::io::Error::other)?;
    let worker = Worker {
        rules,
        orders,
        done,
        folders: BTreeMap::new(),
        texts: BTreeMap::new(),
        generation: 0,
        last: Duration::ZERO,
    };
    thread::Builder::new().name("worker".to_owned()).spawn(move || pool.install(|| worker.run()))
}

struct Worker {
    rules: &'static [&'static Rule],
    orders: Receiver<(u64, Order)>,
    done: Sender<Done>,
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

    /// Takes orders until none comes for a while: the longer an analysis takes, the longer.
    fn settle(&mut self) -> Result<(), RecvTimeoutError> {
        let quiet = (self.last / 4).min(QUIET_MAX);
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
        match order {
            Order::Edit(path, text) => self.edit(path, text),
            Order::Disk(paths) => {
                for (root, folder) in &mut self.folders {
                    let inside: Vec<String> =
                        paths.iter().filter_map(|path| relative(root, path)).collect();
                    folder.dirty |= !inside.is_empty();
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

    fn edit(&mut self, path: PathBuf, text: Option<Arc<str>>) {
        for (root, folder) in &mut self.folders {
            if let Some(inside) = relative(root, &path) {
                folder.session.edit(&inside, text.as_deref().map(str::to_owned));
                folder.dirty = true;
            }
        }
        match text {
            Some(text) => self.texts.insert(path, text),
            None => self.texts.remove(&path),
        };
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
        Folder { session, config, dirty: true }
    }

    /// Analyses what changed, until something changes again: what comes out then is of no use.
    fn analyse(&mut self) {
        let dirty = self.folders.iter().filter(|(_, folder)| folder.dirty);
        let roots: BTreeSet<PathBuf> = dirty.map(|(root, _)| root.clone()).collect();
        for root in roots {
            let start = Instant::now();
            let outcome = self.analysed(&root);
            self.last = start.elapsed();
            if !self.orders.is_empty() {
                return;
            }
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
        let generation = self.generation;
        let rules = self.rules;
        let Some(folder) = self.folders.get_mut(root) else { return Err(Trouble::Own) };
        let session = &mut folder.session;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let project = session.project()?;
            let options = project.settings.rule_options();
            let report = trave_engine::check(&project.model, rules, &options);
            Ok(Arc::new(Snapshot::new(Arc::new(project), report, generation)))
        }));
        match outcome {
            Ok(Ok(snapshot)) => Ok(snapshot),
            Ok(Err(error)) => Err(Trouble::Workspace(Arc::new(error))),
            Err(_) => {
                // What a panic leaves of a session is not to be trusted.
                let config = folder.config.clone();
                let folder = self.opened(root, config);
                self.folders.insert(root.to_owned(), folder);
                Err(Trouble::Own)
            }
        }
    }
}

/// A path as the project in a folder names it; none outside of it.
pub(crate) fn relative(root: &Path, path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root).ok()?;
    let parts: Option<Vec<&str>> = inside.components().map(|it| it.as_os_str().to_str()).collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("/"))
}
