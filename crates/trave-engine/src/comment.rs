//! Reads `trave-ignore` comments: which rule, why, and for which lines.

use std::collections::BTreeSet;

use trave_rule::model::{IgnoreComment, Model};
use trave_rule::source::{FileId, Origin};

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

/// The line of a byte, from 1.
pub(crate) fn line_of(model: &Model, file: FileId, offset: u32) -> u32 {
    model.sources.get(file).map_or(0, |source| source.position(offset).line)
}
