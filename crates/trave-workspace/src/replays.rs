//! Replays of roots, kept for as long as the same is to be replayed. Of a root of which a migration
//! changed, what the earlier ones left behind is kept too.

use std::sync::Arc;

use rayon::prelude::*;
use trave_catalog::{Catalog, Halfway, Migration, MigrationRoot, Replay};
use trave_source::{Notice, Sources};

/// As many places to go on from are kept of a root: people write in one migration at a time.
const HALFWAY_MAX: usize = 3;

/// Replays of roots, kept for as long as the same is to be replayed.
#[derive(Debug, Default)]
pub(crate) struct Replays {
    known: Vec<KeptReplay>,
    /// The run under way.
    run: u32,
}

/// What a replay of a root left behind.
#[derive(Debug, Clone)]
pub(crate) struct KeptReplay {
    root: MigrationRoot,
    texts: Vec<Arc<str>>,
    /// What is left behind.
    pub(crate) catalog: Arc<Catalog>,
    /// What was not understood.
    pub(crate) notices: Vec<Notice>,
    /// Where another replay may go on from, by how much is done there.
    halfway: Vec<Arc<Halfway>>,
    /// When it was last needed.
    run: u32,
}

impl Replays {
    /// What is left behind by each of these roots, in their order.
    pub(crate) fn of(&mut self, roots: &[&MigrationRoot], sources: &Sources) -> Vec<KeptReplay> {
        let known = std::mem::take(&mut self.known);
        let run = self.run;
        let replay = |root: &&MigrationRoot| {
            let texts = texts_of(root, sources);
            if let Some(same) = known.iter().find(|known| known.is_of(root, &texts)) {
                return KeptReplay { run, ..same.clone() };
            }
            replay((root, texts, run), &known, sources)
        };
        let all: Vec<KeptReplay> = roots.par_iter().map(replay).collect();
        let rest = known.into_iter().filter(|known| {
            known.run + 1 >= run && all.iter().all(|new| !Arc::ptr_eq(&new.catalog, &known.catalog))
        });
        self.known = rest.collect();
        self.known.extend(all.iter().cloned());
        all
    }

    /// Begins a run; what the last one did not need is dropped in this one.
    pub(crate) fn begin(&mut self) {
        self.run += 1;
    }
}

/// Replays a root, from the last place where nothing before differs from a replay that is known.
fn replay(
    (root, texts, run): (&MigrationRoot, Vec<Arc<str>>, u32),
    known: &[KeptReplay],
    sources: &Sources,
) -> KeptReplay {
    let alike = known.iter().filter_map(|known| Some((known.shared_with(root, &texts)?, known)));
    let nearest = alike.max_by_key(|(shared, _)| *shared);
    let mut halfway: Vec<Arc<Halfway>> = Vec::new();
    if let Some((shared, known)) = nearest {
        halfway.extend(known.halfway.iter().filter(|it| it.done() <= shared).cloned());
        // Whoever changed this migration is likely to change it again.
        if halfway.last().map_or(0, |last| last.done()) < shared {
            let mut next = begin(&halfway, root);
            next.go_on(root, sources, shared);
            halfway.push(Arc::new(next));
        }
        let more = halfway.len().saturating_sub(HALFWAY_MAX);
        halfway.drain(..more);
    }
    let replayed = begin(&halfway, root).finish(root, sources);
    let (root, catalog) = (root.clone(), Arc::new(replayed.catalog));
    KeptReplay { root, texts, catalog, notices: replayed.notices, halfway, run }
}

/// The last of these places, or the beginning.
fn begin(halfway: &[Arc<Halfway>], root: &MigrationRoot) -> Halfway {
    let last = halfway.last().map(|last| (**last).clone());
    last.unwrap_or_else(|| Halfway::start(root, Replay::default()))
}

impl KeptReplay {
    fn is_of(&self, root: &MigrationRoot, texts: &[Arc<str>]) -> bool {
        self.texts.len() == texts.len()
            && self.texts.iter().zip(texts).all(|(old, new)| Arc::ptr_eq(old, new))
            && self.root == *root
    }

    /// How many migrations at the beginning are the same in this root. None where the two differ
    /// in more than texts and declarations: a replay is told at its beginning how to go about it.
    fn shared_with(&self, root: &MigrationRoot, texts: &[Arc<str>]) -> Option<usize> {
        let own = &self.root;
        let is_alike = own.folder == root.folder
            && own.kind == root.kind
            && own.dialect == root.dialect
            && own.config == root.config
            && own.exposed == root.exposed
            && own.files.iter().map(which).eq(root.files.iter().map(which))
            // Each has a text, so that they go together.
            && [&*self.texts, texts].iter().all(|texts| texts.len() == root.files.len());
        let files = own.files.iter().zip(&root.files).map(|(old, new)| old == new);
        let texts = self.texts.iter().zip(texts).map(|(old, new)| Arc::ptr_eq(old, new));
        is_alike.then(|| files.zip(texts).take_while(|same| *same == (true, true)).count())
    }
}

/// Which migration it is, whatever part of its file it is now.
fn which(migration: &Migration) -> (trave_source::FileId, bool) {
    (migration.file, migration.is_pending)
}

fn texts_of(root: &MigrationRoot, sources: &Sources) -> Vec<Arc<str>> {
    let files = root.files.iter().filter_map(|migration| sources.get(migration.file));
    files.map(|source| Arc::clone(&source.text)).collect()
}
