//! The caret language: comments that label the line above them.
//!
//! `//   ^^^ message` is a finding with its message, `//   ~~~ message` a secondary label. The
//! comment sign may be `//`, `--` or `#`. Since the sign covers the first columns, `--<^^` says
//! that the label begins in the column of the sign itself.

/// What a label stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelKind {
    /// `^^^`: the place and the message of a finding.
    Primary,
    /// `~~~`: a further label of a finding.
    Secondary,
}

/// A caret comment, read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// The labelled line, from 0, in the text without caret comments.
    pub line: usize,
    /// First column, from 0, in characters.
    pub start: usize,
    /// One past the last column.
    pub end: usize,
    /// Finding or further label.
    pub kind: LabelKind,
    /// The message, empty where any will do.
    pub message: String,
}

/// A text without its caret comments, and what they said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labelled {
    /// The text as a user would have written it.
    pub text: String,
    /// For each line of the text, its index among the lines that came in.
    pub line_map: Vec<usize>,
    /// The labels, in the order of the text.
    pub labels: Vec<Label>,
    /// Index of the first caret comment that has no line above it.
    pub loose: Option<usize>,
}

/// Takes the caret comments out of a text.
pub fn split_labels<'a>(lines: impl IntoIterator<Item = &'a str>) -> Labelled {
    let mut labelled = Labelled::default();
    for (index, line) in lines.into_iter().enumerate() {
        match (read_label(line), labelled.line_map.len().checked_sub(1)) {
            (Some(label), Some(above)) => labelled.labels.push(Label { line: above, ..label }),
            (Some(_), None) => {
                labelled.loose.get_or_insert(index);
            }
            (None, _) => {
                labelled.text.push_str(line);
                labelled.text.push('\n');
                labelled.line_map.push(index);
            }
        }
    }
    labelled
}

/// Writes a label as the comment that [`split_labels`] reads back; `sign` is `//` or `--`.
pub fn label_line(label: &Label, sign: &str) -> String {
    let mark = match label.kind {
        LabelKind::Primary => "^",
        LabelKind::Secondary => "~",
    };
    let width = label.end.saturating_sub(label.start).max(1);
    let carets = if let Some(gap) = label.start.checked_sub(sign.len()) {
        format!("{sign}{}{}", " ".repeat(gap), mark.repeat(width))
    } else {
        // The sign stands in the way: it and `<` take the place of the first columns.
        let tail = label.end.saturating_sub(label.start + sign.len() + 1).max(1);
        format!("{}{sign}<{}", " ".repeat(label.start), mark.repeat(tail))
    };
    format!("{carets} {}", label.message).trim_end().to_owned()
}

/// Reads one caret comment; its line is not known here.
fn read_label(line: &str) -> Option<Label> {
    let comment = line.trim_start();
    let body = ["//", "--", "#"].iter().find_map(|sign| comment.strip_prefix(sign))?;
    let (body, from_sign) = match body.strip_prefix('<') {
        Some(rest) => (rest, true),
        None => (body, false),
    };
    let carets = body.trim_start();
    let (mark, kind) = match carets.chars().next()? {
        '^' => ('^', LabelKind::Primary),
        '~' => ('~', LabelKind::Secondary),
        _ => return None,
    };
    let message = carets.trim_start_matches(mark);
    if !message.is_empty() && !message.starts_with(' ') {
        return None;
    }
    let width = carets.len() - message.len();
    let caret_column = line.len() - carets.len();
    let sign_column = line.len() - comment.len();
    let start = if from_sign { sign_column } else { caret_column };
    let end = caret_column + width;
    Some(Label { line: 0, start, end, kind, message: message.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::{Label, LabelKind, label_line, split_labels};

    #[test]
    fn carets_label_the_last_line_that_is_no_label() {
        let labelled = split_labels("select a, b;\n--     ^ first\n--        ~ second\n\n".lines());
        assert_eq!(labelled.text, "select a, b;\n\n");
        assert_eq!(labelled.line_map, [0, 3]);
        let kinds: Vec<_> = labelled.labels.iter().map(|label| (label.kind, label.start)).collect();
        assert_eq!(kinds, [(LabelKind::Primary, 7), (LabelKind::Secondary, 10)]);
        assert_eq!(labelled.labels[1].message, "second");
    }

    #[test]
    fn a_label_may_begin_in_the_column_of_its_sign() {
        let labelled = split_labels("drop table a;\n--<^^^^^^^^^ gone\n".lines());
        assert_eq!((labelled.labels[0].start, labelled.labels[0].end), (0, 12));
    }

    #[test]
    fn what_is_written_is_read_back() {
        for (start, end) in [(0, 12), (1, 9), (2, 5), (7, 8)] {
            let label =
                Label { line: 0, start, end, kind: LabelKind::Primary, message: "gone".to_owned() };
            let text = format!("drop table a;\n{}\n", label_line(&label, "--"));
            assert_eq!(split_labels(text.lines()).labels, [label]);
        }
    }

    #[test]
    fn ordinary_comments_and_code_stay() {
        let text = "// a ^ b\nx ^= 2\n// ~/.config holds it\n";
        assert_eq!(split_labels(text.lines()).text, text);
    }

    #[test]
    fn carets_without_a_line_above_are_reported() {
        assert_eq!(split_labels(["// ^^^ what"]).loose, Some(0));
    }
}
