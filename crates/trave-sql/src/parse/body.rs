//! Bodies in quotes: which language, and where their bytes lie in the file.

use std::sync::OnceLock;

use crate::Dialect;
use crate::ast::block::{Block, BodyStatement, BodyStatementKind, EmbeddedSql};
use crate::ast::function::FunctionBody;
use crate::ast::statement::Statement;
use crate::cursor::{Cursor, Mismatch, Read, content_of, written_content};
use crate::lexer::{Lexer, Token, TokenKind};
use crate::offsets::Offsets;

/// What a body is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyLanguage {
    /// PL/pgSQL.
    PlPgSql,
    /// Statements one after the other.
    Sql,
    /// Another, that is not read.
    Other,
}

/// How the text of a body is read when somebody asks for it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Unread {
    language: BodyLanguage,
    dialect: Dialect,
    /// Levels of nesting that stand around it.
    depth: u16,
    offsets: Offsets,
}

impl Unread {
    /// Reads the text.
    pub(crate) fn read(&self, text: &str) -> Block {
        let mut lexer = Lexer::new(text, self.dialect);
        let tokens: Vec<_> = std::iter::from_fn(|| Some(lexer.next()))
            .take_while(|token| token.kind != TokenKind::End)
            .collect();
        let cursor = Cursor::new(text, &tokens, &self.offsets).within(self.dialect, self.depth);
        let mut body = cursor.clone();
        let read = body.nested(|body| match self.language {
            BodyLanguage::PlPgSql => body.plpgsql_body(),
            _ => Ok(body.sql_body()),
        });
        read.unwrap_or_else(|mismatch| {
            let mut failed = cursor;
            failed.reset(mismatch.at);
            let span = failed.span_of(failed.peek());
            let statements = vec![BodyStatement { kind: not_understood(&failed, mismatch), span }];
            Block { statements, span, ..Block::default() }
        })
    }
}

impl Cursor<'_> {
    /// The body in a string token.
    pub(crate) fn body_of(&self, token: Token, language: BodyLanguage) -> Option<FunctionBody> {
        let content = content_of(token, self.text)?;
        let written = written_content(token, content.start, self.text);
        let escaped = content.escape.map(|escape| (written, escape));
        let offsets = self.offsets().inside(content.start, escaped);
        let text = content.text;
        let span = offsets.outer(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
        let unread = Unread { language, dialect: self.dialect, depth: self.depth(), offsets };
        let unread = (language != BodyLanguage::Other).then_some(unread);
        Some(FunctionBody { text, span, unread, block: OnceLock::new() })
    }

    /// Statements of SQL, each ended by a semicolon.
    fn sql_body(&mut self) -> Block {
        let start = self.position();
        let mut statements = Vec::new();
        while !self.at_end() {
            if self.eat_kind(TokenKind::Semicolon) {
                continue;
            }
            let end = self.statement_end();
            statements.push(self.sql_step(end));
        }
        Block { statements, span: self.span_from(start), ..Block::default() }
    }

    /// Where the statement at this place ends: at a semicolon outside of parentheses.
    pub(crate) fn statement_end(&self) -> usize {
        let mut scan = self.clone();
        scan.skip_until(|cursor| cursor.is_kind(TokenKind::Semicolon));
        scan.position()
    }

    /// Reads the tokens up to `end` as one statement of SQL.
    pub(crate) fn sql_step(&mut self, end: usize) -> BodyStatement {
        let start = self.position();
        let mut part = self.part(start, end);
        self.reset(end);
        let span = self.span_from(start);
        let kind = match self.nested(|_| part.statement()) {
            Ok(statement) => BodyStatementKind::Sql(EmbeddedSql {
                statement: Box::new(statement),
                into: Vec::new(),
            }),
            Err(mismatch) => not_understood(&part, mismatch),
        };
        BodyStatement { kind, span }
    }

    /// The statements of `BEGIN ATOMIC`, up to its `END`.
    pub(crate) fn standard_statements(&mut self) -> Read<Vec<BodyStatement>> {
        let mut statements = Vec::new();
        while !self.is("end") {
            if self.at_end() {
                return self.mismatch("end");
            }
            if self.eat_kind(TokenKind::Semicolon) {
                continue;
            }
            if self.is("return") {
                statements.push(self.standard_return()?);
                continue;
            }
            let end = self.statement_end();
            statements.push(self.sql_step(end));
        }
        Ok(statements)
    }

    /// `RETURN expression`.
    pub(crate) fn standard_return(&mut self) -> Read<BodyStatement> {
        let start = self.position();
        self.expect("return")?;
        let value = self.expression()?;
        let kind = BodyStatementKind::Return(Some(Box::new(value)));
        Ok(BodyStatement { kind, span: self.span_from(start) })
    }

    /// A statement, and if it cannot be read, one that says why.
    pub(crate) fn statement_or_reason(&mut self) -> Statement {
        let read = self.statement();
        read.unwrap_or_else(|mismatch| Statement::NotUnderstood(self.reason(mismatch)))
    }
}

/// A step that could not be read.
pub(crate) fn not_understood(cursor: &Cursor<'_>, mismatch: Mismatch) -> BodyStatementKind {
    BodyStatementKind::NotUnderstood(cursor.reason(mismatch).reason.into())
}
