//! What queries read: tables, functions, sub-queries, joins.

use crate::ast::name::{Ident, ObjectName};
use crate::ast::query::{FromItem, FromKind, Join, JoinCondition, JoinKind};
use crate::cursor::{Cursor, Read};
use crate::keyword;
use crate::lexer::TokenKind;
use crate::parse::primary::plain_call;

impl Cursor<'_> {
    /// One item of `from`, with its joins.
    pub(crate) fn source_item(&mut self) -> Read<FromItem> {
        self.nested(|cursor| {
            let start = cursor.position();
            let mut left = cursor.joined_item()?;
            while let Some((kind, natural)) = cursor.join_kind()? {
                left = cursor.join(start, left, (kind, natural))?;
            }
            Ok(left)
        })
    }

    fn join(
        &mut self,
        start: usize,
        left: FromItem,
        (kind, natural): (JoinKind, Natural),
    ) -> Read<FromItem> {
        self.grow()?;
        let conditional = kind != JoinKind::Cross && natural == Natural::No;
        let right = if conditional { self.right_side()? } else { self.joined_item()? };
        let condition = match natural {
            Natural::Yes => JoinCondition::Natural,
            Natural::No if conditional => self.join_condition()?,
            Natural::No => JoinCondition::None,
        };
        let kind = FromKind::Join(Box::new(Join { left, kind, right, condition }));
        Ok(FromItem { kind, alias: None, columns: Vec::new(), span: self.span_from(start) })
    }

    /// The right side of a join with a condition: `a join b join c on … on …` nests.
    fn right_side(&mut self) -> Read<FromItem> {
        let start = self.position();
        let mut right = self.joined_item()?;
        while !self.is_any(&["on", "using"]) {
            let Some(join) = self.nested(Self::join_kind)? else { break };
            right = self.nested(|cursor| cursor.join(start, right, join))?;
        }
        Ok(right)
    }

    fn join_kind(&mut self) -> Read<Option<(JoinKind, Natural)>> {
        let natural = if self.eat("natural") { Natural::Yes } else { Natural::No };
        if self.eat_any(&["join", "straight_join"]).is_some() {
            return Ok(Some((JoinKind::Inner, natural)));
        }
        let side = ["left", "right", "full", "inner", "cross"];
        if !self.is_any(&side) {
            return if natural == Natural::Yes { self.mismatch("a join") } else { Ok(None) };
        }
        let kind = match self.eat_any(&side) {
            Some("left") => JoinKind::Left,
            Some("right") => JoinKind::Right,
            Some("full") => JoinKind::Full,
            Some("cross") => JoinKind::Cross,
            _ => JoinKind::Inner,
        };
        self.eat("outer");
        self.expect("join")?;
        Ok(Some((kind, natural)))
    }

    fn join_condition(&mut self) -> Read<JoinCondition> {
        if self.is("on") && !self.is_at(1, "conflict") {
            self.bump();
            return self.expression().map(JoinCondition::On);
        }
        if self.eat("using") {
            let columns = self.idents()?;
            if self.eat("as") {
                self.ident()?;
            }
            return Ok(JoinCondition::Using(columns));
        }
        Ok(JoinCondition::None)
    }

    fn joined_item(&mut self) -> Read<FromItem> {
        let start = self.position();
        self.eat("lateral");
        let kind = self.source_kind()?;
        let joined = matches!(kind, FromKind::Join(_));
        self.skip_samples();
        self.eat_all(&["with", "ordinality"]);
        let (alias, columns) = self.table_alias()?;
        self.skip_samples();
        if joined && alias.is_none() {
            let FromKind::Join(join) = kind else { return self.mismatch("a join") };
            let span = self.span_from(start);
            return Ok(FromItem { kind: FromKind::Join(join), alias, columns, span });
        }
        Ok(FromItem { kind, alias, columns, span: self.span_from(start) })
    }

    fn source_kind(&mut self) -> Read<FromKind> {
        if self.is_kind(TokenKind::Open) {
            return self.source_parentheses();
        }
        if self.eat_all(&["rows", "from"]) {
            let calls = self.list_in_parentheses(|cursor| {
                let name = cursor.object_name()?;
                let call = cursor.call(name)?;
                if cursor.eat("as") {
                    cursor.skip_parentheses();
                }
                Ok(call)
            })?;
            return Ok(FromKind::Functions(calls));
        }
        self.eat("only");
        let parentheses = self.eat_kind(TokenKind::Open);
        let name = self.object_name()?;
        if parentheses {
            self.expect_kind(TokenKind::Close)?;
        }
        if self.is_kind(TokenKind::Open) {
            return Ok(self.source_function(name));
        }
        self.eat_operator("*");
        Ok(FromKind::Table(name))
    }

    /// A function; one with a grammar of its own (`xmltable`, `json_table`) keeps its name only.
    fn source_function(&mut self, name: ObjectName) -> FromKind {
        let start = self.position();
        let call = self.call(name.clone()).unwrap_or_else(|_| {
            self.reset(start);
            self.skip_parentheses();
            plain_call(name, Vec::new())
        });
        FromKind::Functions(vec![call])
    }

    /// `(select …)` or `(a join b …)`.
    fn source_parentheses(&mut self) -> Read<FromKind> {
        let query = self.opens_query_in_parentheses();
        self.bump();
        if query {
            let query = self.query()?;
            self.expect_kind(TokenKind::Close)?;
            return Ok(FromKind::Query(Box::new(query)));
        }
        let item = self.source_item()?;
        self.expect_kind(TokenKind::Close)?;
        Ok(item.kind)
    }

    fn skip_samples(&mut self) {
        if self.eat("tablesample") {
            self.bump();
            self.skip_parentheses();
            if self.eat("repeatable") {
                self.skip_parentheses();
            }
        }
    }

    /// `as name (a, b)`, `name`, `as (a int, b text)`.
    pub(crate) fn table_alias(&mut self) -> Read<(Option<Ident>, Vec<Ident>)> {
        let explicit = self.eat("as");
        if explicit && self.is_kind(TokenKind::Open) {
            return Ok((None, self.alias_columns()?));
        }
        let bare = match self.peek().kind {
            TokenKind::Quoted => true,
            TokenKind::Word => !keyword::begins_clause(&self.peek_text().to_ascii_lowercase()),
            _ => false,
        };
        if !explicit && !bare {
            return Ok((None, Vec::new()));
        }
        let alias = self.ident()?;
        let columns =
            if self.is_kind(TokenKind::Open) { self.alias_columns()? } else { Vec::new() };
        Ok((Some(alias), columns))
    }

    fn alias_columns(&mut self) -> Read<Vec<Ident>> {
        self.list_in_parentheses(|cursor| {
            let column = cursor.ident()?;
            if cursor.is_name() {
                cursor.data_type()?;
                if cursor.eat("collate") {
                    cursor.object_name()?;
                }
            }
            Ok(column)
        })
    }
}

/// Whether a join is `natural`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Natural {
    Yes,
    No,
}
