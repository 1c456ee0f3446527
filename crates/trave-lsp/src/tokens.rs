//! TypeScript as it stands in the editor, half written, in pieces: for those who cannot wait for
//! text that parses.

use trave_source::Span;

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or a keyword.
    Word,
    /// A single sign.
    Sign(char),
    /// A text in quotes; the span is that of what stands between them.
    Text,
    /// A part of a template; the span is that of its text.
    Template,
    /// A comment.
    Comment,
}

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// Reads a text into pieces. What never ends, ends with its line, or with the text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut reader = Reader { text, at: 0, tokens: Vec::new(), templates: Vec::new() };
    while reader.next() {}
    reader.tokens
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    /// For each template that is open, how many brackets are open in its hole.
    templates: Vec<usize>,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.tokens.push(Token { kind, span: Span::new(start, end) });
    }

    /// Reads one piece; false at the end.
    fn next(&mut self) -> bool {
        let Some(first) = self.rest().chars().next() else { return false };
        let start = self.at;
        match first {
            _ if first.is_whitespace() => self.at += first.len_utf8(),
            '\'' | '"' => self.quoted(first),
            '`' => {
                self.at += 1;
                self.template();
            }
            '/' if self.rest().starts_with("//") => {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
                self.push(Kind::Comment, start, self.at);
            }
            '/' if self.rest().starts_with("/*") => {
                let end = self.rest().find("*/").map(|end| end + 2);
                self.at += end.unwrap_or(self.rest().len());
                self.push(Kind::Comment, start, self.at);
            }
            '/' if self.may_begin_pattern() => self.pattern(),
            _ if crate::words::is_part(first) => {
                let is_end = |sign: char| !crate::words::is_part(sign);
                self.at += self.rest().find(is_end).unwrap_or(self.rest().len());
                self.push(Kind::Word, start, self.at);
            }
            _ => self.sign(first),
        }
        true
    }

    fn sign(&mut self, sign: char) {
        let start = self.at;
        self.at += sign.len_utf8();
        match (sign, self.templates.last_mut()) {
            ('}', Some(0)) => {
                self.templates.pop();
                self.template();
                return;
            }
            ('}', Some(open)) => *open -= 1,
            ('{', Some(open)) => *open += 1,
            _ => {}
        }
        self.push(Kind::Sign(sign), start, self.at);
    }

    fn quoted(&mut self, quote: char) {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        let end = self.rest().find(|sign: char| {
            let ends = sign == '\n' || (sign == quote && !escaped);
            escaped = sign == '\\' && !escaped;
            ends
        });
        let end = start + end.unwrap_or(self.rest().len());
        self.push(Kind::Text, start, end);
        self.at = end;
        if self.rest().starts_with(quote) {
            self.at += 1;
        }
    }

    /// Reads a template up to its end or its next hole.
    fn template(&mut self) {
        let start = self.at;
        let mut signs = self.rest().char_indices().peekable();
        let mut found = None;
        while let Some((at, sign)) = signs.next() {
            match (sign, signs.peek()) {
                ('\\', _) => {
                    signs.next();
                }
                ('`', _) => {
                    found = Some((at, 1));
                    break;
                }
                ('$', Some((_, '{'))) => {
                    found = Some((at, 2));
                    break;
                }
                _ => {}
            }
        }
        let (length, skipped) = found.unwrap_or((self.rest().len(), 0));
        self.push(Kind::Template, start, start + length);
        self.at = start + length + skipped;
        if skipped == 2 {
            self.templates.push(0);
        }
    }

    /// Whether a slash begins a regular expression rather than divides.
    fn may_begin_pattern(&self) -> bool {
        match self.tokens.iter().rev().find(|token| token.kind != Kind::Comment) {
            None => true,
            Some(Token { kind: Kind::Sign(sign), .. }) => !matches!(sign, ')' | ']' | '}' | '<'),
            Some(Token { kind: Kind::Word, span }) => {
                let word = crate::words::slice(self.text, *span);
                matches!(word, "return" | "case" | "typeof" | "in" | "of")
            }
            Some(_) => false,
        }
    }

    fn pattern(&mut self) {
        let mut in_class = false;
        let mut escaped = false;
        let end = self.rest().char_indices().skip(1).find(|(_, sign)| {
            let ends = *sign == '\n' || (*sign == '/' && !escaped && !in_class);
            match sign {
                '[' if !escaped => in_class = true,
                ']' if !escaped => in_class = false,
                _ => {}
            }
            escaped = *sign == '\\' && !escaped;
            ends
        });
        let length = end.map_or(self.rest().len(), |(at, _)| at + 1);
        self.at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, tokens};

    #[track_caller]
    fn texts(text: &str, kind: Kind, expected: &[&str]) {
        let found = tokens(text);
        let found = found.iter().filter(|token| token.kind == kind);
        let found: Vec<&str> = found.map(|it| crate::words::slice(text, it.span)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn texts_are_found_where_they_end_and_where_they_do_not() {
        texts("a('b', \"c\\\"d\")", Kind::Text, &["b", "c\\\"d"]);
        texts("a('b\nc('d')", Kind::Text, &["b", "d"]);
        texts("/'/.test('x') / 2 / '3'", Kind::Text, &["x", "3"]);
        texts("// it's\na('b')", Kind::Text, &["b"]);
    }

    #[test]
    fn templates_come_in_parts() {
        texts("`a ${b({c: `d`})} e` + 'f'", Kind::Template, &["a ", "d", " e"]);
        texts("`open ${", Kind::Template, &["open "]);
    }
}
