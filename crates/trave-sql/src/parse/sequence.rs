//! Sequences and their options.

use crate::ast::object::{AlterSequence, CreateSequence, SequenceOption};
use crate::ast::statement::Statement;
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

impl Cursor<'_> {
    /// What follows `CREATE … SEQUENCE`.
    pub(crate) fn create_sequence(&mut self, lifetime: Lifetime) -> Read<Statement> {
        let if_not_exists = self.eat_if_not_exists();
        let name = self.object_name()?;
        let options = self.sequence_options()?;
        let temporary = lifetime == Lifetime::Session;
        let sequence = CreateSequence { name, if_not_exists, temporary, options };
        Ok(Statement::CreateSequence(Box::new(sequence)))
    }

    /// What follows `ALTER SEQUENCE`.
    pub(crate) fn alter_sequence(&mut self) -> Read<Statement> {
        let if_exists = self.eat_if_exists();
        let name = self.object_name()?;
        let change = self.alter_change()?;
        let options = if self.eat("set") {
            // `SET LOGGED` says nothing to a catalog.
            self.bump();
            Vec::new()
        } else {
            self.sequence_options()?
        };
        Ok(Statement::AlterSequence(Box::new(AlterSequence { name, if_exists, options, change })))
    }

    /// Options up to the end or a closing parenthesis.
    pub(crate) fn sequence_options(&mut self) -> Read<Vec<SequenceOption>> {
        let mut options = Vec::new();
        while self.is_name() {
            options.push(self.sequence_option()?);
        }
        Ok(options)
    }

    pub(crate) fn sequence_option(&mut self) -> Read<SequenceOption> {
        let start = self.position();
        if self.eat("as") {
            return Ok(SequenceOption::As(self.data_type()?.text));
        }
        if self.eat_all(&["owned", "by"]) {
            return self.owned_by();
        }
        if self.eat_all(&["sequence", "name"]) {
            return Ok(SequenceOption::Name(self.object_name()?));
        }
        let Some(word) = self.eat_any(&[
            "start",
            "increment",
            "minvalue",
            "maxvalue",
            "cache",
            "cycle",
            "no",
            "restart",
            "logged",
            "unlogged",
        ]) else {
            return self.mismatch("an option of a sequence");
        };
        if word == "no" {
            self.bump();
        }
        self.eat_any(&["with", "by"]);
        self.eat_operator("-");
        self.eat_kind(TokenKind::Number);
        Ok(SequenceOption::Other(self.words_from(start)))
    }

    fn owned_by(&mut self) -> Read<SequenceOption> {
        if self.is("none") && self.ahead(1).kind != TokenKind::Dot {
            self.bump();
            return Ok(SequenceOption::OwnedBy(None));
        }
        let (table, column) = self.table_and_column()?;
        Ok(SequenceOption::OwnedBy(Some((table, column))))
    }
}

/// How long an object lives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// Until it is dropped.
    Lasting,
    /// Until the session ends.
    Session,
}

#[cfg(test)]
mod tests {
    use crate::testing::statement;
    use crate::{SequenceOption, Statement};

    #[test]
    fn options_are_read_in_any_order() {
        let text = "create sequence if not exists public.s as integer start with 1 increment by -1 no minvalue \
                    no maxvalue cache 1 cycle owned by public.t.id";
        let Statement::CreateSequence(sequence) = statement(text) else { panic!() };
        assert_eq!(sequence.options.len(), 8);
        assert!(
            matches!(sequence.options.last(), Some(SequenceOption::OwnedBy(Some((table, column))))
            if table.to_string() == "public.t" && column.as_str() == "id")
        );
    }

    #[test]
    fn sequences_change() {
        for text in [
            "alter sequence s owned by none",
            "alter sequence if exists s restart with 5",
            "alter sequence s owner to postgres",
            "alter sequence s set schema x",
            "alter sequence s rename to t",
        ] {
            assert!(matches!(statement(text), Statement::AlterSequence(_)), "{text}");
        }
    }
}
