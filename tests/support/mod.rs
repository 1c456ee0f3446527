//! What every test of the repository needs: where it is, and the text of a file in it.

mod home;

use std::fs;

pub(crate) use home::repository;

/// The text of a file of the repository.
#[track_caller]
pub(crate) fn read(path: &str) -> String {
    match fs::read_to_string(repository().join(path)) {
        Ok(text) => text,
        Err(error) => panic!("{path}: {error}"),
    }
}
