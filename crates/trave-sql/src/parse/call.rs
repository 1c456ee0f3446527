//! Calls: arguments, the special forms of the standard, aggregates and windows.

use crate::ast::expression::{Argument, Call, Expr, ExprKind, Literal, Window};
use crate::ast::name::{Name, ObjectName};
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;
use crate::parse::expression::strength;
use crate::parse::primary::plain_call;

/// Words between the arguments of the standard's own functions:
/// `extract(epoch from x)`, `substring(x from 1 for 2)`, `overlay(a placing b)`.
const SEPARATORS: &[&str] =
    &["from", "for", "placing", "in", "using", "value", "as", "similar", "escape", "separator"];

impl Cursor<'_> {
    /// What follows the name of a function.
    pub(crate) fn call(&mut self, name: ObjectName) -> Read<Call> {
        let mut call = plain_call(name, Vec::new());
        self.expect_kind(TokenKind::Open)?;
        call.distinct = self.eat("distinct");
        if !call.distinct {
            self.eat("all");
        }
        if !self.is_kind(TokenKind::Close) && !self.is("order") {
            self.arguments_or_skip(&mut call)?;
        }
        if self.is("order") {
            call.order = self.order_keys()?;
        }
        if self.eat("separator") {
            self.string()?;
        }
        self.expect_kind(TokenKind::Close)?;
        self.call_tail(&mut call)?;
        Ok(call)
    }

    /// The arguments; those of XML and JSON functions have a grammar of their own, and are left
    /// out where they use it.
    fn arguments_or_skip(&mut self, call: &mut Call) -> Read<()> {
        let start = self.position();
        let read = self.arguments(call);
        let name = call.name.name.as_str();
        let own_grammar = name.starts_with("xml") || name.starts_with("json");
        let stopped = !self.is_kind(TokenKind::Close) && !self.is("order");
        if !own_grammar || (read.is_ok() && !stopped) {
            return read;
        }
        self.reset(start);
        call.arguments.clear();
        self.skip_until(|cursor| cursor.is_kind(TokenKind::Close));
        Ok(())
    }

    fn arguments(&mut self, call: &mut Call) -> Read<()> {
        let special = call.name.schema.is_none();
        if special {
            self.eat_any(&["both", "leading", "trailing"]);
        }
        let mut keyword;
        if !self.is("from") {
            call.arguments.push(self.argument(None, call.name.name.as_str())?);
        }
        loop {
            if self.eat_kind(TokenKind::Comma) {
                keyword = None;
            } else if let Some(separator) = self.eat_any(SEPARATORS) {
                keyword = Some(separator);
            } else if self.eat_kind(TokenKind::Colon) {
                keyword = Some("value");
            } else {
                break;
            }
            call.arguments.push(self.argument(keyword, call.name.name.as_str())?);
        }
        if call.name.name == "extract" {
            name_the_field(call);
        }
        Ok(())
    }

    fn argument(&mut self, keyword: Option<&str>, function: &str) -> Read<Argument> {
        self.eat("variadic");
        let mut name = keyword.map(Name::exact);
        if keyword == Some("as") {
            // `xmlserialize(content x as text)`, `json_value(… as type)`.
            let start = self.position();
            let data_type = self.data_type()?;
            let kind = ExprKind::Literal(Literal::String(data_type.text));
            return Ok(Argument { name, value: Expr { kind, span: self.span_from(start) } });
        }
        let arrow = self.ahead(1);
        let named = arrow.kind == TokenKind::Assign
            || (arrow.kind == TokenKind::Operator && self.text_of(arrow) == "=>");
        if self.is_name() && named {
            name = Some(self.ident()?.name);
            self.bump();
            self.eat("variadic");
        }
        // In `position(a in b)` the `in` belongs to the call.
        let weakest = if function == "position" { strength::OTHER - 1 } else { strength::ANY };
        if self.begins_query() {
            let start = self.position();
            let query = self.query()?;
            let kind = ExprKind::Subquery(Box::new(query));
            return Ok(Argument { name, value: Expr { kind, span: self.span_from(start) } });
        }
        Ok(Argument { name, value: self.expression_at(weakest)? })
    }

    /// `within group (…)`, `filter (…)`, `over (…)`.
    fn call_tail(&mut self, call: &mut Call) -> Read<()> {
        if self.eat_all(&["within", "group"]) {
            self.expect_kind(TokenKind::Open)?;
            call.order = self.order_keys()?;
            self.expect_kind(TokenKind::Close)?;
        }
        if self.is("filter") && self.ahead(1).kind == TokenKind::Open {
            self.bump();
            self.bump();
            self.expect("where")?;
            call.filter = Some(self.expression()?);
            self.expect_kind(TokenKind::Close)?;
        }
        if self.eat_any(&["respect", "ignore"]).is_some() {
            self.expect("nulls")?;
        }
        if self.eat("over") {
            call.window = Some(self.window()?);
        }
        Ok(())
    }

    /// What follows `over`, or `window name as`.
    pub(crate) fn window(&mut self) -> Read<Window> {
        let mut window = Window::default();
        if !self.eat_kind(TokenKind::Open) {
            window.name = Some(self.ident()?.name);
            return Ok(window);
        }
        let clause = ["partition", "order", "rows", "range", "groups"];
        if self.is_name() && !self.is_any(&clause) {
            window.name = Some(self.ident()?.name);
        }
        if self.eat("partition") {
            self.expect("by")?;
            window.partition = self.list(Self::expression)?;
        }
        if self.is("order") {
            window.order = self.order_keys()?;
        }
        // The frame: `rows between … and …`.
        self.skip_until(|cursor| cursor.is_kind(TokenKind::Close));
        self.expect_kind(TokenKind::Close)?;
        Ok(window)
    }
}

/// `extract(epoch from x)`: the field is a word, not a column.
fn name_the_field(call: &mut Call) {
    let Some(first) = call.arguments.first_mut() else { return };
    let ExprKind::Column(column) = &first.value.kind else { return };
    let field = column.name.as_str().into();
    first.value.kind = ExprKind::Literal(Literal::String(field));
}
