//! Programs that nothing picks: the files of servers, workers and commands that somebody starts, on
//! the way to code that matters.
//!
//! Such a file often only calls what others export. That it does is what makes those ways in.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::code::Parsed;
use crate::sketch::{Sketches, reach};

/// What files are called that somebody starts.
const NAMES: [&str; 20] = [
    "index",
    "main",
    "server",
    "serve",
    "worker",
    "workers",
    "app",
    "cli",
    "start",
    "boot",
    "bootstrap",
    "cron",
    "crons",
    "jobs",
    "queue",
    "queues",
    "scheduler",
    "consumer",
    "consumers",
    "daemon",
];

/// Folders of such files.
const FOLDERS: [&str; 3] = ["bin", "cli", "scripts"];

/// The unpicked files through which programs lead to code that matters, in order.
pub(crate) fn leading_from_starts<'p>(
    (sketches, parsed): (&Sketches, &[Arc<Parsed>]),
    path_of: impl Fn(u32) -> Option<&'p str>,
) -> BTreeSet<u32> {
    let (graph, unpicked) = sketches.on_server();
    let matters = parsed.iter().filter(|file| file.shape.named);
    let near = matters.filter_map(|file| graph.importers.get(&file.number));
    let near: Vec<u32> = near.flatten().copied().collect();
    let leading = reach(near, |file| graph.importers.get(file), |file| unpicked.contains(file));
    let loaded: FxHashSet<u32> =
        parsed.iter().flat_map(|file| &file.shape.imports).map(|(_, to)| *to).collect();
    let is_started = |file: &&u32| {
        let is_loaded = loaded.contains(*file) || graph.importers.contains_key(*file);
        !is_loaded && path_of(**file).is_some_and(is_program)
    };
    let starts: Vec<u32> = leading.iter().filter(is_started).copied().collect();
    reach(starts, |file| graph.imports.get(file), |file| leading.contains(file))
}

/// Whether somebody starts a file, by its name or place.
fn is_program(path: &str) -> bool {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, ending) = file.split_once('.').unwrap_or((file, ""));
    let is_code = ["ts", "js", "mts", "mjs", "cts", "cjs"].contains(&ending);
    is_code && (NAMES.contains(&stem) || folder.split('/').any(|part| FOLDERS.contains(&part)))
}

#[cfg(test)]
mod tests {
    use super::is_program;
    use crate::code::tests::{paths, read};

    #[test]
    fn a_program_that_leads_to_a_query_is_parsed() {
        let code = read(&[
            ("src/serve.ts", "import { work } from './work';\nvoid work();\n"),
            ("src/work.ts", "import { all } from './notes';\nexport const work = () => all();\n"),
            ("src/notes.ts", "export const all = () => db.from('notes').select();\n"),
            ("src/other.ts", "import { all } from './notes';\n"),
        ]);
        assert_eq!(paths(&code), ["src/notes.ts", "src/serve.ts", "src/work.ts"]);
    }

    #[test]
    fn programs_are_known_by_name_or_place() {
        for path in ["apps/api/src/serve.ts", "index.js", "tools/bin/sync.mts", "src/worker.ts"] {
            assert!(is_program(path), "{path}");
        }
        for path in ["src/notes.ts", "src/index.tsx", "src/server.test.ts", "src/main.css"] {
            assert!(!is_program(path), "{path}");
        }
    }
}
