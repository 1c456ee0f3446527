//! From text to tree: limits, masking, and parsers that are made once per thread.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use smol_str::SmolStr;
use trave_source::{FileId, Span};
use tree_sitter::{Language, ParseOptions, ParseState, Parser};

use crate::component::script_of;
use crate::ir::Module;
use crate::kind::Kinds;
use crate::lower;
use crate::mask::{blank_ampersands, mask};
use crate::tree::{Extras, Raw, Tree, flatten};

/// Files above this are data or bundles, not code that somebody wrote.
const BYTES_MAX: usize = 2 << 20;
/// Files below this are never taken for minified.
const MINIFIED_BYTES_MIN: usize = 20_000;
/// Code that somebody wrote has shorter lines on average.
const LINE_MEAN_MAX: usize = 400;
/// The parser reports progress every 100 steps, and takes less than one step per byte of sound
/// code; a text whose error recovery needs ten times as many is given up.
const BYTES_PER_REPORT: usize = 10;
/// How many bytes may be looked through for the ends of comments that have none.
const COMMENT_STEPS_MAX: usize = 20_000_000;
/// Short texts may always take this many reports.
const REPORTS_MIN: usize = 10_000;

/// Reads one file. Never fails: what cannot be read is listed in [`Module::errors`]. The code of
/// components of Vue and Svelte goes to the browser.
pub fn parse(file: FileId, path: &str, text: &str) -> Module {
    let Some(script) = script_of(path, text) else { return parse_code(file, path, text) };
    let mut module = parse_code(file, path, &script);
    module.directives.push(SmolStr::new_static("use client"));
    module
}

fn parse_code(file: FileId, path: &str, text: &str) -> Module {
    if text.len() > BYTES_MAX || is_minified(text) || has_endless_comments(text) {
        return lower::unread(file, Span::new(0, text.len()));
    }
    let masked = mask(text);
    PARSERS.with(|parsers| match parsers.try_borrow_mut() {
        Ok(mut parsers) => parsers.read(path, masked).lower(file, text),
        Err(_) => Parsers::new().read(path, masked).lower(file, text),
    })
}

fn is_minified(text: &str) -> bool {
    let lines = || memchr::memchr_iter(b'\n', text.as_bytes()).count() + 1;
    text.len() > MINIFIED_BYTES_MIN && text.len() / lines() > LINE_MEAN_MAX
}

/// Each `/*` that nothing closes makes the parser look for its end through the rest of the file.
fn has_endless_comments(text: &str) -> bool {
    let last = memchr::memmem::rfind(text.as_bytes(), b"*/").unwrap_or(0);
    let rest = text.as_bytes().get(last..).unwrap_or_default();
    let steps = memchr::memmem::find_iter(rest, b"/*").count().saturating_mul(rest.len());
    steps > COMMENT_STEPS_MAX
}

/// A grammar with the meaning of its numbers.
struct Grammar {
    language: Language,
    kinds: Kinds,
}

impl Grammar {
    fn new(language: Language) -> Self {
        Self { kinds: Kinds::new(&language), language }
    }
}

static TYPESCRIPT: LazyLock<Grammar> =
    LazyLock::new(|| Grammar::new(tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()));
static TSX: LazyLock<Grammar> =
    LazyLock::new(|| Grammar::new(tree_sitter_typescript::LANGUAGE_TSX.into()));

thread_local! {
    static PARSERS: RefCell<Parsers> = RefCell::new(Parsers::new());
}

/// What a thread keeps between files.
struct Parsers {
    typescript: Parser,
    tsx: Parser,
    nodes: Vec<Raw>,
}

impl Parsers {
    fn new() -> Self {
        Self { typescript: parser(&TYPESCRIPT), tsx: parser(&TSX), nodes: Vec::new() }
    }

    /// Reads a text into the flat list; JSX text with a bare `&` is read a second time without.
    fn read(&mut self, path: &str, mut masked: Cow<'_, [u8]>) -> Read<'_> {
        let mut extras = self.read_once(path, &masked);
        let errors = extras.as_ref().map_or(&[] as &[Span], |extras| &extras.errors);
        if blank_ampersands(&mut masked, errors) {
            extras = self.read_once(path, &masked);
        }
        Read { nodes: &self.nodes, extras }
    }

    fn read_once(&mut self, path: &str, text: &[u8]) -> Option<Extras> {
        let (parser, grammar) = if is_plain_typescript(path) {
            (&mut self.typescript, &TYPESCRIPT)
        } else {
            (&mut self.tsx, &TSX)
        };
        let reports_max = (text.len() / BYTES_PER_REPORT).max(REPORTS_MIN);
        let mut reports = 0;
        let mut progress = |_: &ParseState| {
            reports += 1;
            if reports > reports_max { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = ParseOptions::new().progress_callback(&mut progress);
        let mut bytes = |from, _| text.get(from..).unwrap_or_default();
        let tree = parser.parse_with_options(&mut bytes, None, Some(options));
        // A parse that was cut off would otherwise be resumed with the next file.
        parser.reset();
        tree.map(|tree| flatten(&mut tree.walk(), &grammar.kinds, &mut self.nodes))
    }
}

fn parser(grammar: &Grammar) -> Parser {
    let mut parser = Parser::new();
    // Cannot fail for a grammar built for this library; if it did, every parse would give nothing.
    let _ = parser.set_language(&grammar.language);
    parser
}

/// JSX is told apart from type assertions by the file's ending, as TypeScript does.
fn is_plain_typescript(path: &str) -> bool {
    [".ts", ".mts", ".cts"].iter().any(|ending| path.ends_with(ending))
}

/// A parse that lives as long as its thread's list.
struct Read<'p> {
    nodes: &'p [Raw],
    extras: Option<Extras>,
}

impl Read<'_> {
    fn lower(self, file: FileId, text: &str) -> Module {
        match self.extras {
            Some(extras) => lower::lower(file, Tree { nodes: self.nodes, text }, extras),
            None => lower::unread(file, Span::new(0, text.len())),
        }
    }
}
