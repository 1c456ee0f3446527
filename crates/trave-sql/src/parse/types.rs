//! Types and domains.

use crate::ast::name::ObjectName;
use crate::ast::object::AlterChange;
use crate::ast::statement::Statement;
use crate::ast::types::{
    AddValue, AlterDomain, AlterType, Attribute, CreateDomain, CreateType, DomainChange,
    TypeChange, TypeKind, ValuePosition,
};
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

impl Cursor<'_> {
    /// What follows `CREATE TYPE`.
    pub(crate) fn create_type(&mut self) -> Read<Statement> {
        // PostgreSQL has no `if not exists` here; that some write it must not cost the statement.
        self.eat_if_not_exists();
        let name = self.object_name()?;
        let kind = if self.eat("as") {
            self.type_kind()?
        } else {
            self.skip_parentheses();
            TypeKind::Base
        };
        Ok(Statement::CreateType(Box::new(CreateType { name, kind })))
    }

    fn type_kind(&mut self) -> Read<TypeKind> {
        if self.eat("enum") {
            return Ok(TypeKind::Enum(self.list_in_parentheses(Self::string)?));
        }
        if self.eat("range") {
            let mut subtype = None;
            self.list_in_parentheses(|cursor| {
                let option = cursor.ident()?;
                cursor.eat_operator("=");
                let data_type = cursor.data_type()?;
                if option.name == "subtype" {
                    subtype = Some(data_type.name);
                }
                Ok(())
            })?;
            return Ok(TypeKind::Range(subtype));
        }
        Ok(TypeKind::Composite(self.list_in_parentheses(Self::attribute)?))
    }

    fn attribute(&mut self) -> Read<Attribute> {
        let name = self.ident()?;
        let data_type = self.data_type()?;
        if self.eat("collate") {
            self.object_name()?;
        }
        Ok(Attribute { name, data_type })
    }

    /// What follows `ALTER TYPE`.
    pub(crate) fn alter_type(&mut self) -> Read<Statement> {
        let name = self.object_name()?;
        let options = self.is("set") && self.ahead(1).kind == TokenKind::Open;
        let changes = if options {
            self.skip_to_end();
            vec![TypeChange::Object(AlterChange::Other("set options".into()))]
        } else {
            self.list(Self::type_change)?
        };
        Ok(Statement::AlterType(Box::new(AlterType { name, changes })))
    }

    fn type_change(&mut self) -> Read<TypeChange> {
        if self.eat_all(&["add", "value"]) {
            return self.add_value().map(TypeChange::AddValue);
        }
        if self.eat_all(&["rename", "value"]) {
            let from = self.string()?;
            self.expect("to")?;
            return Ok(TypeChange::RenameValue(from, self.string()?));
        }
        let change = if self.eat_all(&["add", "attribute"]) {
            TypeChange::AddAttribute(self.attribute()?)
        } else if self.eat_all(&["drop", "attribute"]) {
            TypeChange::DropAttribute(self.drop_part()?)
        } else if self.eat_all(&["rename", "attribute"]) {
            TypeChange::RenameAttribute(self.rename_part()?)
        } else if self.eat_all(&["alter", "attribute"]) {
            let name = self.ident()?;
            self.eat_all(&["set", "data"]);
            self.expect("type")?;
            let data_type = self.data_type()?;
            if self.eat("collate") {
                self.object_name()?;
            }
            TypeChange::AlterAttribute(Attribute { name, data_type })
        } else {
            return match self.alter_change()? {
                Some(change) => Ok(TypeChange::Object(change)),
                None => self.mismatch("a change of a type"),
            };
        };
        self.eat_cascade();
        Ok(change)
    }

    fn add_value(&mut self) -> Read<AddValue> {
        let if_not_exists = self.eat_if_not_exists();
        let value = self.string()?;
        let position = match self.eat_any(&["before", "after"]) {
            Some("before") => ValuePosition::Before(self.string()?),
            Some(_) => ValuePosition::After(self.string()?),
            None => ValuePosition::End,
        };
        Ok(AddValue { value, if_not_exists, position })
    }

    /// What follows `CREATE DOMAIN`.
    pub(crate) fn create_domain(&mut self) -> Read<Statement> {
        let name = self.object_name()?;
        self.eat("as");
        let data_type = self.data_type()?;
        let mut domain = CreateDomain {
            name,
            data_type,
            not_null: false,
            default: None,
            constraints: Vec::new(),
        };
        while !self.at_end() {
            self.domain_clause(&mut domain)?;
        }
        Ok(Statement::CreateDomain(Box::new(domain)))
    }

    fn domain_clause(&mut self, domain: &mut CreateDomain) -> Read<()> {
        if self.eat("collate") {
            self.object_name()?;
        } else if self.eat("default") {
            domain.default = Some(self.default_value()?);
        } else if self.eat_all(&["not", "null"])
            || self.are(&["constraint"]) && self.names_not_null()
        {
            domain.not_null = true;
        } else if !self.eat("null") {
            domain.constraints.push(self.constraint()?);
        }
        Ok(())
    }

    /// `CONSTRAINT name NOT NULL`.
    fn names_not_null(&mut self) -> bool {
        let named = self.is_at(2, "not") && self.is_at(3, "null");
        if named {
            self.reset(self.position() + 4);
        }
        named
    }

    /// What follows `ALTER DOMAIN`.
    pub(crate) fn alter_domain(&mut self) -> Read<Statement> {
        let name: ObjectName = self.object_name()?;
        let change = self.domain_change()?;
        Ok(Statement::AlterDomain(Box::new(AlterDomain { name, change })))
    }

    fn domain_change(&mut self) -> Read<DomainChange> {
        if self.eat_all(&["set", "default"]) {
            return Ok(DomainChange::SetDefault(self.expression()?));
        }
        if self.eat_all(&["set", "not", "null"]) {
            return Ok(DomainChange::SetNotNull);
        }
        if self.eat("add") {
            return Ok(DomainChange::AddConstraint(Box::new(self.constraint()?)));
        }
        if self.eat_all(&["validate", "constraint"]) {
            return self.ident().map(DomainChange::ValidateConstraint);
        }
        if self.eat_all(&["rename", "constraint"]) {
            return self.rename_part().map(DomainChange::RenameConstraint);
        }
        if self.eat("drop") {
            if self.eat_all(&["not", "null"]) {
                return Ok(DomainChange::DropNotNull);
            }
            if self.eat("default") {
                return Ok(DomainChange::DropDefault);
            }
            self.expect("constraint")?;
            return self.drop_part().map(DomainChange::DropConstraint);
        }
        match self.alter_change()? {
            Some(change) => Ok(DomainChange::Object(change)),
            None => self.mismatch("a change of a domain"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::statement;
    use crate::{Statement, TypeChange, TypeKind};

    #[test]
    fn types_of_every_kind() {
        let kind = |text: &str| {
            let Statement::CreateType(read) = statement(text) else { panic!("{text}") };
            read.kind
        };
        assert_eq!(
            kind("create type public.mood as enum ('a', 'b''c')"),
            TypeKind::Enum(vec!["a".into(), "b'c".into()])
        );
        assert!(
            matches!(kind("create type p as (x int, y text collate \"C\")"), TypeKind::Composite(list) if list.len() == 2)
        );
        assert!(matches!(
            kind("create type r as range (subtype = float8, subtype_diff = f)"),
            TypeKind::Range(Some(_))
        ));
        assert_eq!(kind("create type shell"), TypeKind::Base);
    }

    #[test]
    fn types_change() {
        for text in [
            "alter type mood add value if not exists 'c' after 'b'",
            "alter type mood rename value 'a' to 'z'",
            "alter type mood rename to mood_old",
            "alter type public.mood owner to postgres",
            "alter type mood set schema x",
            "alter type p add attribute z int cascade, drop attribute if exists x, alter attribute y type int",
            "alter type p rename attribute a to b",
        ] {
            let Statement::AlterType(read) = statement(text) else { panic!("{text}") };
            assert!(!read.changes.is_empty());
        }
        let Statement::AlterType(read) = statement("alter type m add value 'x' before 'y'") else {
            panic!()
        };
        assert!(matches!(&read.changes[0], TypeChange::AddValue(value) if value.value == "x"));
    }

    #[test]
    fn domains() {
        let text = "create domain email as citext collate \"C\" default 'x' not null constraint c check (value ~ '@')";
        let Statement::CreateDomain(read) = statement(text) else { panic!() };
        assert!(read.not_null && read.default.is_some() && read.constraints.len() == 1);
        for text in [
            "alter domain d set default 1",
            "alter domain d drop constraint if exists c",
            "alter domain d add constraint c check (value > 0) not valid",
            "alter domain d owner to x",
        ] {
            assert!(matches!(statement(text), Statement::AlterDomain(_)), "{text}");
        }
    }
}
