//! How work is cut: pieces share what modules declare.
//!
//! Where a piece ends is told by the paths of files alone, so that threads do not show, and that
//! an edit leaves the pieces of other files as they are.

use super::Context;
use crate::eval::ModuleId;

/// One file of so many begins a piece.
const FILES: u32 = 6;

/// A file begins a piece when the one before it has grown so long.
const LENGTH_MAX: usize = 24;

/// Cuts items that stand in the order of their modules.
pub(super) fn pieces<'i, T>(
    cx: &Context<'_>,
    items: &'i [T],
    module_of: impl Fn(&T) -> ModuleId,
) -> Vec<&'i [T]> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, item) in items.iter().enumerate() {
        let module = module_of(item);
        let is_next = last.replace(module).is_some_and(|last| last != module);
        let path = cx.program.sources.path(module.file());
        if is_next && (at - start >= LENGTH_MAX || begins(path)) {
            pieces.extend(items.get(start..at));
            start = at;
        }
    }
    pieces.extend(items.get(start..).filter(|rest| !rest.is_empty()));
    pieces
}

/// Whether a file begins a piece: some do, wherever they stand.
fn begins(path: &str) -> bool {
    bucket(path, FILES) == 0
}

/// In which of so many buckets a path lies, whatever else there is.
pub(super) fn bucket(path: &str, buckets: u32) -> u32 {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let hash = path.bytes().fold(0x811c_9dc5, mix);
    (hash >> 16) % buckets
}
