//! Comments, for those who read what developers say to us in them.

use trave_source::Span;

use crate::lexer::{Lexer, Token, TokenKind, dollar_tag};
use crate::{Dialect, Options, SqlComment};

/// Every comment of a text, in order; those inside function bodies too.
pub(crate) fn comments(text: &str, options: Options) -> Vec<SqlComment> {
    let mut reader = CommentReader { dialect: options.dialect, depth: 0, found: Vec::new() };
    reader.read(text, options.offset);
    reader.found
}

/// How deep bodies in bodies are looked into.
const BODY_DEPTH_MAX: u32 = 8;

/// Reads what stands between the tokens.
struct CommentReader {
    dialect: Dialect,
    depth: u32,
    found: Vec<SqlComment>,
}

impl CommentReader {
    fn read(&mut self, text: &str, offset: u32) {
        let mut lexer = Lexer::new(text, self.dialect);
        loop {
            let before = lexer.position();
            let token = lexer.next();
            let gap_end = if token.kind == TokenKind::Breakpoint { token.end } else { token.start };
            self.read_gap(text.get(..gap_end as usize).unwrap_or_default(), before, offset);
            match token.kind {
                TokenKind::End => return,
                TokenKind::DollarText if self.depth < BODY_DEPTH_MAX => {
                    self.read_body(text, token, offset);
                }
                _ => {}
            }
        }
    }

    fn read_body(&mut self, text: &str, token: Token, offset: u32) {
        let quoted = token.text(text);
        let tag = dollar_tag(quoted.as_bytes()).len();
        let body = quoted.get(tag..quoted.len().saturating_sub(tag)).unwrap_or_default();
        let start = token.start.saturating_add(u32::try_from(tag).unwrap_or(0));
        self.depth += 1;
        self.read(body, offset.saturating_add(start));
        self.depth -= 1;
    }

    /// Reads the comments of a text that ends where the next token begins.
    fn read_gap(&mut self, text: &str, start: usize, offset: u32) {
        let mut lexer = Lexer::starting_at(text, start, self.dialect);
        while lexer.position() < text.len() {
            let at = lexer.position();
            if !lexer.skip_comment() {
                lexer.skip_byte();
                continue;
            }
            let written = text.get(at..lexer.position()).unwrap_or_default().trim_end();
            let marks = |symbol: char| matches!(symbol, '-' | '/' | '*' | '#');
            let said = written.trim_start_matches(marks).trim_end_matches(['*', '/']).trim();
            let span = Span::new(at, at + written.len()).shifted(offset);
            self.found.push(SqlComment { text: said.to_owned(), span });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::comments;
    use crate::Options;

    #[test]
    fn comments_are_found_in_bodies_too() {
        let text = "-- one\nselect '-- no' /* two */; do $$ begin -- three\n end $$;";
        let found = comments(text, Options::default());
        let said: Vec<_> = found.iter().map(|comment| comment.text.as_str()).collect();
        assert_eq!(said, ["one", "two", "three"]);
        let span = found[2].span;
        assert_eq!(text.get(span.start as usize..span.end as usize).unwrap(), "-- three");
    }
}
