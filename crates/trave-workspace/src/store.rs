//! Where texts come from: a folder of the disk, or a list in memory.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use crate::kind::{Kind, kind_of};
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
    texts: FxHashMap<String, Text>,
}

impl Memory {
    /// Puts a text in place of what was there.
    pub(crate) fn put(&mut self, path: &str, text: String) {
        self.texts.insert(path.to_owned(), decode(text.into_bytes()));
    }

    /// Takes a text away.
    pub(crate) fn remove(&mut self, path: &str) {
        self.texts.remove(path);
    }

    /// The paths of the texts.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// The text at a path.
    pub(crate) fn get(&self, path: &str) -> Option<&Text> {
        self.texts.get(path)
    }
}

impl FromIterator<(String, String)> for Memory {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(texts: I) -> Self {
        let mut memory = Self::default();
        for (path, text) in texts {
            memory.put(&path, text);
        }
        memory
    }
}

impl Store for Memory {
    fn read(&self, path: &str, bytes_max: u64) -> Text {
        let Some(text) = self.texts.get(path) else {
            return Text::unread("vanished while the project was read");
        };
        let bytes = text.text.as_ref().map_or(0, |text| text.len() as u64);
        if bytes > bytes_max { too_large(bytes, bytes_max) } else { text.clone() }
    }
}

/// Texts in memory over a folder of the disk.
#[derive(Debug)]
pub(crate) struct Overlay {
    /// What stands in place of files, or where there is none.
    pub(crate) over: Memory,
    disk: Disk,
    /// The SQL of the disk: it is looked at together, and read once.
    sql: Mutex<FxHashMap<String, Text>>,
}

impl Overlay {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { over: Memory::default(), disk: Disk { root }, sql: Mutex::default() }
    }

    /// Says that a file of the disk changed, came or went.
    pub(crate) fn forget(&self, path: &str) {
        self.sql.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
    }

    /// Whether there is a file.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.over.get(path).is_some() || self.disk.root.join(path).is_file()
    }
}

impl Store for Overlay {
    fn read(&self, path: &str, bytes_max: u64) -> Text {
        if self.over.get(path).is_some() {
            return self.over.read(path, bytes_max);
        }
        if kind_of(path) != Some(Kind::Sql) {
            return self.disk.read(path, bytes_max);
        }
        let lock = || self.sql.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(path) {
            return known.clone();
        }
        let text = self.disk.read(path, bytes_max);
        lock().insert(path.to_owned(), text.clone());
        text
    }
}
