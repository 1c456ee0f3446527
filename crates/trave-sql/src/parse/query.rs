//! Queries: `with`, `select`, `values`, set operations, order and limit.

use crate::ast::expression::{Expr, ExprKind, Literal};
use crate::ast::query::{
    CommonTable, Direction, Distinct, Nulls, OrderKey, Query, QueryBody, Select, SelectItem,
    SetOperation, SetOperator,
};
use crate::ast::statement::Statement;
use crate::cursor::{Cursor, Read};
use crate::keyword;
use crate::lexer::TokenKind;

/// Rows of `values` that are kept: more of them are data, which nobody here asks for.
const ROWS_MAX: usize = 256;

impl Cursor<'_> {
    /// Whether a query begins here.
    pub(crate) fn begins_query(&self) -> bool {
        let next = self.ahead(1).kind;
        self.is_any(&["select", "with"])
            || (self.is("values") && next == TokenKind::Open)
            || (self.is("table") && matches!(next, TokenKind::Word | TokenKind::Quoted))
    }

    /// Whether the parenthesis here opens a query: `(select …`, or `((select …) union …`, but not
    /// `((select …) alias join …` nor `((select …), 2`. Looked up, not tried: trying both ways at
    /// each level would take twice as long with each level.
    pub(crate) fn opens_query_in_parentheses(&self) -> bool {
        let mut scan = self.clone();
        scan.bump();
        if !scan.is_kind(TokenKind::Open) {
            return scan.begins_query();
        }
        // Only queries stand before these words; `((select …))` reads the same either way.
        scan.skip_parentheses();
        scan.is_any(&["union", "intersect", "except", "order", "limit", "offset"])
    }

    /// A whole query.
    pub(crate) fn query(&mut self) -> Read<Query> {
        self.nested(|cursor| {
            let start = cursor.position();
            let with = cursor.common_tables()?;
            cursor.query_after(with, start)
        })
    }

    /// A query whose `with` has been read.
    pub(crate) fn query_after(&mut self, with: Vec<CommonTable>, start: usize) -> Read<Query> {
        let body = self.query_body()?;
        let span = self.span_from(start);
        let query =
            Query { with, body, order: Vec::new(), limit: None, offset: None, locks: false, span };
        let mut query = self.query_tail(query)?;
        query.span = self.span_from(start);
        Ok(query)
    }

    /// What follows a `select` or a word that stands for it.
    pub(crate) fn query_after_select(&mut self, start: usize) -> Read<Query> {
        let body = QueryBody::Select(Box::new(self.select_rest(start)?));
        let span = self.span_from(start);
        let query = Query {
            with: Vec::new(),
            body,
            order: Vec::new(),
            limit: None,
            offset: None,
            locks: false,
            span,
        };
        self.query_tail(query)
    }

    /// `with a as (…), b as (…)`, if it is here.
    pub(crate) fn common_tables(&mut self) -> Read<Vec<CommonTable>> {
        if !self.eat("with") {
            return Ok(Vec::new());
        }
        let recursive = self.eat("recursive");
        let mut tables = self.list(Self::common_table)?;
        for table in &mut tables {
            table.recursive = recursive;
        }
        Ok(tables)
    }

    fn common_table(&mut self) -> Read<CommonTable> {
        let name = self.ident()?;
        let columns = if self.is_kind(TokenKind::Open) { self.idents()? } else { Vec::new() };
        self.expect("as")?;
        self.eat("not");
        self.eat("materialized");
        self.expect_kind(TokenKind::Open)?;
        let statement = Box::new(self.nested(Self::row_statement)?);
        self.expect_kind(TokenKind::Close)?;
        self.skip_search_and_cycle();
        Ok(CommonTable { name, columns, statement, recursive: false })
    }

    /// A query, or a change of rows that returns some.
    pub(crate) fn row_statement(&mut self) -> Read<Statement> {
        let start = self.position();
        let with = self.common_tables()?;
        if self.is_any(&["insert", "update", "delete", "merge"]) {
            return self.manipulation(with);
        }
        Ok(Statement::Query(Box::new(self.query_after(with, start)?)))
    }

    fn skip_search_and_cycle(&mut self) {
        if self.is("search") || self.is("cycle") {
            self.skip_until(|cursor| {
                cursor.is_any(&["select", "insert", "update", "delete", "values"])
                    || cursor.is_kind(TokenKind::Comma)
            });
        }
    }

    /// `a union b except c`; `intersect` binds more strongly.
    fn query_body(&mut self) -> Read<QueryBody> {
        let mut left = self.query_term()?;
        while let Some(word) = self.eat_any(&["union", "except"]) {
            let operator = if word == "union" { SetOperator::Union } else { SetOperator::Except };
            self.grow()?;
            let all = self.eat_all_or_distinct();
            let right = self.query_term()?;
            left = QueryBody::Set(Box::new(SetOperation { left, operator, all, right }));
        }
        Ok(left)
    }

    fn query_term(&mut self) -> Read<QueryBody> {
        let mut left = self.query_primary()?;
        while self.eat("intersect") {
            self.grow()?;
            let all = self.eat_all_or_distinct();
            let right = self.query_primary()?;
            let operator = SetOperator::Intersect;
            left = QueryBody::Set(Box::new(SetOperation { left, operator, all, right }));
        }
        Ok(left)
    }

    fn eat_all_or_distinct(&mut self) -> bool {
        let all = self.eat("all");
        self.eat("distinct");
        all
    }

    fn query_primary(&mut self) -> Read<QueryBody> {
        let start = self.position();
        if self.eat_kind(TokenKind::Open) {
            let query = self.query()?;
            self.expect_kind(TokenKind::Close)?;
            return Ok(QueryBody::Nested(Box::new(query)));
        }
        if self.eat("values") {
            return Ok(QueryBody::Values(self.rows()?));
        }
        if self.eat("table") {
            return Ok(QueryBody::Table(self.object_name()?));
        }
        if !self.eat("select") {
            return self.mismatch("a query");
        }
        Ok(QueryBody::Select(Box::new(self.select_rest(start)?)))
    }

    /// `(a, b), (c, d)`.
    fn rows(&mut self) -> Read<Vec<Vec<Expr>>> {
        let mut rows = Vec::new();
        loop {
            self.eat("row");
            if rows.len() < ROWS_MAX {
                rows.push(self.list_in_parentheses(Self::expression)?);
            } else {
                self.skip_parentheses();
            }
            if !self.eat_kind(TokenKind::Comma) {
                return Ok(rows);
            }
        }
    }

    /// What follows `select`.
    pub(crate) fn select_rest(&mut self, start: usize) -> Read<Select> {
        let distinct = self.distinct()?;
        let projection = self.projection()?;
        let into = self.select_into()?;
        let from = if self.eat("from") { self.list(Self::source_item)? } else { Vec::new() };
        let filter = if self.eat("where") { Some(self.expression()?) } else { None };
        let group = self.group()?;
        let having = if self.eat("having") { Some(self.expression()?) } else { None };
        if self.eat("window") {
            self.list(|cursor| {
                cursor.ident()?;
                cursor.expect("as")?;
                cursor.window()
            })?;
        }
        let span = self.span_from(start);
        Ok(Select { distinct, projection, into, from, filter, group, having, span })
    }

    fn distinct(&mut self) -> Read<Option<Distinct>> {
        if !self.eat("distinct") {
            self.eat("all");
            return Ok(None);
        }
        let on =
            if self.eat("on") { self.list_in_parentheses(Self::expression)? } else { Vec::new() };
        Ok(Some(Distinct { on }))
    }

    fn projection(&mut self) -> Read<Vec<SelectItem>> {
        // PostgreSQL allows an empty list: `exists (select from t)`.
        let empty = self.at_end()
            || self.is_any(&["from", "where", "union", "into"])
            || self.is_kind(TokenKind::Close);
        if empty { Ok(Vec::new()) } else { self.select_items() }
    }

    /// `a, b as c`: also what follows `returning`.
    pub(crate) fn select_items(&mut self) -> Read<Vec<SelectItem>> {
        self.list(|cursor| {
            let value = cursor.expression()?;
            let alias = cursor.column_alias()?;
            Ok(SelectItem { value, alias })
        })
    }

    fn column_alias(&mut self) -> Read<Option<crate::ast::name::Ident>> {
        if self.eat("as") {
            return self.ident().map(Some);
        }
        let bare = match self.peek().kind {
            TokenKind::Quoted => true,
            TokenKind::Word => !keyword::is_reserved(&self.peek_text().to_ascii_lowercase()),
            _ => false,
        };
        if bare { self.ident().map(Some) } else { Ok(None) }
    }

    fn select_into(&mut self) -> Read<Option<crate::ast::name::ObjectName>> {
        if !self.eat("into") {
            return Ok(None);
        }
        self.eat_any(&["temporary", "temp", "unlogged"]);
        self.eat("table");
        self.object_name().map(Some)
    }

    fn group(&mut self) -> Read<Vec<Expr>> {
        if !self.eat_all(&["group", "by"]) {
            return Ok(Vec::new());
        }
        self.eat_any(&["all", "distinct"]);
        let mut group = Vec::new();
        loop {
            if self.eat_all(&["grouping", "sets"]) {
                self.skip_parentheses();
            } else {
                group.push(self.expression()?);
            }
            if !self.eat_kind(TokenKind::Comma) {
                return Ok(group);
            }
        }
    }

    /// `order by`, `limit`, `offset`, `fetch`, `for update`, in any order.
    pub(crate) fn query_tail(&mut self, mut query: Query) -> Read<Query> {
        loop {
            if self.is("order") {
                query.order = self.order_keys()?;
            } else if self.eat("limit") {
                query.limit = self.limit()?;
                if self.eat_kind(TokenKind::Comma) {
                    // MySQL: `limit offset, count`.
                    query.offset = query.limit.replace(self.expression()?);
                }
            } else if self.eat("offset") {
                query.offset = Some(self.expression()?);
                self.eat_any(&["rows", "row"]);
            } else if self.eat("fetch") {
                query.limit = Some(self.fetch_first()?);
            } else if self.is("for") && self.begins_lock() {
                query.locks = true;
                self.skip_lock();
            } else {
                return Ok(query);
            }
        }
    }

    fn limit(&mut self) -> Read<Option<Expr>> {
        if self.eat("all") {
            return Ok(None);
        }
        let limit = self.expression()?;
        Ok((!matches!(limit.kind, ExprKind::Literal(Literal::Null))).then_some(limit))
    }

    fn fetch_first(&mut self) -> Read<Expr> {
        self.eat_any(&["first", "next"]);
        let start = self.position();
        let limit = if self.is_any(&["row", "rows"]) {
            let kind = ExprKind::Literal(Literal::Number("1".into()));
            Expr { kind, span: self.span_from(start) }
        } else {
            self.expression()?
        };
        self.eat_any(&["rows", "row"]);
        self.eat("only");
        self.eat_all(&["with", "ties"]);
        Ok(limit)
    }

    fn begins_lock(&self) -> bool {
        ["update", "share", "no", "key"].iter().any(|word| self.is_at(1, word))
    }

    fn skip_lock(&mut self) {
        self.bump();
        while self.eat_any(&["no", "key", "update", "share"]).is_some() {}
        if self.eat("of") {
            while self.is_name() && !self.is_any(&["nowait", "skip"]) {
                self.bump();
                if !self.eat_kind(TokenKind::Comma) && !self.eat_kind(TokenKind::Dot) {
                    break;
                }
            }
        }
        self.eat("nowait");
        self.eat_all(&["skip", "locked"]);
    }

    /// `order by a desc nulls last, b`.
    pub(crate) fn order_keys(&mut self) -> Read<Vec<OrderKey>> {
        self.expect("order")?;
        self.eat("siblings");
        self.expect("by")?;
        self.list(|cursor| {
            let value = cursor.expression()?;
            if cursor.eat("using") {
                cursor.bump();
            }
            let direction = cursor.direction();
            let nulls = cursor.nulls()?;
            Ok(OrderKey { value, direction, nulls })
        })
    }

    /// `asc` or `desc`, if it is here.
    pub(crate) fn direction(&mut self) -> Direction {
        match self.eat_any(&["asc", "desc"]) {
            Some("desc") => Direction::Descending,
            _ => Direction::Ascending,
        }
    }

    /// `nulls first` or `nulls last`, if it is here.
    pub(crate) fn nulls(&mut self) -> Read<Option<Nulls>> {
        let placed = self.is("nulls") && (self.is_at(1, "first") || self.is_at(1, "last"));
        if !placed {
            return Ok(None);
        }
        self.bump();
        Ok(Some(if self.eat("first") {
            Nulls::First
        } else {
            self.expect("last").map(|()| Nulls::Last)?
        }))
    }
}
