//! TypeScript: which files are parsed, and which of the files that they import.
//!
//! A scan of the bytes picks the first; from there imports are followed, each file as soon as one
//! that imports it is parsed. What nothing picked and nothing imports is never parsed.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use smol_str::SmolStr;
use trave_backend::declared::may_declare;
use trave_backend::frameworks::is_server_only;
use trave_backend::generated::{self, GeneratedTypes};
use trave_backend::scan::{NEEDLES, ROUTER_NEEDLES, is_entry_path};
use trave_source::{FileId, Notice, Sources};
use trave_ts::ir;

use crate::browser::leading_to_secrets;
use crate::components::leading_to_queries;
use crate::kind::{Kind, is_generated};
use crate::load::Depth;
use crate::phases::{Amount, Phase, Phases};
use crate::resolve::{Resolver, Target};
use crate::sketch::{Sketch, Sketches};
use crate::store::Store;
use crate::text::CODE_BYTES_MAX;
use crate::walk::Found;

/// Lines of this length on average are written by a bundler, not by people.
const LINE_BYTES_MAX: usize = 1000;

/// A parsed file with what its imports mean.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// Its number among the walked files.
    pub(crate) number: u32,
    /// Its path.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: Arc<str>,
    /// The lowered module; its file is set when the sources are known.
    pub(crate) module: ir::Module,
    /// What each specifier means, as a number among the walked files.
    pub(crate) imports: Vec<(SmolStr, u32)>,
    /// Whether its own text names something that matters: otherwise only its callers give what it
    /// does a meaning.
    pub(crate) named: bool,
}

/// A file of generated types.
#[derive(Debug)]
pub(crate) struct TypesText {
    /// Its path.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: Arc<str>,
    /// What it shows.
    pub(crate) types: GeneratedTypes,
}

/// The code of a project.
#[derive(Debug, Default)]
pub(crate) struct Code {
    /// Parsed files, in order of path.
    pub(crate) parsed: Vec<Parsed>,
    /// Generated types, which are read in a way of their own.
    pub(crate) generated: Vec<TypesText>,
    /// The files that others import which were not parsed.
    pub(crate) imported_elsewhere: BTreeSet<u32>,
    /// How many files were looked at.
    pub(crate) scanned: usize,
    /// What could not be read.
    pub(crate) notices: Vec<Notice>,
    /// How long it took.
    pub(crate) phases: Phases,
}

impl Code {
    /// Gives the parsed files their place among the sources, in order.
    pub(crate) fn add_to(&self, sources: &mut Sources) -> Vec<FileId> {
        let add = |parsed: &Parsed| sources.add(parsed.path.as_str(), Arc::clone(&parsed.text));
        self.parsed.iter().map(add).collect()
    }

    /// Gives the files of generated types their place among the sources, in order.
    pub(crate) fn add_types_to(&self, sources: &mut Sources) -> Vec<FileId> {
        let add = |one: &TypesText| sources.add(one.path.as_str(), Arc::clone(&one.text));
        self.generated.iter().map(add).collect()
    }
}

/// Where the code of a project is found.
pub(crate) struct CodeFiles<'a> {
    /// Every walked file.
    pub(crate) files: &'a [Found],
    /// Their texts.
    pub(crate) store: &'a dyn Store,
    /// What imports mean.
    pub(crate) resolver: &'a Resolver,
    /// How much is read: for a catalog, only what may declare a schema.
    pub(crate) depth: Depth,
}

/// A file that is to be parsed; its text is kept when it was read already.
struct Picked {
    number: u32,
    text: Option<Arc<str>>,
    named: bool,
}

impl Picked {
    /// A file that is parsed because another one leads to it.
    fn followed(number: u32) -> Self {
        Self { number, text: None, named: false }
    }
}

/// Files that are being parsed, on all threads.
struct Parsing<'a> {
    files: &'a CodeFiles<'a>,
    needles: Option<&'a AhoCorasick>,
    /// Which of the walked files were met.
    seen: &'a [AtomicBool],
    done: Mutex<Vec<(u32, Result<Parsed, Notice>)>>,
}

impl Parsing<'_> {
    /// Parses a file, and in tasks of their own the files that it leads to.
    fn parse<'s>(&'s self, scope: &rayon::Scope<'s>, picked: Picked) {
        let number = picked.number;
        let Some(result) = self.files.parse(picked, self.needles) else { return };
        for next in result.iter().flat_map(|parsed| self.files.leads_to(parsed)) {
            if mark(self.seen, next) {
                scope.spawn(move |scope| self.parse(scope, Picked::followed(next)));
            }
        }
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push((number, result));
    }
}

