//! Functions and procedures: signature, attributes, body.

use std::sync::OnceLock;

use smol_str::ToSmolStr;

use crate::ast::block::Block;
use crate::ast::data_type::DataType;
use crate::ast::expression::Expr;
use crate::ast::function::{
    AlterFunction, ArgumentMode, CreateFunction, FunctionBody, Returns, RoutineArgument,
    RoutineAttributes, RoutineChange, RoutineKind, RoutineName, Volatility,
};
use crate::ast::name::Name;
use crate::ast::object::ObjectKind;
use crate::ast::statement::Statement;
use crate::cursor::{Cursor, Read};
use crate::lexer::{Token, TokenKind};
use crate::parse::body::BodyLanguage;

/// How a body was written.
enum WrittenBody {
    /// In quotes.
    Text(Token),
    /// As statements: `BEGIN ATOMIC … END`, `RETURN …`.
    Standard(FunctionBody),
}

impl Cursor<'_> {
    /// What follows `FUNCTION` or `PROCEDURE`.
    pub(crate) fn create_function(&mut self, kind: RoutineKind) -> Read<CreateFunction> {
        let name = self.object_name()?;
        let arguments = self.list_in_parentheses(Self::routine_argument)?;
        let mut function = CreateFunction {
            name,
            or_replace: false,
            kind,
            arguments,
            returns: Returns::Unsaid,
            language: None,
            attributes: RoutineAttributes::default(),
            body: None,
        };
        if self.eat("returns") && !self.are(&["null", "on", "null"]) {
            function.returns = self.returns()?;
        }
        let mut written = None;
        while !self.at_end() {
            self.function_clause(&mut function, &mut written)?;
        }
        function.body = self.function_body(&mut function.language, written);
        Ok(function)
    }

    fn returns(&mut self) -> Read<Returns> {
        if self.is("table") && self.ahead(1).kind == TokenKind::Open {
            self.bump();
            return Ok(Returns::Table(self.list_in_parentheses(Self::routine_argument)?));
        }
        if self.eat("setof") {
            return self.data_type().map(Returns::SetOf);
        }
        self.data_type().map(Returns::Type)
    }

    /// `[mode] [name] type [DEFAULT …]`; the mode may follow the name.
    pub(crate) fn routine_argument(&mut self) -> Read<RoutineArgument> {
        let mut mode = self.argument_mode();
        let start = self.position();
        // A name is a name if a type follows it: try the type alone first, then both.
        let alone = self.argument_type();
        if let Ok(data_type) = alone
            && self.argument_ends()
        {
            let default = self.argument_default();
            return Ok(RoutineArgument { mode, name: None, data_type, default });
        }
        self.reset(start);
        let name = self.ident()?;
        if mode == ArgumentMode::In {
            mode = self.argument_mode();
        }
        let data_type = self.argument_type()?;
        let default = self.argument_default();
        Ok(RoutineArgument { mode, name: Some(name), data_type, default })
    }

    fn argument_type(&mut self) -> Read<DataType> {
        self.eat("setof");
        self.data_type()
    }

    fn argument_ends(&self) -> bool {
        self.at_end()
            || self.is_any(&["default", "order"])
            || self.is_operator("=")
            || matches!(self.peek().kind, TokenKind::Comma | TokenKind::Close | TokenKind::Assign)
    }

    fn argument_mode(&mut self) -> ArgumentMode {
        // A mode is no mode if nothing follows it: an argument may be called `out`.
        let next = self.ahead(1).kind;
        if !matches!(next, TokenKind::Word | TokenKind::Quoted) {
            return ArgumentMode::In;
        }
        match self.eat_any(&["in", "out", "inout", "variadic"]) {
            Some("out") => ArgumentMode::Out,
            Some("inout") => ArgumentMode::InOut,
            Some("variadic") => ArgumentMode::Variadic,
            Some(_) if self.eat("out") => ArgumentMode::InOut,
            _ => ArgumentMode::In,
        }
    }

    fn argument_default(&mut self) -> Option<Expr> {
        let given =
            self.eat("default") || self.eat_operator("=") || self.eat_kind(TokenKind::Assign);
        if !given {
            return None;
        }
        let stop =
            |cursor: &Self| cursor.is_kind(TokenKind::Comma) || cursor.is_kind(TokenKind::Close);
        Some(self.expression_until(stop))
    }

    fn function_clause(
        &mut self,
        function: &mut CreateFunction,
        written: &mut Option<WrittenBody>,
    ) -> Read<()> {
        if self.eat("language") {
            let language =
                if self.is_string() { Name::folded(&self.string()?) } else { self.ident()?.name };
            function.language = Some(language);
        } else if self.eat("as") {
            *written = self.quoted_body()?;
        } else if self.are(&["begin", "atomic"]) || self.is("return") {
            *written = Some(WrittenBody::Standard(self.standard_body()?));
        } else if self.eat("transform") {
            self.skip_until(|cursor| cursor.is_any(&["language", "as"]));
        } else {
            self.routine_attribute(&mut function.attributes)?;
        }
        Ok(())
    }

    /// `AS 'body'`, `AS 'library', 'symbol'`.
    fn quoted_body(&mut self) -> Read<Option<WrittenBody>> {
        if !self.is_string() {
            return self.mismatch("a body in quotes");
        }
        let token = self.bump();
        if self.eat_kind(TokenKind::Comma) {
            self.string()?;
            return Ok(None);
        }
        Ok(Some(WrittenBody::Text(token)))
    }

    fn standard_body(&mut self) -> Read<FunctionBody> {
        let start = self.position();
        let statements = if self.eat_all(&["begin", "atomic"]) {
            let statements = self.standard_statements()?;
            self.expect("end")?;
            statements
        } else {
            vec![self.standard_return()?]
        };
        let span = self.span_from(start);
        let block = OnceLock::from(Some(Block { statements, span, ..Block::default() }));
        let text = self.written_from(start).to_smolstr();
        Ok(FunctionBody { text, span, unread: None, block })
    }

    fn function_body(
        &self,
        language: &mut Option<Name>,
        written: Option<WrittenBody>,
    ) -> Option<FunctionBody> {
        match written? {
            WrittenBody::Standard(body) => {
                language.get_or_insert_with(|| Name::exact("sql"));
                Some(body)
            }
            WrittenBody::Text(token) => {
                let language = match language.as_ref().map_or("sql", Name::as_str) {
                    "plpgsql" => BodyLanguage::PlPgSql,
                    "sql" => BodyLanguage::Sql,
                    _ => BodyLanguage::Other,
                };
                self.body_of(token, language)
            }
        }
    }

    /// One attribute that `CREATE` and `ALTER FUNCTION` share.
    fn routine_attribute(&mut self, attributes: &mut RoutineAttributes) -> Read<()> {
        if let Some(word) = self.eat_any(&["immutable", "stable", "volatile"]) {
            attributes.volatility = Some(match word {
                "immutable" => Volatility::Immutable,
                "stable" => Volatility::Stable,
                _ => Volatility::Volatile,
            });
        } else if self.is("security") || self.are(&["external", "security"]) {
            self.eat("external");
            self.expect("security")?;
            attributes.security_definer = match self.eat_any(&["definer", "invoker"]) {
                Some(word) => Some(word == "definer"),
                None => return self.mismatch("definer, invoker"),
            };
        } else if self.eat("strict")
            || self.eat_all(&["returns", "null", "on", "null", "input"])
            || self.eat_all(&["null", "on", "null", "input"])
        {
            attributes.strict = Some(true);
        } else if self.eat_all(&["called", "on", "null", "input"]) {
            attributes.strict = Some(false);
        } else if self.eat("set") {
            attributes.settings.push(self.setting()?);
        } else if self.eat("reset") {
            attributes.resets.push(self.ident()?.name.as_str().into());
        } else {
            return self.routine_remark();
        }
        Ok(())
    }

    /// Attributes that a catalog does not keep.
    fn routine_remark(&mut self) -> Read<()> {
        if self.eat("not") {
            return self.expect("leakproof");
        }
        match self.eat_any(&["leakproof", "window", "parallel", "cost", "rows", "support"]) {
            Some("leakproof" | "window") => Ok(()),
            Some("support") => self.object_name().map(|_| ()),
            Some(_) => {
                self.bump();
                Ok(())
            }
            None => self.mismatch("an attribute of a function"),
        }
    }

    /// `name` or `name(types)`.
    pub(crate) fn routine_name(&mut self) -> Read<RoutineName> {
        let name = self.object_name()?;
        let arguments = if self.is_kind(TokenKind::Open) { Some(self.signature()?) } else { None };
        Ok(RoutineName { name, arguments })
    }

    /// `(types)`, `(*)` of an aggregate, `(a order by b)` of an ordered one.
    pub(crate) fn signature(&mut self) -> Read<Vec<RoutineArgument>> {
        if self.ahead(1).kind == TokenKind::Operator {
            self.skip_parentheses();
            return Ok(Vec::new());
        }
        self.expect_kind(TokenKind::Open)?;
        let mut arguments = Vec::new();
        while !self.eat_kind(TokenKind::Close) {
            if !self.eat_all(&["order", "by"]) {
                arguments.push(self.routine_argument()?);
            }
            let more = self.eat_kind(TokenKind::Comma) || self.is("order");
            if !more && !self.is_kind(TokenKind::Close) {
                return self.mismatch("`,` or `)`");
            }
        }
        Ok(arguments)
    }

    /// What follows `ALTER FUNCTION` and its sisters.
    pub(crate) fn alter_function(&mut self, kind: ObjectKind) -> Read<Statement> {
        let routine = self.routine_name()?;
        let change = if let Some(change) = self.alter_change()? {
            RoutineChange::Object(change)
        } else {
            let mut attributes = RoutineAttributes::default();
            while !self.at_end() && !self.eat("restrict") {
                self.routine_attribute(&mut attributes)?;
            }
            RoutineChange::Attributes(attributes)
        };
        Ok(Statement::AlterFunction(Box::new(AlterFunction { kind, routine, change })))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::statement;
    use crate::{ArgumentMode, CreateFunction, Returns, Statement, Volatility};

    fn function(text: &str) -> CreateFunction {
        let Statement::CreateFunction(function) = statement(text) else { panic!("{text}") };
        *function
    }

    #[test]
    fn every_part_of_a_signature_is_read() {
        let read = function(
            "create or replace function public.f(a int, in b text default 'x', out c double precision, variadic d uuid[], \
             timestamp with time zone, _e public.mood = 'ok') returns table (id uuid, n bigint) language plpgsql stable \
             security definer set search_path = '' set statement_timeout to '5s' parallel safe cost 10 as $fn$ begin return; end $fn$",
        );
        assert!(read.or_replace);
        let modes: Vec<_> = read.arguments.iter().map(|argument| argument.mode).collect();
        assert_eq!(
            modes[..4],
            [ArgumentMode::In, ArgumentMode::In, ArgumentMode::Out, ArgumentMode::Variadic]
        );
        assert!(read.arguments[4].name.is_none() && read.arguments[5].default.is_some());
        assert!(matches!(read.returns, Returns::Table(columns) if columns.len() == 2));
        assert_eq!(read.attributes.volatility, Some(Volatility::Stable));
        assert_eq!(read.attributes.security_definer, Some(true));
        assert_eq!(read.attributes.settings[0].values, [""]);
        assert_eq!(read.body.unwrap().into_block().unwrap().statements.len(), 1);
    }

    #[test]
    fn bodies_of_standard_sql() {
        let read = function("create function f(a int) returns int return a + 1");
        assert_eq!(read.language.unwrap(), "sql");
        let read = function(
            "create function f() returns setof t begin atomic select * from t; select 2; end",
        );
        assert_eq!(read.body.unwrap().into_block().unwrap().statements.len(), 2);
    }

    #[test]
    fn routines_change() {
        for text in [
            "alter function f(int, b text) owner to postgres",
            "alter function public.f set search_path = public, pg_temp",
            "alter function f() security invoker immutable",
            "alter procedure p(int) rename to q",
            "alter aggregate a(*) set schema x",
            "alter function f(timestamp without time zone) reset all",
        ] {
            assert!(matches!(statement(text), Statement::AlterFunction(_)), "{text}");
        }
    }
}
