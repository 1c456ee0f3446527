//! A module as text, for people who debug and for tests.

use crate::ir::Module;

/// Writes what was kept of a file.
pub fn print(module: &Module) -> String {
    format!("{module:#?}")
}
