//! Constraints of tables.

use crate::ast::name::Ident;
use crate::ast::table::{
    Constraint, ConstraintKind, ConstraintTiming, Exclude, ForeignKey, Key, ReferentialAction,
};
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

impl Cursor<'_> {
    /// Whether a constraint of a table begins here.
    pub(crate) fn begins_constraint(&self) -> bool {
        self.is("constraint")
            || self.are(&["primary", "key"])
            || self.are(&["foreign", "key"])
            || (self.is("unique") && !self.is_at(1, "index"))
            || (self.is("check") && self.ahead(1).kind == TokenKind::Open)
            || (self.is("exclude")
                && (self.is_at(1, "using") || self.ahead(1).kind == TokenKind::Open))
            || self.are(&["not", "null"])
    }

    /// `[CONSTRAINT name] …`.
    pub(crate) fn constraint(&mut self) -> Read<Constraint> {
        let start = self.position();
        let unnamed = ["primary", "unique", "foreign", "check", "exclude"];
        let name = if self.eat("constraint") && !self.is_any(&unnamed) {
            Some(self.ident()?)
        } else {
            None
        };
        let kind = self.constraint_kind()?;
        let mut constraint = Constraint {
            name,
            kind,
            timing: ConstraintTiming::default(),
            not_valid: false,
            inline: false,
            span: self.span_from(start),
        };
        self.constraint_tail(&mut constraint)?;
        constraint.span = self.span_from(start);
        Ok(constraint)
    }

    fn constraint_kind(&mut self) -> Read<ConstraintKind> {
        if self.eat_all(&["primary", "key"]) {
            return Ok(ConstraintKind::PrimaryKey(self.key()?));
        }
        if self.eat("unique") {
            return Ok(ConstraintKind::Unique(self.key()?));
        }
        if self.eat_all(&["foreign", "key"]) {
            // MySQL may name the key here.
            if self.is_name() {
                self.ident()?;
            }
            let columns = self.key_columns()?;
            self.expect("references")?;
            return Ok(ConstraintKind::ForeignKey(self.references(columns)?));
        }
        if self.eat("check") {
            return Ok(ConstraintKind::Check(self.expression_in_parentheses()?));
        }
        if self.eat("exclude") {
            return Ok(ConstraintKind::Exclude(self.exclude()?));
        }
        if self.eat_all(&["not", "null"]) {
            return Ok(ConstraintKind::NotNull(self.ident()?));
        }
        self.mismatch("a constraint")
    }

    fn key(&mut self) -> Read<Key> {
        let mut key = Key::default();
        if self.eat_all(&["using", "index"]) {
            key.using_index = Some(self.ident()?);
            return Ok(key);
        }
        self.eat_any(&["key", "index"]);
        key.nulls_not_distinct = self.nulls_not_distinct();
        if self.is_name() && !self.is("using") {
            // MySQL: `unique key name (…)`.
            self.ident()?;
        }
        if self.eat("using") {
            self.ident()?;
        }
        key.columns = self.key_columns()?;
        if self.eat("include") {
            key.include = self.idents()?;
        }
        self.key_options()?;
        Ok(key)
    }

    /// `(a, b)`, with what PostgreSQL and others write at the columns of a key.
    fn key_columns(&mut self) -> Read<Vec<Ident>> {
        self.list_in_parentheses(|cursor| {
            if cursor.is("period") && cursor.ahead(1).kind == TokenKind::Word {
                cursor.bump();
            }
            let column = cursor.ident()?;
            cursor.skip_parentheses();
            cursor.direction();
            cursor.eat_all(&["without", "overlaps"]);
            Ok(column)
        })
    }

    /// `WITH (…)`, `USING INDEX TABLESPACE x`, `ON CONFLICT …` of SQLite.
    pub(crate) fn key_options(&mut self) -> Read<()> {
        if self.is("with") && self.ahead(1).kind == TokenKind::Open {
            self.bump();
            self.skip_parentheses();
        }
        if self.eat_all(&["using", "index", "tablespace"]) {
            self.ident()?;
        }
        if self.eat_all(&["on", "conflict"]) {
            self.bump();
        }
        Ok(())
    }

    pub(crate) fn nulls_not_distinct(&mut self) -> bool {
        let not_distinct = self.eat_all(&["nulls", "not", "distinct"]);
        self.eat_all(&["nulls", "distinct"]);
        not_distinct
    }

    /// What follows `REFERENCES`.
    pub(crate) fn references(&mut self, columns: Vec<Ident>) -> Read<ForeignKey> {
        let target = self.object_name()?;
        let target_columns =
            if self.is_kind(TokenKind::Open) { self.key_columns()? } else { Vec::new() };
        let mut key = ForeignKey {
            columns,
            target,
            target_columns,
            on_delete: ReferentialAction::NoAction,
            on_update: ReferentialAction::NoAction,
            match_full: false,
        };
        loop {
            if self.eat("match") {
                key.match_full = self.eat("full");
                self.eat_any(&["simple", "partial"]);
            } else if self.eat_all(&["on", "delete"]) {
                key.on_delete = self.referential_action()?;
            } else if self.eat_all(&["on", "update"]) {
                key.on_update = self.referential_action()?;
            } else {
                return Ok(key);
            }
        }
    }

    fn referential_action(&mut self) -> Read<ReferentialAction> {
        if self.eat_all(&["no", "action"]) {
            return Ok(ReferentialAction::NoAction);
        }
        if self.eat_all(&["set", "null"]) {
            return Ok(ReferentialAction::SetNull(self.action_columns()?));
        }
        if self.eat_all(&["set", "default"]) {
            return Ok(ReferentialAction::SetDefault(self.action_columns()?));
        }
        match self.eat_any(&["cascade", "restrict"]) {
            Some("cascade") => Ok(ReferentialAction::Cascade),
            Some(_) => Ok(ReferentialAction::Restrict),
            None => self.mismatch("cascade, restrict, set null, set default, no action"),
        }
    }

    fn action_columns(&mut self) -> Read<Vec<Ident>> {
        if self.is_kind(TokenKind::Open) { self.idents() } else { Ok(Vec::new()) }
    }

    fn exclude(&mut self) -> Read<Exclude> {
        let method = if self.eat("using") { Some(self.ident()?.name) } else { None };
        let mut exclude =
            Exclude { method, keys: Vec::new(), operators: Vec::new(), predicate: None };
        self.list_in_parentheses(|cursor| {
            exclude.keys.push(cursor.index_key()?);
            cursor.expect("with")?;
            let start = cursor.position();
            if cursor.eat("operator") {
                cursor.skip_parentheses();
            } else {
                cursor.bump();
            }
            exclude.operators.push(cursor.written_from(start).into());
            Ok(())
        })?;
        if self.eat("include") {
            self.idents()?;
        }
        self.key_options()?;
        if self.eat("where") {
            exclude.predicate = Some(self.expression_in_parentheses()?);
        }
        Ok(exclude)
    }

    /// `DEFERRABLE`, `NOT VALID` and the like, in any order.
    pub(crate) fn constraint_tail(&mut self, constraint: &mut Constraint) -> Read<()> {
        loop {
            if self.eat_all(&["not", "valid"]) {
                constraint.not_valid = true;
            } else if self.eat_all(&["not", "deferrable"]) {
                constraint.timing = ConstraintTiming::Immediate;
            } else if self.eat("deferrable") {
                constraint.timing = constraint.timing.or_deferrable();
            } else if self.eat_all(&["initially", "deferred"]) {
                constraint.timing = ConstraintTiming::Deferred;
            } else if !self.constraint_remark()? {
                return Ok(());
            }
        }
    }

    /// What a catalog does not keep.
    fn constraint_remark(&mut self) -> Read<bool> {
        let eaten = self.eat_all(&["initially", "immediate"])
            || self.eat_all(&["no", "inherit"])
            || self.eat_any(&["enforced", "enable", "novalidate"]).is_some()
            || self.eat_all(&["not", "enforced"]);
        if self.is("using") || (self.is("with") && self.ahead(1).kind == TokenKind::Open) {
            let before = self.position();
            self.key_options()?;
            return Ok(self.position() > before);
        }
        Ok(eaten)
    }
}

