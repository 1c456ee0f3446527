//! What stands between operators: names, constants, parentheses, the special forms.

use smol_str::ToSmolStr;

use crate::ast::expression::{
    Argument, Call, Case, CaseBranch, Cast, ColumnRef, Expr, ExprKind, Literal,
};
use crate::ast::name::{Name, ObjectName};
use crate::cursor::{Cursor, Read};
use crate::keyword;
use crate::lexer::TokenKind;

impl Cursor<'_> {
    pub(crate) fn primary(&mut self) -> Read<ExprKind> {
        let token = self.peek();
        match token.kind {
            TokenKind::Number => {
                self.bump();
                Ok(ExprKind::Literal(Literal::Number(self.text_of(token).to_smolstr())))
            }
            TokenKind::Text | TokenKind::EscapedText | TokenKind::DollarText => {
                Ok(ExprKind::Literal(Literal::String(self.string()?)))
            }
            TokenKind::Bits => {
                self.bump();
                Ok(ExprKind::Literal(Literal::Bits(self.text_of(token).to_smolstr())))
            }
            TokenKind::Parameter => {
                self.bump();
                Ok(ExprKind::Parameter(self.text_of(token).to_smolstr()))
            }
            TokenKind::Colon => self.named_parameter(),
            TokenKind::Operator => self.operator_operand(),
            TokenKind::Open => self.parenthesised(),
            TokenKind::Quoted => self.named(),
            TokenKind::Word => self.word(),
            _ => self.mismatch("an expression"),
        }
    }

    /// `:name`, `:'name'`, `:1`.
    fn named_parameter(&mut self) -> Read<ExprKind> {
        let start = self.position();
        self.bump();
        let bound = self.is_name() || self.is_string() || self.is_kind(TokenKind::Number);
        if !bound {
            return self.mismatch("the name of a parameter");
        }
        self.bump();
        Ok(ExprKind::Parameter(self.written_from(start).to_smolstr()))
    }

    /// `*` in `count(*)`, `?` as a parameter.
    fn operator_operand(&mut self) -> Read<ExprKind> {
        if self.eat_operator("*") {
            return Ok(ExprKind::Wildcard(None));
        }
        if self.eat_operator("?") {
            return Ok(ExprKind::Parameter("?".into()));
        }
        self.mismatch("an expression")
    }

    fn word(&mut self) -> Read<ExprKind> {
        let written = self.peek_text();
        if written.len() <= 17 {
            let word = written.to_ascii_lowercase();
            if let Some(special) = self.special_word(&word) {
                return special;
            }
            if keyword::is_bare_function(&word) {
                return self.bare_function(&word);
            }
            // A quote after a type makes a constant of that type: `interval '1 day'`.
            let constant = self.is_typed_constant();
            if constant {
                return self.typed_constant();
            }
            let function = self.ahead(1).kind == TokenKind::Open;
            if keyword::is_reserved(&word) && !function {
                return self.mismatch("an expression");
            }
        } else if self.is_typed_constant() {
            return self.typed_constant();
        }
        self.named()
    }

    fn special_word(&mut self, word: &str) -> Option<Read<ExprKind>> {
        let open = self.ahead(1).kind == TokenKind::Open;
        let literal = match word {
            "null" => Literal::Null,
            "true" => Literal::Boolean(true),
            "false" => Literal::Boolean(false),
            "case" => return Some(self.case()),
            "exists" if open => return Some(self.exists()),
            "array" if open || self.ahead(1).kind == TokenKind::OpenBracket => {
                return Some(self.array());
            }
            "row" if open => return Some(self.row()),
            "cast" | "try_cast" if open => return Some(self.cast()),
            _ => return None,
        };
        self.bump();
        Some(Ok(ExprKind::Literal(literal)))
    }

    fn bare_function(&mut self, word: &str) -> Read<ExprKind> {
        if self.ahead(1).kind == TokenKind::Dot {
            return self.named();
        }
        let token = self.bump();
        self.skip_parentheses();
        let name = ObjectName::unqualified(Name::exact(word), self.span_of(token));
        Ok(ExprKind::Call(Box::new(plain_call(name, Vec::new()))))
    }

    /// Whether here stands `type 'text'`: a type of one or more words, then a string.
    fn is_typed_constant(&self) -> bool {
        let text = |places| {
            let kind = self.ahead(places).kind;
            matches!(kind, TokenKind::Text | TokenKind::EscapedText)
        };
        let after_words = || {
            let words: [&[&str]; 4] = [
                &["double", "precision"],
                &["timestamp", "with", "time", "zone"],
                &["timestamp", "without", "time", "zone"],
                &["time", "with", "time", "zone"],
            ];
            words.iter().any(|words| self.are(words) && text(words.len()))
        };
        let reserved = || keyword::is_reserved(&self.peek_text().to_ascii_lowercase());
        (text(1) && !reserved()) || after_words()
    }

    fn typed_constant(&mut self) -> Read<ExprKind> {
        let data_type = self.data_type()?;
        let start = self.position();
        let text = self.string()?;
        let kind = ExprKind::Literal(Literal::String(text));
        let value = Expr { kind, span: self.span_from(start) };
        if data_type.name.name == "interval" {
            self.skip_interval_fields();
        }
        Ok(ExprKind::Cast(Box::new(Cast { value, data_type })))
    }

    fn skip_interval_fields(&mut self) {
        const FIELDS: &[&str] = &["year", "month", "day", "hour", "minute", "second"];
        if self.eat_any(FIELDS).is_some() && self.eat("to") {
            self.eat_any(FIELDS);
        }
    }

    /// A column, `t.*`, or a call.
    fn named(&mut self) -> Read<ExprKind> {
        let start = self.position();
        let mut parts = vec![self.ident()?];
        while self.is_kind(TokenKind::Dot) {
            if self.ahead(1).kind == TokenKind::Operator {
                self.bump();
                if !self.eat_operator("*") {
                    return self.mismatch("a column");
                }
                return Ok(ExprKind::Wildcard(self.joined(&parts, start)));
            }
            self.bump();
            parts.push(self.ident()?);
        }
        let last = parts.pop();
        let Some(last) = last else { return self.mismatch("a name") };
        let qualifier = self.joined(&parts, start);
        if !self.is_kind(TokenKind::Open) {
            return Ok(ExprKind::Column(ColumnRef { qualifier, name: last.name }));
        }
        let span = self.span_from(start);
        let name = ObjectName { schema: qualifier.map(|q| q.name), name: last.name, span };
        Ok(ExprKind::Call(Box::new(self.call(name)?)))
    }

    /// The last two of some names as the name of a table.
    fn joined(&self, parts: &[crate::ast::name::Ident], start: usize) -> Option<ObjectName> {
        let (last, before) = parts.split_last()?;
        let schema = before.last().map(|ident| ident.name.clone());
        let first = parts.first().map_or(self.span_from(start), |ident| ident.span);
        Some(ObjectName { schema, name: last.name.clone(), span: first.to(last.span) })
    }

    /// `(expression)`, `(a, b)`, `(select …)`.
    pub(crate) fn parenthesised(&mut self) -> Read<ExprKind> {
        let query = self.is_kind(TokenKind::Open) && self.opens_query_in_parentheses();
        self.expect_kind(TokenKind::Open)?;
        if query {
            return self.subquery_rest();
        }
        if self.eat_kind(TokenKind::Close) {
            return Ok(ExprKind::Row(Vec::new()));
        }
        let first = self.expression()?;
        if self.eat_kind(TokenKind::Close) {
            return Ok(first.kind);
        }
        let mut row = vec![first];
        while self.eat_kind(TokenKind::Comma) {
            row.push(self.expression()?);
        }
        self.expect_kind(TokenKind::Close)?;
        Ok(ExprKind::Row(row))
    }

    fn subquery_rest(&mut self) -> Read<ExprKind> {
        let query = self.query()?;
        self.expect_kind(TokenKind::Close)?;
        Ok(ExprKind::Subquery(Box::new(query)))
    }

    fn exists(&mut self) -> Read<ExprKind> {
        self.bump();
        match self.parenthesised()? {
            ExprKind::Subquery(query) => Ok(ExprKind::Exists(query)),
            _ => self.mismatch("a query"),
        }
    }

    fn array(&mut self) -> Read<ExprKind> {
        self.bump();
        if !self.is_kind(TokenKind::Open) {
            return self.array_elements();
        }
        match self.parenthesised()? {
            ExprKind::Subquery(query) => Ok(ExprKind::ArrayQuery(query)),
            _ => self.mismatch("a query"),
        }
    }

    /// `[a, b]`, `[[a], [b]]`.
    fn array_elements(&mut self) -> Read<ExprKind> {
        self.bump();
        if self.eat_kind(TokenKind::CloseBracket) {
            return Ok(ExprKind::Array(Vec::new()));
        }
        let elements = self.list(Self::array_element)?;
        self.expect_kind(TokenKind::CloseBracket)?;
        Ok(ExprKind::Array(elements))
    }

    fn array_element(&mut self) -> Read<Expr> {
        if !self.is_kind(TokenKind::OpenBracket) {
            return self.expression();
        }
        let start = self.position();
        let kind = self.nested(Self::array_elements)?;
        Ok(Expr { kind, span: self.span_from(start) })
    }

    fn row(&mut self) -> Read<ExprKind> {
        self.bump();
        Ok(ExprKind::Row(self.list_in_parentheses(Self::expression)?))
    }

    fn cast(&mut self) -> Read<ExprKind> {
        self.bump();
        self.expect_kind(TokenKind::Open)?;
        let value = self.expression()?;
        self.expect("as")?;
        let data_type = self.data_type()?;
        self.expect_kind(TokenKind::Close)?;
        Ok(ExprKind::Cast(Box::new(Cast { value, data_type })))
    }

    fn case(&mut self) -> Read<ExprKind> {
        self.bump();
        let operand = if self.is("when") { None } else { Some(self.expression()?) };
        let mut case = Case { operand, branches: Vec::new(), otherwise: None };
        while self.eat("when") {
            let condition = self.expression()?;
            self.expect("then")?;
            case.branches.push(CaseBranch { condition, value: self.expression()? });
        }
        if self.eat("else") {
            case.otherwise = Some(self.expression()?);
        }
        self.expect("end")?;
        Ok(ExprKind::Case(Box::new(case)))
    }

    /// What a body may write for an expression: `a + b`, but also `count(*) from t`.
    pub(crate) fn body_expression(&mut self) -> Read<Expr> {
        let start = self.position();
        let short = self.expression();
        if self.at_end() && short.is_ok() {
            return short;
        }
        self.reset(start);
        let query = Box::new(self.query_after_select(start)?);
        Ok(Expr { kind: ExprKind::Subquery(query), span: self.span_from(start) })
    }
}

/// A call of arguments only.
pub(crate) fn plain_call(name: ObjectName, arguments: Vec<Argument>) -> Call {
    Call { name, arguments, distinct: false, order: Vec::new(), filter: None, window: None }
}