impl CodeFiles<'_> {
    /// Scans, parses, and follows imports until nothing new is met.
    pub(crate) fn read(&self) -> Code {
        let mut code = Code::default();
        let needles = needles();
        let (picked, sketches) = self.scan(&mut code, needles.as_ref());
        let start = Instant::now();
        let seen: Vec<AtomicBool> = self.files.iter().map(|_| AtomicBool::new(false)).collect();
        self.parse_all(picked, (&seen, needles.as_ref()), &mut code);
        let unseen = |sketch: &Sketch| {
            seen.get(sketch.number as usize).is_some_and(|seen| !seen.load(Ordering::Relaxed))
        };
        let sketches: Vec<(String, Sketch)> =
            sketches.into_iter().filter(|(_, sketch)| unseen(sketch)).collect();
        let sketches = Sketches::new(sketches, self.resolver);
        let mut leading = leading_to_secrets(&sketches, &code.parsed);
        leading.extend(leading_to_queries(&sketches, &code.parsed));
        let picked = leading.into_iter().map(Picked::followed).collect();
        self.parse_all(picked, (&seen, needles.as_ref()), &mut code);
        let left = sketches.each().filter(|(sketch, _)| unseen(sketch));
        code.imported_elsewhere = left.flat_map(|(_, targets)| targets).copied().collect();
        code.parsed.sort_by_key(|parsed| parsed.number);
        let bytes = code.parsed.iter().map(|parsed| parsed.text.len() as u64).sum();
        let amount = Amount { items: code.parsed.len(), bytes };
        code.phases.end(Phase::Parse, start, amount);
        code
    }

    /// Parses files and everything that they lead to.
    fn parse_all(
        &self,
        picked: Vec<Picked>,
        (seen, needles): (&[AtomicBool], Option<&AhoCorasick>),
        code: &mut Code,
    ) {
        let parsing = Parsing { files: self, needles, seen, done: Mutex::default() };
        for file in &picked {
            mark(seen, file.number);
        }
        rayon::scope(|scope| {
            for file in picked {
                let parsing = &parsing;
                scope.spawn(move |scope| parsing.parse(scope, file));
            }
        });
        let mut done = parsing.done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_by_key(|(number, _)| *number);
        for (_, result) in done {
            match result {
                Ok(parsed) => code.parsed.push(parsed),
                Err(notice) => code.notices.push(notice),
            }
        }
    }

    /// Reads every file that is looked at for its own sake, picks those worth parsing, and keeps
    /// what the others import.
    fn scan(
        &self,
        code: &mut Code,
        needles: Option<&AhoCorasick>,
    ) -> (Vec<Picked>, Vec<(String, Sketch)>) {
        let start = Instant::now();
        let files: Vec<(u32, &Found)> = (0..)
            .zip(self.files)
            .filter(|(_, file)| file.kind == Kind::Code)
            .filter(|(_, file)| file.included || is_generated(&file.path))
            .collect();
        let scanned: Vec<Scanned> = files
            .par_iter()
            .map(|(number, file)| self.scan_one((*number, file), needles))
            .collect();
        let mut amount = Amount { items: scanned.len(), bytes: 0 };
        let (mut picked, mut sketches) = (Vec::new(), Vec::new());
        for scanned in scanned {
            amount.bytes += scanned.bytes;
            picked.extend(scanned.picked);
            sketches.extend(scanned.sketch);
            code.notices.extend(scanned.notice);
            code.generated.extend(scanned.generated);
        }
        if self.depth == Depth::Everything {
            code.scanned = amount.items;
        }
        code.phases.end(Phase::Scan, start, amount);
        (picked, sketches)
    }

    fn scan_one(&self, (number, file): (u32, &Found), needles: Option<&AhoCorasick>) -> Scanned {
        let read = self.store.read(&file.path, CODE_BYTES_MAX);
        let notice = read.notice.map(|notice| about(&file.path, &notice));
        let mut scanned = Scanned { notice, ..Scanned::default() };
        let Some(text) = read.text else { return scanned };
        scanned.bytes = text.len() as u64;
        if generated::is_generated(&text) {
            let types = generated::read(&text);
            scanned.generated =
                Some(TypesText { path: file.path.clone(), text: text.into(), types });
            return scanned;
        }
        if self.depth == Depth::Catalog {
            if file.included && may_declare(&text) && !is_minified(&text) {
                scanned.picked = Some(Picked { number, text: Some(text.into()), named: false });
            }
            return scanned;
        }
        let found = names(needles, &text);
        let named = found == Names::Something;
        let wanted = found != Names::Nothing || is_entry_path(&file.path) || may_declare(&text);
        if wanted && is_minified(&text) {
            scanned.notice = Some(about(&file.path, "is minified: left out"));
        } else if wanted && file.included {
            scanned.picked = Some(Picked { number, text: Some(Arc::from(text)), named });
        } else if file.included {
            scanned.sketch = Some((file.path.clone(), Sketch::new(number, &text)));
        }
        scanned
    }

    /// Parses a file and looks up its imports. None when the file has no text and that was said.
    fn parse(
        &self,
        picked: Picked,
        needles: Option<&AhoCorasick>,
    ) -> Option<Result<Parsed, Notice>> {
        let file = self.files.get(picked.number as usize)?;
        let text = if let Some(text) = picked.text {
            text
        } else {
            let read = self.store.read(&file.path, CODE_BYTES_MAX);
            match read.text.filter(|text| !is_minified(text)) {
                Some(text) => Arc::from(text),
                None => return Some(Err(about(&file.path, &read.notice?))),
            }
        };
        let mut module = trave_ts::parse(FileId(0), &file.path, &text);
        let imports = self.resolved(&file.path, &mut module);
        let path = file.path.clone();
        // What is not looked at for its own sake was not scanned either.
        let named = picked.named || (!file.included && names(needles, &text) == Names::Something);
        Some(Ok(Parsed { number: picked.number, path, text, module, imports, named }))
    }

    /// What each specifier of a module means; names that an import map replaces are replaced.
    fn resolved(&self, path: &str, module: &mut ir::Module) -> Vec<(SmolStr, u32)> {
        let mut found: Vec<(SmolStr, u32)> = Vec::new();
        for specifier in specifiers(module) {
            if found.iter().any(|(known, _)| known == specifier) {
                continue;
            }
            match self.resolver.resolve(path, specifier) {
                Some(Target::File(number)) => found.push((specifier.clone(), number)),
                Some(Target::Renamed(name)) => *specifier = SmolStr::new(name),
                None => {}
            }
        }
        found
    }

    /// The files that the imports of a file lead to.
    fn leads_to(&self, parsed: &Parsed) -> impl Iterator<Item = u32> {
        let follows = |(specifier, number): &&(SmolStr, u32)| {
            self.follows(&parsed.module, specifier, *number)
        };
        parsed.imports.iter().filter(follows).map(|(_, number)| *number)
    }

    /// Whether an import leads on. Components that nothing picked hold markup; types are gone at
    /// run time, and those that name a client are picked by its name.
    fn follows(&self, module: &ir::Module, specifier: &str, number: u32) -> bool {
        let Some(file) = self.files.get(number as usize) else { return false };
        let endings = [".tsx", ".jsx", ".vue", ".svelte"];
        let markup = endings.iter().any(|ending| file.path.ends_with(ending));
        let mut imports = module.imports.iter().filter(|import| import.specifier == specifier);
        let types_only = imports.clone().next().is_some() && imports.all(|import| import.type_only);
        let skipped = markup && !is_server_only(&file.path);
        !skipped && !types_only && !is_generated(&file.path)
    }
}

