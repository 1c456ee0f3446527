//! Client components that nothing picks and that lead to a module with a secret.
//!
//! What such a component imports goes to the browser, secret and all. Nothing in its own text
//! tells, so the imports of unpicked files are looked at, and only when there is a secret.

use std::collections::BTreeSet;
use std::sync::Arc;
use trave_ts::ir;

use crate::code::Parsed;
use crate::sketch::{Graph, Sketches, reach};

/// The unpicked files through which a client component leads to a secret, in order.
pub(crate) fn leading_to_secrets(sketches: &Sketches, parsed: &[Arc<Parsed>]) -> BTreeSet<u32> {
    let secrets = parsed.iter().filter(|file| file.shape.holds_secret);
    let secrets: Vec<u32> = secrets.map(|file| file.number).collect();
    if secrets.is_empty() {
        return BTreeSet::new();
    }
    let graph = graph(sketches, parsed);
    let leading = reach(secrets, |file| graph.importers.get(file), |_| true);
    let clients: Vec<u32> = sketches
        .all
        .iter()
        .filter(|sketch| sketch.is_client && leading.contains(&sketch.number))
        .map(|sketch| sketch.number)
        .collect();
    let on_the_way = reach(clients, |file| graph.imports.get(file), |file| leading.contains(file));
    let unpicked: BTreeSet<u32> = sketches.all.iter().map(|sketch| sketch.number).collect();
    on_the_way.intersection(&unpicked).copied().collect()
}

fn graph(sketches: &Sketches, parsed: &[Arc<Parsed>]) -> Graph {
    let mut graph = Graph::default();
    for file in parsed.iter().filter(|file| !file.shape.stays_on_server) {
        for to in &file.shape.at_run_time {
            graph.add(file.number, *to);
        }
    }
    for (from, to) in sketches.imports() {
        graph.add(from, to);
    }
    graph
}

/// Of a server action the browser gets a reference only; `server-only` refuses the build.
pub(crate) fn stays_on_server(module: &ir::Module) -> bool {
    module.has_directive("use server")
        || module.imports.iter().any(|import| import.specifier == "server-only")
}
