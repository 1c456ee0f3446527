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
use trave_backend::declared::{may_declare, speaks_of_schemas};
use trave_backend::frameworks::is_server_only;
use trave_backend::generated::GeneratedTypes;
use trave_backend::scan::SECRET_NEEDLES;
use trave_source::{FileId, Notice, Source};
use trave_ts::ir;

use crate::browser::stays_on_server;
use crate::kind::{Kind, is_generated};
use crate::leading::leading;
use crate::load::Depth;
use crate::numbering::Numbering;
use crate::phases::{Amount, Phase, Phases};
use crate::resolve::{Resolver, Target};
use crate::scan::{Names, Scanned, Way, about, is_minified, names, needles};
use crate::sketch::Sketches;
use crate::store::Store;
use crate::text::CODE_BYTES_MAX;
use crate::walk::Found;

/// A parsed file with what its imports mean.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// Its number among the walked files.
    pub(crate) number: u32,
    /// Its path and text.
    pub(crate) source: Source,
    /// The lowered module.
    pub(crate) module: Arc<ir::Module>,
    /// Whether it may declare tables.
    pub(crate) may_declare: bool,
    /// Whether it may say something of declared schemas by itself.
    pub(crate) speaks_of_schemas: bool,
    /// What other files may see of it.
    pub(crate) shape: Shape,
}

/// What a parsed file says about which others are parsed: most edits leave it as it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Whether its own text names something that matters: otherwise only its callers give what it
    /// does a meaning.
    pub(crate) named: bool,
    /// What each specifier means, as a number among the walked files.
    pub(crate) imports: Vec<(SmolStr, u32)>,
    /// Those of them that are there at run time.
    pub(crate) at_run_time: Vec<u32>,
    /// The files that it leads to.
    leads: Vec<u32>,
    /// Whether it names a secret.
    pub(crate) holds_secret: bool,
    /// `use client`, `use server` …
    directives: Vec<SmolStr>,
    /// It never gets to a browser.
    pub(crate) stays_on_server: bool,
}

/// A file of generated types.
#[derive(Debug)]
pub(crate) struct TypesText {
    /// Its number among the walked files.
    pub(crate) number: u32,
    /// Its path and text.
    pub(crate) source: Source,
    /// What it shows.
    pub(crate) types: GeneratedTypes,
}

/// The code of a project.
#[derive(Debug, Default, Clone)]
pub(crate) struct Code {
    /// Parsed files, in order of path.
    pub(crate) parsed: Vec<Arc<Parsed>>,
    /// Generated types, which are read in a way of their own.
    pub(crate) generated: Vec<Arc<TypesText>>,
    /// The files that others import which were not parsed.
    pub(crate) imported_elsewhere: Arc<BTreeSet<u32>>,
    /// How many files were looked at.
    pub(crate) scanned: usize,
    /// What could not be read.
    pub(crate) notices: Vec<Notice>,
    /// How long it took.
    pub(crate) phases: Phases,
}

/// What is known of files of code from earlier reads, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct CodeCache {
    scans: Vec<Option<Arc<Scanned>>>,
    /// None inside for a file without a text.
    parses: Vec<Option<Arc<Outcome>>>,
    needles: Option<AhoCorasick>,
    code: Option<Code>,
}

/// What parsing a file gave; none for one without a text of which that was said already.
type Outcome = Option<Result<Arc<Parsed>, Notice>>;

impl Code {
    /// Whether nothing of it is another thing than before.
    pub(crate) fn is_same(&self, before: &Self) -> bool {
        let are_same = self.parsed.len() == before.parsed.len()
            && self.generated.len() == before.generated.len()
            && self.parsed.iter().zip(&before.parsed).all(|(now, was)| Arc::ptr_eq(now, was))
            && self.generated.iter().zip(&before.generated).all(|(now, was)| Arc::ptr_eq(now, was));
        are_same
            && self.scanned == before.scanned
            && self.notices == before.notices
            && self.imported_elsewhere == before.imported_elsewhere
    }
}

impl Parsed {
    pub(crate) fn path(&self) -> &str {
        &self.source.path
    }
}

/// Where the code of a project is found.
pub(crate) struct CodeFiles<'a> {
    /// Every walked file.
    pub(crate) files: &'a [Found],
    /// Their ids.
    pub(crate) numbering: &'a Numbering,
    /// Their texts.
    pub(crate) store: &'a dyn Store,
    /// What imports mean.
    pub(crate) resolver: &'a Resolver,
    /// How much is read: for a catalog, only what may declare a schema.
    pub(crate) depth: Depth,
}

/// A file that is to be parsed.
#[derive(Debug, Clone, Copy)]
struct Picked {
    number: u32,
    named: bool,
}

impl Picked {
    /// A file that is parsed because another one leads to it.
    fn followed(number: u32) -> Self {
        Self { number, named: false }
    }
}

