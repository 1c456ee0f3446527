//! Columns of tables, with all that is written at them.

use crate::Dialect;
use crate::ast::name::Ident;
use crate::ast::table::{
    Column, Constraint, ConstraintKind, ConstraintTiming, Generated, Identity, Key,
};
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

/// Words that follow a type, so that a column without one is seen.
const AFTER_TYPE: &[&str] = &[
    "constraint",
    "not",
    "null",
    "default",
    "generated",
    "primary",
    "unique",
    "references",
    "check",
    "collate",
    "deferrable",
    "initially",
    "autoincrement",
    "auto_increment",
    "comment",
    "on",
    "as",
];

/// What begins the next clause after a default.
const AFTER_DEFAULT: &[&str] = &[
    "constraint",
    "not",
    "null",
    "generated",
    "primary",
    "unique",
    "references",
    "check",
    "collate",
    "comment",
    "on",
    "auto_increment",
];

impl Cursor<'_> {
    /// `name type [constraints …]`.
    pub(crate) fn column(&mut self) -> Read<Column> {
        let start = self.position();
        let name = self.ident()?;
        let typed = self.is_name() && !self.is_any(AFTER_TYPE);
        let data_type = if typed { Some(self.data_type()?) } else { None };
        let mut column = Column {
            name,
            data_type,
            not_null: false,
            default: None,
            generated: None,
            collation: None,
            constraints: Vec::new(),
            span: self.span_from(start),
        };
        while !self.at_end() && !self.is_kind(TokenKind::Comma) && !self.is_kind(TokenKind::Close) {
            // `add column a int first` of MySQL, `using` of a type change: not part of a column.
            if self.is_any(&["first", "after"]) {
                break;
            }
            self.column_constraint(&mut column)?;
        }
        column.span = self.span_from(start);
        Ok(column)
    }

    fn column_constraint(&mut self, column: &mut Column) -> Read<()> {
        let start = self.position();
        let name = if self.eat("constraint") { Some(self.ident()?) } else { None };
        if self.column_property(column)? {
            return Ok(());
        }
        let kind = self.column_constraint_kind(&column.name)?;
        let mut constraint = Constraint {
            name,
            kind,
            timing: ConstraintTiming::default(),
            not_valid: false,
            inline: true,
            span: self.span_from(start),
        };
        self.constraint_tail(&mut constraint)?;
        constraint.span = self.span_from(start);
        column.constraints.push(constraint);
        Ok(())
    }

    /// What is a property of the column rather than a constraint; false if it is neither.
    fn column_property(&mut self, column: &mut Column) -> Read<bool> {
        if self.eat_all(&["not", "null"]) {
            column.not_null = true;
            self.eat_all(&["no", "inherit"]);
        } else if self.eat("null") {
            // The default.
        } else if self.eat("default") {
            column.default = Some(self.default_value()?);
        } else if self.is("generated") || (self.is("as") && self.ahead(1).kind == TokenKind::Open) {
            column.generated = Some(self.generated()?);
        } else if self.eat("collate") {
            column.collation = Some(self.object_name()?);
        } else if self.eat_any(&["auto_increment", "autoincrement"]).is_some() {
            let identity = Identity { always: false, options: Vec::new() };
            column.generated = Some(Generated::Identity(identity));
        } else {
            return self.column_remark();
        }
        Ok(true)
    }

    /// What a catalog does not keep.
    fn column_remark(&mut self) -> Read<bool> {
        if self.eat_any(&["storage", "compression", "comment", "charset"]).is_some() {
            self.bump();
        } else if self.eat_all(&["on", "update"]) {
            // MySQL: `on update current_timestamp(3)`.
            self.expression()?;
        } else if self.eat_all(&["character", "set"]) {
            self.bump();
        } else if self.is("options") || self.eat("with") {
            self.eat("options");
            self.skip_parentheses();
        } else if self.eat_any(&["invisible", "visible", "virtual", "stored"]).is_none() {
            return Ok(false);
        }
        Ok(true)
    }

    pub(crate) fn default_value(&mut self) -> Read<crate::ast::expression::Expr> {
        if self.at_end() {
            return self.mismatch("a default");
        }
        Ok(self.expression_until(|cursor| {
            cursor.at_end()
                || cursor.is_kind(TokenKind::Comma)
                || cursor.is_kind(TokenKind::Close)
                || cursor.is_any(AFTER_DEFAULT)
                || cursor.is_any(&["first", "after", "invisible", "deferrable", "initially"])
        }))
    }

    fn generated(&mut self) -> Read<Generated> {
        let always = if self.eat("generated") {
            let always = self.eat("always");
            if !always {
                self.expect_all(&["by", "default"])?;
                self.eat_all(&["on", "null"]);
            }
            always
        } else {
            true
        };
        self.expect("as")?;
        if self.eat("identity") {
            let options = self.identity_options()?;
            return Ok(Generated::Identity(Identity { always, options }));
        }
        let value = self.expression_in_parentheses()?;
        self.eat_any(&["stored", "virtual", "persisted"]);
        Ok(Generated::Expression(Box::new(value)))
    }

    /// `generated … as identity (…)` after `add`.
    pub(crate) fn identity(&mut self) -> Read<Identity> {
        match self.generated()? {
            Generated::Identity(identity) => Ok(identity),
            Generated::Expression(_) => self.mismatch("identity"),
        }
    }

    fn identity_options(&mut self) -> Read<Vec<crate::ast::object::SequenceOption>> {
        if !self.eat_kind(TokenKind::Open) {
            return Ok(Vec::new());
        }
        let options = self.sequence_options()?;
        self.expect_kind(TokenKind::Close)?;
        Ok(options)
    }

    fn column_constraint_kind(&mut self, column: &Ident) -> Read<ConstraintKind> {
        let key = |nulls_not_distinct| Key {
            columns: vec![column.clone()],
            nulls_not_distinct,
            ..Key::default()
        };
        if self.eat_all(&["primary", "key"]) {
            self.direction();
            self.key_options()?;
            return Ok(ConstraintKind::PrimaryKey(key(false)));
        }
        if self.eat("unique") {
            self.eat("key");
            let nulls = self.nulls_not_distinct();
            self.key_options()?;
            return Ok(ConstraintKind::Unique(key(nulls)));
        }
        if self.dialect == Dialect::MySql && self.eat("key") {
            return Ok(ConstraintKind::PrimaryKey(key(false)));
        }
        if self.eat("references") {
            return Ok(ConstraintKind::ForeignKey(self.references(vec![column.clone()])?));
        }
        if self.eat("check") {
            return Ok(ConstraintKind::Check(self.expression_in_parentheses()?));
        }
        self.mismatch("a property of a column")
    }
}

