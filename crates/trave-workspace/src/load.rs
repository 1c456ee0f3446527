//! The ways in: a folder of the disk, or texts in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use thiserror::Error;
use trave_catalog::MigrationRoot;
use trave_model::Model;

use crate::git::{self, GitError};
use crate::phases::{Amount, Phase, Phases};
use crate::project;
use crate::settings::{self, Settings, SettingsError};
use crate::store::{Memory, Overlay};
use crate::walk::{Inventory, Selection, listed, walk};

/// How a project is loaded.
#[derive(Debug, Clone, Default)]
pub struct Options<'a> {
    /// A settings file, in place of the `trave.toml` of the folder or of one above it.
    pub settings: Option<PathBuf>,
    /// The ids of every rule: settings may name no other.
    pub rules: Vec<&'a str>,
    /// The folder of migrations that all code speaks to.
    pub root: Option<String>,
    /// How much is read.
    pub depth: Depth,
    /// A revision of git: migrations added or changed since are not applied yet.
    pub since: Option<String>,
}

/// How much of a project is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    /// Migrations and code.
    #[default]
    Everything,
    /// Migrations, and code only as far as it declares a schema.
    Catalog,
}

/// A project that was read.
#[derive(Debug)]
pub struct Project {
    /// The analysed folder.
    pub root: PathBuf,
    /// What `trave.toml` says.
    pub settings: Settings,
    /// Everything that rules may look at.
    pub model: Model,
    /// The roots of migrations, in the order of the model's catalogs.
    pub migrations: Vec<MigrationRoot>,
    /// How long each part took.
    pub phases: Phases,
}

/// Why a project cannot be read at all.
#[derive(Debug, Error)]
pub enum WorkspaceError {
    /// There is nothing at the path.
    #[error("`{}` does not exist", .0.display())]
    Missing(PathBuf),
    /// The path is no folder.
    #[error("`{}` is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// A file or folder cannot be opened.
    #[error("`{}` cannot be read", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("`{}` cannot be written", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file of known findings cannot be used.
    #[error("`{}` cannot be used: {problem}", path.display())]
    Baseline {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The settings cannot be used.
    #[error("settings: {0}")]
    Settings(#[from] SettingsError),
    /// No migrations lie in the folder that was asked for.
    #[error("`{root}` is no folder of migrations")]
    UnknownRoot {
        /// What was asked for.
        root: String,
        /// The folders there are.
        known: Vec<String>,
    },
    /// The settings name a migration that is not there.
    #[error("settings: `applied-until`: no migration is called `{0}`")]
    UnknownMigration(String),
    /// A pattern of the settings cannot be used.
    #[error("settings: {0}")]
    Pattern(String),
    /// A git reference cannot be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// An edit is on its way: see [`crate::Interrupter`].
    #[error("stopped: an edit is on its way")]
    Interrupted,
}

impl Project {
    /// Whether there was neither a migration nor any code worth a look.
    pub fn is_empty(&self) -> bool {
        self.model.sources.is_empty()
    }
}

/// Reads the project in a folder.
pub fn load(path: &Path, options: &Options<'_>) -> Result<Project, WorkspaceError> {
    let store = Overlay::new(path.to_owned());
    let opened = open(path, options, &store)?;
    let ways = opened.said.ways(options.depth);
    let made =
        project::make(opened.inventory, &store, ways).map_err(WorkspaceError::UnknownMigration)?;
    let mut phases = opened.phases;
    phases.extend(made.phases);
    opened.said.find_root(&made.roots)?;
    let (mut model, mut settings) = (made.model, opened.said.settings);
    settings.stand_among(&mut model.sources);
    let root = path.to_owned();
    Ok(Project { root, settings, model, migrations: made.roots, phases })
}

/// A folder of which is known what there is and what settings say, and no text was read yet.
pub(crate) struct Opened {
    pub(crate) said: Said,
    pub(crate) inventory: Inventory,
    pub(crate) phases: Phases,
}

/// What somebody says of a project beside its texts.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) settings: Settings,
    pub(crate) selection: Arc<Selection>,
    /// The folder of migrations that all code speaks to, if that was asked.
    root: Option<String>,
    /// The files that changed since a revision, if that was asked.
    changed: Option<BTreeSet<String>>,
}

impl Said {
    pub(crate) fn ways(&self, depth: Depth) -> project::Ways<'_> {
        project::Ways { settings: &self.settings, changed: self.changed.as_ref(), depth }
    }

    /// An error when the folder of migrations that was asked for is none.
    pub(crate) fn find_root(&self, roots: &[MigrationRoot]) -> Result<(), WorkspaceError> {
        match &self.root {
            Some(root) if roots.iter().all(|made| made.folder != *root) => {
                let known = roots.iter().map(|root| root.folder.to_string()).collect();
                Err(WorkspaceError::UnknownRoot { root: root.clone(), known })
            }
            _ => Ok(()),
        }
    }
}

