//! Kinds of object, and what is alike for many of them: drop, comment, rename, owner, schema.

use crate::ast::name::{Ident, Name, ObjectName};
use crate::ast::object::{AlterChange, AlterObject, Comment, Drop, DropTarget, ObjectKind};
use crate::ast::statement::Statement;
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

/// The words of each kind; longer phrases stand before their beginnings.
const KINDS: &[(&[&str], ObjectKind)] = &[
    (&["access", "method"], ObjectKind::AccessMethod),
    (&["aggregate"], ObjectKind::Aggregate),
    (&["cast"], ObjectKind::Cast),
    (&["collation"], ObjectKind::Collation),
    (&["column"], ObjectKind::Column),
    (&["constraint"], ObjectKind::Constraint),
    (&["conversion"], ObjectKind::Conversion),
    (&["database"], ObjectKind::Database),
    (&["domain"], ObjectKind::Domain),
    (&["event", "trigger"], ObjectKind::EventTrigger),
    (&["extension"], ObjectKind::Extension),
    (&["foreign", "data", "wrapper"], ObjectKind::ForeignDataWrapper),
    (&["foreign", "table"], ObjectKind::ForeignTable),
    (&["function"], ObjectKind::Function),
    (&["group"], ObjectKind::Role),
    (&["index"], ObjectKind::Index),
    (&["large", "object"], ObjectKind::LargeObject),
    (&["materialized", "view"], ObjectKind::MaterializedView),
    (&["operator", "class"], ObjectKind::OperatorClass),
    (&["operator", "family"], ObjectKind::OperatorFamily),
    (&["operator"], ObjectKind::Operator),
    (&["owned"], ObjectKind::Owned),
    (&["policy"], ObjectKind::Policy),
    (&["procedural", "language"], ObjectKind::Language),
    (&["trusted", "language"], ObjectKind::Language),
    (&["language"], ObjectKind::Language),
    (&["procedure"], ObjectKind::Procedure),
    (&["publication"], ObjectKind::Publication),
    (&["role"], ObjectKind::Role),
    (&["routine"], ObjectKind::Routine),
    (&["rule"], ObjectKind::Rule),
    (&["schema"], ObjectKind::Schema),
    (&["sequence"], ObjectKind::Sequence),
    (&["server"], ObjectKind::Server),
    (&["statistics"], ObjectKind::Statistics),
    (&["subscription"], ObjectKind::Subscription),
    (&["table"], ObjectKind::Table),
    (&["tablespace"], ObjectKind::Tablespace),
    (&["temporary", "table"], ObjectKind::Table),
    (&["text", "search", "configuration"], ObjectKind::TextSearch),
    (&["text", "search", "dictionary"], ObjectKind::TextSearch),
    (&["text", "search", "parser"], ObjectKind::TextSearch),
    (&["text", "search", "template"], ObjectKind::TextSearch),
    (&["transform"], ObjectKind::Transform),
    (&["trigger"], ObjectKind::Trigger),
    (&["type"], ObjectKind::Type),
    (&["user", "mapping"], ObjectKind::UserMapping),
    (&["user"], ObjectKind::Role),
    (&["view"], ObjectKind::View),
];

