//! Files that nothing picks, and that lead to something that matters.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::browser::leading_to_secrets;
use crate::code::Parsed;
use crate::components::leading_to_queries;
use crate::sketch::Sketches;
use crate::starts::leading_from_starts;
use crate::walk::Found;

/// Those files, in order.
pub(crate) fn leading(
    sketches: &Sketches,
    parsed: &[Arc<Parsed>],
    files: &[Found],
) -> BTreeSet<u32> {
    let path_of = |file: u32| files.get(file as usize).map(|file| file.path.as_str());
    let mut found = leading_to_secrets(sketches, parsed);
    found.extend(leading_to_queries(sketches, parsed));
    found.extend(leading_from_starts((sketches, parsed), path_of));
    found
}
