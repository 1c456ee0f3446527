//! What was expected against what was found: missing, noisy, moved, reworded.

use trave_page::{Label, LabelKind};

/// A label in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Placed {
    /// The file.
    pub(crate) path: String,
    /// The label.
    pub(crate) label: Label,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// Expected, not reported.
    Missing(Placed),
    /// Reported, not expected.
    Noisy(Placed),
    /// The right message at the wrong place: expected, found.
    Moved(Placed, Placed),
    /// Another message at the right place: expected, found.
    Reworded(Placed, Placed),
}

impl Mismatch {
    /// The file to show.
    pub(crate) fn path(&self) -> &str {
        &self.placed().path
    }

    /// The line to show, from 0.
    pub(crate) fn line(&self) -> usize {
        self.placed().label.line
    }

    fn placed(&self) -> &Placed {
        let (Self::Missing(placed)
        | Self::Noisy(placed)
        | Self::Moved(placed, _)
        | Self::Reworded(placed, _)) = self;
        placed
    }
}

/// Every difference. Secondary labels that nobody asked for are none.
pub(crate) fn compare(expected: Vec<Placed>, found: Vec<Placed>) -> Vec<Mismatch> {
    let mut found = found;
    let mut open = Vec::new();
    for placed in expected {
        if take(&mut found, |candidate| is_met(&placed, candidate)).is_none() {
            open.push(placed);
        }
    }
    let mut mismatches = Vec::new();
    for expected in open {
        if let Some(reworded) = take(&mut found, |candidate| same_place(&expected, candidate)) {
            mismatches.push(Mismatch::Reworded(expected, reworded));
        } else if let Some(moved) = take(&mut found, |candidate| same_words(&expected, candidate)) {
            mismatches.push(Mismatch::Moved(expected, moved));
        } else {
            mismatches.push(Mismatch::Missing(expected));
        }
    }
    let noisy = found.into_iter().filter(|placed| placed.label.kind == LabelKind::Primary);
    mismatches.extend(noisy.map(Mismatch::Noisy));
    mismatches
}

fn take(found: &mut Vec<Placed>, fits: impl Fn(&Placed) -> bool) -> Option<Placed> {
    let index = found.iter().position(fits)?;
    Some(found.remove(index))
}

fn is_met(expected: &Placed, found: &Placed) -> bool {
    let any_words = expected.label.message.is_empty();
    same_place(expected, found) && (any_words || same_words(expected, found))
}

fn same_place(expected: &Placed, found: &Placed) -> bool {
    let place = |placed: &Placed| {
        let Label { line, start, end, kind, .. } = placed.label;
        (line, start, end, kind)
    };
    expected.path == found.path && place(expected) == place(found)
}

fn same_words(expected: &Placed, found: &Placed) -> bool {
    expected.label.kind == found.label.kind && expected.label.message == found.label.message
}

#[cfg(test)]
mod tests {
    use trave_page::{Label, LabelKind};

    use super::{Mismatch, Placed, compare};

    fn placed(kind: LabelKind, start: usize, message: &str) -> Placed {
        let label = Label { line: 0, start, end: start + 3, kind, message: message.to_owned() };
        Placed { path: "a.sql".to_owned(), label }
    }

    fn primary(start: usize, message: &str) -> Placed {
        placed(LabelKind::Primary, start, message)
    }

    #[test]
    fn each_difference_has_its_word() {
        let expected = vec![
            primary(1, "stays"),
            primary(2, ""),
            primary(10, "moves"),
            primary(20, "old words"),
            primary(30, "is gone"),
        ];
        let found = vec![
            primary(1, "stays"),
            primary(2, "whatever"),
            primary(11, "moves"),
            primary(20, "new words"),
            primary(40, "is new"),
        ];
        let mismatches = compare(expected.clone(), found.clone());
        assert_eq!(
            mismatches,
            [
                Mismatch::Moved(expected[2].clone(), found[2].clone()),
                Mismatch::Reworded(expected[3].clone(), found[3].clone()),
                Mismatch::Missing(expected[4].clone()),
                Mismatch::Noisy(found[4].clone()),
            ]
        );
    }

    #[test]
    fn secondary_labels_are_asserted_only_where_somebody_asks() {
        let aside = placed(LabelKind::Secondary, 1, "read here");
        assert!(compare(vec![], vec![aside.clone()]).is_empty());
        assert_eq!(compare(vec![aside.clone()], vec![]), [Mismatch::Missing(aside)]);
    }
}
