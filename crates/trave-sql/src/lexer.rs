//! Text to tokens: one pass, no allocation, byte offsets. Comments are skipped; `comments.rs`
//! reads them.

use memchr::memmem;
use trave_source::Span;

use crate::Dialect;

/// What a token is. Its text is read from the source by its offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A name or keyword without quotes.
    Word,
    /// `"name"`, `` `name` ``, `[name]`.
    Quoted,
    /// `'text'`.
    Text,
    /// `E'text'`, or any string of MySQL: a backslash escapes.
    EscapedText,
    /// `$tag$text$tag$`.
    DollarText,
    /// `B'01'`, `X'ff'`.
    Bits,
    /// `1`, `1.5e3`.
    Number,
    /// `$1`, `${…}`.
    Parameter,
    /// `+`, `->>`, `=`, `?` …
    Operator,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `,`
    Comma,
    /// `;`, or another end of a statement.
    Semicolon,
    /// `:`
    Colon,
    /// `::`
    CastMark,
    /// `:=`
    Assign,
    /// `.`
    Dot,
    /// `..`
    DotDot,
    /// A psql command, to the end of its line.
    Command,
    /// A mark between statements that is no text of SQL: `--> statement-breakpoint`.
    Breakpoint,
    /// A byte that no SQL begins with.
    Stray,
    /// After the last token.
    End,
}

/// A token: what it is, and its bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Token {
    /// Its bytes in a text.
    pub(crate) fn text<'a>(&self, source: &'a str) -> &'a str {
        source.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// How a quote stands inside quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    /// Twice.
    Doubling,
    /// Twice, or after a backslash.
    Backslash,
}

/// How long a hole of a template may be: what never closes must not be searched again and again.
const HOLE_BYTES_MAX: usize = 2_000;

