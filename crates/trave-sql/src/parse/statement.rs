//! Which statement it is, by its first words.

use crate::ast::alter_table::RelationKind;
use crate::ast::name::Ident;
use crate::ast::object::ObjectKind;
use crate::ast::statement::{Do, OtherStatement, Reindex, Statement, Truncate};
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;
use crate::parse::body::BodyLanguage;

/// Statements that change no catalog. Sorted.
const WITHOUT_EFFECT: &[&str] = &[
    "analyse",
    "analyze",
    "attach",
    "checkpoint",
    "close",
    "cluster",
    "deallocate",
    "declare",
    "delimiter",
    "detach",
    "discard",
    "execute",
    "explain",
    "fetch",
    "flush",
    "handler",
    "import",
    "kill",
    "listen",
    "load",
    "lock",
    "move",
    "notify",
    "optimize",
    "pragma",
    "reassign",
    "refresh",
    "security",
    "show",
    "unlisten",
    "unlock",
    "use",
    "vacuum",
];

impl Cursor<'_> {
    /// A whole statement; every token must have a place in it.
    pub(crate) fn statement(&mut self) -> Read<Statement> {
        let statement = self.statement_by_verb()?;
        if self.at_end() { Ok(statement) } else { self.mismatch("the end of the statement") }
    }

    fn statement_by_verb(&mut self) -> Read<Statement> {
        if self.peek().kind == TokenKind::Command {
            let token = self.bump();
            let verb = self.text_of(token).split_whitespace().next().unwrap_or("\\");
            return Ok(Statement::Other(OtherStatement { verb: verb.into(), object: None }));
        }
        match self.peek_text().to_ascii_lowercase().as_str() {
            "create" => {
                self.bump();
                self.create()
            }
            "alter" => {
                self.bump();
                self.alter()
            }
            "drop" => {
                self.bump();
                self.drop_statement()
            }
            "select" | "with" | "values" | "(" | "table" => self.row_statement(),
            "insert" | "update" | "delete" | "merge" | "replace" => self.manipulation(Vec::new()),
            "grant" | "revoke" => self.grant(),
            "comment" => {
                self.bump();
                self.expect("on")?;
                self.comment()
            }
            "set" => {
                self.bump();
                self.set_statement()
            }
            "reset" => {
                self.bump();
                self.reset_statement()
            }
            "do" => self.do_block(),
            "call" => self.call_statement(),
            _ => self.small_statement(),
        }
    }

    fn small_statement(&mut self) -> Read<Statement> {
        match self.peek_text().to_ascii_lowercase().as_str() {
            "truncate" => self.truncate(),
            "reindex" => Ok(self.reindex()),
            "copy" => self.copy(),
            "prepare" if !self.is_at(1, "transaction") => Ok(self.without_effect()),
            "begin" | "start" | "commit" | "end" | "rollback" | "abort" | "savepoint"
            | "release" | "prepare" => self.transaction(),
            word if WITHOUT_EFFECT.binary_search(&word).is_ok() => Ok(self.without_effect()),
            _ => self.mismatch("a statement"),
        }
    }

    fn without_effect(&mut self) -> Statement {
        let verb = self.bump();
        let verb = self.text_of(verb).to_ascii_lowercase().into();
        self.eat_any(&["materialized", "table", "index", "schema", "database"]);
        self.eat_any(&["view", "concurrently"]);
        self.eat("concurrently");
        let object = if self.is_name() { self.object_name().ok() } else { None };
        self.skip_to_end();
        Statement::Other(OtherStatement { verb, object })
    }

    fn alter(&mut self) -> Read<Statement> {
        if self.eat_all(&["default", "privileges"]) {
            return self.alter_default_privileges();
        }
        if self.eat_all(&["materialized", "view"]) {
            return self.alter_table(RelationKind::MaterializedView);
        }
        if self.eat_all(&["foreign", "table"]) {
            return self.alter_table(RelationKind::ForeignTable);
        }
        let named = matches!(self.ahead(1).kind, TokenKind::Word | TokenKind::Quoted);
        if self.is("user") && self.is_at(1, "mapping") || !named {
            return self.alter_object();
        }
        match self.eat_any(&[
            "table",
            "view",
            "index",
            "policy",
            "function",
            "procedure",
            "routine",
            "aggregate",
            "type",
            "domain",
            "sequence",
            "role",
            "user",
            "group",
            "publication",
            "system",
        ]) {
            Some("table") => self.alter_table(RelationKind::Table),
            Some("view") => self.alter_table(RelationKind::View),
            Some("index") => self.alter_table(RelationKind::Index),
            Some("policy") => self.alter_policy(),
            Some("function") => self.alter_function(ObjectKind::Function),
            Some("procedure") => self.alter_function(ObjectKind::Procedure),
            Some("routine") => self.alter_function(ObjectKind::Routine),
            Some("aggregate") => self.alter_function(ObjectKind::Aggregate),
            Some("type") => self.alter_type(),
            Some("domain") => self.alter_domain(),
            Some("sequence") => self.alter_sequence(),
            Some("role" | "user") => self.alter_role(),
            Some("publication") => self.alter_publication(),
            Some(word) => {
                self.skip_to_end();
                let verb = smol_str::format_smolstr!("alter {word}");
                Ok(Statement::Other(OtherStatement { verb, object: None }))
            }
            None => self.alter_object(),
        }
    }

    fn do_block(&mut self) -> Read<Statement> {
        self.bump();
        let mut language = None;
        let mut body = None;
        while !self.at_end() {
            if self.eat("language") {
                language = Some(self.ident()?);
            } else if self.is_string() && body.is_none() {
                body = Some(self.bump());
            } else {
                return self.mismatch("language, a body in quotes");
            }
        }
        let Some(token) = body else { return self.mismatch("a body in quotes") };
        let written = match language.as_ref().map(Ident::as_str) {
            None | Some("plpgsql") => BodyLanguage::PlPgSql,
            Some("sql") => BodyLanguage::Sql,
            Some(_) => BodyLanguage::Other,
        };
        let Some(read) = self.body_of(token, written) else { return self.mismatch("a body") };
        let body = read.span;
        Ok(Statement::Do(Do { language, block: read.into_block(), body }))
    }

    fn call_statement(&mut self) -> Read<Statement> {
        self.bump();
        let name = self.object_name()?;
        if !self.is_kind(TokenKind::Open) {
            let call = crate::parse::primary::plain_call(name, Vec::new());
            return Ok(Statement::Call(Box::new(call)));
        }
        Ok(Statement::Call(Box::new(self.call(name)?)))
    }

    fn truncate(&mut self) -> Read<Statement> {
        self.bump();
        self.eat("table");
        let tables = self.list(|cursor| {
            cursor.eat("only");
            let table = cursor.object_name()?;
            cursor.eat_operator("*");
            Ok(table)
        })?;
        self.eat_any(&["restart", "continue"]);
        self.eat("identity");
        let cascade = self.eat_cascade();
        Ok(Statement::Truncate(Truncate { tables, cascade }))
    }

    fn reindex(&mut self) -> Statement {
        self.bump();
        let options = self.position();
        self.skip_parentheses();
        let options = self.words_from(options);
        let kinds = ["index", "table", "schema", "database", "system"];
        let kind = self.eat_any(&kinds).unwrap_or_default().into();
        let says = options.contains("concurrently") && !options.contains("false");
        let concurrently = self.eat("concurrently") || says;
        let name = if self.is_name() { self.object_name().ok() } else { None };
        self.skip_to_end();
        Statement::Reindex(Reindex { kind, name, concurrently })
    }

    fn copy(&mut self) -> Read<Statement> {
        self.bump();
        let table = if self.is_kind(TokenKind::Open) { None } else { Some(self.object_name()?) };
        self.skip_to_end();
        Ok(Statement::Copy(table))
    }
}

