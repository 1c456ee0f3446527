//! `CREATE`: which kind, and the small kinds that need no file of their own.

use crate::ast::function::RoutineKind;
use crate::ast::object::{
    CreateExtension, CreateObject, CreateRule, CreateSchema, IfExisting, ObjectKind, Publication,
    PublicationChange, PublicationObject, PublicationTable, ViewKind,
};
use crate::ast::role::RoleRef;
use crate::ast::statement::{ParsedStatement, Statement};
use crate::ast::table::TableKind;
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;
use crate::parse::sequence::Lifetime;

impl Cursor<'_> {
    /// What follows `CREATE`.
    pub(crate) fn create(&mut self) -> Read<Statement> {
        let existing =
            if self.eat_all(&["or", "replace"]) { IfExisting::Replace } else { IfExisting::Fail };
        self.skip_definer();
        let lifetime = self.lifetime();
        if let Some(statement) = self.create_relation(lifetime, existing) {
            return statement;
        }
        match self.eat_any(&[
            "policy",
            "function",
            "procedure",
            "trigger",
            "type",
            "domain",
            "sequence",
            "extension",
            "schema",
            "role",
            "user",
            "group",
            "publication",
            "rule",
            "constraint",
        ]) {
            Some("policy") => self.create_policy(),
            Some("function") => self.create_routine(RoutineKind::Function, existing),
            Some("procedure") => self.create_routine(RoutineKind::Procedure, existing),
            Some("trigger") => self.named_trigger(existing, TriggerKind::Plain),
            Some("constraint") => {
                self.expect("trigger")?;
                self.named_trigger(existing, TriggerKind::Constraint)
            }
            Some("type") => self.create_type(),
            Some("domain") => self.create_domain(),
            Some("sequence") => self.create_sequence(lifetime),
            Some("extension") => self.create_extension(),
            Some("schema") => self.create_schema(),
            Some("user") if self.is("mapping") => {
                self.reset(self.position() - 1);
                self.create_object(existing)
            }
            Some("role" | "user" | "group") => self.create_role(),
            Some("publication") => self.create_publication(),
            Some("rule") => self.create_rule(existing),
            _ if self.eat_all(&["event", "trigger"]) => self.create_event_trigger(),
            _ => self.create_object(existing),
        }
    }

    /// `DEFINER = user`, `SQL SECURITY …`, `ALGORITHM = …` of MySQL.
    fn skip_definer(&mut self) {
        while self.is_any(&["definer", "algorithm", "sql"]) {
            self.bump();
            self.skip_until(|cursor| {
                cursor.is_any(&[
                    "view",
                    "trigger",
                    "procedure",
                    "function",
                    "event",
                    "sql",
                    "definer",
                    "aggregate",
                ])
            });
        }
    }

    fn lifetime(&mut self) -> Lifetime {
        self.eat_any(&["global", "local"]);
        if self.eat_any(&["temporary", "temp"]).is_some() {
            Lifetime::Session
        } else {
            Lifetime::Lasting
        }
    }

    /// Tables, indexes and views.
    fn create_relation(
        &mut self,
        lifetime: Lifetime,
        existing: IfExisting,
    ) -> Option<Read<Statement>> {
        let temporary = lifetime == Lifetime::Session;
        if self.eat("table") {
            let kind = if temporary { TableKind::Temporary } else { TableKind::Permanent };
            return Some(self.create_table(kind));
        }
        if self.eat_all(&["unlogged", "table"]) {
            return Some(self.create_table(TableKind::Unlogged));
        }
        if self.eat_all(&["foreign", "table"]) {
            return Some(self.create_table(TableKind::Foreign));
        }
        if self.is_any(&["index", "unique", "fulltext", "spatial"]) {
            return Some(self.create_index());
        }
        if self.eat_all(&["materialized", "view"]) {
            return Some(self.create_view(ViewKind::Materialized, existing));
        }
        if self.eat_all(&["recursive", "view"]) {
            return Some(self.create_view(ViewKind::Recursive, existing));
        }
        let kind = if temporary { ViewKind::Temporary } else { ViewKind::Plain };
        self.eat("view").then(|| self.create_view(kind, existing))
    }

    fn create_routine(&mut self, kind: RoutineKind, existing: IfExisting) -> Read<Statement> {
        if self.dialect == crate::Dialect::MySql {
            return self.created_by_name(ObjectKind::Function, existing);
        }
        let mut function = self.create_function(kind)?;
        function.or_replace = existing == IfExisting::Replace;
        Ok(Statement::CreateFunction(Box::new(function)))
    }

    fn named_trigger(&mut self, existing: IfExisting, kind: TriggerKind) -> Read<Statement> {
        let mut trigger = self.create_trigger()?;
        trigger.or_replace = existing == IfExisting::Replace;
        trigger.constraint = kind == TriggerKind::Constraint;
        Ok(Statement::CreateTrigger(Box::new(trigger)))
    }

    fn create_extension(&mut self) -> Read<Statement> {
        let if_not_exists = self.eat_if_not_exists();
        let name = self.ident()?;
        let mut extension = CreateExtension { name, if_not_exists, schema: None, cascade: false };
        while !self.at_end() {
            match self.eat_any(&["with", "schema", "version", "from", "cascade"]) {
                Some("schema") => extension.schema = Some(self.ident()?),
                Some("version" | "from") => {
                    self.bump();
                }
                Some("cascade") => extension.cascade = true,
                Some(_) => {}
                None => return self.mismatch("schema, version, cascade"),
            }
        }
        Ok(Statement::CreateExtension(extension))
    }

    fn create_schema(&mut self) -> Read<Statement> {
        let if_not_exists = self.eat_if_not_exists();
        let named = !self.is("authorization");
        let name = if named { Some(self.ident()?) } else { None };
        let owner = if self.eat("authorization") { Some(self.role_ref()?) } else { None };
        let name = match (name, &owner) {
            (Some(name), _) => name,
            (None, Some(RoleRef::Named(name))) => name.clone(),
            _ => return self.mismatch("the name of a schema"),
        };
        let mut elements = Vec::new();
        while !self.at_end() && (self.is("create") || self.is("grant")) {
            elements.push(self.schema_element()?);
        }
        let schema = CreateSchema { name, if_not_exists, owner, elements };
        Ok(Statement::CreateSchema(Box::new(schema)))
    }

    /// Elements follow each other without a semicolon: one ends where the next begins.
    fn schema_element(&mut self) -> Read<ParsedStatement> {
        let start = self.position();
        self.bump();
        self.skip_until(|cursor| cursor.is("create") || cursor.is("grant"));
        let mut element = self.part(start, self.position());
        let statement = self.nested(|_| element.statement())?;
        Ok(ParsedStatement { statement, span: self.span_from(start) })
    }

    fn create_publication(&mut self) -> Read<Statement> {
        let name = self.ident()?;
        let change = if self.eat_all(&["for", "all", "tables"]) {
            PublicationChange::CreateForAllTables
        } else if self.eat("for") {
            PublicationChange::Create(self.publication_objects()?)
        } else {
            PublicationChange::Create(Vec::new())
        };
        if self.eat("with") {
            self.skip_parentheses();
        }
        Ok(Statement::Publication(Publication { name, change }))
    }

    /// What follows `ALTER PUBLICATION`.
    pub(crate) fn alter_publication(&mut self) -> Read<Statement> {
        let name = self.ident()?;
        let change = if let Some(change) = self.alter_change()? {
            PublicationChange::Object(change)
        } else {
            match self.eat_any(&["add", "set", "drop"]) {
                Some("set") if self.is_kind(TokenKind::Open) => {
                    PublicationChange::Options(self.storage_options()?)
                }
                Some("add") => PublicationChange::Add(self.publication_objects()?),
                Some("set") => PublicationChange::Set(self.publication_objects()?),
                Some(_) => PublicationChange::Drop(self.publication_objects()?),
                None => return self.mismatch("add, set, drop"),
            }
        };
        Ok(Statement::Publication(Publication { name, change }))
    }

    /// `TABLE a, b, TABLES IN SCHEMA c`.
    fn publication_objects(&mut self) -> Read<Vec<PublicationObject>> {
        let mut in_schema = false;
        self.list(|cursor| {
            if cursor.eat_all(&["tables", "in", "schema"]) {
                in_schema = true;
            } else if cursor.eat("table") {
                in_schema = false;
            }
            if in_schema {
                return cursor.ident().map(PublicationObject::Schema);
            }
            let only = cursor.eat("only");
            let table = cursor.object_name()?;
            cursor.eat_operator("*");
            let columns =
                if cursor.is_kind(TokenKind::Open) { cursor.idents()? } else { Vec::new() };
            let filter =
                if cursor.eat("where") { Some(cursor.expression_in_parentheses()?) } else { None };
            let table = PublicationTable { name: table, only, columns, filter };
            Ok(PublicationObject::Table(table))
        })
    }

    fn create_rule(&mut self, existing: IfExisting) -> Read<Statement> {
        let name = self.ident()?;
        self.expect_all(&["as", "on"])?;
        let Some(event) = self.eat_any(&["select", "insert", "update", "delete"]) else {
            return self.mismatch("select, insert, update, delete");
        };
        self.expect("to")?;
        let table = self.object_name()?;
        if self.eat("where") {
            self.expression()?;
        }
        self.expect("do")?;
        let instead = self.eat("instead");
        self.skip_to_end();
        let or_replace = existing == IfExisting::Replace;
        let event = event.into();
        Ok(Statement::CreateRule(CreateRule { name, or_replace, table, event, instead }))
    }

    /// Kinds that a catalog needs by name only.
    fn create_object(&mut self, existing: IfExisting) -> Read<Statement> {
        self.eat_any(&["trusted", "default"]);
        let kind = self.object_kind()?;
        let by_name = matches!(
            kind,
            ObjectKind::AccessMethod
                | ObjectKind::Aggregate
                | ObjectKind::Cast
                | ObjectKind::Collation
                | ObjectKind::Conversion
                | ObjectKind::Database
                | ObjectKind::ForeignDataWrapper
                | ObjectKind::Language
                | ObjectKind::Operator
                | ObjectKind::OperatorClass
                | ObjectKind::OperatorFamily
                | ObjectKind::Server
                | ObjectKind::Statistics
                | ObjectKind::Subscription
                | ObjectKind::Tablespace
                | ObjectKind::TextSearch
                | ObjectKind::Transform
                | ObjectKind::UserMapping
        );
        if !by_name {
            return self.mismatch("a kind of object that can be created");
        }
        self.created_by_name(kind, existing)
    }

    fn created_by_name(&mut self, kind: ObjectKind, existing: IfExisting) -> Read<Statement> {
        let existing = if self.eat_if_not_exists() { IfExisting::Keep } else { existing };
        let start = self.position();
        let unnamed = kind == ObjectKind::Statistics && self.is_kind(TokenKind::Open);
        let name = if unnamed {
            crate::ast::name::ObjectName::unqualified(
                crate::ast::name::Name::default(),
                self.span_from(start),
            )
        } else {
            self.named_object(kind)?
        };
        let arguments = if kind == ObjectKind::Aggregate && self.is_kind(TokenKind::Open) {
            self.signature().ok()
        } else {
            None
        };
        self.skip_to_end();
        let object = CreateObject { kind, name, existing, arguments };
        Ok(Statement::CreateObject(Box::new(object)))
    }
}

