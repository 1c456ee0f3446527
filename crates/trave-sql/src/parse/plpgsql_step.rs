//! PL/pgSQL: the steps that hold no other steps.

use smol_str::SmolStr;

use crate::ast::block::{
    Assign, BodyStatement, BodyStatementKind, EmbeddedSql, Execute, Leave, Raise,
};
use crate::cursor::{Cursor, Read};
use crate::lexer::{Token, TokenKind};
use crate::parse::body::not_understood;

impl Cursor<'_> {
    /// A step up to its semicolon.
    pub(crate) fn simple_step(&mut self, word: &str) -> Read<BodyStatement> {
        let start = self.position();
        let end = self.semicolon()?;
        let kind = match word {
            "execute" => {
                self.bump();
                let execute = self.execute_until(end);
                execute.map(BodyStatementKind::Execute)
            }
            "perform" => self.perform_until(end),
            "return" => self.return_until(end),
            "raise" => self.raise_until(end).map(BodyStatementKind::Raise),
            "exit" | "continue" => Ok(self.leave_until(end)),
            "null" | "get" | "assert" | "open" | "fetch" | "move" | "close" => {
                Ok(BodyStatementKind::Other(word.into()))
            }
            _ => match self.assignment_until(end) {
                Some(assign) => Ok(assign),
                None => Ok(self.embedded_until(end)),
            },
        };
        let kind = kind.unwrap_or_else(|mismatch| not_understood(self, mismatch));
        self.reset(end);
        let span = self.span_from(start);
        self.eat_kind(TokenKind::Semicolon);
        Ok(BodyStatement { kind, span })
    }

    /// `target := value`, if that is what stands here.
    fn assignment_until(&mut self, end: usize) -> Option<BodyStatementKind> {
        let start = self.position();
        let target = self.assignment_target();
        let assigns = self.is_kind(TokenKind::Assign) || self.is_operator("=");
        if target.is_err() || !assigns {
            self.reset(start);
            return None;
        }
        let target = self.written_from(start).to_ascii_lowercase().into();
        self.bump();
        let value = Box::new(self.value_until(end));
        Some(BodyStatementKind::Assign(Assign { target, value }))
    }

    fn assignment_target(&mut self) -> Read<()> {
        if !self.eat_kind(TokenKind::Parameter) {
            self.ident()?;
        }
        loop {
            if self.eat_kind(TokenKind::Dot) {
                self.ident()?;
            } else if self.eat_kind(TokenKind::OpenBracket) {
                self.skip_until(|cursor| cursor.is_kind(TokenKind::CloseBracket));
                self.expect_kind(TokenKind::CloseBracket)?;
            } else {
                return Ok(());
            }
        }
    }

    /// A statement of SQL, from which `INTO` is taken out.
    fn embedded_until(&mut self, end: usize) -> BodyStatementKind {
        let (tokens, into) = self.without_into(end);
        let mut part = self.over(&tokens);
        match self.nested(|_| part.statement()) {
            Ok(statement) => {
                BodyStatementKind::Sql(EmbeddedSql { statement: Box::new(statement), into })
            }
            Err(mismatch) => not_understood(&part, mismatch),
        }
    }

    /// The tokens up to `end` without `INTO [STRICT] a, b`, and the targets. `INSERT INTO` and
    /// `MERGE INTO` are something else; so are tables, which `SELECT INTO` cannot make in a body.
    fn without_into(&self, end: usize) -> (Vec<Token>, Vec<SmolStr>) {
        let mut scan = self.part(0, end);
        scan.reset(self.position());
        let rows = ["select", "with", "insert", "update", "delete", "merge", "values", "execute"];
        let mut tokens = Vec::new();
        let mut into = Vec::new();
        let takes_rows = self.is_any(&rows) || self.is_kind(TokenKind::Open);
        let mut depth = 0_usize;
        let mut previous_names_table = false;
        while !scan.at_end() {
            let found = takes_rows && depth == 0 && into.is_empty() && scan.is("into");
            if found && !previous_names_table {
                scan.bump();
                into = scan.targets();
                continue;
            }
            previous_names_table = scan.is_any(&["insert", "merge"]);
            let token = scan.bump();
            match token.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            tokens.push(token);
        }
        (tokens, into)
    }

    fn targets(&mut self) -> Vec<SmolStr> {
        if !matches!(self.ahead(1).kind, TokenKind::Comma | TokenKind::Dot) {
            self.eat("strict");
        }
        let targets = self.list(|cursor| {
            let start = cursor.position();
            cursor.assignment_target()?;
            Ok(cursor.written_from(start).to_ascii_lowercase().into())
        });
        targets.unwrap_or_default()
    }

    /// What follows `EXECUTE`: `command [INTO …] [USING …]`.
    pub(crate) fn execute_until(&mut self, end: usize) -> Read<Execute> {
        let clause = |cursor: &Self| cursor.position() >= end || cursor.is_any(&["into", "using"]);
        let mut scan = self.clone();
        scan.skip_until(clause);
        let command = self.value_until(scan.position().min(end));
        let mut execute = Execute { command, into: Vec::new(), using: Vec::new() };
        while self.position() < end {
            if self.eat("into") {
                execute.into = self.targets();
            } else if self.eat("using") {
                let mut part = self.part(0, end);
                part.reset(self.position());
                execute.using = part.list(Self::expression)?;
                self.reset(part.position());
            } else {
                return self.mismatch("into, using");
            }
        }
        Ok(execute)
    }

    /// `PERFORM …` is a `SELECT …` whose rows nobody wants.
    fn perform_until(&mut self, end: usize) -> Read<BodyStatementKind> {
        let start = self.position();
        self.bump();
        let mut part = self.part(0, end);
        part.reset(self.position());
        let query = part.query_after_select(start)?;
        if part.at_end() {
            Ok(BodyStatementKind::Perform(Box::new(query)))
        } else {
            self.reset(part.position());
            self.mismatch("the end of the statement")
        }
    }

    fn return_until(&mut self, end: usize) -> Read<BodyStatementKind> {
        self.bump();
        if self.eat_all(&["query", "execute"]) {
            return self.execute_until(end).map(BodyStatementKind::ReturnExecute);
        }
        if self.eat("query") {
            let mut part = self.part(self.position(), end);
            let statement = self.nested(|_| Ok(part.statement_or_reason()))?;
            return Ok(BodyStatementKind::ReturnQuery(Box::new(statement)));
        }
        let next = self.eat("next");
        let value = (self.position() < end).then(|| Box::new(self.value_until(end)));
        Ok(if next {
            BodyStatementKind::ReturnNext(value)
        } else {
            BodyStatementKind::Return(value)
        })
    }

    fn raise_until(&mut self, end: usize) -> Read<Raise> {
        self.bump();
        let levels = ["debug", "log", "info", "notice", "warning", "exception"];
        let level = self.eat_any(&levels).unwrap_or("exception").into();
        let mut raise = Raise { level, message: None, arguments: Vec::new() };
        if self.position() < end && !self.is("using") {
            self.eat("sqlstate");
            raise.message = Some(if self.is_string() {
                self.string()?
            } else {
                self.ident()?.name.as_str().into()
            });
        }
        while self.position() < end && self.eat_kind(TokenKind::Comma) {
            let mut part = self.part(0, end);
            part.reset(self.position());
            part.skip_until(|cursor| cursor.is_kind(TokenKind::Comma) || cursor.is("using"));
            raise.arguments.push(self.value_until(part.position()));
        }
        Ok(raise)
    }

    fn leave_until(&mut self, end: usize) -> BodyStatementKind {
        let goes_on = self.is("continue");
        self.bump();
        if self.is_name() && !self.is("when") {
            self.bump();
        }
        let condition = self.eat("when").then(|| Box::new(self.value_until(end)));
        BodyStatementKind::Leave(Leave { goes_on, condition })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::statement;
    use crate::{BodyStatementKind, ExprKind, Statement};

    fn steps(body: &str) -> Vec<BodyStatementKind> {
        let text = format!(
            "create function f() returns void language plpgsql as $fn$ begin {body} end; $fn$"
        );
        let Statement::CreateFunction(function) = statement(&text) else { panic!("{body}") };
        let block = function.body.unwrap().into_block().unwrap();
        block.statements.into_iter().map(|step| step.kind).collect()
    }

    #[test]
    fn targets_are_taken_out_of_statements() {
        let read = steps(
            "select a, b into strict x, rec.y from t where c = 1; insert into t (a) values (1) returning id into new_id; \
             with q as (select 1) select * into r from q;",
        );
        let into: Vec<_> = read
            .iter()
            .map(|kind| match kind {
                BodyStatementKind::Sql(sql) => sql.into.join(" "),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(into, ["x rec.y", "new_id", "r"]);
    }

    #[test]
    fn commands_that_are_run() {
        let read = steps("execute 'drop table ' || quote_ident(t) into n using a, b;");
        let BodyStatementKind::Execute(execute) = &read[0] else { panic!() };
        assert!(matches!(execute.command.kind, ExprKind::Binary(_)));
        assert_eq!((execute.into.len(), execute.using.len()), (1, 2));
        assert!(matches!(
            &steps("execute format($$create index on %I$$, t);")[0],
            BodyStatementKind::Execute(_)
        ));
    }

    #[test]
    fn values_and_results() {
        let read = steps(
            "new.updated_at = now(); x := count(*) from t where a = 1; n[1] := 2; perform pg_notify('a', 'b'); \
             return query select 1; return query execute 'select 1' using x; return next r; return; \
             raise notice 'a % %', b, c; raise sqlstate '22012' using message = 'x'; get diagnostics n = row_count; \
             call p(1); assert true;",
        );
        let BodyStatementKind::Assign(assign) = &read[0] else { panic!() };
        assert_eq!(assign.target, "new.updated_at");
        let BodyStatementKind::Assign(assign) = &read[1] else { panic!() };
        assert!(matches!(assign.value.kind, ExprKind::Subquery(_)));
        assert!(matches!(&read[3], BodyStatementKind::Perform(_)));
        assert!(
            matches!(&read[8], BodyStatementKind::Raise(raise) if raise.arguments.len() == 2 && !raise.is_error())
        );
        assert!(
            read.iter().all(|kind| !matches!(kind, BodyStatementKind::NotUnderstood(_))),
            "{read:?}"
        );
        assert_eq!(read.len(), 13);
    }
}
