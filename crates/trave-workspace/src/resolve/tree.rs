//! Which code files exist, asked by path and with the endings that an import may leave out.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::kind::CODE_ENDINGS;

/// Every code file of the project by path: what the disk would be asked.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    by_path: FxHashMap<Arc<str>, u32>,
}

impl Tree {
    /// A tree of these paths with the number each file is known by.
    pub(crate) fn new(paths: impl IntoIterator<Item = (Arc<str>, u32)>) -> Self {
        Self { by_path: paths.into_iter().collect() }
    }

    /// The file that an import of `base` finds: itself, with an ending, or the folder's index.
    pub(crate) fn probe(&self, base: &str) -> Option<u32> {
        self.get(base)
            .or_else(|| self.written_for(base))
            .or_else(|| self.with_ending(base))
            .or_else(|| self.with_ending(&inside(base, "index")))
    }

    /// The file at exactly this path.
    fn get(&self, path: &str) -> Option<u32> {
        self.by_path.get(path).copied()
    }

    /// `./x.js` stands for `./x.ts` where only that exists.
    fn written_for(&self, base: &str) -> Option<u32> {
        let (stem, ending) = base.rsplit_once('.')?;
        let sources: &[&str] = match ending {
            "js" => &["ts", "tsx", "jsx"],
            "jsx" => &["tsx"],
            "mjs" => &["mts"],
            "cjs" => &["cts"],
            _ => return None,
        };
        sources.iter().find_map(|source| self.get(&format!("{stem}.{source}")))
    }

    fn with_ending(&self, base: &str) -> Option<u32> {
        let mut path = String::with_capacity(base.len() + 4);
        CODE_ENDINGS.iter().find_map(|ending| {
            path.clear();
            path.push_str(base);
            path.push_str(ending);
            self.get(&path)
        })
    }
}

/// A name inside a folder; the top folder has no slash.
fn inside(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
