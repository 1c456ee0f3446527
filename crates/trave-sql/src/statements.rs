//! The walk over a text: split, then read each statement alone.

use trave_source::Span;

use crate::Options;
use crate::ast::expression::Expr;
use crate::ast::statement::ParsedStatement;
use crate::cursor::Cursor;
use crate::lexer::{Lexer, Token, TokenKind};
use crate::offsets::Offsets;
use crate::split::Splitter;

/// The statements of a text, read one at a time.
pub struct Statements<'a> {
    text: &'a str,
    options: Options,
    splitter: Splitter<'a>,
    offsets: Offsets,
    tokens: Vec<Token>,
}

impl<'a> Statements<'a> {
    pub(crate) fn new(text: &'a str, options: Options) -> Self {
        Self {
            text,
            options,
            splitter: Splitter::new(text, options.dialect),
            offsets: Offsets::at(options.offset),
            tokens: Vec::new(),
        }
    }
}

impl Iterator for Statements<'_> {
    type Item = ParsedStatement;

    fn next(&mut self) -> Option<ParsedStatement> {
        if !self.splitter.next(&mut self.tokens) {
            return None;
        }
        let cursor = Cursor::new(self.text, &self.tokens, &self.offsets);
        let mut cursor = cursor.within(self.options.dialect, 0);
        let statement = cursor.statement_or_reason();
        let first = self.tokens.first().map_or(0, |token| token.start);
        let last = self.tokens.last().map_or(first, |token| token.end);
        let span: Span = self.offsets.outer(first, last);
        Some(ParsedStatement { statement, span })
    }
}

/// A text that is one expression and nothing else.
pub(crate) fn expression(text: &str, options: Options) -> Option<Expr> {
    let mut lexer = Lexer::new(text, options.dialect);
    let tokens: Vec<Token> = std::iter::from_fn(|| Some(lexer.next()))
        .take_while(|token| token.kind != TokenKind::End)
        .collect();
    let offsets = Offsets::at(options.offset);
    let mut cursor = Cursor::new(text, &tokens, &offsets).within(options.dialect, 0);
    let expr = cursor.expression().ok()?;
    cursor.at_end().then_some(expr)
}
