//! Places and code as the page knows them: each file is named once.

use std::collections::BTreeMap;

use serde::Serialize;
use trave_model::source::{FileId, Origin, Sources};

use crate::place::{first_line, start};

/// As many lines of a query are shown.
const LINES_MAX: usize = 24;
/// As much of one line is shown.
const COLUMNS_MAX: usize = 160;

/// A file, by its place in the list of files, and a line.
pub(super) type Place = (usize, u32);

/// Gathers the files that are named.
pub(super) struct Places<'a> {
    sources: &'a Sources,
    numbers: BTreeMap<FileId, usize>,
    files: Vec<&'a str>,
}

/// One line of code, with the part that is meant.
#[derive(Serialize)]
pub(super) struct Excerpt {
    place: Place,
    code: [String; 3],
}

impl<'a> Places<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, numbers: BTreeMap::new(), files: Vec::new() }
    }

    /// The files that were named, in the order in which they were.
    pub(super) fn files(self) -> Vec<&'a str> {
        self.files
    }

    pub(super) fn at(&mut self, origin: Origin) -> Place {
        let next = self.files.len();
        let number = *self.numbers.entry(origin.file).or_insert(next);
        if number == next {
            self.files.push(self.sources.path(origin.file));
        }
        (number, start(self.sources, origin).line)
    }

    pub(super) fn excerpt(&mut self, origin: Origin) -> Excerpt {
        let text = self.sources.get(origin.file).map_or("", |source| &source.text);
        let range = first_line(self.sources, origin);
        let (before, rest) = text.split_at_checked(range.start).unwrap_or((text, ""));
        let (marked, after) = rest.split_at_checked(range.len()).unwrap_or((rest, ""));
        let before = before.rsplit('\n').next().unwrap_or_default().trim_start();
        let after = after.split('\n').next().unwrap_or_default().trim_end();
        let code = [before, marked, after].map(|part| cut(part).to_owned());
        Excerpt { place: self.at(origin), code }
    }

    /// The code of a place, line by line, moved to the left as far as it goes.
    pub(super) fn block(&self, origin: Origin) -> String {
        let text = self.sources.get(origin.file).map_or("", |source| &source.text);
        let begin = first_line(self.sources, origin).start;
        let (before, _) = text.split_at_checked(begin).unwrap_or((text, ""));
        let first_indent = indent(before.rsplit('\n').next().unwrap_or_default());
        let covered = self.sources.slice(origin);
        let further = covered.lines().skip(1).filter(|line| !line.trim().is_empty());
        let least = further.map(indent).min().unwrap_or(0).min(first_indent);
        let mut lines: Vec<&str> = Vec::new();
        for (at, line) in covered.lines().take(LINES_MAX).enumerate() {
            let moved = if at == 0 { line } else { line.get(least..).unwrap_or_default() };
            lines.push(cut(moved.trim_end()));
        }
        if covered.lines().count() > LINES_MAX {
            lines.push("…");
        }
        lines.join("\n")
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn cut(line: &str) -> &str {
    let end = line.char_indices().nth(COLUMNS_MAX).map_or(line.len(), |(at, _)| at);
    line.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use trave_model::source::{Sources, Span};

    use super::Places;

    const TEXT: &str = "  const a = db\n    .from('é')\n    .select();\n";

    #[test]
    fn code_is_moved_to_the_left() {
        let mut sources = Sources::default();
        let file = sources.add("a.ts", TEXT);
        let places = Places::new(&sources);
        let all = Span::new(12, TEXT.len() - 2).in_file(file);
        assert_eq!(places.block(all), "db\n  .from('é')\n  .select()");
        assert_eq!(places.block(Span::new(90, 99).in_file(file)), "");
    }

    #[test]
    fn the_part_that_is_meant_is_marked_and_files_are_named_once() {
        let mut sources = Sources::default();
        let file = sources.add("a.ts", TEXT);
        let mut places = Places::new(&sources);
        let excerpt = places.excerpt(Span::new(20, 30).in_file(file));
        assert_eq!(excerpt.place, (0, 2));
        assert_eq!(excerpt.code, [".", "from('é')", ""].map(str::to_owned));
        assert_eq!(places.at(Span::new(0, 1).in_file(file)), (0, 1));
        assert_eq!(places.files(), ["a.ts"]);
    }
}
