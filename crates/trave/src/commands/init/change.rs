//! Files that are written or added to, and what is said of it.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// A change of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// A file is written, whatever was there.
    Write {
        /// Its path in the folder.
        path: PathBuf,
        /// Its text.
        text: String,
        /// Whether it can be run.
        is_program: bool,
    },
    /// A file becomes another one, of which only a part is ours.
    Extend {
        /// Its path in the folder.
        path: PathBuf,
        /// Its whole new text.
        text: String,
    },
    /// A file is there and stays as it is.
    Keep(PathBuf),
    /// Somebody has to add something by hand, since the file is not one that we understand.
    ByHand {
        /// The file.
        path: PathBuf,
        /// What is to be added.
        text: String,
    },
}

/// What became of a file, as a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    what: &'static str,
    path: String,
    note: Option<String>,
}

impl Outcome {
    pub(crate) fn wrote(path: &str, note: Option<String>) -> Self {
        Self { what: "wrote", path: path.to_owned(), note }
    }

    pub(crate) fn kept(path: &str) -> Self {
        let note = Some("it is there already; `--force` overwrites it".to_owned());
        Self { what: "kept", path: path.to_owned(), note }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:<6} {}", self.what, self.path)?;
        self.note.iter().try_for_each(|note| write!(out, ": {note}"))
    }
}

impl Change {
    /// Makes the change in a folder.
    pub(crate) fn make(&self, folder: &Path) -> Result<Outcome, Failure> {
        match self {
            Self::Write { path, text, is_program } => {
                write(&folder.join(path), text).map_err(|error| failed(path, &error))?;
                if *is_program {
                    make_runnable(&folder.join(path)).map_err(|error| failed(path, &error))?;
                }
                Ok(Outcome::wrote(&shown(path), None))
            }
            Self::Extend { path, text } => {
                write(&folder.join(path), text).map_err(|error| failed(path, &error))?;
                Ok(Outcome { what: "added", path: shown(path), note: Some("a step".to_owned()) })
            }
            Self::Keep(path) => Ok(Outcome::kept(&shown(path))),
            Self::ByHand { path, text } => {
                let lines = text.trim_end().replace('\n', "\n         ");
                let note = Some(format!("add this by hand\n         {lines}"));
                Ok(Outcome { what: "left", path: shown(path), note })
            }
        }
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn write(file: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, text)
}

#[cfg(unix)]
fn make_runnable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_runnable(_: &Path) -> io::Result<()> {
    Ok(())
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("`{}` cannot be written: {error}", path.display()))
        .next("check who may write there; what was written before stays")
}
