//! `CREATE INDEX`.

use smol_str::ToSmolStr;

use crate::ast::index::{CreateIndex, IndexKey, IndexMode};
use crate::ast::statement::Statement;
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

impl Cursor<'_> {
    /// What follows `CREATE`, from `UNIQUE` or `INDEX` on.
    pub(crate) fn create_index(&mut self) -> Read<Statement> {
        let unique = self.eat("unique");
        self.eat_any(&["fulltext", "spatial"]);
        self.expect("index")?;
        let mut mode = IndexMode { concurrently: self.eat("concurrently"), ..IndexMode::default() };
        mode.if_not_exists = self.eat_if_not_exists();
        // Other databases put the schema before the name of the index.
        let name = if self.is("on") {
            None
        } else {
            let start = self.position();
            let name = self.object_name()?.name;
            Some(crate::ast::name::Ident { name, span: self.span_from(start) })
        };
        self.expect("on")?;
        mode.only = self.eat("only");
        let table = self.object_name()?;
        let method = if self.eat("using") { Some(self.ident()?.name) } else { None };
        let keys = self.list_in_parentheses(Self::index_key)?;
        let mut index = CreateIndex {
            name,
            table,
            mode,
            unique,
            method,
            keys,
            include: Vec::new(),
            nulls_not_distinct: false,
            options: Vec::new(),
            predicate: None,
        };
        while self.index_clause(&mut index)? {}
        Ok(Statement::CreateIndex(Box::new(index)))
    }

    fn index_clause(&mut self, index: &mut CreateIndex) -> Read<bool> {
        if self.eat("include") {
            index.include = self.idents()?;
        } else if self.is("nulls") {
            index.nulls_not_distinct = self.nulls_not_distinct();
        } else if self.eat("with") {
            index.options = self.storage_options()?;
        } else if self.eat("tablespace") {
            self.ident()?;
        } else if self.eat("where") {
            index.predicate = Some(self.expression_until(Self::at_end));
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// `column`, `(expression)` or `call(…)`, with what belongs to it.
    pub(crate) fn index_key(&mut self) -> Read<IndexKey> {
        let start = self.position();
        let value = if self.is_kind(TokenKind::Open) {
            self.expression_in_parentheses()?
        } else {
            self.key_column()?
        };
        let collation = if self.eat("collate") { Some(self.object_name()?) } else { None };
        let named = self.is_name() && !self.is_any(&["asc", "desc", "nulls", "with"]);
        let opclass = if named { Some(self.object_name()?) } else { None };
        let parameters = self.position();
        self.skip_parentheses();
        let has_parameters = self.position() > parameters;
        let opclass_options = has_parameters.then(|| self.written_from(parameters).to_smolstr());
        let direction = self.direction();
        let nulls = self.nulls()?;
        let span = self.span_from(start);
        Ok(IndexKey { value, collation, opclass, opclass_options, direction, nulls, span })
    }

    /// A column or a call. MySQL writes how many characters of a column count: `name(10)`.
    fn key_column(&mut self) -> Read<crate::ast::expression::Expr> {
        let length = self.ahead(1).kind == TokenKind::Open
            && self.ahead(2).kind == TokenKind::Number
            && self.ahead(3).kind == TokenKind::Close;
        if length {
            let start = self.position();
            let name = self.ident()?.name;
            let span = self.span_from(start);
            self.skip_parentheses();
            let column = crate::ast::expression::ColumnRef { qualifier: None, name };
            return Ok(crate::ast::expression::Expr {
                kind: crate::ast::expression::ExprKind::Column(column),
                span,
            });
        }
        let start = self.position();
        let kind = self.primary()?;
        Ok(crate::ast::expression::Expr { kind, span: self.span_from(start) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::statement;
    use crate::{CreateIndex, Direction, ExprKind, Nulls, Statement};

    fn index(text: &str) -> CreateIndex {
        let Statement::CreateIndex(index) = statement(text) else { panic!("{text}") };
        *index
    }

    #[test]
    fn every_part_of_an_index_is_read() {
        let read = index(
            "create unique index concurrently if not exists \"I\" on only public.t using btree \
             (lower(email) collate \"C\" text_pattern_ops desc nulls last, (a ->> 'b'), c) include (d, e) \
             nulls not distinct with (fillfactor = 70) where deleted_at is null",
        );
        assert!(read.unique && read.mode.concurrently && read.mode.if_not_exists && read.mode.only);
        assert!(read.nulls_not_distinct && read.predicate.is_some());
        let first = &read.keys[0];
        assert!(matches!(first.value.kind, ExprKind::Call(_)));
        assert_eq!((first.direction, first.nulls), (Direction::Descending, Some(Nulls::Last)));
        assert_eq!(first.opclass.as_ref().unwrap().name, "text_pattern_ops");
        assert_eq!((read.keys.len(), read.include.len()), (3, 2));
    }

    #[test]
    fn operator_classes_with_parameters() {
        let read = index(
            "create index on items using hnsw (embedding extensions.vector_cosine_ops) with (m = 16)",
        );
        assert!(read.name.is_none());
        let read = index("create index i on t using gist (name gist_trgm_ops(siglen=32))");
        assert_eq!(read.keys[0].opclass_options.as_ref().unwrap(), "(siglen=32)");
    }
}
