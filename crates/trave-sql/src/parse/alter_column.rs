//! `ALTER [COLUMN]` and `ALTER CONSTRAINT` inside `ALTER TABLE`.

use crate::ast::alter_table::{
    AlterActionKind, AlterColumn, AlterConstraint, ColumnChange, IdentityMode, IfMissing,
};
use crate::ast::name::{Ident, Name};
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

impl Cursor<'_> {
    /// What follows `ALTER` inside `ALTER TABLE`.
    pub(crate) fn alter_part_action(&mut self) -> Read<AlterActionKind> {
        if self.eat("constraint") {
            let name = self.ident()?;
            let start = self.position();
            self.skip_until(|cursor| cursor.is_kind(TokenKind::Comma));
            let words = self.words_from(start);
            let deferrable = match words.as_str() {
                words if words.contains("not deferrable") => Some(false),
                // What is `INITIALLY DEFERRED` can be deferred.
                words if words.contains("defer") => Some(true),
                words if words.is_empty() || words.contains("initially immediate") => Some(false),
                _ => None,
            };
            let alter = AlterConstraint { name, deferrable };
            return Ok(AlterActionKind::AlterConstraint(alter));
        }
        self.eat("column");
        let name = self.column_name_or_number()?;
        let change = self.column_change()?;
        Ok(AlterActionKind::AlterColumn(AlterColumn { name, change }))
    }

    /// A column of an index has a number.
    fn column_name_or_number(&mut self) -> Read<Ident> {
        if !self.is_kind(TokenKind::Number) {
            return self.ident();
        }
        let token = self.bump();
        Ok(Ident { name: Name::exact(self.text_of(token)), span: self.span_of(token) })
    }

    fn column_change(&mut self) -> Read<ColumnChange> {
        if self.eat_all(&["set", "data", "type"]) || self.eat("type") {
            return self.set_type();
        }
        match self.eat_any(&["set", "drop", "add", "restart", "reset", "options", "to"]) {
            // libSQL: the whole column anew.
            Some("to") => Ok(ColumnChange::Replace(Box::new(self.column()?))),
            Some("set") => self.set_column(),
            Some("drop") => self.drop_from_column(),
            Some("add") => self.identity().map(ColumnChange::AddIdentity),
            Some("restart") => {
                self.reset(self.position() - 1);
                self.set_identity()
            }
            Some(_) => {
                self.skip_parentheses();
                Ok(ColumnChange::Other("options".into()))
            }
            None => self.mismatch("a change of a column"),
        }
    }

    fn set_type(&mut self) -> Read<ColumnChange> {
        let data_type = Box::new(self.data_type()?);
        if self.eat("collate") {
            self.object_name()?;
        }
        let using = if self.eat("using") {
            Some(self.expression_until(|cursor| cursor.is_kind(TokenKind::Comma)))
        } else {
            None
        };
        self.eat_cascade();
        Ok(ColumnChange::SetType(data_type, using))
    }

    fn set_column(&mut self) -> Read<ColumnChange> {
        if self.eat("default") {
            let stop = |cursor: &Self| cursor.is_kind(TokenKind::Comma);
            return Ok(ColumnChange::SetDefault(self.expression_until(stop)));
        }
        if self.eat_all(&["not", "null"]) {
            return Ok(ColumnChange::SetNotNull);
        }
        if self.eat_all(&["expression", "as"]) {
            return Ok(ColumnChange::SetExpression(self.expression_in_parentheses()?));
        }
        let start = self.position();
        if self.is_kind(TokenKind::Open) {
            self.skip_parentheses();
            return Ok(ColumnChange::Other("set options".into()));
        }
        if self.eat_any(&["statistics", "storage", "compression"]).is_some() {
            self.eat_operator("-");
            self.bump();
            return Ok(ColumnChange::Other(self.words_from(start)));
        }
        self.reset(start - 1);
        self.set_identity()
    }

    /// `SET GENERATED ALWAYS SET START 5 RESTART` …
    fn set_identity(&mut self) -> Read<ColumnChange> {
        let mut mode = None;
        let mut options = Vec::new();
        while self.is_any(&["set", "restart"]) {
            self.eat("set");
            if self.eat("generated") {
                let always = self.eat("always");
                if !always {
                    self.expect_all(&["by", "default"])?;
                }
                mode = Some(if always { IdentityMode::Always } else { IdentityMode::ByDefault });
            } else {
                options.push(self.sequence_option()?);
            }
        }
        Ok(ColumnChange::SetIdentity(mode, options))
    }

    fn drop_from_column(&mut self) -> Read<ColumnChange> {
        if self.eat_all(&["not", "null"]) {
            return Ok(ColumnChange::DropNotNull);
        }
        let change = match self.eat_any(&["default", "identity", "expression"]) {
            Some("default") => ColumnChange::DropDefault,
            Some("identity") => {
                let missing =
                    if self.eat_if_exists() { IfMissing::Ignore } else { IfMissing::Fail };
                return Ok(ColumnChange::DropIdentity(missing));
            }
            Some(_) => {
                let missing =
                    if self.eat_if_exists() { IfMissing::Ignore } else { IfMissing::Fail };
                ColumnChange::DropExpression(missing)
            }
            None => return self.mismatch("default, not null, identity, expression"),
        };
        self.eat_if_exists();
        Ok(change)
    }
}