#[cfg(test)]
mod tests {
    use super::WITHOUT_EFFECT;
    use crate::Statement;
    use crate::testing::statement;

    #[test]
    fn list_is_sorted() {
        assert!(WITHOUT_EFFECT.is_sorted());
    }

    #[test]
    fn statements_without_effect() {
        for text in [
            "vacuum (analyze) t",
            "lock table t in access exclusive mode",
            "notify pgrst, 'reload schema'",
            "refresh materialized view concurrently m",
            "show search_path",
            "explain select 1",
            "\\connect x",
            "alter system set x = 1",
            "reassign owned by a to b",
            "security label for p on role r is 'x'",
        ] {
            assert!(matches!(statement(text), Statement::Other(_)), "{text}");
        }
    }

    #[test]
    fn indexes_are_made_anew() {
        for (text, expected) in [
            ("reindex table public.t", ("table", false)),
            ("reindex index concurrently i", ("index", true)),
            ("reindex (verbose, concurrently) table t", ("table", true)),
            ("reindex (concurrently false) index i", ("index", false)),
            ("reindex system", ("system", false)),
        ] {
            let Statement::Reindex(reindex) = statement(text) else { panic!("{text}") };
            assert_eq!((reindex.kind.as_str(), reindex.concurrently), expected, "{text}");
        }
    }

    #[test]
    fn rows_change() {
        assert!(
            matches!(statement("truncate table only a, b restart identity cascade"), Statement::Truncate(truncate) if truncate.tables.len() == 2 && truncate.cascade)
        );
        assert!(matches!(
            statement("copy t (a, b) from stdin with (format csv)"),
            Statement::Copy(Some(_))
        ));
        assert!(matches!(statement("call public.p(1, name => 'x')"), Statement::Call(_)));
        let text = "with x as (insert into a default values returning id) insert into b (id, n) \
                    select id, 1 from x on conflict (id) where n > 0 do update set n = excluded.n + 1, (c, d) = (1, 2) \
                    where b.n < 5 returning *";
        let Statement::Insert(insert) = statement(text) else { panic!() };
        assert_eq!(insert.with.len(), 1);
        assert_eq!(insert.on_conflict.unwrap().assignments.len(), 2);
        statement("insert into t values (default, 'x', now()), (1, null, $1)");
        statement("update only t as u set a = 1, b[1] = 2 from v where u.id = v.id returning u.*");
        statement("delete from t using u where t.id = u.id");
        statement(
            "merge into t using s on t.id = s.id when matched then update set a = 1 when not matched then insert values (1)",
        );
    }
}