/// Looks at a folder, with the texts that stand over its files.
pub(crate) fn open(
    path: &Path,
    options: &Options<'_>,
    store: &Overlay,
) -> Result<Opened, WorkspaceError> {
    let mut settings = settings::read(path, options, &store.over)?;
    let metadata = fs::metadata(path).map_err(|source| unreadable(path, source))?;
    if !metadata.is_dir() {
        return Err(WorkspaceError::NotAFolder(path.to_owned()));
    }
    fs::read_dir(path).map_err(|source| unreadable(path, source))?;
    let start = Instant::now();
    let mut selection = Arc::new(Selection::new(&settings).map_err(WorkspaceError::Pattern)?);
    let mut inventory = walk(path, &selection);
    inventory.add(store.over.paths().filter_map(|path| selection.file(path)));
    let nested = inventory.nested_settings();
    if options.settings.is_none() && !nested.is_empty() {
        settings::read_nested(&mut settings, (path, &nested), (&options.rules, &store.over))?;
        selection = Arc::new(Selection::new(&settings).map_err(WorkspaceError::Pattern)?);
        inventory.reselect(&selection);
    }
    let root = options.root.as_ref().map(|root| normal(root));
    if let Some(root) = &root {
        settings.roots = BTreeMap::from([(String::new(), root.clone())]);
    }
    let mut phases = Phases::default();
    phases.end(Phase::Walk, start, Amount { items: inventory.files.len(), bytes: 0 });
    let changed = match &options.since {
        Some(reference) => Some(git::changed_since(path, reference)?.files),
        None => None,
    };
    Ok(Opened { said: Said { settings, selection, root, changed }, inventory, phases })
}

/// Reads the migrations of a project as a git reference has them, under the settings of today.
pub fn catalogs_at(
    path: &Path,
    reference: &str,
    options: &Options<'_>,
) -> Result<Project, WorkspaceError> {
    let settings = settings_for(path, options)?;
    let selection = Selection::new(&settings).map_err(WorkspaceError::Pattern)?;
    let paths = git::paths_at(path, reference)?;
    let inventory = listed(paths.iter().map(String::as_str), &selection);
    let paths: Vec<String> = inventory.files.iter().map(|file| file.path.clone()).collect();
    let texts = git::texts_at(path, reference, &paths)?;
    let text =
        |(path, bytes): (String, Vec<u8>)| (path, String::from_utf8_lossy(&bytes).into_owned());
    let memory: Memory = texts.into_iter().map(text).collect();
    let depth = Depth::Catalog;
    let ways = project::Ways { settings: &settings, changed: None, depth };
    let made = project::make(inventory, &memory, ways).map_err(WorkspaceError::UnknownMigration)?;
    let (root, phases) = (path.to_owned(), made.phases);
    Ok(Project { root, settings, model: made.model, migrations: made.roots, phases })
}

/// A folder as the roots name theirs: no `./` before it, no `/` behind it.
fn normal(folder: &str) -> String {
    let parts = folder.split('/').filter(|part| !matches!(*part, "" | "."));
    parts.collect::<Vec<_>>().join("/")
}

/// Makes a model of texts in memory: the same, without the disk.
pub fn analyse(files: Vec<(String, String)>, settings: &Settings) -> Model {
    let Ok(selection) = Selection::new(settings) else { return Model::default() };
    let inventory = listed(files.iter().map(|(path, _)| path.as_str()), &selection);
    let memory: Memory = files.into_iter().collect();
    let ways = project::Ways { settings, changed: None, depth: Depth::Everything };
    project::make(inventory, &memory, ways).map(|made| made.model).unwrap_or_default()
}

/// Reads only the settings that hold for a folder.
pub fn settings_for(path: &Path, options: &Options<'_>) -> Result<Settings, WorkspaceError> {
    settings::read(path, options, &Memory::default())
}

/// Reads the settings that hold for a folder and those of the folders below it.
pub fn settings_below(path: &Path, options: &Options<'_>) -> Result<Settings, WorkspaceError> {
    let mut settings = settings_for(path, options)?;
    let selection = Selection::new(&settings).map_err(WorkspaceError::Pattern)?;
    let nested = walk(path, &Arc::new(selection)).nested_settings();
    if options.settings.is_none() {
        let over = Memory::default();
        settings::read_nested(&mut settings, (path, &nested), (&options.rules, &over))?;
    }
    Ok(settings)
}

pub(crate) fn unreadable(path: &Path, source: io::Error) -> WorkspaceError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound => WorkspaceError::Missing(path),
        _ => WorkspaceError::Unreadable { path, source },
    }
}
