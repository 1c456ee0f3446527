//! What is kept of files that nothing picked: what they import, read line by line.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::resolve::{Resolver, Target};

/// A directive stands in the first bytes of a file, behind a comment at most.
const HEAD_BYTES: usize = 400;

/// What is kept of a file that is not parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sketch {
    /// Its number among the walked files.
    pub(crate) number: u32,
    /// Whether it opens with `'use client'`.
    pub(crate) is_client: bool,
    /// What it imports, types left out.
    specifiers: Vec<SmolStr>,
    /// The files that these mean, by their numbers.
    pub(crate) targets: Vec<u32>,
}

impl Sketch {
    /// Reads the lines of a text that import.
    pub(crate) fn new(number: u32, text: &str) -> Self {
        let head = text.get(..HEAD_BYTES).unwrap_or(text);
        let is_client = head.contains("'use client'") || head.contains("\"use client\"");
        let mut in_types = false;
        let mut specifiers = Vec::new();
        for line in text.lines().filter(|line| line.starts_with(['i', 'e', '}'])) {
            // The names of a type import may take several lines, up to the one with the brace.
            let opens_types = line.starts_with("import type ") || line.starts_with("export type ");
            let closes_types = std::mem::replace(&mut in_types, opens_types && !line.contains('}'));
            let types_only = opens_types || (closes_types && line.starts_with('}'));
            specifiers.extend(specifier(line).filter(|_| !types_only).map(SmolStr::new));
        }
        Self { number, is_client, specifiers, targets: Vec::new() }
    }

    /// Looks up what it imports.
    pub(crate) fn resolve(&mut self, path: &str, resolver: &Resolver) {
        let targets = self.specifiers.iter().filter_map(|one| resolver.resolve(path, one));
        let files = targets.filter_map(|target| match target {
            Target::File(number) => Some(number),
            Target::Renamed(_) => None,
        });
        self.targets = files.collect();
    }
}

/// The last string of a line that imports or exports from elsewhere.
fn specifier(line: &str) -> Option<&str> {
    let rest = line.trim_end().trim_end_matches(';');
    let quote = rest.chars().next_back().filter(|last| matches!(last, '\'' | '"'))?;
    let (before, name) = rest.strip_suffix(quote)?.rsplit_once(quote)?;
    let imports = line.starts_with("import ") || before.trim_end().ends_with("from");
    imports.then_some(name)
}

/// The files that are not parsed, with the files that each imports.
#[derive(Debug, Default)]
pub(crate) struct Sketches {
    /// The files.
    pub(crate) all: Vec<Arc<Sketch>>,
}

impl Sketches {
    pub(crate) fn new(all: Vec<Arc<Sketch>>) -> Self {
        Self { all }
    }

    /// The files that a server may load, with what each imports.
    pub(crate) fn on_server(&self) -> (Graph, BTreeSet<u32>) {
        let mut graph = Graph::default();
        let mut files = BTreeSet::new();
        for sketch in self.all.iter().filter(|sketch| !sketch.is_client) {
            files.insert(sketch.number);
            for to in &sketch.targets {
                graph.add(sketch.number, *to);
            }
        }
        (graph, files)
    }

    /// Which file imports which.
    pub(crate) fn imports(&self) -> impl Iterator<Item = (u32, u32)> {
        let each = self.all.iter();
        each.flat_map(|sketch| sketch.targets.iter().map(|to| (sketch.number, *to)))
    }
}

/// Which file imports which, both ways.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(crate) importers: FxHashMap<u32, Vec<u32>>,
    pub(crate) imports: FxHashMap<u32, Vec<u32>>,
}

impl Graph {
    pub(crate) fn add(&mut self, from: u32, to: u32) {
        self.importers.entry(to).or_default().push(from);
        self.imports.entry(from).or_default().push(to);
    }
}

/// Everything reached from some files, themselves included, without leaving `within`.
pub(crate) fn reach<'a>(
    start: Vec<u32>,
    next: impl Fn(&u32) -> Option<&'a Vec<u32>>,
    within: impl Fn(&u32) -> bool,
) -> BTreeSet<u32> {
    let mut seen = BTreeSet::new();
    let mut open = start;
    while let Some(file) = open.pop() {
        if within(&file) && seen.insert(file) {
            open.extend(next(&file).into_iter().flatten());
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::Sketch;

    #[test]
    fn imports_are_read_line_by_line() {
        let text = "'use client';\nimport a from '@/a';\nimport type { B } from '@/b';\n\
                    import type {\n  F,\n} from './types';\n\
                    import {\n  c,\n} from \"./c\";\nexport * from './d';\nexport const e = 'e';\n\
                    import './f.css';\nimport x from y;\nexport const z = from('q')\n";
        let sketch = Sketch::new(7, text);
        assert!(sketch.is_client);
        assert_eq!(sketch.specifiers, ["@/a", "./c", "./d", "./f.css"]);
    }

    #[test]
    fn odd_lines_are_no_imports() {
        assert!(Sketch::new(0, "import '\n}'\ne\"\"\nimport é\n").specifiers.is_empty());
    }
}
