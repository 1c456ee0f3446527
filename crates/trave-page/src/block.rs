//! Markdown as far as pages use it: headings, fences, separators and other lines.

use crate::error::Problem;

/// A piece of a page with the line (from 1) at which it begins.
#[derive(Debug)]
pub(crate) enum Block<'a> {
    /// `## Text`.
    Heading { depth: usize, text: &'a str, line: usize },
    /// A fenced block.
    Fence(Fence<'a>),
    /// `---`.
    Separator,
    /// Any other line, trimmed; blank lines are left out.
    Text(&'a str),
}

/// A fenced block.
#[derive(Debug)]
pub(crate) struct Fence<'a> {
    /// The word after the opening sign.
    pub(crate) language: &'a str,
    /// Line of the opening sign.
    pub(crate) line: usize,
    /// The lines between the signs.
    pub(crate) lines: Vec<&'a str>,
}

/// Cuts the lines of a page, numbered from `first`, into blocks.
pub(crate) fn blocks<'a>(
    lines: &[&'a str],
    first: usize,
) -> Result<Vec<Block<'a>>, (usize, Problem)> {
    let mut rest = (first..).zip(lines.iter().copied());
    let mut blocks = Vec::new();
    while let Some((line, text)) = rest.next() {
        let trimmed = text.trim();
        if let Some((sign, language)) = opening(trimmed) {
            let lines = body(&mut rest, sign).ok_or((line, Problem::OpenFence))?;
            blocks.push(Block::Fence(Fence { language, line, lines }));
        } else if let Some(heading) = heading(trimmed, line) {
            blocks.push(heading);
        } else if trimmed.len() >= 3 && trimmed.bytes().all(|byte| byte == b'-') {
            blocks.push(Block::Separator);
        } else if !trimmed.is_empty() {
            blocks.push(Block::Text(trimmed));
        }
    }
    Ok(blocks)
}

/// The sign and the language of an opening fence line.
fn opening(line: &str) -> Option<(&str, &str)> {
    let language = line.trim_start_matches('`');
    let sign = line.strip_suffix(language)?;
    (sign.len() >= 3 && !language.contains('`')).then(|| (sign, language.trim()))
}

/// The lines up to the closing sign, none when there is no such sign.
fn body<'a>(rest: &mut impl Iterator<Item = (usize, &'a str)>, sign: &str) -> Option<Vec<&'a str>> {
    let mut lines = Vec::new();
    for (_, line) in rest {
        if line.trim() == sign {
            return Some(lines);
        }
        lines.push(line);
    }
    None
}

fn heading(line: &str, number: usize) -> Option<Block<'_>> {
    let text = line.trim_start_matches('#');
    let depth = line.len() - text.len();
    let text = text.strip_prefix(' ')?.trim();
    (depth > 0).then_some(Block::Heading { depth, text, line: number })
}