impl ConstraintTiming {
    fn or_deferrable(self) -> Self {
        if self == Self::Deferred { self } else { Self::Deferrable }
    }
}

#[cfg(test)]
mod tests {
    use crate::cursor::{Cursor, Read};
    use crate::testing::with_cursor;
    use crate::{ConstraintKind, ConstraintTiming, ReferentialAction};

    fn read(cursor: &mut Cursor<'_>) -> Read<crate::ast::table::Constraint> {
        cursor.constraint()
    }

    #[test]
    fn foreign_keys_keep_their_actions() {
        let text = "constraint \"Fk\" foreign key (a, b) references other (c, d) match full \
                    on delete set null (a) on update cascade deferrable initially deferred not valid";
        let read = with_cursor(text, read).unwrap();
        assert!(read.not_valid && read.timing == ConstraintTiming::Deferred);
        let ConstraintKind::ForeignKey(key) = read.kind else { panic!() };
        assert!(key.match_full);
        assert!(
            matches!(&key.on_delete, ReferentialAction::SetNull(columns) if columns.len() == 1)
        );
        assert_eq!(key.on_update, ReferentialAction::Cascade);
    }

    #[test]
    fn exclusions_keep_their_keys() {
        let text = "constraint no_overlap exclude using gist (room with =, tsrange(a, b) with &&) where (not cancelled)";
        let read = with_cursor(text, read).unwrap();
        let ConstraintKind::Exclude(exclude) = read.kind else { panic!() };
        assert_eq!(exclude.operators, ["=", "&&"]);
        assert!(exclude.predicate.is_some());
    }

    #[test]
    fn keys_of_an_index() {
        let read = with_cursor("constraint k primary key using index k_idx", read);
        assert!(
            matches!(read.unwrap().kind, ConstraintKind::PrimaryKey(key) if key.using_index.is_some())
        );
    }
}
