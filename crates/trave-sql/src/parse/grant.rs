//! `GRANT`, `REVOKE`, `ALTER DEFAULT PRIVILEGES`.

use crate::ast::grant::{
    AlterDefaultPrivileges, Grant, GrantAction, GrantObjects, GrantRole, Privilege, Privileges,
};
use crate::ast::name::Ident;
use crate::ast::object::ObjectKind;
use crate::ast::role::RoleRef;
use crate::ast::statement::Statement;
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

impl Cursor<'_> {
    /// A whole `GRANT` or `REVOKE`.
    pub(crate) fn grant(&mut self) -> Read<Statement> {
        let action = self.grant_action()?;
        let option_for = self.eat_option_for();
        if self.names_roles() {
            return self.grant_role(action);
        }
        let privileges = self.privileges()?;
        self.expect("on")?;
        let objects = self.grant_objects()?;
        let grantees = self.grantees(action)?;
        let grant_option = self.eat_all(&["with", "grant", "option"]) || option_for;
        let cascade = self.grant_tail()?;
        let grant = Grant { action, privileges, objects, grantees, grant_option, cascade };
        Ok(Statement::Grant(Box::new(grant)))
    }

    fn grant_action(&mut self) -> Read<GrantAction> {
        match self.eat_any(&["grant", "revoke"]) {
            Some("grant") => Ok(GrantAction::Grant),
            Some(_) => Ok(GrantAction::Revoke),
            None => self.mismatch("grant, revoke"),
        }
    }

    /// `GRANT OPTION FOR`, `ADMIN OPTION FOR`.
    fn eat_option_for(&mut self) -> bool {
        let option = self.is_at(1, "option") && self.is_at(2, "for");
        if option {
            self.reset(self.position() + 3);
        }
        option
    }

    /// Rights have an `ON` before their `TO`; roles have none.
    fn names_roles(&self) -> bool {
        let mut scan = self.clone();
        scan.skip_until(|cursor| cursor.is_any(&["on", "to", "from"]));
        !scan.is("on")
    }

    fn grant_role(&mut self, action: GrantAction) -> Read<Statement> {
        let roles = self.list(Self::role_ref)?;
        let members = self.grantees(action)?;
        if self.eat("with") {
            self.list(|cursor| {
                cursor.ident()?;
                cursor.eat_any(&["option", "true", "false"]);
                Ok(())
            })?;
        }
        self.grant_tail()?;
        Ok(Statement::GrantRole(GrantRole { action, roles, members }))
    }

    fn privileges(&mut self) -> Read<Privileges> {
        if self.eat("all") {
            self.eat("privileges");
            let columns = if self.is_kind(TokenKind::Open) { self.idents()? } else { Vec::new() };
            return Ok(Privileges::All(columns));
        }
        let list = self.list(|cursor| {
            let start = cursor.position();
            cursor.ident()?;
            if cursor.is_name() && !cursor.is_any(&["on", "to", "from"]) {
                cursor.ident()?;
            }
            let name = cursor.words_from(start);
            let columns =
                if cursor.is_kind(TokenKind::Open) { cursor.idents()? } else { Vec::new() };
            Ok(Privilege { name, columns })
        })?;
        Ok(Privileges::These(list))
    }

    fn grant_objects(&mut self) -> Read<GrantObjects> {
        if self.eat("all") {
            let kind = self.object_kind_plural()?;
            self.expect_all(&["in", "schema"])?;
            return Ok(GrantObjects::AllInSchemas(kind, self.list(Self::ident)?));
        }
        let routine = match self.eat_any(&["function", "procedure", "routine"]) {
            Some("function") => Some(ObjectKind::Function),
            Some("procedure") => Some(ObjectKind::Procedure),
            Some(_) => Some(ObjectKind::Routine),
            None => None,
        };
        if let Some(kind) = routine {
            return Ok(GrantObjects::Routines(kind, self.list(Self::routine_name)?));
        }
        let kind = self.eat_granted_kind();
        let names = self.list(|cursor| {
            if cursor.is_kind(TokenKind::Number) {
                cursor.bump();
                let span = cursor.span_from(cursor.position());
                let name = crate::ast::name::Name::default();
                return Ok(crate::ast::name::ObjectName::unqualified(name, span));
            }
            cursor.object_name()
        })?;
        Ok(GrantObjects::Named(kind, names))
    }

    /// The word before the names; without one they are tables. A table may be called `schema`.
    fn eat_granted_kind(&mut self) -> ObjectKind {
        const KINDS: &[(&[&str], ObjectKind)] = &[
            (&["table"], ObjectKind::Table),
            (&["sequence"], ObjectKind::Sequence),
            (&["schema"], ObjectKind::Schema),
            (&["database"], ObjectKind::Database),
            (&["type"], ObjectKind::Type),
            (&["domain"], ObjectKind::Domain),
            (&["language"], ObjectKind::Language),
            (&["foreign", "data", "wrapper"], ObjectKind::ForeignDataWrapper),
            (&["foreign", "server"], ObjectKind::Server),
            (&["large", "object"], ObjectKind::LargeObject),
            (&["parameter"], ObjectKind::Parameter),
            (&["tablespace"], ObjectKind::Tablespace),
        ];
        for (words, kind) in KINDS {
            let next = self.ahead(words.len());
            let named =
                matches!(next.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::Number);
            let ends = self.is_at(words.len(), "to") || self.is_at(words.len(), "from");
            if self.are(words) && named && !ends {
                self.eat_all(words);
                return *kind;
            }
        }
        ObjectKind::Table
    }

    fn object_kind_plural(&mut self) -> Read<ObjectKind> {
        match self.eat_any(&[
            "tables",
            "sequences",
            "functions",
            "procedures",
            "routines",
            "types",
            "schemas",
        ]) {
            Some("tables") => Ok(ObjectKind::Table),
            Some("sequences") => Ok(ObjectKind::Sequence),
            Some("functions") => Ok(ObjectKind::Function),
            Some("procedures") => Ok(ObjectKind::Procedure),
            Some("routines") => Ok(ObjectKind::Routine),
            Some("types") => Ok(ObjectKind::Type),
            Some(_) => Ok(ObjectKind::Schema),
            None => self.mismatch("tables, sequences, functions, routines, types, schemas"),
        }
    }

    fn grantees(&mut self, action: GrantAction) -> Read<Vec<RoleRef>> {
        self.expect(if action == GrantAction::Grant { "to" } else { "from" })?;
        self.list(Self::role_ref)
    }

    /// A role, with the `GROUP` that old versions write.
    pub(crate) fn role_ref(&mut self) -> Read<RoleRef> {
        if self.is("group") && matches!(self.ahead(1).kind, TokenKind::Word | TokenKind::Quoted) {
            self.bump();
        }
        if self.is_kind(TokenKind::Word) {
            match self.eat_any(&["public", "current_user", "current_role", "session_user"]) {
                Some("public") => return Ok(RoleRef::Public),
                Some("session_user") => return Ok(RoleRef::SessionUser),
                Some(_) => return Ok(RoleRef::CurrentUser),
                None => {}
            }
        }
        let ident: Ident = self.ident()?;
        // `TO 'user'@'host'` of MySQL.
        if self.eat_operator("@") {
            self.bump();
        }
        Ok(RoleRef::Named(ident))
    }

    /// `GRANTED BY role`, `CASCADE`.
    fn grant_tail(&mut self) -> Read<bool> {
        if self.eat_all(&["granted", "by"]) {
            self.role_ref()?;
        }
        Ok(self.eat_cascade())
    }

    /// What follows `ALTER DEFAULT PRIVILEGES`.
    pub(crate) fn alter_default_privileges(&mut self) -> Read<Statement> {
        let mut for_roles = Vec::new();
        let mut schemas = Vec::new();
        loop {
            if self.eat_all(&["for", "role"]) || self.eat_all(&["for", "user"]) {
                for_roles = self.list(Self::role_ref)?;
            } else if self.eat_all(&["in", "schema"]) {
                schemas = self.list(Self::ident)?;
            } else {
                break;
            }
        }
        let action = self.grant_action()?;
        self.eat_option_for();
        let privileges = self.privileges()?;
        self.expect("on")?;
        let kind = self.object_kind_plural()?;
        let grantees = self.grantees(action)?;
        self.eat_all(&["with", "grant", "option"]);
        self.grant_tail()?;
        Ok(Statement::AlterDefaultPrivileges(Box::new(AlterDefaultPrivileges {
            for_roles,
            schemas,
            action,
            privileges,
            kind,
            grantees,
        })))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::statement;
    use crate::{Grant, GrantAction, GrantObjects, ObjectKind, Privileges, RoleRef, Statement};

    fn grant(text: &str) -> Grant {
        let Statement::Grant(grant) = statement(text) else { panic!("{text}") };
        *grant
    }

    #[test]
    fn rights_on_tables_and_columns() {
        let read =
            grant("grant select, update (a, b) on public.t, u to anon, \"Role\" with grant option");
        assert!(matches!(&read.privileges, Privileges::These(list) if list[1].columns.len() == 2));
        assert!(read.grant_option && read.grantees.len() == 2);
        let read = grant(
            "revoke all privileges on all tables in schema public, private from public cascade",
        );
        assert_eq!(read.action, GrantAction::Revoke);
        assert_eq!(read.grantees, [RoleRef::Public]);
        assert!(
            matches!(&read.objects, GrantObjects::AllInSchemas(ObjectKind::Table, schemas) if schemas.len() == 2)
        );
    }

    #[test]
    fn rights_on_routines_keep_their_arguments() {
        let read =
            grant("REVOKE ALL ON FUNCTION public.f(a integer, b text[]), g, h() FROM PUBLIC, anon");
        let GrantObjects::Routines(ObjectKind::Function, routines) = &read.objects else {
            panic!()
        };
        assert_eq!(routines[0].arguments.as_ref().unwrap().len(), 2);
        assert!(routines[1].arguments.is_none());
        assert!(routines[2].arguments.as_ref().unwrap().is_empty());
    }

    #[test]
    fn rights_on_everything_else() {
        grant("grant usage on schema extensions to postgres, anon");
        grant("grant usage, select on sequence s to authenticated");
        grant("grant all on type mood to public");
        grant("grant connect on database postgres to x");
        grant("grant usage on foreign server s to x");
        grant("grant select on schema to x");
    }

    #[test]
    fn roles_and_defaults() {
        assert!(matches!(statement("grant a, b to c with admin option"), Statement::GrantRole(_)));
        assert!(matches!(statement("revoke a from c"), Statement::GrantRole(_)));
        let text = "alter default privileges for role postgres in schema public grant all on tables to anon, authenticated";
        let Statement::AlterDefaultPrivileges(read) = statement(text) else { panic!() };
        assert_eq!((read.for_roles.len(), read.schemas.len(), read.grantees.len()), (1, 1, 2));
        statement("alter default privileges revoke execute on functions from public");
    }
}
