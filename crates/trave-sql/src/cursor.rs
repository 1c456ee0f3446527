//! A place among the tokens of one statement, and the small steps that every recogniser takes.

use smol_str::{SmolStr, SmolStrBuilder};
use trave_source::Span;

use crate::Dialect;
use crate::ast::name::{Ident, Name, ObjectName};
use crate::ast::statement::NotUnderstood;
use crate::lexer::{Escape, Token, TokenKind};
use crate::offsets::{Offsets, unescape};

/// Reading stopped: where, and what was awaited there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mismatch {
    pub(crate) at: usize,
    pub(crate) awaited: &'static str,
}

/// What a recogniser returns.
pub(crate) type Read<T> = Result<T, Mismatch>;

/// How deep parentheses, queries and blocks may nest before reading stops.
const DEPTH_MAX: u16 = 80;

/// How high a tree may grow: long chains of operators count too, since whoever walks a tree later
/// needs stack for each level.
const HEIGHT_MAX: u16 = 400;

/// How much of an unexpected token is shown, in characters.
const WRITTEN_MAX: usize = 30;

/// Reads the tokens of one statement (or a part of it).
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    pub(crate) text: &'a str,
    pub(crate) dialect: Dialect,
    tokens: &'a [Token],
    position: usize,
    offsets: &'a Offsets,
    depth: u16,
    height: u16,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str, tokens: &'a [Token], offsets: &'a Offsets) -> Self {
        let dialect = Dialect::Postgres;
        Self { text, dialect, tokens, position: 0, offsets, depth: 0, height: 0 }
    }

    /// The same cursor for another dialect and with levels already used.
    pub(crate) fn within(mut self, dialect: Dialect, depth: u16) -> Self {
        self.dialect = dialect;
        self.depth = depth;
        self
    }

    /// A cursor over some of the tokens, counted from the first of this cursor.
    pub(crate) fn part(&self, start: usize, end: usize) -> Self {
        let tokens = self.tokens.get(start..end).unwrap_or_default();
        Self { tokens, position: 0, ..self.clone() }
    }

    /// A cursor over other tokens of the same text.
    pub(crate) fn over<'b>(&self, tokens: &'b [Token]) -> Cursor<'b>
    where
        'a: 'b,
    {
        let mut other: Cursor<'b> = self.clone();
        other.tokens = tokens;
        other.position = 0;
        other
    }

    /// What a mismatch says to people.
    pub(crate) fn reason(&self, mismatch: Mismatch) -> NotUnderstood {
        let token = self.token(mismatch.at);
        let written = self.text_of(token);
        let met: String = written.chars().take(WRITTEN_MAX).collect();
        let awaited = mismatch.awaited;
        let reason = match token.kind {
            TokenKind::End => format!("it ends where {awaited} was awaited"),
            _ => format!("`{met}` stands where {awaited} was awaited"),
        };
        NotUnderstood { kind: self.first_words(), reason, at: self.span_of(token) }
    }

    /// The words that say which kind of statement this is.
    fn first_words(&self) -> SmolStr {
        let mut start = self.clone();
        start.reset(0);
        let count = if start.is_any(&["create", "alter", "drop"]) { 2 } else { 1 };
        while start.position() < count && start.is_kind(TokenKind::Word) {
            start.bump();
        }
        start.words_from(0)
    }

    pub(crate) fn depth(&self) -> u16 {
        self.depth
    }

    pub(crate) fn offsets(&self) -> &'a Offsets {
        self.offsets
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    pub(crate) fn reset(&mut self, position: usize) {
        self.position = position;
    }

    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(crate) fn at_end(&self) -> bool {
        self.position >= self.tokens.len()
    }

    /// The token some places ahead.
    pub(crate) fn ahead(&self, places: usize) -> Token {
        self.token(self.position + places)
    }

    pub(crate) fn peek(&self) -> Token {
        self.ahead(0)
    }

    pub(crate) fn peek_text(&self) -> &'a str {
        self.text_of(self.peek())
    }

    pub(crate) fn text_of(&self, token: Token) -> &'a str {
        token.text(self.text)
    }

    pub(crate) fn bump(&mut self) -> Token {
        let token = self.peek();
        self.position = (self.position + 1).min(self.tokens.len());
        token
    }

    fn token(&self, position: usize) -> Token {
        let end = self.tokens.last().map_or(0, |last| last.end);
        let none = Token { kind: TokenKind::End, start: end, end };
        self.tokens.get(position).copied().unwrap_or(none)
    }

    pub(crate) fn mismatch<T>(&self, awaited: &'static str) -> Read<T> {
        Err(Mismatch { at: self.position, awaited })
    }

    // Nesting.

    /// Reads one level deeper, or stops where the levels are used up.
    pub(crate) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        let outer = std::mem::replace(&mut self.height, 0);
        self.depth += 1;
        let result =
            if self.depth > DEPTH_MAX { self.mismatch("less deep nesting") } else { read(self) };
        self.depth -= 1;
        let grown = self.grow();
        self.height = self.height.max(outer);
        grown.and(result)
    }

    /// Says that the tree grew by one level above what was read last.
    pub(crate) fn grow(&mut self) -> Read<()> {
        self.height += 1;
        if self.height > HEIGHT_MAX { self.mismatch("a shorter chain") } else { Ok(()) }
    }

    // Words and marks.

    pub(crate) fn is_at(&self, places: usize, word: &str) -> bool {
        let token = self.ahead(places);
        token.kind == TokenKind::Word && self.text_of(token).eq_ignore_ascii_case(word)
    }

    pub(crate) fn is(&self, word: &str) -> bool {
        self.is_at(0, word)
    }

    pub(crate) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    pub(crate) fn are(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(places, word)| self.is_at(places, word))
    }

    pub(crate) fn eat(&mut self, word: &str) -> bool {
        let found = self.is(word);
        self.position += usize::from(found);
        found
    }

    /// Eats all these words, or none.
    pub(crate) fn eat_all(&mut self, words: &[&str]) -> bool {
        let found = self.are(words);
        if found {
            self.position += words.len();
        }
        found
    }

    /// Eats the first of these words that is here.
    pub(crate) fn eat_any(&mut self, words: &[&'static str]) -> Option<&'static str> {
        words.iter().find(|word| self.eat(word)).copied()
    }

    pub(crate) fn expect(&mut self, word: &'static str) -> Read<()> {
        if self.eat(word) { Ok(()) } else { self.mismatch(word) }
    }

    pub(crate) fn expect_all(&mut self, words: &'static [&'static str]) -> Read<()> {
        words.iter().try_for_each(|word| self.expect(word))
    }

    pub(crate) fn is_kind(&self, kind: TokenKind) -> bool {
        self.peek().kind == kind
    }

    pub(crate) fn eat_kind(&mut self, kind: TokenKind) -> bool {
        let found = self.is_kind(kind);
        self.position += usize::from(found);
        found
    }

    pub(crate) fn expect_kind(&mut self, kind: TokenKind) -> Read<()> {
        let awaited = match kind {
            TokenKind::Open => "`(`",
            TokenKind::Close => "`)`",
            TokenKind::CloseBracket => "`]`",
            TokenKind::Comma => "`,`",
            TokenKind::Dot => "`.`",
            _ => "another mark",
        };
        if self.eat_kind(kind) { Ok(()) } else { self.mismatch(awaited) }
    }

    pub(crate) fn is_operator(&self, operator: &str) -> bool {
        self.is_kind(TokenKind::Operator) && self.peek_text() == operator
    }

    pub(crate) fn eat_operator(&mut self, operator: &str) -> bool {
        let found = self.is_operator(operator);
        self.position += usize::from(found);
        found
    }

    /// `IF EXISTS`.
    pub(crate) fn eat_if_exists(&mut self) -> bool {
        self.eat_all(&["if", "exists"])
    }

    /// `IF NOT EXISTS`.
    pub(crate) fn eat_if_not_exists(&mut self) -> bool {
        self.eat_all(&["if", "not", "exists"])
    }

    /// `CASCADE` (true), `RESTRICT` or nothing (false).
    pub(crate) fn eat_cascade(&mut self) -> bool {
        let cascade = self.eat("cascade");
        self.eat("restrict");
        cascade
    }

    // Lists.

    /// `item, item, …`, at least one.
    pub(crate) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.eat_kind(TokenKind::Comma) {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// `(item, item, …)`, maybe empty.
    pub(crate) fn list_in_parentheses<T>(
        &mut self,
        item: impl FnMut(&mut Self) -> Read<T>,
    ) -> Read<Vec<T>> {
        self.expect_kind(TokenKind::Open)?;
        if self.eat_kind(TokenKind::Close) {
            return Ok(Vec::new());
        }
        let items = self.list(item)?;
        self.expect_kind(TokenKind::Close)?;
        Ok(items)
    }

    /// Skips `( … )`, balanced; where there is no parenthesis, nothing.
    pub(crate) fn skip_parentheses(&mut self) {
        if !self.is_kind(TokenKind::Open) {
            return;
        }
        let mut open = 0_usize;
        while !self.at_end() {
            match self.bump().kind {
                TokenKind::Open => open += 1,
                TokenKind::Close if open == 1 => return,
                TokenKind::Close => open -= 1,
                _ => {}
            }
        }
    }

    pub(crate) fn skip_to_end(&mut self) {
        self.position = self.tokens.len();
    }

    /// Skips to the next token outside of parentheses for which `stop` holds.
    pub(crate) fn skip_until(&mut self, stop: impl Fn(&Self) -> bool) {
        while !self.at_end() && !stop(self) {
            if self.is_kind(TokenKind::Open) {
                self.skip_parentheses();
            } else {
                self.bump();
            }
        }
    }

    // Spans and texts.

    /// The span of some bytes of this text in the file.
    pub(crate) fn outer(&self, start: u32, end: u32) -> Span {
        self.offsets.outer(start, end)
    }

    pub(crate) fn span_of(&self, token: Token) -> Span {
        self.outer(token.start, token.end)
    }

    /// From the token at a position to the last one that was eaten.
    pub(crate) fn span_from(&self, position: usize) -> Span {
        let start = self.token(position).start;
        let last = self.token(self.position.saturating_sub(1));
        self.outer(start, last.end.max(start))
    }

    /// The text from the token at a position to the last one that was eaten.
    pub(crate) fn written_from(&self, position: usize) -> &'a str {
        let start = self.token(position).start as usize;
        let end = self.token(self.position.saturating_sub(1)).end as usize;
        self.text.get(start..end.max(start)).unwrap_or_default()
    }

    /// The words from a position on, in lower case with one space between them.
    pub(crate) fn words_from(&self, position: usize) -> SmolStr {
        let mut words = SmolStrBuilder::new();
        for (at, token) in self.tokens.iter().enumerate().take(self.position).skip(position) {
            if at > position {
                words.push(' ');
            }
            for symbol in token.text(self.text).chars() {
                words.push(symbol.to_ascii_lowercase());
            }
        }
        words.finish()
    }

    // Names.

    /// Whether a name may stand here; keywords too, since most of them name things.
    pub(crate) fn is_name(&self) -> bool {
        matches!(self.peek().kind, TokenKind::Word | TokenKind::Quoted)
    }

    pub(crate) fn ident(&mut self) -> Read<Ident> {
        let token = self.peek();
        let name = match token.kind {
            TokenKind::Word => Name::folded(self.text_of(token)),
            TokenKind::Quoted => Name::exact(&unquoted(self.text_of(token))),
            TokenKind::Parameter if self.text_of(token).starts_with("${") => {
                Name::exact(self.text_of(token))
            }
            // MySQL writes some names as strings: `DEFINER = 'root'`, aliases.
            TokenKind::EscapedText if self.dialect == Dialect::MySql => {
                Name::exact(&unquoted(self.text_of(token)))
            }
            _ => return self.mismatch("a name"),
        };
        self.bump();
        Ok(Ident { name, span: self.span_of(token) })
    }

    /// `(a, b)`.
    pub(crate) fn idents(&mut self) -> Read<Vec<Ident>> {
        self.list_in_parentheses(Self::ident)
    }

    /// `name`, `schema.name`, `database.schema.name`.
    pub(crate) fn object_name(&mut self) -> Read<ObjectName> {
        let start = self.position;
        let mut schema = None;
        let mut name = self.ident()?.name;
        while self.is_kind(TokenKind::Dot) && is_name_kind(self.ahead(1).kind) {
            self.bump();
            schema = Some(std::mem::replace(&mut name, self.ident()?.name));
        }
        Ok(ObjectName { schema, name, span: self.span_from(start) })
    }

    /// `'text'` of any kind, without quotes and escapes; neighbours are one text.
    pub(crate) fn string(&mut self) -> Read<SmolStr> {
        let Some(first) = self.string_token() else { return self.mismatch("a text") };
        let mut whole = first;
        while matches!(self.peek().kind, TokenKind::Text | TokenKind::EscapedText) {
            let Some(more) = self.string_token() else { break };
            whole = smol_str::format_smolstr!("{whole}{more}");
        }
        Ok(whole)
    }

    fn string_token(&mut self) -> Option<SmolStr> {
        let token = self.peek();
        let content = content_of(token, self.text)?;
        self.bump();
        Some(content.text)
    }

    pub(crate) fn is_string(&self) -> bool {
        let kind = self.peek().kind;
        matches!(kind, TokenKind::Text | TokenKind::EscapedText | TokenKind::DollarText)
    }
}

