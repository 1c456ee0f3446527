//! PL/pgSQL: blocks, branches, loops. Simple steps are in `plpgsql_step.rs`.

use smol_str::SmolStr;

use crate::ast::block::{
    Block, BodyStatement, BodyStatementKind, Branch, Declaration, Handler, If, Loop, LoopKind,
    RangeLoop,
};
use crate::ast::expression::{Binary, Expr, ExprKind, InList, Operator};
use crate::ast::name::Name;
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

/// Words that end a list of steps.
const LIST_ENDS: &[&str] = &["end", "else", "elsif", "elseif", "exception", "when"];

impl Cursor<'_> {
    /// A whole body.
    pub(crate) fn plpgsql_body(&mut self) -> Read<Block> {
        while self.is_operator("#") {
            // `#variable_conflict use_column`
            self.skip_until(|cursor| {
                cursor.is_any(&["declare", "begin"]) || cursor.is_operator("<<")
            });
        }
        let block = self.block()?;
        self.eat_kind(TokenKind::Semicolon);
        if self.at_end() { Ok(block) } else { self.mismatch("the end of the body") }
    }

    /// `[DECLARE …] BEGIN … [EXCEPTION …] END [label]`.
    pub(crate) fn block(&mut self) -> Read<Block> {
        self.skip_label();
        let start = self.position();
        let mut block = Block::default();
        while self.eat("declare") {
            while !self.is_any(&["begin", "declare"]) {
                block.declarations.push(self.declaration()?);
            }
        }
        self.expect("begin")?;
        block.statements = self.steps()?;
        if self.eat("exception") {
            while self.is("when") {
                block.handlers.push(self.handler()?);
            }
        }
        self.expect("end")?;
        if self.is_name() {
            self.bump();
        }
        block.span = self.span_from(start);
        Ok(block)
    }

    fn skip_label(&mut self) {
        if self.eat_operator("<<") {
            self.bump();
            self.eat_operator(">>");
        }
    }

    fn declaration(&mut self) -> Read<Declaration> {
        let name = self.ident()?;
        let end = self.semicolon()?;
        let mut declaration =
            Declaration { name, data_type: None, row_of: None, value: None, query: None };
        let mut part = self.part(self.position(), end);
        self.reset(end + 1);
        part.declared(&mut declaration)?;
        Ok(declaration)
    }

    fn declared(&mut self, declaration: &mut Declaration) -> Read<()> {
        if self.eat("alias") {
            return Ok(());
        }
        let cursor =
            self.is("cursor") || self.are(&["no", "scroll"]) || self.are(&["scroll", "cursor"]);
        if cursor {
            self.skip_until(|cursor| cursor.is_any(&["for", "is"]));
            self.bump();
            declaration.query = self.query().ok().map(Box::new);
            return Ok(());
        }
        self.eat("constant");
        let data_type = self.data_type()?;
        let back = self.position().checked_sub(2).map(|place| {
            let mut back = self.clone();
            back.reset(place);
            back
        });
        match back.filter(|back| back.is_operator("%")) {
            Some(back) if back.is_at(1, "rowtype") => declaration.row_of = Some(data_type.name),
            Some(_) => {}
            None => declaration.data_type = Some(data_type),
        }
        if self.eat("collate") {
            self.object_name()?;
        }
        self.eat_all(&["not", "null"]);
        let given =
            self.eat("default") || self.eat_kind(TokenKind::Assign) || self.eat_operator("=");
        if given {
            declaration.value = Some(self.value_until(self.len()));
        }
        Ok(())
    }

    fn handler(&mut self) -> Read<Handler> {
        self.expect("when")?;
        let mut conditions: Vec<SmolStr> = Vec::new();
        loop {
            let condition = if self.eat("sqlstate") {
                self.string()?
            } else {
                self.ident()?.name.as_str().into()
            };
            conditions.push(condition);
            if !self.eat("or") {
                break;
            }
        }
        self.expect("then")?;
        Ok(Handler { conditions, statements: self.steps()? })
    }

    /// Steps up to the word that ends the list.
    pub(crate) fn steps(&mut self) -> Read<Vec<BodyStatement>> {
        self.nested(|cursor| {
            let mut steps = Vec::new();
            while !cursor.at_end() && !cursor.is_any(LIST_ENDS) {
                if cursor.eat_kind(TokenKind::Semicolon) {
                    continue;
                }
                steps.push(cursor.step()?);
            }
            Ok(steps)
        })
    }

    fn step(&mut self) -> Read<BodyStatement> {
        self.skip_label();
        let start = self.position();
        let word = self.peek_text().to_ascii_lowercase();
        let kind = match word.as_str() {
            "if" => self.if_step()?,
            "case" => self.case_step()?,
            "loop" | "while" | "for" | "foreach" => self.loop_step()?,
            "declare" | "begin" => {
                let block = self.nested(Self::block)?;
                BodyStatementKind::Block(Box::new(block))
            }
            _ => return self.simple_step(&word),
        };
        Ok(BodyStatement { kind, span: self.span_from(start) })
    }

    fn if_step(&mut self) -> Read<BodyStatementKind> {
        let mut step = If { branches: Vec::new(), otherwise: Vec::new() };
        while self.eat_any(&["if", "elsif", "elseif"]).is_some() {
            let end = self.find(&["then"])?;
            let condition = self.value_until(end);
            self.expect("then")?;
            step.branches.push(Branch { condition, statements: self.steps()? });
            if self.is("if") {
                return self.mismatch("end if");
            }
        }
        if self.eat("else") {
            step.otherwise = self.steps()?;
        }
        self.expect_all(&["end", "if"])?;
        Ok(BodyStatementKind::If(step))
    }

    /// `CASE` as a statement: its branches as conditions.
    fn case_step(&mut self) -> Read<BodyStatementKind> {
        self.expect("case")?;
        let operand = if self.is("when") {
            None
        } else {
            let end = self.find(&["when"])?;
            Some(self.value_until(end))
        };
        let mut step = If { branches: Vec::new(), otherwise: Vec::new() };
        while self.eat("when") {
            let end = self.find(&["then"])?;
            let condition = match &operand {
                Some(operand) => self.case_condition(operand, end)?,
                None => self.value_until(end),
            };
            self.expect("then")?;
            step.branches.push(Branch { condition, statements: self.steps()? });
        }
        if self.eat("else") {
            step.otherwise = self.steps()?;
        }
        self.expect_all(&["end", "case"])?;
        Ok(BodyStatementKind::If(step))
    }

    fn case_condition(&mut self, operand: &Expr, end: usize) -> Read<Expr> {
        let start = self.position();
        let mut part = self.part(start, end);
        let mut list = part.list(Self::expression)?;
        self.reset(end);
        let value = operand.clone();
        let kind = if list.len() > 1 {
            ExprKind::InList(Box::new(InList { value, list, negated: false }))
        } else {
            let Some(right) = list.pop() else { return self.mismatch("a value") };
            ExprKind::Binary(Box::new(Binary { left: value, operator: Operator::Equal, right }))
        };
        Ok(Expr { kind, span: self.span_from(start) })
    }

    fn loop_step(&mut self) -> Read<BodyStatementKind> {
        let kind = match self.eat_any(&["loop", "while", "for", "foreach"]) {
            Some("while") => {
                let end = self.find(&["loop"])?;
                LoopKind::While(self.value_until(end))
            }
            Some("for") => self.for_kind()?,
            Some("foreach") => self.foreach_kind()?,
            _ => {
                self.reset(self.position() - 1);
                LoopKind::Endless
            }
        };
        self.expect("loop")?;
        let statements = self.steps()?;
        self.expect_all(&["end", "loop"])?;
        if self.is_name() {
            self.bump();
        }
        Ok(BodyStatementKind::Loop(Box::new(Loop { kind, statements })))
    }

    fn loop_variables(&mut self) -> Read<Vec<Name>> {
        self.list(|cursor| cursor.object_name().map(|name| name.name))
    }

    fn foreach_kind(&mut self) -> Read<LoopKind> {
        let variables = self.loop_variables()?;
        if self.eat("slice") {
            self.bump();
        }
        self.expect_all(&["in", "array"])?;
        let end = self.find(&["loop"])?;
        Ok(LoopKind::Each(variables, self.value_until(end)))
    }

    fn for_kind(&mut self) -> Read<LoopKind> {
        let variables = self.loop_variables()?;
        self.expect("in")?;
        let end = self.find(&["loop"])?;
        if self.eat("execute") {
            return Ok(LoopKind::Execute(variables, self.execute_until(end)?));
        }
        if let Some(range) = self.range_loop(&variables, end) {
            return Ok(LoopKind::Range(range));
        }
        let query = self
            .is_any(&["select", "with", "values", "insert", "update", "delete", "table"])
            || self.is_kind(TokenKind::Open);
        if query {
            let mut part = self.part(self.position(), end);
            let statement = part.statement_or_reason();
            self.reset(end);
            return Ok(LoopKind::Query(variables, Box::new(statement)));
        }
        let name = self.ident()?.name;
        self.reset(end);
        Ok(LoopKind::Cursor(variables, name))
    }

    /// `[REVERSE] a..b [BY c]`, if dots stand before `end`.
    fn range_loop(&mut self, variables: &[Name], end: usize) -> Option<RangeLoop> {
        let variable = variables.first()?.clone();
        let mut scan = self.part(0, end);
        scan.reset(self.position());
        scan.skip_until(|cursor| cursor.is_kind(TokenKind::DotDot));
        if scan.at_end() {
            return None;
        }
        let dots = scan.position();
        let reverse = self.eat("reverse");
        let from = self.value_until(dots);
        self.bump();
        scan.skip_until(|cursor| cursor.is("by"));
        let to = self.value_until(scan.position());
        let step = if self.eat("by") { Some(self.value_until(end)) } else { None };
        self.reset(end);
        Some(RangeLoop { variable, from, to, step, reverse })
    }

    /// Where one of these words stands outside of parentheses and `case … end`.
    pub(crate) fn find(&self, words: &[&str]) -> Read<usize> {
        let mut scan = self.clone();
        let mut cases = 0_usize;
        loop {
            scan.skip_until(|cursor| {
                cursor.is_kind(TokenKind::Semicolon)
                    || cursor.is_any(words)
                    || cursor.is_any(&["case", "end"])
            });
            if scan.at_end() || scan.is_kind(TokenKind::Semicolon) {
                return scan.mismatch("then, loop");
            }
            if cases == 0 && scan.is_any(words) {
                return Ok(scan.position());
            }
            if scan.is("case") {
                cases += 1;
            } else if scan.is("end") {
                cases = cases.saturating_sub(1);
            }
            scan.bump();
        }
    }

    /// Where the step ends.
    pub(crate) fn semicolon(&self) -> Read<usize> {
        let end = self.statement_end();
        if end < self.len() { Ok(end) } else { self.mismatch("`;`") }
    }

    /// The tokens up to `end` as one expression, or as text.
    pub(crate) fn value_until(&mut self, end: usize) -> Expr {
        let start = self.position();
        let mut part = self.part(start, end);
        self.reset(end);
        match part.nested(Self::body_expression) {
            Ok(expr) if part.at_end() => expr,
            _ => self.other_expression(start),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::statement;
    use crate::{Block, BodyStatementKind, ExprKind, LoopKind, Statement};

    fn block(body: &str) -> Block {
        let Statement::Do(read) = statement(&format!("do $do${body}$do$")) else {
            panic!("{body}")
        };
        let block = read.block.unwrap();
        for step in &block.statements {
            assert!(!matches!(step.kind, BodyStatementKind::NotUnderstood(_)), "{step:?}");
        }
        block
    }

    #[test]
    fn guarded_statements() {
        let read = block(
            "begin if not exists (select 1 from pg_type where typname = 'mood') then create type mood as enum ('a'); \
             elsif case when a then b end then null; else raise exception 'no %', x using hint = 'y'; end if; end",
        );
        let BodyStatementKind::If(step) = &read.statements[0].kind else { panic!() };
        assert!(matches!(step.branches[0].condition.kind, ExprKind::Not(_)));
        assert_eq!((step.branches.len(), step.otherwise.len()), (2, 1));
    }

    #[test]
    fn loops_of_every_kind() {
        let read = block(
            "declare t text; ts text[] := array['a', 'b']; n constant int not null default 3; r t%rowtype; c cursor for select 1;\n\
             begin\n\
             foreach t in array array['a', 'b'] loop execute format('alter table %I enable row level security', t); end loop;\n\
             for t in select tablename from pg_tables where schemaname = 'public' loop null; end loop;\n\
             for i in reverse 10..1 by 2 loop continue when i > 5; exit; end loop;\n\
             for r in execute 'select 1' using n loop null; end loop;\n\
             <<again>> while n > 0 loop n := n - 1; end loop again;\n\
             loop exit when true; end loop;\n\
             for r in c loop null; end loop;\n\
             end",
        );
        assert_eq!(read.declarations.len(), 5);
        let kinds: Vec<_> = read
            .statements
            .iter()
            .map(|step| match &step.kind {
                BodyStatementKind::Loop(step) => match step.kind {
                    LoopKind::Each(..) => "each",
                    LoopKind::Query(..) => "query",
                    LoopKind::Range(..) => "range",
                    LoopKind::Execute(..) => "execute",
                    LoopKind::While(..) => "while",
                    LoopKind::Endless => "endless",
                    LoopKind::Cursor(..) => "cursor",
                },
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(kinds, ["each", "query", "range", "execute", "while", "endless", "cursor"]);
    }

    #[test]
    fn handlers_and_cases() {
        let read = block(
            "begin create type t as enum ('a'); case x when 1, 2 then null; else null; end case; \
             begin drop table u; end; exception when duplicate_object or sqlstate '42710' then null; when others then raise; end",
        );
        assert_eq!(read.handlers[0].conditions, ["duplicate_object", "42710"]);
        assert_eq!(read.statements.len(), 3);
    }

    #[test]
    fn a_bad_step_costs_one_step() {
        let Statement::Do(read) = statement("do $$ begin alter table; drop table t; end $$") else {
            panic!()
        };
        let block = read.block.unwrap();
        assert!(matches!(block.statements[0].kind, BodyStatementKind::NotUnderstood(_)));
        assert!(matches!(block.statements[1].kind, BodyStatementKind::Sql(_)));
    }

    #[test]
    fn spans_point_into_the_file() {
        let text =
            "select 1;\ndo 'begin create table ''é''; end';\ndo $$ begin drop table t; end $$;";
        let parsed = crate::parse(text, crate::Options::default());
        let Statement::Do(read) = &parsed.statements[2].statement else { panic!() };
        let span = read.block.as_ref().unwrap().statements[0].span;
        assert_eq!(text.get(span.start as usize..span.end as usize).unwrap(), "drop table t");
    }
}