impl Cursor<'_> {
    /// The kind of object that is named here.
    pub(crate) fn object_kind(&mut self) -> Read<ObjectKind> {
        let found = KINDS.iter().find(|(words, _)| self.are(words));
        let Some((words, kind)) = found else { return self.mismatch("a kind of object") };
        self.eat_all(words);
        Ok(*kind)
    }

    /// What follows `DROP`.
    pub(crate) fn drop_statement(&mut self) -> Read<Statement> {
        let kind = self.object_kind()?;
        let concurrently = self.eat("concurrently");
        if kind == ObjectKind::Owned {
            self.expect("by")?;
        }
        let if_exists = self.eat_if_exists();
        let targets = self.list(|cursor| cursor.drop_target(kind))?;
        let cascade = self.eat_cascade();
        // `DROP DATABASE x WITH (FORCE)`.
        if self.eat("with") {
            self.skip_parentheses();
        }
        Ok(Statement::Drop(Drop { kind, targets, if_exists, cascade, concurrently }))
    }

    fn drop_target(&mut self, kind: ObjectKind) -> Read<DropTarget> {
        let name = self.named_object(kind)?;
        let arguments = if self.is_kind(TokenKind::Open) { Some(self.signature()?) } else { None };
        if kind == ObjectKind::OperatorClass || kind == ObjectKind::OperatorFamily {
            self.eat("using");
            self.ident()?;
        }
        let on = if self.eat("on") { Some(self.object_name()?) } else { None };
        if self.eat_any(&["server", "language"]).is_some() {
            self.ident()?;
        }
        Ok(DropTarget { name, arguments, on })
    }

    /// The name of an object; of those without a name, what they are tied to.
    pub(crate) fn named_object(&mut self, kind: ObjectKind) -> Read<ObjectName> {
        let start = self.position();
        match kind {
            ObjectKind::Cast => {
                self.skip_parentheses();
                Ok(self.unnamed(start))
            }
            ObjectKind::Operator => self.operator_name(),
            ObjectKind::UserMapping | ObjectKind::Transform => {
                self.eat_if_exists();
                self.expect("for")?;
                self.object_name()
            }
            ObjectKind::LargeObject => {
                self.bump();
                Ok(self.unnamed(start))
            }
            ObjectKind::Type | ObjectKind::Domain => Ok(self.data_type()?.name),
            _ => self.object_name(),
        }
    }

    fn operator_name(&mut self) -> Read<ObjectName> {
        let start = self.position();
        let mut schema = None;
        while self.is_name() {
            schema = Some(self.ident()?.name);
            self.expect_kind(TokenKind::Dot)?;
        }
        let token = self.bump();
        let name = Name::exact(self.text_of(token));
        let name = ObjectName { schema, name, span: self.span_from(start) };
        self.skip_parentheses();
        Ok(name)
    }

    fn unnamed(&self, start: usize) -> ObjectName {
        ObjectName::unqualified(Name::exact(&self.words_from(start)), self.span_from(start))
    }

    /// `RENAME TO`, `SET SCHEMA`, `OWNER TO`, `DEPENDS ON EXTENSION`, if it is here.
    pub(crate) fn alter_change(&mut self) -> Read<Option<AlterChange>> {
        if self.eat_all(&["rename", "to"]) {
            return self.ident().map(|name| Some(AlterChange::Rename(name)));
        }
        if self.eat_all(&["set", "schema"]) {
            return self.ident().map(|name| Some(AlterChange::SetSchema(name)));
        }
        if self.eat_all(&["owner", "to"]) {
            return self.role_ref().map(|role| Some(AlterChange::Owner(role)));
        }
        let start = self.position();
        self.eat("no");
        if self.eat_all(&["depends", "on", "extension"]) {
            self.ident()?;
            return Ok(Some(AlterChange::Other(self.words_from(start))));
        }
        self.reset(start);
        Ok(None)
    }

    /// `ALTER` of a kind without a recogniser of its own.
    pub(crate) fn alter_object(&mut self) -> Read<Statement> {
        let kind = self.object_kind()?;
        self.eat_if_exists();
        let name = self.named_object(kind)?;
        let options = self.is_kind(TokenKind::Open);
        self.skip_parentheses();
        if matches!(kind, ObjectKind::OperatorClass | ObjectKind::OperatorFamily)
            && self.eat("using")
        {
            self.ident()?;
        }
        let on = if self.eat("on") { Some(self.object_name()?) } else { None };
        let start = self.position();
        let change = match self.alter_change()? {
            Some(change) => change,
            None if self.at_end() && !options => return self.mismatch("a change"),
            None => {
                self.skip_to_end();
                AlterChange::Other(self.words_from(start))
            }
        };
        Ok(Statement::AlterObject(Box::new(AlterObject { kind, name, on, change })))
    }

    /// What follows `COMMENT ON`.
    pub(crate) fn comment(&mut self) -> Read<Statement> {
        let kind = self.object_kind()?;
        let mut column = None;
        let name = if kind == ObjectKind::Column {
            let (table, name) = self.table_and_column()?;
            column = Some(name);
            table
        } else {
            self.named_object(kind)?
        };
        self.skip_until(|cursor| cursor.is("is"));
        self.expect("is")?;
        let text = if self.eat("null") { None } else { Some(self.string()?) };
        Ok(Statement::Comment(Comment { kind, name, column, text }))
    }

    /// `table.column`, `schema.table.column`.
    pub(crate) fn table_and_column(&mut self) -> Read<(ObjectName, Ident)> {
        let mut parts = vec![self.ident()?];
        while self.eat_kind(TokenKind::Dot) {
            parts.push(self.ident()?);
        }
        let column = parts.pop();
        let table = parts.pop();
        let (Some(table), Some(column)) = (table, column) else {
            return self.mismatch("a table and a column");
        };
        let schema = parts.pop();
        let span = schema.as_ref().map_or(table.span, |schema| schema.span.to(table.span));
        let schema = schema.map(|schema| schema.name);
        Ok((ObjectName { schema, name: table.name, span }, column))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::statement;
    use crate::{AlterChange, Drop, ObjectKind, Statement};

    fn drop(text: &str) -> Drop {
        let Statement::Drop(drop) = statement(text) else { panic!("{text}") };
        drop
    }

    #[test]
    fn objects_of_every_kind_go() {
        let read = drop("drop table if exists public.a, \"B\" cascade");
        assert!(read.if_exists && read.cascade && read.targets.len() == 2);
        let read = drop("drop policy if exists \"p q\" on storage.objects");
        assert_eq!(read.targets[0].on.as_ref().unwrap().to_string(), "storage.objects");
        let read = drop("drop function f(int, text[]), g, h(a uuid default null) restrict");
        assert_eq!(read.targets[0].arguments.as_ref().unwrap().len(), 2);
        assert!(drop("drop index concurrently if exists i").concurrently);
        for text in [
            "drop materialized view m",
            "drop trigger t on auth.users cascade",
            "drop type if exists mood",
            "drop extension if exists \"uuid-ossp\" cascade",
            "drop owned by x",
            "drop aggregate a(int)",
            "drop cast (text as int)",
            "drop operator === (int, int)",
            "drop user mapping if exists for current_user server s",
            "drop event trigger e",
            "drop publication supabase_realtime",
            "drop schema x cascade",
            "drop text search configuration c",
            "drop operator class o using gin",
        ] {
            drop(text);
        }
    }

    #[test]
    fn comments_are_understood() {
        for text in [
            "comment on table public.t is 'x'",
            "comment on column public.t.c is E'a\\nb'",
            "comment on function f(a int, b text) is null",
            "comment on policy p on t is 'x'",
            "comment on constraint c on domain d is 'x'",
            "comment on cast (a as b) is 'x'",
            "comment on operator + (int, int) is 'x'",
            "comment on materialized view m is $$x$$",
            "comment on extension \"uuid-ossp\" is 'x'",
        ] {
            assert!(matches!(statement(text), Statement::Comment(_)), "{text}");
        }
    }

    #[test]
    fn owners_and_schemas_change() {
        for text in [
            "alter schema x owner to y",
            "alter publication p owner to y",
            "alter trigger t on u rename to v",
            "alter event trigger e owner to y",
            "alter event trigger e disable",
            "alter extension x set schema extensions",
            "alter extension x update to '1.2'",
            "alter operator + (int, int) owner to y",
            "alter statistics s set statistics 10",
            "alter server s options (set host 'x')",
            "alter text search configuration c alter mapping for word with simple",
            "alter foreign data wrapper w owner to y",
            "alter default privileges in schema x grant select on tables to y",
        ] {
            statement(text);
        }
        let Statement::AlterObject(read) = statement("alter schema a rename to b") else {
            panic!()
        };
        assert_eq!(read.kind, ObjectKind::Schema);
        assert!(matches!(read.change, AlterChange::Rename(_)));
    }
}