/// Files that are being parsed, on all threads.
struct Parsing<'a> {
    files: &'a CodeFiles<'a>,
    needles: Option<&'a AhoCorasick>,
    scans: &'a [Option<Arc<Scanned>>],
    /// What is known of files that were parsed before.
    known: &'a [Option<Arc<Outcome>>],
    /// Which of the walked files were met.
    seen: &'a [AtomicBool],
    done: Mutex<Vec<(u32, Arc<Outcome>)>>,
}

impl Parsing<'_> {
    /// Parses a file, and in tasks of their own the files that it leads to.
    fn parse<'s>(&'s self, scope: &rayon::Scope<'s>, picked: Picked) {
        let number = picked.number;
        let known = self.known.get(number as usize).and_then(Option::as_ref);
        let outcome = known.map_or_else(|| Arc::new(self.parsed(picked)), Arc::clone);
        let leads = outcome.iter().flatten().flat_map(|parsed| &parsed.shape.leads);
        for next in leads.copied() {
            if mark(self.seen, next) {
                scope.spawn(move |scope| self.parse(scope, Picked::followed(next)));
            }
        }
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push((number, outcome));
    }

    fn parsed(&self, picked: Picked) -> Outcome {
        let scanned = self.scans.get(picked.number as usize).and_then(Option::as_ref);
        let text = scanned.and_then(|scanned| scanned.take_text());
        self.files.parse(picked, text, self.needles)
    }
}