#[cfg(test)]
mod tests {
    use crate::cursor::{Cursor, Read};
    use crate::testing::with_cursor;
    use crate::{Column, ConstraintKind, Generated};

    fn read(cursor: &mut Cursor<'_>) -> Read<crate::ast::table::Column> {
        cursor.column()
    }

    fn column(text: &str) -> Column {
        with_cursor(text, read).unwrap()
    }

    #[test]
    fn everything_at_a_column_is_read() {
        let read = column(
            "owner uuid not null default (select auth.uid()) constraint fk references auth.users(id) \
             on delete cascade on update set null deferrable initially deferred check (owner is not null)",
        );
        assert!(read.not_null && read.default.is_some());
        assert_eq!(read.constraints.len(), 2);
        assert!(
            matches!(&read.constraints[0].kind, ConstraintKind::ForeignKey(key) if key.target.is("auth", "users"))
        );
    }

    #[test]
    fn identity_and_generated_columns() {
        let read = column(
            "id bigint generated by default as identity (sequence name s start 7) primary key",
        );
        assert!(matches!(&read.generated, Some(Generated::Identity(identity)) if !identity.always));
        let read = column("fts tsvector generated always as (to_tsvector('english', body)) stored");
        assert!(matches!(&read.generated, Some(Generated::Expression(_))));
    }

    #[test]
    fn a_default_ends_where_the_next_property_begins() {
        let read = column("a text default 'x'::text not null unique");
        assert!(read.not_null);
        assert_eq!(read.constraints.len(), 1);
        let read = column("a jsonb default '{}' null");
        assert!(!read.not_null && read.default.is_some());
    }
}