#[derive(Default)]
struct Scanned {
    bytes: u64,
    picked: Option<Picked>,
    sketch: Option<(String, Sketch)>,
    generated: Option<TypesText>,
    notice: Option<Notice>,
}

/// Marks a file as met; whether it was new.
fn mark(seen: &[AtomicBool], number: u32) -> bool {
    seen.get(number as usize).is_some_and(|met| !met.swap(true, Ordering::Relaxed))
}

/// What the text of a file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Nothing that matters.
    Nothing,
    /// A package that registers routes.
    Router,
    /// Something that matters by itself.
    Something,
}

/// What a text names; without the automaton, every file is parsed.
fn names(needles: Option<&AhoCorasick>, text: &str) -> Names {
    let Some(needles) = needles else { return Names::Something };
    let mut found = Names::Nothing;
    for hit in needles.find_iter(text) {
        if hit.pattern().as_usize() < NEEDLES.len() {
            return Names::Something;
        }
        found = Names::Router;
    }
    found
}

/// The automaton over every name that matters.
fn needles() -> Option<AhoCorasick> {
    AhoCorasick::new(NEEDLES.iter().chain(ROUTER_NEEDLES)).ok()
}

fn is_minified(text: &str) -> bool {
    let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count() + 1;
    text.len() > 16 * LINE_BYTES_MAX && text.len() / lines > LINE_BYTES_MAX
}

/// Every specifier of a module, to read or to replace.
fn specifiers(module: &mut ir::Module) -> impl Iterator<Item = &mut SmolStr> {
    let exports = module.exports.iter_mut().filter_map(|export| match &mut export.what {
        ir::Exported::From { specifier, .. } => Some(specifier),
        ir::Exported::Binding(_) | ir::Exported::Expr(_) => None,
    });
    module.imports.iter_mut().map(|import| &mut import.specifier).chain(exports)
}

