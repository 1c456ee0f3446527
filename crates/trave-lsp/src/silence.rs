//! Comments that silence a finding, with a reason to be filled in.

use lsp_types::{Position, Range};
use trave_engine::rule::Finding;

use crate::snapshot::View;
use crate::tokens::{Kind, tokens};

/// What stands in for the reason until somebody writes one.
const REASON: &str = "because …";

/// A comment to insert.
pub(crate) struct Comment {
    /// What it does, for a menu.
    pub(crate) title: String,
    /// Where it goes.
    pub(crate) at: Position,
    /// The comment with its line break.
    pub(crate) text: String,
    /// Where its reason stands then.
    pub(crate) reason: Range,
}

/// The comments that silence a finding: at its place if a comment can stand there, and for the
/// whole file.
pub(crate) fn comments(view: &View<'_>, finding: &Finding) -> Vec<Comment> {
    let rule = finding.rule;
    let Some(file) = view.path(finding.origin.file) else { return Vec::new() };
    let is_own = rule.starts_with("trave/");
    let sign = match file.extension().and_then(|it| it.to_str()) {
        Some("sql") => "--",
        Some("ts" | "tsx" | "mts" | "cts" | "js" | "jsx" | "mjs" | "cjs") => "//",
        _ => return Vec::new(),
    };
    let document = view.documents.get(&file);
    let (Some(document), Some(range), false) = (document, view.range(finding.origin), is_own)
    else {
        return Vec::new();
    };
    let text: &str = &document.text;
    let lines = document.lines(view.encoding);
    let line = Position { line: range.start.line, character: 0 };
    let start = lines.offset(line);
    let mut comments = Vec::new();
    if sign == "--" || is_code(text, start) {
        let rest = text.get(start as usize..).unwrap_or_default();
        let indent = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let indent = rest.get(..indent).unwrap_or_default();
        let title = format!("Silence {rule} here, with a reason");
        comments.push(comment(title, line, &format!("{indent}{sign} trave-ignore {rule}: ")));
    }
    let top = Position { line: u32::from(text.starts_with("#!")), character: 0 };
    let title = format!("Silence {rule} in this file, with a reason");
    comments.push(comment(title, top, &format!("{sign} trave-ignore-file {rule}: ")));
    comments
}

fn comment(title: String, at: Position, head: &str) -> Comment {
    // A head holds nothing but ASCII, so that it is as long in every unit.
    let from = u32::try_from(head.len()).unwrap_or(0);
    let length = u32::try_from(REASON.chars().count()).unwrap_or(0);
    let start = Position { line: at.line, character: from };
    let reason = Range { start, end: Position { line: at.line, character: from + length } };
    Comment { title, at, text: format!("{head}{REASON}\n"), reason }
}

/// Whether a comment at a byte is one: not in the middle of a text or of another comment.
fn is_code(text: &str, offset: u32) -> bool {
    let pieces = tokens(text);
    !pieces.iter().any(|piece| {
        let holds = piece.span.start < offset && offset <= piece.span.end;
        let ends_line = piece.kind == Kind::Comment && piece.span.end < offset;
        let is_text = matches!(piece.kind, Kind::Text | Kind::Template | Kind::Comment);
        is_text && holds && !ends_line
    })
}

#[cfg(test)]
mod tests {
    use super::is_code;

    #[test]
    fn a_comment_inside_a_text_is_none() {
        let text = "a();\nsql`select 1\nfrom b`;\nc();\n// d\ne();\n";
        let at = |what: &str| u32::try_from(text.find(what).unwrap()).unwrap();
        assert!(is_code(text, at("sql")));
        assert!(!is_code(text, at("from b")));
        assert!(is_code(text, at("c()")));
        assert!(is_code(text, at("e()")));
    }
}
