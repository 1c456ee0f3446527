//! Reads `trave-ignore` comments: which rule, why, and for which lines.

use std::collections::BTreeSet;

use trave_rule::Edit;
use trave_rule::model::{IgnoreComment, Model};
use trave_rule::source::{FileId, Origin, Span};

/// One rule that one comment silences.
pub(crate) struct Silence {
    pub(crate) origin: Origin,
    /// The rule as written; empty when the comment names none.
    pub(crate) rule: String,
    pub(crate) has_reason: bool,
    pub(crate) reach: Reach,
}

/// What a comment speaks for.
pub(crate) enum Reach {
    File,
    /// The line of the comment, and the next line that is not such a comment.
    Lines(u32, u32),
}

impl Reach {
    pub(crate) fn covers(&self, line: u32) -> bool {
        match self {
            Self::File => true,
            Self::Lines(own, next) => line == *own || line == *next,
        }
    }
}

pub(crate) fn read_comments(model: &Model) -> Vec<Silence> {
    let last_line = |comment: &IgnoreComment| {
        line_of(model, comment.origin.file, comment.origin.span.end.saturating_sub(1))
    };
    let comment_lines: BTreeSet<(FileId, u32)> =
        model.comments.iter().map(|comment| (comment.origin.file, last_line(comment))).collect();
    let mut silences = Vec::new();
    for comment in &model.comments {
        let Some((is_file, rules, has_reason)) = parse(&comment.text) else { continue };
        let own = last_line(comment);
        let mut next = own + 1;
        while comment_lines.contains(&(comment.origin.file, next)) {
            next += 1;
        }
        silences.extend(rules.into_iter().map(|rule| Silence {
            origin: comment.origin,
            rule: rule.to_owned(),
            has_reason,
            reach: if is_file { Reach::File } else { Reach::Lines(own, next) },
        }));
    }
    silences
}

/// Reads a comment: for the whole file?, the rules, and whether it gives a reason.
fn parse(text: &str) -> Option<(bool, Vec<&str>, bool)> {
    let rest = text.trim().strip_prefix("trave-ignore")?;
    let (is_file, rest) = match rest.strip_prefix("-file") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    // `trave-ignored` and the like are other words.
    if rest.starts_with(|next: char| next.is_alphanumeric() || next == '-' || next == '_') {
        return None;
    }
    let (rules, reason) = rest.split_once(':').unwrap_or((rest, ""));
    // The end of a block comment is no reason.
    let reason = reason.trim().trim_end_matches("*/").trim();
    Some((is_file, rules.split(',').map(str::trim).collect(), !reason.is_empty()))
}

/// The edit that leaves a comment with these rules only. Without any, the comment goes: with its
/// line where nothing else stands there, else with the blanks before it.
pub(crate) fn without(origin: Origin, kept: &[&str], text: &str) -> Option<Edit> {
    let (start, end) = (origin.span.start as usize, origin.span.end as usize);
    let comment = text.get(start..end)?;
    if !kept.is_empty() {
        let word = comment.find("trave-ignore")?;
        let list = word + comment.get(word..)?.find([' ', '\t'])?;
        let list_end = list + comment.get(list..)?.find(':')?;
        let span = Span::new(start + list, start + list_end);
        let text = format!(" {}", kept.join(", "));
        return Some(Edit { origin: span.in_file(origin.file), text });
    }
    let (before, behind) = (text.get(..start)?, text.get(end..)?);
    let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
    let is_first = before.trim_end_matches([' ', '\t']).ends_with('\n') || blanks == start;
    let rest = behind.trim_start_matches([' ', '\t', '\r']);
    let is_last = rest.is_empty() || rest.starts_with('\n');
    // A comment that ends its line may hold the end of it.
    let holds_end = comment.ends_with('\n');
    let from = if is_last || holds_end { start - blanks } else { start };
    let to = match (is_first, is_last) {
        (true, true) => end + (behind.len() - rest.len()) + usize::from(!rest.is_empty()),
        _ => end,
    };
    let text = if holds_end && !is_first { "\n" } else { "" };
    Some(Edit { origin: Span::new(from, to).in_file(origin.file), text: text.to_owned() })
}

/// The line of a byte, from 1.
pub(crate) fn line_of(model: &Model, file: FileId, offset: u32) -> u32 {
    model.sources.get(file).map_or(0, |source| source.position(offset).line)
}

#[cfg(test)]
mod tests {
    use trave_rule::source::{FileId, Span};

    use super::without;

    /// What is left of a text when its comment, between `«` and `»`, loses all rules but these.
    #[track_caller]
    fn check(text: &str, kept: &[&str], expected: &str) {
        let (before, rest) = text.split_once('«').unwrap();
        let (comment, behind) = rest.split_once('»').unwrap();
        let whole = [before, comment, behind].concat();
        let span = Span::new(before.len(), before.len() + comment.len());
        let edit = without(span.in_file(FileId(0)), kept, &whole).unwrap();
        let (start, end) = (edit.origin.span.start as usize, edit.origin.span.end as usize);
        let (before, behind) = (whole.get(..start).unwrap(), whole.get(end..).unwrap());
        let left = [before, edit.text.as_str(), behind].concat();
        assert_eq!(left, expected);
    }

    #[test]
    fn a_comment_goes_with_its_line_or_alone() {
        check("a();\n  «// trave-ignore a/b: c»\nb();\n", &[], "a();\nb();\n");
        check("«// trave-ignore a/b: c»\r\nb();\r\n", &[], "b();\r\n");
        check("a(); «// trave-ignore a/b: c»\nb();\n", &[], "a();\nb();\n");
        check("a(); «// trave-ignore a/b: c»", &[], "a();");
        check("a(«/* trave-ignore a/b: c */» 1);\n", &[], "a( 1);\n");
        check("<p>{«/* trave-ignore a/b: c */»}</p>\n", &[], "<p>{}</p>\n");
    }

    #[test]
    fn a_comment_keeps_the_rules_that_it_silences() {
        let text = "«// trave-ignore a/b, c/d,e/f: why: so»\nb();\n";
        check(text, &["a/b", "e/f"], "// trave-ignore a/b, e/f: why: so\nb();\n");
        check("«-- trave-ignore-file a/b, c/d: x»\n", &["c/d"], "-- trave-ignore-file c/d: x\n");
    }
}