/// Reads tokens one by one.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    position: usize,
    dialect: Dialect,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str, dialect: Dialect) -> Self {
        let position = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, bytes: text.as_bytes(), position, dialect }
    }

    /// The next token, or one of kind `End` for ever.
    pub(crate) fn next(&mut self) -> Token {
        if let Some(breakpoint) = self.skip_space() {
            return breakpoint;
        }
        let start = self.position;
        let kind = self.read();
        // A token may end inside a character only if a rule above cut it there: step over it.
        while !self.text.is_char_boundary(self.position) {
            self.position += 1;
        }
        token(kind, start, self.position)
    }

    /// A lexer that begins somewhere inside a text.
    pub(crate) fn starting_at(text: &'a str, position: usize, dialect: Dialect) -> Self {
        Self { text, bytes: text.as_bytes(), position, dialect }
    }

    /// The offset of the byte that is read next.
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// Steps over one byte.
    pub(crate) fn skip_byte(&mut self) {
        self.position += 1;
    }

    /// Jumps over `COPY … FROM stdin` data: to after the line `\.`, or to the end.
    pub(crate) fn skip_copy_data(&mut self) {
        self.skip_line();
        while self.position < self.bytes.len() {
            let start = self.position;
            self.skip_line();
            let line = self.bytes.get(start..self.position).unwrap_or_default();
            if line.trim_ascii() == b"\\." {
                return;
            }
        }
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.position + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.position..).unwrap_or_default()
    }

    /// Skips white space and comments; returns the token of a comment that separates statements.
    fn skip_space(&mut self) -> Option<Token> {
        loop {
            let start = self.position;
            match self.byte(0) {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => self.position += 1,
                0 if self.position < self.bytes.len() => self.position += 1,
                _ if !self.skip_comment() => return None,
                _ if is_breakpoint(self.bytes.get(start..self.position)) => {
                    return Some(token(TokenKind::Breakpoint, start, self.position));
                }
                _ => {}
            }
        }
    }

    /// Skips the comment that begins here, if one does.
    pub(crate) fn skip_comment(&mut self) -> bool {
        match (self.byte(0), self.byte(1)) {
            (b'-', b'-') => self.skip_line(),
            (b'/', b'*') => self.skip_block_comment(),
            (b'#', _) if self.dialect == Dialect::MySql => self.skip_line(),
            _ => return false,
        }
        true
    }

    fn skip_line(&mut self) {
        let length = memchr::memchr(b'\n', self.rest()).map_or(self.rest().len(), |at| at + 1);
        self.position += length;
    }

    /// Skips `/* … */`; these nest in PostgreSQL.
    fn skip_block_comment(&mut self) {
        let mut depth = 1_usize;
        self.position += 2;
        while depth > 0 {
            let Some(at) = memchr::memchr2(b'*', b'/', self.rest()) else {
                self.position = self.bytes.len();
                return;
            };
            self.position += at;
            match (self.byte(0), self.byte(1)) {
                (b'*', b'/') => {
                    depth -= 1;
                    self.position += 2;
                }
                (b'/', b'*') if self.dialect == Dialect::Postgres => {
                    depth += 1;
                    self.position += 2;
                }
                _ => self.position += 1,
            }
        }
    }

    fn read(&mut self) -> TokenKind {
        let first = self.byte(0);
        match first {
            _ if self.position >= self.bytes.len() => TokenKind::End,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => self.read_word(),
            b'0'..=b'9' => self.read_number(),
            b'.' if self.byte(1).is_ascii_digit() => self.read_number(),
            b'\'' => self.read_text(1),
            b'"' if self.dialect == Dialect::MySql => {
                self.read_quoted(b'"', Escape::Backslash);
                TokenKind::EscapedText
            }
            b'"' | b'`' => {
                self.read_quoted(first, Escape::Doubling);
                TokenKind::Quoted
            }
            b'[' if self.dialect == Dialect::Sqlite => {
                self.read_quoted(b']', Escape::Doubling);
                TokenKind::Quoted
            }
            b'{' if self.byte(1) == b'{' => self.read_template_name(),
            b'$' => self.read_dollar(),
            b'\\' => {
                self.skip_line();
                TokenKind::Command
            }
            _ => self.read_mark(first),
        }
    }

    fn read_mark(&mut self, first: u8) -> TokenKind {
        let (kind, length) = match (first, self.byte(1)) {
            (b'(', _) => (TokenKind::Open, 1),
            (b')', _) => (TokenKind::Close, 1),
            (b'[', _) => (TokenKind::OpenBracket, 1),
            (b']', _) => (TokenKind::CloseBracket, 1),
            (b',', _) => (TokenKind::Comma, 1),
            (b';', _) => (TokenKind::Semicolon, 1),
            (b':', b':') => (TokenKind::CastMark, 2),
            (b':', b'=') => (TokenKind::Assign, 2),
            (b':', _) => (TokenKind::Colon, 1),
            (b'.', b'.') => (TokenKind::DotDot, 2),
            (b'.', _) => (TokenKind::Dot, 1),
            _ if is_operator_byte(first) => return self.read_operator(),
            _ => (TokenKind::Stray, 1),
        };
        self.position += length;
        kind
    }

    fn read_word(&mut self) -> TokenKind {
        if let Some(kind) = self.read_prefixed_text() {
            return kind;
        }
        let length = self.rest().iter().take_while(|byte| is_word_byte(**byte)).count();
        self.position += length;
        TokenKind::Word
    }

    /// `E'…'`, `B'…'`, `X'…'`, `N'…'`, `U&'…'`, `U&"…"`.
    fn read_prefixed_text(&mut self) -> Option<TokenKind> {
        let kind = match (self.byte(0).to_ascii_lowercase(), self.byte(1), self.byte(2)) {
            (b'e', b'\'', _) => {
                self.position += 1;
                self.read_quoted(b'\'', Escape::Backslash);
                TokenKind::EscapedText
            }
            (b'b' | b'x', b'\'', _) => {
                self.read_text(2);
                TokenKind::Bits
            }
            (b'n', b'\'', _) => self.read_text(2),
            (b'u', b'&', b'\'') => self.read_text(3),
            (b'u', b'&', b'"') => {
                self.position += 2;
                self.read_quoted(b'"', Escape::Doubling);
                TokenKind::Quoted
            }
            _ => return None,
        };
        Some(kind)
    }

    /// A string whose content begins after `prefix` bytes.
    fn read_text(&mut self, prefix: usize) -> TokenKind {
        self.position += prefix - 1;
        if self.dialect == Dialect::MySql {
            self.read_quoted(b'\'', Escape::Backslash);
            return TokenKind::EscapedText;
        }
        self.read_quoted(b'\'', Escape::Doubling);
        TokenKind::Text
    }

    /// From an opening quote to after its closing one; a doubled quote stands for itself.
    fn read_quoted(&mut self, quote: u8, escape: Escape) {
        self.position += 1;
        loop {
            let found = match escape {
                Escape::Backslash => memchr::memchr2(quote, b'\\', self.rest()),
                Escape::Doubling => memchr::memchr(quote, self.rest()),
            };
            let Some(at) = found else {
                self.position = self.bytes.len();
                return;
            };
            self.position += at;
            let doubled = self.byte(0) == quote && self.byte(1) == quote;
            if self.byte(0) == quote && !doubled {
                self.position += 1;
                return;
            }
            self.position = (self.position + 2).min(self.bytes.len());
        }
    }

    /// `1`, `1.5`, `.5`, `1e-3`, `0xff`, `1_000`; never the first dot of `1..9`.
    fn read_number(&mut self) -> TokenKind {
        self.skip_while(is_word_byte_of_number);
        if self.byte(0) == b'.' && self.byte(1) != b'.' {
            self.position += 1;
            self.skip_while(is_word_byte_of_number);
        }
        let before = self.bytes.get(self.position.wrapping_sub(1)).copied().unwrap_or(0);
        let exponent = before.eq_ignore_ascii_case(&b'e') && matches!(self.byte(0), b'+' | b'-');
        if exponent && self.byte(1).is_ascii_digit() {
            self.position += 1;
            self.skip_while(is_word_byte_of_number);
        }
        TokenKind::Number
    }

    fn skip_while(&mut self, holds: fn(u8) -> bool) {
        self.position += self.rest().iter().take_while(|byte| holds(**byte)).count();
    }

    /// `$1`, `$tag$…$tag$`, `${…}`.
    fn read_dollar(&mut self) -> TokenKind {
        if self.byte(1).is_ascii_digit() {
            self.position += 1;
            self.skip_while(|byte| byte.is_ascii_digit());
            return TokenKind::Parameter;
        }
        if self.byte(1) == b'{' {
            self.read_template_hole();
            return TokenKind::Parameter;
        }
        if self.dialect != Dialect::MySql && self.read_dollar_text() {
            return TokenKind::DollarText;
        }
        self.position += 1;
        TokenKind::Stray
    }

    fn read_dollar_text(&mut self) -> bool {
        let tag = dollar_tag(self.rest());
        let Some(body) = self.rest().get(tag.len()..) else { return false };
        if tag.is_empty() {
            return false;
        }
        let length = memmem::find(body, tag).map_or(body.len(), |at| at + tag.len());
        self.position += tag.len() + length;
        true
    }

    /// `{{ … }}` of a migration that is a template: stands where a name stands.
    fn read_template_name(&mut self) -> TokenKind {
        let near = self.rest().len().min(HOLE_BYTES_MAX);
        let rest = self.rest().get(..near).unwrap_or_default();
        if let Some(at) = memmem::find(rest, b"}}") {
            self.position += at + 2;
            return TokenKind::Quoted;
        }
        self.position += 1;
        TokenKind::Stray
    }

    /// `${…}` of a template string, braces balanced.
    fn read_template_hole(&mut self) {
        let near = self.rest().get(..HOLE_BYTES_MAX).unwrap_or_else(|| self.rest());
        // Of many that never close, none is walked.
        let closes = memmem::find(near, b"}").is_some();
        let mut depth = 0_usize;
        for (at, byte) in near.iter().enumerate().take_while(|_| closes) {
            match byte {
                b'{' => depth += 1,
                b'}' if depth == 1 => {
                    self.position += at + 1;
                    return;
                }
                b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        self.position += 2;
    }

    /// The longest run of operator bytes that holds no comment, cut as PostgreSQL cuts it.
    fn read_operator(&mut self) -> TokenKind {
        let rest = self.rest();
        let run = rest.iter().take_while(|byte| is_operator_byte(**byte)).count();
        let comment = (1..run).find(|&at| matches!(rest.get(at..at + 2), Some(b"--" | b"/*")));
        let mut length = comment.unwrap_or(run);
        let operator = rest.get(..length).unwrap_or_default();
        if !operator.iter().any(|byte| b"~!@#%^&|`?".contains(byte)) {
            // Without one of these, `=-1` is an equals sign and a negative number.
            let signs = operator.iter().rev().take_while(|byte| b"+-".contains(byte)).count();
            length = (length - signs.min(length)).max(1);
        }
        if self.dialect == Dialect::MySql && operator == b"//" {
            self.position += 2;
            return TokenKind::Semicolon;
        }
        self.position += length;
        TokenKind::Operator
    }
}

fn token(kind: TokenKind, start: usize, end: usize) -> Token {
    let span = Span::new(start, end);
    Token { kind, start: span.start, end: span.end }
}

/// `$tag$` at the beginning of some bytes, or nothing.
pub(crate) fn dollar_tag(bytes: &[u8]) -> &[u8] {
    let name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_' || **byte >= 0x80;
    let length = bytes.iter().skip(1).take_while(name).count();
    if bytes.get(length + 1) == Some(&b'$') {
        bytes.get(..length + 2).unwrap_or_default()
    } else {
        &[]
    }
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn is_word_byte_of_number(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_operator_byte(byte: u8) -> bool {
    b"+-*/<>=~!@#%^&|?".contains(&byte)
}

fn is_breakpoint(comment: Option<&[u8]>) -> bool {
    comment.is_some_and(|bytes| bytes.starts_with(b"--> statement-breakpoint"))
}

#[cfg(test)]
mod tests {
    use super::{Lexer, TokenKind};
    use crate::Dialect;

    fn words(text: &str) -> Vec<&str> {
        let mut lexer = Lexer::new(text, Dialect::Postgres);
        let mut found = Vec::new();
        loop {
            let token = lexer.next();
            if token.kind == TokenKind::End {
                return found;
            }
            found.push(token.text(text));
        }
    }

    #[test]
    fn quotes_of_every_kind_are_one_token() {
        assert_eq!(
            words(r#"'a''b' E'c\'d' "e""f" $$g;'$$ $x$h $$ i$x$ U&'j' $1"#),
            ["'a''b'", r"E'c\'d'", "\"e\"\"f\"", "$$g;'$$", "$x$h $$ i$x$", "U&'j'", "$1"]
        );
    }

    #[test]
    fn operators_are_cut_as_the_server_cuts_them() {
        assert_eq!(
            words("a=-1 b->>'c' @> d--x\n<=/*y*/- e"),
            ["a", "=", "-", "1", "b", "->>", "'c'", "@>", "d", "<=", "-", "e"]
        );
    }

    #[test]
    fn numbers_leave_ranges_alone() {
        assert_eq!(words("1..10 1.5e-3 .5 x.1"), ["1", "..", "10", "1.5e-3", ".5", "x", ".1"]);
    }

    #[test]
    fn nothing_is_lost_at_an_open_end() {
        assert_eq!(words("select 'abc"), ["select", "'abc"]);
        assert_eq!(words("/* open /* nested */"), Vec::<&str>::new());
        assert_eq!(words("$x$ y"), ["$x$ y"]);
        assert_eq!(words("é ${a{b}c} {"), ["é", "${a{b}c}", "{"]);
    }
}
