//! `SET`, `RESET`, and where transactions begin and end.

use smol_str::{SmolStr, format_smolstr};

use crate::ast::statement::{OtherStatement, SetVariable, Statement, Transaction};
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

impl Cursor<'_> {
    /// What follows `SET` as a statement.
    pub(crate) fn set_statement(&mut self) -> Read<Statement> {
        let transaction = self.is("transaction")
            || self.are(&["session", "characteristics"])
            || self.are(&["local", "transaction"]);
        if transaction {
            self.skip_to_end();
            return Ok(Statement::Transaction(Transaction::Other));
        }
        if self.is_any(&["constraints", "names", "global", "foreign_key_checks"])
            || self.is_operator("@")
            || self.dialect == crate::Dialect::MySql
            || self.peek().kind == TokenKind::Stray
        {
            self.skip_to_end();
            return Ok(Statement::Other(OtherStatement { verb: "set".into(), object: None }));
        }
        let authorization = self.are(&["session", "authorization"]);
        let mut local = false;
        if !authorization {
            match self.eat_any(&["local", "session"]) {
                Some(word) => local = word == "local",
                None => local = false,
            }
        }
        let mut setting = self.setting()?;
        setting.local = local;
        Ok(Statement::Set(setting))
    }

    /// `name = value, …`, `name TO value`, `name FROM CURRENT`, `ROLE x`, `TIME ZONE x`.
    pub(crate) fn setting(&mut self) -> Read<SetVariable> {
        if self.eat_all(&["time", "zone"]) {
            return self.setting_value("timezone".into());
        }
        if self.eat_all(&["session", "authorization"]) {
            return self.setting_value("session_authorization".into());
        }
        // `SET SCHEMA 'app'`.
        if self.is("schema") && matches!(self.ahead(1).kind, TokenKind::Text) {
            self.bump();
            return self.setting_value("search_path".into());
        }
        let role =
            self.is("role") && self.ahead(1).kind != TokenKind::Operator && !self.is_at(1, "to");
        if role {
            self.bump();
            return self.setting_value("role".into());
        }
        let name = self.setting_name()?;
        if self.eat_all(&["from", "current"]) {
            return Ok(SetVariable { name, values: Vec::new(), local: false });
        }
        if !self.eat("to") && !self.eat_operator("=") && !self.eat_kind(TokenKind::Assign) {
            return self.mismatch("to, =");
        }
        self.setting_value(name)
    }

    fn setting_value(&mut self, name: SmolStr) -> Read<SetVariable> {
        if self.is("default") {
            self.bump();
            return Ok(SetVariable { name, values: Vec::new(), local: false });
        }
        let values = self.list(Self::one_setting)?;
        Ok(SetVariable { name, values, local: false })
    }

    fn one_setting(&mut self) -> Read<SmolStr> {
        if self.is_string() {
            return self.string();
        }
        let minus = if self.eat_operator("-") { "-" } else { "" };
        match self.peek().kind {
            TokenKind::Quoted => Ok(self.ident()?.name.as_str().into()),
            TokenKind::Word => {
                let name = self.object_name()?;
                // `interval '1' hour` as a time zone.
                if self.is_string() {
                    return self.string();
                }
                Ok(match &name.schema {
                    Some(schema) => format_smolstr!("{}.{}", schema.as_str(), name.name.as_str()),
                    None => name.name.as_str().into(),
                })
            }
            TokenKind::Number | TokenKind::Parameter => {
                let token = self.bump();
                Ok(format_smolstr!("{minus}{}", self.text_of(token)))
            }
            TokenKind::Colon => {
                let start = self.position();
                self.bump();
                self.bump();
                Ok(self.words_from(start))
            }
            _ => self.mismatch("a value"),
        }
    }

    /// The name of a setting, `app.settings.key` too.
    pub(crate) fn setting_name(&mut self) -> Read<SmolStr> {
        let mut name = self.ident()?.name.as_str().to_ascii_lowercase();
        while self.eat_kind(TokenKind::Dot) {
            name.push('.');
            name.push_str(self.ident()?.as_str());
        }
        Ok(name.into())
    }

    /// What follows `RESET`.
    pub(crate) fn reset_statement(&mut self) -> Read<Statement> {
        if self.eat_all(&["session", "authorization"]) {
            return Ok(Statement::Reset("session_authorization".into()));
        }
        if self.eat_all(&["time", "zone"]) {
            return Ok(Statement::Reset("timezone".into()));
        }
        Ok(Statement::Reset(self.setting_name()?))
    }

    /// A statement that begins, ends or divides a transaction.
    pub(crate) fn transaction(&mut self) -> Read<Statement> {
        let word = self.eat_any(&[
            "begin",
            "start",
            "commit",
            "end",
            "rollback",
            "abort",
            "savepoint",
            "release",
            "prepare",
        ]);
        let kind = match word {
            _ if self.is("prepared") => Transaction::Other,
            Some("begin" | "start") => Transaction::Begin,
            Some("commit" | "end") => Transaction::Commit,
            Some("rollback" | "abort") => {
                self.eat_any(&["work", "transaction"]);
                if self.is("to") { Transaction::RollbackTo } else { Transaction::Rollback }
            }
            Some("savepoint") => Transaction::Savepoint,
            Some("release") => Transaction::Release,
            Some(_) => Transaction::Other,
            None => return self.mismatch("a transaction"),
        };
        self.skip_to_end();
        Ok(Statement::Transaction(kind))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::statement;
    use crate::{SetVariable, Statement, Transaction};

    fn set(text: &str) -> SetVariable {
        let Statement::Set(setting) = statement(text) else { panic!("{text}") };
        setting
    }

    #[test]
    fn settings_of_every_form() {
        assert_eq!(
            set("set search_path = public, \"$user\", 'x'").values,
            ["public", "$user", "x"]
        );
        assert_eq!(set("SET search_path TO ''").values, [""]);
        let read = set("set local role authenticated");
        assert!(read.local);
        assert_eq!((read.name.as_str(), read.values[0].as_str()), ("role", "authenticated"));
        assert_eq!(set("set session authorization default").name, "session_authorization");
        assert_eq!(set("set time zone 'UTC'").name, "timezone");
        assert_eq!(set("set local app.user_id = '1'").name, "app.user_id");
        assert_eq!(set("set statement_timeout = 0").values, ["0"]);
        assert!(set("set x to default").values.is_empty());
        assert_eq!(statement("reset role"), Statement::Reset("role".into()));
    }

    #[test]
    fn transactions() {
        assert_eq!(
            statement("begin isolation level serializable"),
            Statement::Transaction(Transaction::Begin)
        );
        assert_eq!(statement("end"), Statement::Transaction(Transaction::Commit));
        assert_eq!(
            statement("rollback to savepoint a"),
            Statement::Transaction(Transaction::RollbackTo)
        );
        statement("set transaction isolation level repeatable read");
    }
}
