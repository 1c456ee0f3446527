//! Roles.

use smol_str::SmolStr;

use crate::ast::role::{AlterRole, CreateRole, RoleChange};
use crate::ast::statement::Statement;
use crate::cursor::{Cursor, Read};

/// Attributes of a role that stand alone. Sorted.
const ATTRIBUTES: &[&str] = &[
    "bypassrls",
    "createdb",
    "createrole",
    "inherit",
    "login",
    "nobypassrls",
    "nocreatedb",
    "nocreaterole",
    "noinherit",
    "nologin",
    "noreplication",
    "nosuperuser",
    "replication",
    "superuser",
];

impl Cursor<'_> {
    /// What follows `CREATE ROLE`.
    pub(crate) fn create_role(&mut self) -> Read<Statement> {
        self.eat_if_not_exists();
        let name = self.ident()?;
        let mut role =
            CreateRole { name, attributes: Vec::new(), member_of: Vec::new(), members: Vec::new() };
        self.eat("with");
        while !self.at_end() {
            if self.eat_all(&["in", "role"]) || self.eat_all(&["in", "group"]) {
                role.member_of.extend(self.list(Self::role_ref)?);
            } else if self.eat_any(&["role", "user", "admin"]).is_some() {
                role.members.extend(self.list(Self::role_ref)?);
            } else if let Some(attribute) = self.role_attribute()? {
                role.attributes.push(attribute);
            }
        }
        Ok(Statement::CreateRole(role))
    }

    /// One attribute; those with a value (password, limits) are read and left out.
    fn role_attribute(&mut self) -> Read<Option<SmolStr>> {
        if let Some(word) = self.eat_any(ATTRIBUTES) {
            return Ok(Some(word.into()));
        }
        if self.eat_all(&["connection", "limit"]) {
            self.bump();
            self.eat_kind(crate::lexer::TokenKind::Number);
            return Ok(None);
        }
        if self.eat_all(&["valid", "until"]) || self.eat("sysid") {
            self.bump();
            return Ok(None);
        }
        self.eat_any(&["encrypted", "unencrypted"]);
        if self.eat("password") || self.eat_all(&["identified", "by"]) {
            // A variable of psql may stand here.
            self.eat_kind(crate::lexer::TokenKind::Colon);
            self.bump();
            return Ok(None);
        }
        self.mismatch("an attribute of a role")
    }

    /// What follows `ALTER ROLE`.
    pub(crate) fn alter_role(&mut self) -> Read<Statement> {
        let role = if self.eat("all") { None } else { Some(self.role_ref()?) };
        if self.eat_all(&["in", "database"]) {
            self.ident()?;
        }
        let change = if self.eat_all(&["rename", "to"]) {
            RoleChange::Rename(self.ident()?)
        } else if self.eat("set") {
            RoleChange::Set(self.setting()?)
        } else if self.eat("reset") {
            RoleChange::Reset(self.setting_name()?)
        } else {
            RoleChange::Attributes(self.role_attributes()?)
        };
        Ok(Statement::AlterRole(AlterRole { role, change }))
    }

    fn role_attributes(&mut self) -> Read<Vec<SmolStr>> {
        self.eat("with");
        let mut attributes = Vec::new();
        while !self.at_end() {
            attributes.extend(self.role_attribute()?);
        }
        Ok(attributes)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::statement;
    use crate::{RoleChange, Statement};

    #[test]
    fn roles_are_made_and_change() {
        let text = "create role app with login bypassrls password 'x' connection limit -1 valid until 'infinity' in role a, b";
        let Statement::CreateRole(role) = statement(text) else { panic!() };
        assert_eq!(role.attributes, ["login", "bypassrls"]);
        assert_eq!(role.member_of.len(), 2);
        let Statement::AlterRole(role) = statement("alter role app set statement_timeout = '3s'")
        else {
            panic!()
        };
        assert!(matches!(role.change, RoleChange::Set(_)));
        statement("alter user app in database x reset all");
        statement("alter role app nobypassrls");
        statement("create user u");
    }
}