impl CodeFiles<'_> {
    /// Scans, parses, and follows imports until nothing new is met. Of a cache that knows the
    /// files from before, only those that are `dirty` are read again.
    pub(crate) fn read(&self, cache: &mut CodeCache, dirty: &[u32]) -> Code {
        cache.needles = cache.needles.take().or_else(needles);
        cache.scans.resize_with(self.files.len(), || None);
        cache.parses.resize_with(self.files.len(), || None);
        let start = Instant::now();
        let code = self.patched(cache, dirty).unwrap_or_else(|| {
            for number in dirty {
                cache.forget(*number);
            }
            self.read_all(cache)
        });
        let mut kept = code.clone();
        kept.phases = Phases::default();
        cache.code = Some(kept);
        let mut code = code;
        if code.phases.measures.is_empty() {
            let amount = Amount { items: dirty.len(), bytes: 0 };
            code.phases.end(Phase::Parse, start, amount);
        }
        code
    }

    /// The code as it was but for the dirty files, where they lead on as they did.
    fn patched(&self, cache: &mut CodeCache, dirty: &[u32]) -> Option<Code> {
        let mut code = cache.code.take()?;
        for number in dirty {
            let at = *number as usize;
            let file = self.files.get(at).filter(|file| file.kind == Kind::Code)?;
            let was = cache.scans.get(at)?.clone();
            let is = is_scanned(file).then(|| self.scan_one((*number, file), cache));
            let is_alike = match (&was, &is) {
                (Some(was), Some(is)) => was.leads_on_as(is),
                (None, None) => true,
                _ => false,
            };
            let named = is.as_ref().is_some_and(|is| is.picked == Some(Names::Something));
            let text = is.as_ref().and_then(Scanned::take_text);
            *cache.scans.get_mut(at)? = is.map(Arc::new);
            let Some(old) = cache.parses.get_mut(at)?.take().filter(|_| is_alike) else {
                // Nothing leads to it, and its text does not matter by itself.
                if is_alike {
                    continue;
                }
                return None;
            };
            let place = code.parsed.binary_search_by_key(number, |parsed| parsed.number).ok()?;
            let place = code.parsed.get_mut(place)?;
            if let (Some(text), Some(Ok(known))) = (&text, &*old)
                && **text == *known.source.text
            {
                *cache.parses.get_mut(at)? = Some(old);
                continue;
            }
            let picked = Picked { number: *number, named };
            let outcome = self.parse(picked, text, cache.needles.as_ref());
            let Some(Ok(parsed)) = &outcome else { return None };
            let Some(Ok(old)) = &*old else { return None };
            let is_alike = parsed.shape == old.shape;
            *place = Arc::clone(parsed);
            *cache.parses.get_mut(at)? = Some(Arc::new(outcome));
            if !is_alike {
                return None;
            }
        }
        Some(code)
    }

    fn read_all(&self, cache: &mut CodeCache) -> Code {
        let mut code = Code::default();
        let picked = self.scan(&mut code, cache);
        let start = Instant::now();
        let seen: Vec<AtomicBool> = self.files.iter().map(|_| AtomicBool::new(false)).collect();
        self.parse_all(picked, (&seen, &mut *cache), &mut code);
        let unseen =
            |number: u32| seen.get(number as usize).is_some_and(|it| !it.load(Ordering::Relaxed));
        let scans = cache.scans.iter().flatten();
        let sketches = scans.filter_map(|scanned| scanned.sketch.clone());
        let sketches = Sketches::new(sketches.filter(|it| unseen(it.number)).collect());
        let leading = leading(&sketches, &code.parsed, self.files);
        let picked = leading.into_iter().map(Picked::followed).collect();
        self.parse_all(picked, (&seen, &mut *cache), &mut code);
        let left = sketches.all.iter().filter(|sketch| unseen(sketch.number));
        code.imported_elsewhere =
            Arc::new(left.flat_map(|sketch| &sketch.targets).copied().collect());
        code.parsed.sort_by_key(|parsed| parsed.number);
        let bytes = code.parsed.iter().map(|parsed| parsed.source.text.len() as u64).sum();
        let amount = Amount { items: code.parsed.len(), bytes };
        code.phases.end(Phase::Parse, start, amount);
        code
    }

    /// Parses files and everything that they lead to; what is known is taken as it is.
    fn parse_all(
        &self,
        picked: Vec<Picked>,
        (seen, cache): (&[AtomicBool], &mut CodeCache),
        code: &mut Code,
    ) {
        for file in &picked {
            mark(seen, file.number);
        }
        let mut done: Vec<(u32, Arc<Outcome>)> = Vec::new();
        let mut waiting = picked;
        while !waiting.is_empty() {
            let mut unknown = Vec::new();
            while let Some(picked) = waiting.pop() {
                let known = cache.parses.get(picked.number as usize).and_then(Option::as_ref);
                let Some(known) = known else {
                    unknown.push(picked);
                    continue;
                };
                done.push((picked.number, Arc::clone(known)));
                let leads = known.iter().flatten().flat_map(|parsed| &parsed.shape.leads);
                let fresh = leads.copied().filter(|next| mark(seen, *next));
                waiting.extend(fresh.map(Picked::followed));
            }
            done.extend(self.parse_unknown(unknown, seen, cache));
        }
        done.sort_by_key(|(number, _)| *number);
        for (_, outcome) in done {
            match &*outcome {
                Some(Ok(parsed)) => code.parsed.push(Arc::clone(parsed)),
                Some(Err(notice)) => code.notices.push(notice.clone()),
                None => {}
            }
        }
    }

    /// Parses files that are not known, and those that they lead to.
    fn parse_unknown(
        &self,
        unknown: Vec<Picked>,
        seen: &[AtomicBool],
        cache: &mut CodeCache,
    ) -> Vec<(u32, Arc<Outcome>)> {
        let (needles, scans) = (cache.needles.as_ref(), cache.scans.as_slice());
        let (files, known, done) = (self, cache.parses.as_slice(), Mutex::default());
        let parsing = Parsing { files, needles, scans, known, seen, done };
        rayon::scope(|scope| {
            for file in unknown {
                let parsing = &parsing;
                scope.spawn(move |scope| parsing.parse(scope, file));
            }
        });
        let done = parsing.done.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (number, outcome) in &done {
            if let Some(place) = cache.parses.get_mut(*number as usize) {
                *place = Some(Arc::clone(outcome));
            }
        }
        done
    }

    /// Reads every file that is looked at for its own sake, and picks those worth parsing.
    fn scan(&self, code: &mut Code, cache: &mut CodeCache) -> Vec<Picked> {
        let start = Instant::now();
        let files: Vec<(u32, &Found)> =
            (0..).zip(self.files).filter(|(_, file)| is_scanned(file)).collect();
        let known = &*cache;
        let scanned: Vec<(u32, Arc<Scanned>)> = files
            .par_iter()
            .map(|(number, file)| {
                let scanned = known.scans.get(*number as usize).and_then(Option::as_ref);
                let scanned = scanned.cloned();
                let scan = || Arc::new(self.scan_one((*number, file), known));
                (*number, scanned.unwrap_or_else(scan))
            })
            .collect();
        let mut amount = Amount { items: scanned.len(), bytes: 0 };
        let mut picked = Vec::new();
        for (number, scanned) in scanned {
            amount.bytes += scanned.bytes;
            let named = scanned.picked == Some(Names::Something);
            picked.extend(scanned.picked.map(|_| Picked { number, named }));
            code.notices.extend(scanned.notice.clone());
            code.generated.extend(scanned.generated.clone());
            if let Some(place) = cache.scans.get_mut(number as usize) {
                *place = Some(scanned);
            }
        }
        if self.depth == Depth::Everything {
            code.scanned = amount.items;
        }
        code.phases.end(Phase::Scan, start, amount);
        picked
    }

    fn scan_one(&self, (number, file): (u32, &Found), cache: &CodeCache) -> Scanned {
        let read = self.store.read(&file.path, CODE_BYTES_MAX);
        let (depth, needles, resolver) = (self.depth, cache.needles.as_ref(), self.resolver);
        Scanned::of((number, file), read, &Way { depth, needles, resolver })
    }

    /// Parses a file and looks up its imports. None when the file has no text and that was said.
    fn parse(
        &self,
        picked: Picked,
        text: Option<Arc<str>>,
        needles: Option<&AhoCorasick>,
    ) -> Outcome {
        let file = self.files.get(picked.number as usize)?;
        let text = if let Some(text) = text {
            text
        } else {
            let read = self.store.read(&file.path, CODE_BYTES_MAX);
            match read.text.filter(|text| !is_minified(text)) {
                Some(text) => text,
                None => return Some(Err(about(&file.path, &read.notice?))),
            }
        };
        let id: FileId = self.numbering.id(picked.number);
        let mut module = trave_ts::parse(id, &file.path, &text);
        let imports = self.resolved(&file.path, &mut module);
        // What is not looked at for its own sake was not scanned either.
        let named = picked.named || (!file.included && names(needles, &text) == Names::Something);
        let leads = imports.iter().filter(|(name, to)| self.follows(&module, name, *to));
        let leads = leads.map(|(_, number)| *number).collect();
        let at_run_time = imports.iter().filter(|(name, _)| is_at_run_time(&module, name));
        let at_run_time = at_run_time.map(|(_, number)| *number).collect();
        let shape = Shape {
            named,
            leads,
            at_run_time,
            holds_secret: SECRET_NEEDLES.iter().any(|name| text.contains(name)),
            directives: module.directives.clone(),
            stays_on_server: stays_on_server(&module),
            imports,
        };
        let may_declare = may_declare(&text);
        let speaks_of_schemas = speaks_of_schemas(&module, &text);
        let source = Source::new(file.path.as_str(), text);
        let (number, module) = (picked.number, Arc::new(module));
        let parsed = Parsed { number, source, module, may_declare, speaks_of_schemas, shape };
        Some(Ok(Arc::new(parsed)))
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

impl CodeCache {
    /// Forgets what was known of a file.
    fn forget(&mut self, number: u32) {
        let at = number as usize;
        if let Some(scan) = self.scans.get_mut(at) {
            *scan = None;
        }
        if let Some(parse) = self.parses.get_mut(at) {
            *parse = None;
        }
    }
}

/// Whether a file is looked at for its own sake.
fn is_scanned(file: &Found) -> bool {
    file.kind == Kind::Code && (file.included || is_generated(&file.path))
}

/// Marks a file as met; whether it was new.
fn mark(seen: &[AtomicBool], number: u32) -> bool {
    seen.get(number as usize).is_some_and(|met| !met.swap(true, Ordering::Relaxed))
}

/// Whether an import is more than one of types; re-exports are.
fn is_at_run_time(module: &ir::Module, specifier: &str) -> bool {
    let mut imports = module.imports.iter().filter(|import| import.specifier == specifier);
    let first = imports.next();
    first.is_none_or(|first| !first.type_only) || imports.any(|import| !import.type_only)
}

/// Every specifier of a module, to read or to replace.
fn specifiers(module: &mut ir::Module) -> impl Iterator<Item = &mut SmolStr> {
    let exports = module.exports.iter_mut().filter_map(|export| match &mut export.what {
        ir::Exported::From { specifier, .. } => Some(specifier),
        ir::Exported::Binding(_) | ir::Exported::Expr(_) => None,
    });
    module.imports.iter_mut().map(|import| &mut import.specifier).chain(exports)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use super::{Code, CodeCache, CodeFiles};
    use crate::kind::Kind;
    use crate::load::Depth;
    use crate::numbering::Numbering;
    use crate::resolve::{Resolver, Tree};
    use crate::settings::Settings;
    use crate::store::Memory;
    use crate::walk::{Selection, listed};

    pub(crate) fn read(files: &[(&str, &str)]) -> Code {
        let selection = Selection::new(&Settings::default()).unwrap();
        let inventory = listed(files.iter().map(|(path, _)| *path), &selection);
        let code = (0..).zip(&inventory.files).filter(|(_, file)| file.kind == Kind::Code);
        let tree = Tree::new(code.map(|(number, file)| (Arc::from(file.path.as_str()), number)));
        let resolver = Resolver::new(tree, &[]);
        let texts = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        let store: Memory = texts.collect();
        let depth = Depth::Everything;
        let numbering = Numbering::new(&inventory.files);
        let (files, numbering) = (&inventory.files, &numbering);
        let files = CodeFiles { files, numbering, store: &store, resolver: &resolver, depth };
        files.read(&mut CodeCache::default(), &[])
    }

    pub(crate) fn paths(code: &Code) -> Vec<&str> {
        code.parsed.iter().map(|parsed| parsed.path()).collect()
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
        assert_eq!(code.parsed[2].shape.imports.len(), 1);
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