fn is_name_kind(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Word | TokenKind::Quoted)
}

/// What stands between the quotes of a string.
pub(crate) struct Content {
    /// Without escapes.
    pub(crate) text: SmolStr,
    /// Offset of the first byte of the content.
    pub(crate) start: u32,
    /// What escapes the written content holds, if it holds any.
    pub(crate) escape: Option<Escape>,
}

/// What stands between the quotes of a string token; none if it is no string.
pub(crate) fn content_of(token: Token, source: &str) -> Option<Content> {
    let written = token.text(source);
    let open = match token.kind {
        TokenKind::DollarText => crate::lexer::dollar_tag(written.as_bytes()).len(),
        TokenKind::Text | TokenKind::EscapedText => written.find(['\'', '"'])? + 1,
        _ => return None,
    };
    let inner = written.get(open..)?;
    let start = token.start + u32::try_from(open).unwrap_or(0);
    if token.kind == TokenKind::DollarText {
        let tag = written.get(..open)?;
        let text = inner.strip_suffix(tag).unwrap_or(inner).into();
        return Some(Content { text, start, escape: None });
    }
    let quote = written.get(..open)?.chars().next_back()?;
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    let escape = match token.kind {
        TokenKind::EscapedText if inner.contains('\\') => Some(Escape::Backslash),
        _ if inner.contains(quote) => Some(Escape::Doubling),
        _ => None,
    };
    let text = escape.map_or_else(|| inner.into(), |escape| unescape(inner, escape).into());
    Some(Content { text, start, escape })
}

/// The bytes between the quotes of a string token, as written.
pub(crate) fn written_content(token: Token, start: u32, source: &str) -> &str {
    let written = source.get(start as usize..token.end as usize).unwrap_or_default();
    written.strip_suffix(['\'', '"']).unwrap_or(written)
}

/// A quoted name without its quotes.
fn unquoted(written: &str) -> String {
    if written.starts_with("{{") {
        return written.to_owned();
    }
    let body = written.strip_prefix("U&").or(written.strip_prefix("u&")).unwrap_or(written);
    let mut inner = body.chars();
    let open = inner.next().unwrap_or('"');
    let close = if open == '[' { ']' } else { open };
    let inner = inner.as_str();
    let inner = inner.strip_suffix(close).unwrap_or(inner);
    let doubled: String = [close, close].iter().collect();
    inner.replace(&doubled, &close.to_string())
}
