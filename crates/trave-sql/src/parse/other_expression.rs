//! Expressions that could not be read: their text, and what looks like columns and calls in it.

use smol_str::ToSmolStr;

use crate::ast::expression::{ColumnRef, Expr, ExprKind, OtherExpr};
use crate::ast::name::Name;
use crate::cursor::{Cursor, Read};
use crate::keyword;
use crate::lexer::TokenKind;

impl Cursor<'_> {
    /// `(expression)`: what the parentheses hold is kept as text if it cannot be read.
    pub(crate) fn expression_in_parentheses(&mut self) -> Read<Expr> {
        let start = self.position();
        let read = self.parenthesised();
        if let Ok(kind) = read {
            return Ok(Expr { kind, span: self.span_from(start) });
        }
        self.reset(start);
        if !self.is_kind(TokenKind::Open) {
            return self.mismatch("`(`");
        }
        self.skip_parentheses();
        Ok(self.other_expression(start))
    }

    /// An expression that ends where `stop` holds, kept as text if it cannot be read.
    pub(crate) fn expression_until(&mut self, stop: impl Fn(&Self) -> bool) -> Expr {
        let start = self.position();
        if let Ok(expr) = self.expression()
            && (self.at_end() || stop(self))
        {
            return expr;
        }
        self.reset(start);
        self.skip_until(stop);
        self.other_expression(start)
    }

    /// What was eaten since `start`, as text.
    pub(crate) fn other_expression(&self, start: usize) -> Expr {
        let mut other = OtherExpr {
            text: self.written_from(start).to_smolstr(),
            columns: Vec::new(),
            calls: Vec::new(),
        };
        let mut scan = self.part(start, self.position());
        while !scan.at_end() {
            scan.scan_name(&mut other);
        }
        Expr { kind: ExprKind::Other(Box::new(other)), span: self.span_from(start) }
    }

    fn scan_name(&mut self, other: &mut OtherExpr) {
        let word = self.is_kind(TokenKind::Word);
        let reserved = word && keyword::is_reserved(&self.peek_text().to_ascii_lowercase());
        if !self.is_name() || reserved {
            self.bump();
            return;
        }
        let Ok(name) = self.object_name() else {
            self.bump();
            return;
        };
        if self.is_kind(TokenKind::Open) {
            other.calls.push(name);
            return;
        }
        let qualifier = name
            .schema
            .map(|schema: Name| crate::ast::name::ObjectName::unqualified(schema, name.span));
        other.columns.push(ColumnRef { qualifier, name: name.name });
    }
}
