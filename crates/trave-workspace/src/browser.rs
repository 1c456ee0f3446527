//! Client components that nothing picks and that lead to a module with a secret.
//!
//! What such a component imports goes to the browser, secret and all. Nothing in its own text
//! tells, so the imports of unpicked files are read line by line, and only when there is a secret.

use std::collections::BTreeSet;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use trave_backend::scan::SECRET_NEEDLES;
use trave_ts::ir;

use crate::code::Parsed;
use crate::resolve::{Resolver, Target};

/// A directive stands in the first bytes of a file, behind a comment at most.
const HEAD_BYTES: usize = 400;

/// What is kept of a file that is not parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sketch {
    /// Its number among the walked files.
    pub(crate) number: u32,
    /// Whether it opens with `'use client'`.
    is_client: bool,
    /// What it imports, types left out.
    specifiers: Vec<SmolStr>,
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
        Self { number, is_client, specifiers }
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

/// Which file imports which, as far as secrets travel.
#[derive(Debug, Default)]
struct Graph {
    importers: FxHashMap<u32, Vec<u32>>,
    imports: FxHashMap<u32, Vec<u32>>,
}

impl Graph {
    fn add(&mut self, from: u32, to: u32) {
        self.importers.entry(to).or_default().push(from);
        self.imports.entry(from).or_default().push(to);
    }
}

/// The unpicked files through which a client component leads to a secret, in order.
pub(crate) fn leading_to_secrets(
    sketches: &[(String, Sketch)],
    parsed: &[Parsed],
    resolver: &Resolver,
) -> BTreeSet<u32> {
    let holds_secret = |file: &&Parsed| SECRET_NEEDLES.iter().any(|name| file.text.contains(name));
    let secrets: Vec<u32> = parsed.iter().filter(holds_secret).map(|file| file.number).collect();
    if secrets.is_empty() {
        return BTreeSet::new();
    }
    let graph = graph(sketches, parsed, resolver);
    let leading = reach(secrets, |file| graph.importers.get(file), |_| true);
    let clients: Vec<u32> = sketches
        .iter()
        .filter(|(_, sketch)| sketch.is_client && leading.contains(&sketch.number))
        .map(|(_, sketch)| sketch.number)
        .collect();
    let on_the_way = reach(clients, |file| graph.imports.get(file), |file| leading.contains(file));
    let unpicked: BTreeSet<u32> = sketches.iter().map(|(_, sketch)| sketch.number).collect();
    on_the_way.intersection(&unpicked).copied().collect()
}

/// The files that sketched ones import.
pub(crate) fn imported_by(sketches: &[(String, Sketch)], resolver: &Resolver) -> BTreeSet<u32> {
    let targets = |(path, sketch): &(String, Sketch)| {
        let targets = sketch.specifiers.iter().filter_map(|one| resolver.resolve(path, one));
        let files = targets.filter_map(|target| match target {
            Target::File(number) => Some(number),
            Target::Renamed(_) => None,
        });
        files.collect::<Vec<u32>>()
    };
    sketches.par_iter().flat_map_iter(targets).collect()
}

fn graph(sketches: &[(String, Sketch)], parsed: &[Parsed], resolver: &Resolver) -> Graph {
    let mut graph = Graph::default();
    for file in parsed.iter().filter(|file| !stays_on_server(&file.module)) {
        for (_, to) in file.imports.iter().filter(|(name, _)| is_at_run_time(&file.module, name)) {
            graph.add(file.number, *to);
        }
    }
    for (path, sketch) in sketches {
        for specifier in &sketch.specifiers {
            if let Some(Target::File(to)) = resolver.resolve(path, specifier) {
                graph.add(sketch.number, to);
            }
        }
    }
    graph
}

/// Of a server action the browser gets a reference only; `server-only` refuses the build.
fn stays_on_server(module: &ir::Module) -> bool {
    module.has_directive("use server")
        || module.imports.iter().any(|import| import.specifier == "server-only")
}

/// Whether an import is more than one of types; re-exports are.
fn is_at_run_time(module: &ir::Module, specifier: &str) -> bool {
    let mut imports = module.imports.iter().filter(|import| import.specifier == specifier);
    let first = imports.next();
    first.is_none_or(|first| !first.type_only) || imports.any(|import| !import.type_only)
}

/// Everything reached from some files, themselves included, without leaving `within`.
fn reach<'a>(
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
