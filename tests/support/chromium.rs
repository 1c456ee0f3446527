//! Where Chromium is.

use std::path::PathBuf;

/// The names under which it may be installed.
const PROGRAMS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The program.
#[track_caller]
pub(crate) fn chromium() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut programs = std::env::split_paths(&path)
        .flat_map(|folder| PROGRAMS.iter().map(move |name| folder.join(name)));
    let found = programs.find(|program| program.is_file());
    found.expect("Chromium is missing: `cargo xtask test` installs it, or names the package")
}
