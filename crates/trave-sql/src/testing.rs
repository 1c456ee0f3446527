//! What the tests of recognisers share.

use crate::cursor::{Cursor, Read};
use crate::lexer::{Lexer, TokenKind};
use crate::offsets::Offsets;
use crate::{Dialect, Options, Statement};

/// Reads a text that is one statement or a part of one.
pub(crate) fn with_cursor<T>(text: &str, read: impl FnOnce(&mut Cursor<'_>) -> Read<T>) -> Read<T> {
    let mut lexer = Lexer::new(text, Dialect::Postgres);
    let tokens: Vec<_> = std::iter::from_fn(|| Some(lexer.next()))
        .take_while(|token| token.kind != TokenKind::End)
        .collect();
    let offsets = Offsets::at(0);
    let mut cursor = Cursor::new(text, &tokens, &offsets);
    let result = read(&mut cursor)?;
    if cursor.at_end() { Ok(result) } else { cursor.mismatch("the end") }
}

/// The only statement of a text.
#[track_caller]
pub(crate) fn statement(text: &str) -> Statement {
    statement_as(text, Dialect::Postgres)
}

/// The only statement of a text of some database.
#[track_caller]
pub(crate) fn statement_as(text: &str, dialect: Dialect) -> Statement {
    let mut parsed = crate::parse(text, Options { dialect, offset: 0 }).statements;
    assert_eq!(parsed.len(), 1, "one statement in {text}");
    let statement = parsed.remove(0).statement;
    assert!(!matches!(statement, Statement::NotUnderstood(_)), "{statement:?}");
    statement
}
