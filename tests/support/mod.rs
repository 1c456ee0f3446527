//! What every test of the repository needs: where it is, and the text of a file in it.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the repository.
pub(crate) fn repository() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.ancestors().nth(2).unwrap().to_owned()
}

/// The text of a file of the repository.
#[track_caller]
pub(crate) fn read(path: &str) -> String {
    match fs::read_to_string(repository().join(path)) {
        Ok(text) => text,
        Err(error) => panic!("{path}: {error}"),
    }
}
