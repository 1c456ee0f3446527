//! Where texts come from: a folder of the disk, or a list in memory.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use rustc_hash::FxHashMap;

use crate::text::{Text, decode, too_large};

/// Gives the text of a file by its path in the project.
pub(crate) trait Store: Sync {
    /// The text. Never fails: what could not be read says so in its notice.
    fn read(&self, path: &str, bytes_max: u64) -> Text;
}

/// A folder of the disk.
#[derive(Debug)]
pub(crate) struct Disk {
    /// The analysed folder.
    pub(crate) root: PathBuf,
}

impl Store for Disk {
    fn read(&self, path: &str, bytes_max: u64) -> Text {
        match self.bytes(path, bytes_max) {
            Ok(Ok(bytes)) => decode(bytes),
            Ok(Err(bytes)) => too_large(bytes, bytes_max),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Text::unread("vanished while the project was read")
            }
            Err(error) => Text::unread(format!("cannot be read: {error}")),
        }
    }
}

impl Disk {
    /// The bytes, or how many there are if they are too many.
    fn bytes(&self, path: &str, bytes_max: u64) -> io::Result<Result<Vec<u8>, u64>> {
        let file = File::open(self.root.join(path))?;
        let size = file.metadata()?.len();
        if size > bytes_max {
            return Ok(Err(size));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
        // The file may grow between the two calls.
        file.take(bytes_max).read_to_end(&mut bytes)?;
        Ok(Ok(bytes))
    }
}

/// Texts in memory.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Texts by path.
    pub(crate) texts: FxHashMap<String, String>,
}

impl Store for Memory {
    fn read(&self, path: &str, bytes_max: u64) -> Text {
        match self.texts.get(path) {
            Some(text) if text.len() as u64 > bytes_max => too_large(text.len() as u64, bytes_max),
            Some(text) => decode(text.clone().into_bytes()),
            None => Text::unread("vanished while the project was read"),
        }
    }
}

/// Texts in memory over a folder of the disk.
#[derive(Debug)]
pub(crate) struct Overlay<'a> {
    /// What stands in place of files, or where there is none.
    pub(crate) over: &'a Memory,
    /// The folder.
    pub(crate) disk: Disk,
}

impl Store for Overlay<'_> {
    fn read(&self, path: &str, bytes_max: u64) -> Text {
        if self.over.texts.contains_key(path) {
            self.over.read(path, bytes_max)
        } else {
            self.disk.read(path, bytes_max)
        }
    }
}
