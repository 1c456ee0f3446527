//! Statements that change rows.

use crate::ast::manipulation::{
    Assignment, ConflictTarget, Delete, Insert, Merge, OnConflict, Update,
};
use crate::ast::name::Ident;
use crate::ast::query::{CommonTable, SelectItem};
use crate::ast::statement::Statement;
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

impl Cursor<'_> {
    /// `insert`, `update`, `delete` or `merge`, after its `with`.
    pub(crate) fn manipulation(&mut self, with: Vec<CommonTable>) -> Read<Statement> {
        if self.is("insert") || self.is("replace") {
            return Ok(Statement::Insert(Box::new(self.insert(with)?)));
        }
        if self.is("update") {
            return Ok(Statement::Update(Box::new(self.update(with)?)));
        }
        if self.is("merge") {
            return Ok(Statement::Merge(Box::new(self.merge()?)));
        }
        Ok(Statement::Delete(Box::new(self.delete(with)?)))
    }

    fn insert(&mut self, with: Vec<CommonTable>) -> Read<Insert> {
        self.bump();
        // `insert or ignore` of SQLite, `insert ignore` of MySQL.
        self.eat("or");
        self.eat_any(&["ignore", "replace", "abort", "fail", "rollback"]);
        self.eat("into");
        let table = self.object_name()?;
        let alias = if self.eat("as") { Some(self.ident()?) } else { None };
        let mut in_parts = false;
        let columns = if self.is_kind(TokenKind::Open) && !self.opens_query() {
            self.list_in_parentheses(|cursor| {
                let column = cursor.ident()?;
                let end = cursor.position();
                cursor.skip_until(|c| c.is_kind(TokenKind::Comma) || c.is_kind(TokenKind::Close));
                in_parts |= cursor.position() > end;
                Ok(column)
            })?
        } else {
            Vec::new()
        };
        if self.eat("overriding") {
            self.bump();
            self.expect("value")?;
        }
        let source =
            if self.eat_all(&["default", "values"]) { None } else { Some(Box::new(self.query()?)) };
        let on_conflict = self.on_conflict()?;
        let returning = self.returning()?;
        Ok(Insert { with, table, alias, columns, in_parts, source, on_conflict, returning })
    }

    fn opens_query(&self) -> bool {
        ["select", "with", "values"].iter().any(|word| self.is_at(1, word))
            || self.ahead(1).kind == TokenKind::Open
    }

    fn on_conflict(&mut self) -> Read<Option<OnConflict>> {
        if self.eat_all(&["on", "duplicate", "key", "update"]) {
            let assignments = self.assignments()?;
            return Ok(Some(OnConflict { target: ConflictTarget::Any, assignments, filter: None }));
        }
        if !self.eat_all(&["on", "conflict"]) {
            return Ok(None);
        }
        let target = self.conflict_target()?;
        self.expect("do")?;
        if self.eat("nothing") {
            return Ok(Some(OnConflict { target, assignments: Vec::new(), filter: None }));
        }
        self.expect_all(&["update", "set"])?;
        let assignments = self.assignments()?;
        let filter = if self.eat("where") { Some(self.expression()?) } else { None };
        Ok(Some(OnConflict { target, assignments, filter }))
    }

    fn conflict_target(&mut self) -> Read<ConflictTarget> {
        if self.eat_all(&["on", "constraint"]) {
            return self.ident().map(ConflictTarget::Constraint);
        }
        if !self.is_kind(TokenKind::Open) {
            return Ok(ConflictTarget::Any);
        }
        let keys = self.list_in_parentheses(|cursor| {
            let key = cursor.expression()?;
            cursor.skip_until(|c| c.is_kind(TokenKind::Comma) || c.is_kind(TokenKind::Close));
            Ok(key)
        })?;
        if self.eat("where") {
            self.expression()?;
        }
        Ok(ConflictTarget::Keys(keys))
    }

    fn update(&mut self, with: Vec<CommonTable>) -> Read<Update> {
        self.bump();
        if self.eat("or") {
            self.bump();
        }
        self.eat("only");
        let table = self.object_name()?;
        self.eat_operator("*");
        let alias = self.table_alias()?.0;
        self.expect("set")?;
        let assignments = self.assignments()?;
        let from = if self.eat("from") { self.list(Self::source_item)? } else { Vec::new() };
        let filter = self.row_filter()?;
        let returning = self.returning()?;
        Ok(Update { with, table, alias, assignments, from, filter, returning })
    }

    fn assignments(&mut self) -> Read<Vec<Assignment>> {
        self.list(|cursor| {
            let (columns, in_part) = if cursor.is_kind(TokenKind::Open) {
                (cursor.idents()?, false)
            } else {
                let (column, in_part) = cursor.assigned_column()?;
                (vec![column], in_part)
            };
            if !cursor.eat_operator("=") && !cursor.eat_kind(TokenKind::Assign) {
                return cursor.mismatch("`=`");
            }
            Ok(Assignment { columns, in_part, value: cursor.expression()? })
        })
    }

    /// `column`, `column[1]`, `column.field`, and whether only a part of it is meant; MySQL and
    /// SQLite may write the table before it.
    fn assigned_column(&mut self) -> Read<(crate::ast::name::Ident, bool)> {
        let mut column = self.ident()?;
        let mut in_part = false;
        loop {
            if self.eat_kind(TokenKind::Dot) {
                let field = self.ident()?;
                if self.dialect == crate::Dialect::Postgres {
                    in_part = true;
                } else {
                    column = field;
                }
            } else if self.eat_kind(TokenKind::OpenBracket) {
                self.skip_until(|cursor| cursor.is_kind(TokenKind::CloseBracket));
                self.expect_kind(TokenKind::CloseBracket)?;
                in_part = true;
            } else {
                return Ok((column, in_part));
            }
        }
    }

    fn delete(&mut self, with: Vec<CommonTable>) -> Read<Delete> {
        self.expect("delete")?;
        self.expect("from")?;
        self.eat("only");
        let table = self.object_name()?;
        self.eat_operator("*");
        let alias = self.table_alias()?.0;
        let using = if self.eat("using") { self.list(Self::source_item)? } else { Vec::new() };
        let filter = self.row_filter()?;
        let returning = self.returning()?;
        Ok(Delete { with, table, alias, using, filter, returning })
    }

    fn row_filter(&mut self) -> Read<Option<crate::ast::expression::Expr>> {
        if !self.eat("where") {
            return Ok(None);
        }
        if self.eat_all(&["current", "of"]) {
            self.ident()?;
            return Ok(None);
        }
        self.expression().map(Some)
    }

    fn returning(&mut self) -> Read<Vec<SelectItem>> {
        if self.eat("returning") { self.select_items() } else { Ok(Vec::new()) }
    }

    fn merge(&mut self) -> Read<Merge> {
        self.expect_all(&["merge", "into"])?;
        self.eat("only");
        let table = self.object_name()?;
        let alias = self.table_alias()?.0;
        self.expect("using")?;
        let source = self.source_item()?;
        self.expect("on")?;
        let condition = self.expression()?;
        let branches = self.merge_branches();
        self.skip_to_end();
        Ok(Merge { table, alias, source, condition, branches })
    }

    /// The columns of `update set …` and `insert (…)`; those that are set in part are left out.
    fn merge_branches(&mut self) -> Vec<Vec<Ident>> {
        let mut branches = Vec::new();
        while !self.at_end() {
            if self.eat_all(&["update", "set"]) {
                let Ok(assignments) = self.assignments() else { return branches };
                let whole = assignments.into_iter().filter(|assignment| !assignment.in_part);
                branches.push(whole.flat_map(|assignment| assignment.columns).collect());
            } else if self.eat("insert") && self.is_kind(TokenKind::Open) {
                let (mut columns, start) = (Vec::new(), self.position());
                if let Ok(named) = self.idents() {
                    columns = named;
                } else {
                    self.reset(start);
                    self.skip_parentheses();
                }
                branches.push(columns);
            } else {
                self.bump();
            }
        }
        branches
    }
}
