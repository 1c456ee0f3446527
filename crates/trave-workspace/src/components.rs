//! Components that nothing picks, on the way from a page to what it reads.
//!
//! A page of the server often only names components, which read their rows themselves. They hold
//! markup, and most of it leads nowhere: those are parsed through which a way in leads to a file
//! that names something that matters.

use std::collections::BTreeSet;
use std::sync::Arc;

use trave_backend::scan::is_entry_path;

use crate::code::Parsed;
use crate::sketch::{Sketches, reach};

/// The unpicked files through which ways in lead to code that matters, in order.
pub(crate) fn leading_to_queries(sketches: &Sketches, parsed: &[Arc<Parsed>]) -> BTreeSet<u32> {
    let on_server = || parsed.iter().filter(|file| !file.module.has_directive("use client"));
    let entries = on_server().filter(|file| is_entry_path(file.path()));
    let entries: Vec<u32> = entries.map(|file| file.number).collect();
    if entries.is_empty() {
        return BTreeSet::new();
    }
    let (mut graph, unpicked) = sketches.on_server();
    // Actions of the server are ways in themselves.
    let matters =
        |file: &&Arc<Parsed>| file.shape.named && !file.module.has_directive("use server");
    let near = on_server().filter(matters).filter_map(|file| graph.importers.get(&file.number));
    let near: Vec<u32> = near.flatten().copied().collect();
    let leading = reach(near, |file| graph.importers.get(file), |file| unpicked.contains(file));
    let mut passable = leading.clone();
    for file in on_server() {
        passable.insert(file.number);
        file.shape.imports.iter().for_each(|(_, to)| graph.add(file.number, *to));
    }
    let reached = reach(entries, |file| graph.imports.get(file), |file| passable.contains(file));
    reached.intersection(&leading).copied().collect()
}
