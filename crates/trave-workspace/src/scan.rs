//! What the bytes of a file tell before it is parsed: whether it names something that matters.

use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::AhoCorasick;
use trave_backend::declared::may_declare;
use trave_backend::generated;
use trave_backend::scan::{NEEDLES, ROUTER_NEEDLES, is_entry_path};
use trave_source::{Notice, Source};

use crate::code::TypesText;
use crate::load::Depth;
use crate::resolve::Resolver;
use crate::sketch::Sketch;
use crate::text::Text;
use crate::walk::Found;

/// Lines of this length on average are written by a bundler, not by people.
const LINE_BYTES_MAX: usize = 1000;

/// What a scan of a file gave.
#[derive(Debug, Default)]
pub(crate) struct Scanned {
    /// How long its text is.
    pub(crate) bytes: u64,
    /// What it names, when it is to be parsed.
    pub(crate) picked: Option<Names>,
    /// What it imports, when it is not.
    pub(crate) sketch: Option<Arc<Sketch>>,
    /// What it shows, when it holds generated types.
    pub(crate) generated: Option<Arc<TypesText>>,
    /// What was unusual about it.
    pub(crate) notice: Option<Notice>,
    /// Its text, until it is parsed.
    text: Mutex<Option<Arc<str>>>,
}

/// How files are scanned.
pub(crate) struct Way<'a> {
    /// How much is read.
    pub(crate) depth: Depth,
    /// The names that matter.
    pub(crate) needles: Option<&'a AhoCorasick>,
    /// What imports mean.
    pub(crate) resolver: &'a Resolver,
}

/// What the text of a file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// Nothing that matters.
    Nothing,
    /// A package that registers routes.
    Router,
    /// Something that matters by itself.
    Something,
}

impl Scanned {
    /// Scans what was read of a file.
    pub(crate) fn of((number, file): (u32, &Found), read: Text, way: &Way<'_>) -> Self {
        let notice = read.notice.map(|notice| about(&file.path, &notice));
        let mut scanned = Self { notice, ..Self::default() };
        let Some(text) = read.text else { return scanned };
        scanned.bytes = text.len() as u64;
        if generated::is_generated(&text) {
            let types = generated::read(&text);
            let source = Source::new(file.path.as_str(), text);
            scanned.generated = Some(Arc::new(TypesText { number, source, types }));
            return scanned;
        }
        if way.depth == Depth::Catalog {
            if file.included && may_declare(&text) && !is_minified(&text) {
                scanned.pick(Names::Nothing, text);
            }
            return scanned;
        }
        let found = names(way.needles, &text);
        let wanted = found != Names::Nothing || is_entry_path(&file.path) || may_declare(&text);
        if wanted && is_minified(&text) {
            scanned.notice = Some(about(&file.path, "is minified: left out"));
        } else if wanted && file.included {
            scanned.pick(found, text);
        } else if file.included {
            let mut sketch = Sketch::new(number, &text);
            sketch.resolve(&file.path, way.resolver);
            scanned.sketch = Some(Arc::new(sketch));
        }
        scanned
    }

    fn pick(&mut self, names: Names, text: Arc<str>) {
        self.picked = Some(names);
        self.text = Mutex::new(Some(text));
    }

    /// Its text, for whoever asks first.
    pub(crate) fn take_text(&self) -> Option<Arc<str>> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether another text of the same file leads to the same files being parsed.
    pub(crate) fn leads_on_as(&self, other: &Self) -> bool {
        self.picked == other.picked
            && self.sketch == other.sketch
            && self.generated.is_none()
            && other.generated.is_none()
            && self.notice == other.notice
    }
}

/// What a text names; without the automaton, every file is parsed.
pub(crate) fn names(needles: Option<&AhoCorasick>, text: &str) -> Names {
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
pub(crate) fn needles() -> Option<AhoCorasick> {
    AhoCorasick::new(NEEDLES.iter().chain(ROUTER_NEEDLES)).ok()
}

pub(crate) fn is_minified(text: &str) -> bool {
    let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count() + 1;
    text.len() > 16 * LINE_BYTES_MAX && text.len() / lines > LINE_BYTES_MAX
}

pub(crate) fn about(path: &str, what: &str) -> Notice {
    Notice { origin: None, message: format!("`{path}` {what}") }
}