/// A plain trigger, or one that is a constraint.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TriggerKind {
    Plain,
    Constraint,
}

#[cfg(test)]
mod tests {
    use crate::testing::{statement, statement_as};
    use crate::{Dialect, PublicationChange, Statement};

    #[test]
    fn extensions_and_schemas() {
        let Statement::CreateExtension(read) = statement(
            "create extension if not exists \"uuid-ossp\" with schema extensions version '1.1' cascade",
        ) else {
            panic!()
        };
        assert_eq!(read.schema.unwrap().name, "extensions");
        assert!(read.cascade && read.if_not_exists);
        let Statement::CreateSchema(read) = statement(
            "create schema if not exists x authorization y create table t (a int) create view v as select 1 grant select on t to z",
        ) else {
            panic!()
        };
        assert_eq!(read.elements.len(), 3);
        let Statement::CreateSchema(read) = statement("create schema authorization joe") else {
            panic!()
        };
        assert_eq!(read.name.name, "joe");
    }

    #[test]
    fn publications() {
        let change = |text: &str| {
            let Statement::Publication(read) = statement(text) else { panic!("{text}") };
            read.change
        };
        assert_eq!(
            change("create publication p for all tables"),
            PublicationChange::CreateForAllTables
        );
        assert!(
            matches!(change("create publication p for table a, only b (x, y) where (x > 1), tables in schema c with (publish = 'insert')"),
            PublicationChange::Create(list) if list.len() == 3)
        );
        assert!(
            matches!(change("alter publication p add table a, b"), PublicationChange::Add(list) if list.len() == 2)
        );
        assert!(matches!(change("alter publication p drop table a"), PublicationChange::Drop(_)));
        assert!(matches!(
            change("alter publication p set (publish = 'insert')"),
            PublicationChange::Options(_)
        ));
        assert!(matches!(change("alter publication p owner to x"), PublicationChange::Object(_)));
    }

    #[test]
    fn kinds_by_name() {
        for text in [
            "create aggregate public.first(anyelement) (sfunc = f, stype = anyelement)",
            "create operator === (leftarg = int, rightarg = int, procedure = f)",
            "create cast (text as int) with function f(text) as assignment",
            "create statistics s (dependencies) on a, b from t",
            "create collation c (provider = icu, locale = 'und')",
            "create text search configuration public.c (copy = simple)",
            "create server s foreign data wrapper w options (host 'x')",
            "create foreign data wrapper w handler h",
            "create user mapping if not exists for current_user server s options (user 'x')",
            "create or replace language plpgsql",
            "create operator class o default for type t using btree as operator 1 <",
            "create database x",
            "create subscription s connection 'x' publication p",
        ] {
            assert!(matches!(statement(text), Statement::CreateObject(_)), "{text}");
        }
        assert!(matches!(
            statement("create rule r as on insert to t do instead nothing"),
            Statement::CreateRule(_)
        ));
        let text = "CREATE DEFINER=`root`@`localhost` PROCEDURE `p`() BEGIN SELECT 1; END";
        assert!(matches!(statement_as(text, Dialect::MySql), Statement::CreateObject(_)));
    }
}