fn about(path: &str, what: &str) -> Notice {
    Notice { origin: None, message: format!("`{path}` {what}") }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Code, CodeFiles};
    use crate::kind::Kind;
    use crate::load::Depth;
    use crate::resolve::{Resolver, Tree};
    use crate::settings::Settings;
    use crate::store::Memory;
    use crate::walk::{Selection, listed};

    fn read(files: &[(&str, &str)]) -> Code {
        let selection = Selection::new(&Settings::default()).unwrap();
        let inventory = listed(files.iter().map(|(path, _)| *path), &selection);
        let code = (0..).zip(&inventory.files).filter(|(_, file)| file.kind == Kind::Code);
        let tree = Tree::new(code.map(|(number, file)| (Arc::from(file.path.as_str()), number)));
        let resolver = Resolver::new(tree, &[]);
        let texts = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        let store = Memory { texts: texts.collect() };
        let depth = Depth::Everything;
        CodeFiles { files: &inventory.files, store: &store, resolver: &resolver, depth }.read()
    }

    fn paths(code: &Code) -> Vec<&str> {
        code.parsed.iter().map(|parsed| parsed.path.as_str()).collect()
    }

    #[test]
    fn what_names_a_client_is_parsed_and_its_imports_are_followed() {
        let code = read(&[
            ("src/list.ts", "import { db } from './db'; db.from('notes').select();"),
            ("src/db.ts", "export { db } from './deep';"),
            ("src/deep.ts", "export const db = 1;"),
            ("src/aside.ts", "export const nothing = 1;"),
        ]);
        assert_eq!(paths(&code), ["src/db.ts", "src/deep.ts", "src/list.ts"]);
        assert_eq!(code.scanned, 4);
        assert_eq!(code.parsed[2].imports.len(), 1);
    }

    #[test]
    fn markup_and_types_are_not_followed() {
        let code = read(&[
            (
                "src/list.ts",
                "import { Card } from './card'; import type { Row } from './types';\n\
                 db.from('notes').select();",
            ),
            ("src/card.tsx", "export const Card = () => null;"),
            ("src/types.ts", "export type Row = { id: string };"),
        ]);
        assert_eq!(paths(&code), ["src/list.ts"]);
    }

    #[test]
    fn tests_are_read_only_when_something_imports_them() {
        let code = read(&[
            ("src/list.test.ts", "db.from('notes').select();"),
            ("src/testing/db.ts", "db.from('notes').select();"),
            ("src/list.ts", "import { db } from './testing/db'; db.from('notes').select();"),
        ]);
        assert_eq!(paths(&code), ["src/list.ts", "src/testing/db.ts"]);
    }

    #[test]
    fn generated_types_are_a_witness_and_not_code() {
        let types = "export type Database = {\n  public: {\n    Tables: {\n      notes: {\n        \
                     Row: {\n          id: string\n        }\n      }\n    }\n  }\n}\n";
        let code = read(&[("src/database.types.ts", types), ("src/db.ts", types)]);
        assert!(paths(&code).is_empty());
        assert_eq!(code.generated.len(), 2);
    }

    #[test]
    fn a_client_component_that_leads_to_a_secret_is_parsed_with_all_on_the_way() {
        let code = read(&[
            ("src/photo.tsx", "'use client';\nimport { Frame } from './frame';\n"),
            ("src/frame.tsx", "import { url } from './storage';\n"),
            ("src/storage.ts", "import { admin } from './admin';\n"),
            ("src/admin.ts", "export const admin = process.env.SUPABASE_SERVICE_ROLE_KEY;\n"),
            ("src/aside.tsx", "'use client';\nimport { other } from './other';\n"),
            ("src/other.ts", "export const other = 1;\n"),
        ]);
        let expected = ["src/admin.ts", "src/frame.tsx", "src/photo.tsx", "src/storage.ts"];
        assert_eq!(paths(&code), expected);
    }

    #[test]
    fn a_component_that_leads_from_a_page_to_a_query_is_parsed() {
        let code = read(&[
            ("app/notes/page.tsx", "import { Notes } from '../../ui/notes';\n"),
            ("ui/notes.tsx", "import { List } from './list';\nimport { Box } from './box';\n"),
            ("ui/list.tsx", "import { all } from '../lib/notes';\n"),
            ("ui/box.tsx", "export const Box = () => null;\n"),
            ("ui/form.tsx", "'use client';\nimport { all } from '../lib/notes';\n"),
            ("lib/notes.ts", "db.from('notes').select();\n"),
        ]);
        let expected = ["app/notes/page.tsx", "lib/notes.ts", "ui/list.tsx", "ui/notes.tsx"];
        assert_eq!(paths(&code), expected);
    }

    #[test]
    fn bundles_are_left_out_and_said() {
        let bundle = format!("db.from('notes').select();{}", "x".repeat(50_000));
        let code = read(&[("src/bundle.js", bundle.as_str())]);
        assert!(paths(&code).is_empty());
        assert_eq!(code.notices.len(), 1);
    }
}
