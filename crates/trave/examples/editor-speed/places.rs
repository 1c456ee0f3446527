//! Where somebody types: in handlers, in what many of them share, in components, in migrations.

use std::collections::{BTreeMap, BTreeSet};

use trave_engine::rule::model::Model;
use trave_engine::rule::source::FileId;

/// A kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Where {
    Route,
    Shared,
    Component,
    Migration,
}

/// A place with the line that is typed there.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) kind: Where,
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) offset: usize,
    pub(crate) line: &'static str,
}

impl Where {
    pub(crate) const ALL: [Self; 4] = [Self::Route, Self::Shared, Self::Component, Self::Migration];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Route => "a route",
            Self::Shared => "a service",
            Self::Component => "a component",
            Self::Migration => "a migration",
        }
    }

    /// How many files of the kind are typed in.
    const fn count(self) -> usize {
        match self {
            Self::Route => 5,
            Self::Component => 3,
            Self::Shared | Self::Migration => 2,
        }
    }

    const fn line(self) -> &'static str {
        match self {
            Self::Route | Self::Shared => "\n  const more = await load(id, 20) // again",
            Self::Component => "\n  const [open, setOpen] = useState(false)",
            Self::Migration => "\nalter table notes add column done boolean;",
        }
    }
}

/// The places of a project.
pub(crate) fn places(model: &Model) -> Vec<Place> {
    let handlers: BTreeSet<FileId> = model.routes.iter().map(|route| route.origin.file).collect();
    let mut places = Vec::new();
    for place in Where::ALL {
        let files = match place {
            Where::Route => handlers.iter().copied().collect(),
            Where::Shared => shared(model, &handlers),
            Where::Component => ending(model, &[".tsx", ".vue", ".jsx"], &handlers),
            Where::Migration => ending(model, &[".sql"], &handlers),
        };
        places.extend(spread(&files, place.count()).filter_map(|file| at(model, file, place)));
    }
    places
}

/// The files of functions that the handlers of several other files call: those in the middle, by
/// how many call them.
fn shared(model: &Model, handlers: &BTreeSet<FileId>) -> Vec<FileId> {
    let mut callers: BTreeMap<FileId, BTreeSet<FileId>> = BTreeMap::new();
    for query in &model.queries {
        let file = query.facts.target_origin.file;
        for reach in &query.reached {
            let handler = model.route(reach.route).map(|route| route.origin.file);
            callers.entry(file).or_default().extend(handler.filter(|handler| *handler != file));
        }
    }
    let called =
        callers.into_iter().filter(|(file, callers)| !handlers.contains(file) && callers.len() > 1);
    let mut ranked: Vec<(usize, FileId)> =
        called.map(|(file, callers)| (callers.len(), file)).collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, file)| file).collect()
}

fn ending(model: &Model, ends: &[&str], handlers: &BTreeSet<FileId>) -> Vec<FileId> {
    let fits = |path: &str| ends.iter().any(|end| path.ends_with(end));
    let files = model.sources.iter().filter(|(_, source)| fits(&source.path));
    files.map(|(file, _)| file).filter(|file| !handlers.contains(file)).collect()
}

/// So many of the files, from all over the list.
fn spread(files: &[FileId], count: usize) -> impl Iterator<Item = FileId> {
    let step = files.len().div_ceil(count).max(1);
    files.iter().copied().skip(step / 2).step_by(step)
}

/// A place inside a file: behind a line in its middle, inside of something.
fn at(model: &Model, file: FileId, place: Where) -> Option<Place> {
    let source = model.sources.get(file)?;
    let text = source.text.to_string();
    let mut ends = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        offset += line.len();
        let is_inside = place == Where::Migration || line.starts_with([' ', '\t']);
        if is_inside && line.trim_end().ends_with([';', ')']) {
            ends.push(offset - 1);
        }
    }
    let offset = *ends.get(ends.len() / 2)?;
    let path = source.path.to_string();
    Some(Place { kind: place, path, text, offset, line: place.line() })
}
