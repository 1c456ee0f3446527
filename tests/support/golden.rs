//! Files that keep what the program printed, and are written anew with `TRAVE_BLESS=1`.

use std::fs;

use crate::support::{read, repository};

/// Compares a file with what it has to hold; with `cargo bless`, writes it.
#[track_caller]
pub(crate) fn expect_file(path: &str, actual: &str) {
    let file = repository().join(path);
    if std::env::var_os("TRAVE_BLESS").is_some() {
        return fs::write(file, actual).unwrap();
    }
    let expected = if file.exists() { read(path) } else { String::new() };
    if expected != actual {
        let difference = similar::TextDiff::from_lines(expected.as_str(), actual);
        let difference = difference.unified_diff().context_radius(1).to_string();
        panic!("{path} is not what trave prints; `cargo bless` accepts it\n{difference}");
    }
}
