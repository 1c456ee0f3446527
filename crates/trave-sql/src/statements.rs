//! The walk over a text: split, then read each statement alone.

use trave_source::Span;

use crate::Options;
use crate::ast::expression::Expr;
use crate::ast::statement::{ParsedStatement, Statement};
use crate::cursor::Cursor;
use crate::lexer::{Lexer, Token, TokenKind};
use crate::offsets::Offsets;
use crate::second_opinion::is_sql;
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
        let mut statement = cursor.statement_or_reason();
        let first = self.tokens.first().map_or(0, |token| token.start);
        let last = self.tokens.last().map_or(first, |token| token.end);
        let written = self.text.get(first as usize..last as usize).unwrap_or_default();
        if let Statement::NotUnderstood(reason) = &mut statement
            && is_sql(written, self.options.dialect)
        {
            reason.reason.push_str("; it is SQL all the same: please report it");
        }
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

#[cfg(test)]
mod tests {
    use crate::{ExprKind, Options, Statement, parse};

    #[test]
    fn text_from_typescript_is_placed_in_its_file() {
        let text = "select id from ${table} where owner = ${ctx.user.id} and x = $1";
        let parsed = parse(text, Options { offset: 100, ..Options::default() });
        assert_eq!(parsed.statements[0].span.start, 100);
        let Statement::Query(query) = &parsed.statements[0].statement else { panic!() };
        assert!(query.tables_read()[0].name.is_hole());
        let filter = query.selects()[0].filter.as_ref().unwrap();
        assert_eq!(filter.span.start, 130);
        let ExprKind::Binary(first) = &filter.conjuncts()[0].kind else { panic!() };
        assert!(matches!(&first.right.kind, ExprKind::Parameter(hole) if hole == "${ctx.user.id}"));
    }

    #[test]
    fn migrations_that_are_templates_keep_their_tables() {
        let text = "alter table {{ index .Options \"Namespace\" }}.users add column a int";
        let parsed = parse(text, Options::default());
        let Statement::AlterTable(table) = &parsed.statements[0].statement else { panic!() };
        assert_eq!(table.name.name, "users");
        assert!(table.name.schema.as_ref().unwrap().is_hole());
    }

    #[test]
    fn one_bad_statement_costs_one_statement() {
        let text = "create table a (x int); create tabel b (y int); create table c (z int)";
        let parsed = parse(text, Options::default());
        assert_eq!(parsed.statements.len(), 3);
        let Statement::NotUnderstood(reason) = &parsed.statements[1].statement else { panic!() };
        assert_eq!(reason.kind, "create tabel");
        assert_eq!(reason.reason, "`tabel` stands where a kind of object was awaited");
    }
}
