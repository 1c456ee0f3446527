//! Edits in place.

use std::collections::{BTreeMap, BTreeSet};

use trave_engine::rule::Edit;
use trave_model::Model;
use trave_source::FileId;

use super::{FileChange, Left};

/// Edits that do not touch each other, by file.
#[derive(Debug, Default)]
pub(super) struct Edits {
    files: BTreeMap<FileId, (Vec<Edit>, BTreeSet<&'static str>)>,
}

impl Edits {
    /// Takes the edits of one fix in, all or none. Two fixes may make the same edit.
    pub(super) fn add(&mut self, rule: &'static str, edits: &[Edit]) -> Result<(), Left> {
        let clashes = |edit: &Edit| {
            let taken = self.files.get(&edit.origin.file).map(|(taken, _)| taken.as_slice());
            taken.unwrap_or_default().iter().any(|other| {
                let (left, right) = (edit.origin.span, other.origin.span);
                edit != other && left.start <= right.end && right.start <= left.end
            })
        };
        if edits.iter().any(clashes) {
            return Err(Left::Overlaps);
        }
        for edit in edits {
            let (taken, rules) = self.files.entry(edit.origin.file).or_default();
            rules.insert(rule);
            if !taken.contains(edit) {
                taken.push(edit.clone());
            }
        }
        Ok(())
    }

    /// The files with all edits made.
    pub(super) fn files(self, model: &Model) -> Vec<FileChange> {
        let files = self.files.into_iter();
        let changed = files.filter_map(|(file, (mut edits, rules))| {
            let source = model.sources.get(file)?;
            edits.sort_by_key(|edit| edit.origin.span);
            let before = source.text.to_string();
            let after = applied(&before, &edits)?;
            Some(FileChange { path: source.path.to_string(), before: Some(before), after, rules })
        });
        changed.filter(|change| change.before.as_ref() != Some(&change.after)).collect()
    }
}

/// A text with edits made, which are in order. None where one lies outside.
fn applied(text: &str, edits: &[Edit]) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.origin.span.start as usize, edit.origin.span.end as usize);
        out.push_str(text.get(at..start)?);
        out.push_str(&edit.text);
        at = end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use trave_engine::rule::Edit;
    use trave_model::Model;
    use trave_source::Span;

    use super::{Edits, Left};

    #[test]
    fn edits_that_touch_wait_and_equal_ones_are_one() {
        let mut model = Model::default();
        let file = model.sources.add("a.ts", "one two three\n");
        let edit = |start: usize, end: usize, text: &str| Edit {
            origin: Span::new(start, end).in_file(file),
            text: text.to_owned(),
        };
        let mut edits = Edits::default();
        assert_eq!(edits.add("a/b", &[edit(8, 13, "3")]), Ok(()));
        assert_eq!(edits.add("a/c", &[edit(8, 13, "3")]), Ok(()));
        assert_eq!(edits.add("a/b", &[edit(0, 3, "1"), edit(5, 9, "")]), Err(Left::Overlaps));
        assert_eq!(edits.add("a/b", &[edit(0, 3, "1")]), Ok(()));
        let files = edits.files(&model);
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].after, "1 two 3\n");
        assert_eq!(Vec::from_iter(&files[0].rules), [&"a/b", &"a/c"]);
    }
}
