//! The steps of a body, one by one.

use smol_str::{SmolStr, StrExt};
use trave_source::Span;
use trave_sql::{
    Block, BodyStatement, BodyStatementKind, EmbeddedSql, Execute, Handler, If, Leave, Loop,
    LoopKind, RangeLoop, Statement,
};

use super::datum::{Datum, Scope};
use crate::replay::session::Session;
use crate::replay::{Failure, Outcome};

/// How many rounds of one loop are run.
const ROUNDS_MAX: usize = 4_000;

/// Words that tell that a text changes the schema.
const DDL_WORDS: [&str; 7] = ["create", "alter", "drop", "grant", "revoke", "policy", "trigger"];

/// How a list of steps ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// At its end.
    Next,
    /// With `CONTINUE`.
    Continue,
    /// With `EXIT`.
    Exit,
    /// With `RETURN`.
    Return,
}

type Step = Result<Flow, Failure>;

impl Session {
    /// A block with its variables and handlers.
    pub(super) fn run_block(&mut self, block: &Block, scope: &mut Scope) -> Step {
        for declaration in &block.declarations {
            let value = match (&declaration.value, &declaration.query) {
                (Some(value), _) => self.evaluate(value, scope),
                (None, None) => Datum::Null,
                (None, Some(_)) => Datum::Unknown,
            };
            scope.set(declaration.name.as_str(), value);
        }
        if block.handlers.is_empty() {
            return self.run_steps(&block.statements, scope);
        }
        let mark = self.store.mark();
        match self.run_steps(&block.statements, scope) {
            Ok(flow) => {
                self.store.keep(mark);
                Ok(flow)
            }
            Err(failure) => {
                self.store.back_to(mark);
                match block.handlers.iter().find(|handler| handles(handler, &failure)) {
                    Some(handler) => self.run_steps(&handler.statements, scope),
                    None => Err(failure),
                }
            }
        }
    }

    fn run_steps(&mut self, steps: &[BodyStatement], scope: &mut Scope) -> Step {
        for step in steps {
            let flow = match self.run_step(step, scope) {
                Ok(flow) => flow,
                Err(_) if self.speculative => Flow::Next,
                Err(failure) => return Err(failure),
            };
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn run_step(&mut self, step: &BodyStatement, scope: &mut Scope) -> Step {
        match &step.kind {
            BodyStatementKind::Sql(sql) => self.run_sql(sql, scope, step.span)?,
            BodyStatementKind::If(branches) => return self.run_if(branches, scope),
            BodyStatementKind::Loop(looping) => return self.run_loop(looping, scope),
            BodyStatementKind::Execute(execute) => self.run_execute(execute, scope, step.span)?,
            BodyStatementKind::Perform(query) => {
                let found = self.rows_of(query, scope).map(|rows| !rows.is_empty());
                scope.set("found", found.map_or(Datum::Unknown, Datum::Bool));
                self.run_calls_of(query, scope, step.span)?;
            }
            BodyStatementKind::Return(_) | BodyStatementKind::ReturnQuery(_)
                if self.speculative => {}
            BodyStatementKind::Return(_)
            | BodyStatementKind::ReturnQuery(_)
            | BodyStatementKind::ReturnExecute(_) => return Ok(Flow::Return),
            BodyStatementKind::Raise(raise) if raise.is_error() && !self.speculative => {
                return Err(Failure::new("raised by the block itself"));
            }
            BodyStatementKind::Assign(assign) => {
                let value = self.evaluate(&assign.value, scope);
                if assign.target.contains(['.', '[']) {
                    scope.forget(&assign.target);
                } else {
                    scope.set(assign.target.clone(), value);
                }
            }
            BodyStatementKind::Block(block) => return self.run_block(block, scope),
            BodyStatementKind::Leave(leave) => return Ok(self.leave(leave, scope)),
            BodyStatementKind::NotUnderstood(reason) => {
                self.not_understood(step.span, format!("a step of a block: {reason}"));
            }
            BodyStatementKind::Raise(_)
            | BodyStatementKind::ReturnNext(_)
            | BodyStatementKind::Other(_) => {}
        }
        Ok(Flow::Next)
    }

    fn leave(&mut self, leave: &Leave, scope: &Scope) -> Flow {
        let taken = match &leave.condition {
            Some(condition) => self.evaluate(condition, scope).truth().unwrap_or(false),
            None => !self.speculative,
        };
        match (taken, leave.goes_on) {
            (false, _) => Flow::Next,
            (true, true) => Flow::Continue,
            (true, false) => Flow::Exit,
        }
    }

    fn run_sql(&mut self, sql: &EmbeddedSql, scope: &mut Scope, span: Span) -> Outcome {
        let Statement::Query(query) = sql.statement.as_ref() else {
            for target in &sql.into {
                scope.forget(target);
            }
            return self.run(&sql.statement, span);
        };
        let rows = self.rows_of(query, scope);
        scope.set(
            "found",
            rows.as_ref().map_or(Datum::Unknown, |rows| Datum::Bool(!rows.is_empty())),
        );
        match rows {
            Some(rows) => assign_row(&sql.into, rows.into_iter().next(), scope),
            None => sql.into.iter().for_each(|target| scope.forget(target)),
        }
        self.run_calls_of(query, scope, span)
    }

    fn run_if(&mut self, branches: &If, scope: &mut Scope) -> Step {
        for branch in &branches.branches {
            match self.evaluate(&branch.condition, scope).truth() {
                Some(true) => return self.run_steps(&branch.statements, scope),
                Some(false) => {}
                None => return self.run_perhaps(&branch.statements, scope),
            }
        }
        self.run_steps(&branches.otherwise, scope)
    }

    /// A branch whose condition nobody can tell is taken as done: `IF NOT EXISTS … CREATE` is
    /// how migrations are made to run twice. What fails in it does not fail the block.
    fn run_perhaps(&mut self, steps: &[BodyStatement], scope: &mut Scope) -> Step {
        let outer = std::mem::replace(&mut self.speculative, true);
        let result = self.run_steps(steps, scope);
        self.speculative = outer;
        result.map(|_| Flow::Next)
    }

    fn run_loop(&mut self, looping: &Loop, scope: &mut Scope) -> Step {
        match &looping.kind {
            LoopKind::Each(targets, list) => {
                let Datum::Array(items) = self.evaluate(list, scope) else {
                    return self.unknown_loop(looping, targets, scope);
                };
                let rows = items.into_iter().map(|item| match item {
                    Datum::Row(row) => row,
                    item => vec![(SmolStr::default(), item)],
                });
                let rows = rows.collect();
                self.run_rounds(looping, targets, (rows, scope))
            }
            LoopKind::Query(targets, statement) => {
                let Statement::Query(query) = statement.as_ref() else { return Ok(Flow::Next) };
                match self.rows_of(query, scope) {
                    Some(rows) => self.run_rounds(looping, targets, (rows, scope)),
                    None => self.unknown_loop(looping, targets, scope),
                }
            }
            LoopKind::Execute(targets, execute) => {
                let rows = self.rows_of_text(execute, scope);
                match rows {
                    Some(rows) => self.run_rounds(looping, targets, (rows, scope)),
                    None => self.unknown_loop(looping, targets, scope),
                }
            }
            LoopKind::Range(range) => self.run_range(looping, range, scope),
            LoopKind::Cursor(targets, _) => self.unknown_loop(looping, targets, scope),
            LoopKind::Endless | LoopKind::While(_) => self.unknown_loop(looping, &[], scope),
        }
    }

    fn run_rounds(
        &mut self,
        looping: &Loop,
        targets: &[trave_sql::Name],
        (rows, scope): (Vec<Vec<(SmolStr, Datum)>>, &mut Scope),
    ) -> Step {
        for row in rows.into_iter().take(ROUNDS_MAX) {
            match targets {
                [target] => {
                    // A loop over rows has a record; a loop over an array, the item itself.
                    let value = match row.as_slice() {
                        [(name, value)] if name.is_empty() => value.clone(),
                        _ => Datum::Row(row),
                    };
                    scope.set(target.as_str(), value);
                }
                targets => {
                    for (target, (_, value)) in targets.iter().zip(row) {
                        scope.set(target.as_str(), value);
                    }
                }
            }
            match self.run_steps(&looping.statements, scope)? {
                Flow::Next | Flow::Continue => {}
                Flow::Exit => break,
                Flow::Return => return Ok(Flow::Return),
            }
        }
        Ok(Flow::Next)
    }

    fn run_range(&mut self, looping: &Loop, range: &RangeLoop, scope: &mut Scope) -> Step {
        let bounds = (self.evaluate(&range.from, scope), self.evaluate(&range.to, scope));
        let (Datum::Number(from), Datum::Number(to)) = bounds else {
            let targets = std::slice::from_ref(&range.variable);
            return self.unknown_loop(looping, targets, scope);
        };
        let (low, high) = if range.reverse { (to, from) } else { (from, to) };
        let rows = (low..=high).take(ROUNDS_MAX);
        let rows = rows.map(|number| vec![(SmolStr::default(), Datum::Number(number))]).collect();
        self.run_rounds(looping, std::slice::from_ref(&range.variable), (rows, scope))
    }

    /// A loop over what nobody can tell: its body runs once with unknown variables.
    fn unknown_loop(
        &mut self,
        looping: &Loop,
        targets: &[trave_sql::Name],
        scope: &mut Scope,
    ) -> Step {
        for target in targets {
            scope.set(target.as_str(), Datum::Unknown);
        }
        self.run_perhaps(&looping.statements, scope)
    }

    fn run_execute(&mut self, execute: &Execute, scope: &mut Scope, span: Span) -> Outcome {
        let command = self.evaluate(&execute.command, scope);
        for target in &execute.into {
            scope.forget(target);
        }
        match command {
            Datum::Text(text) => self.run_text(&text, span),
            Datum::Null => Err(Failure::new("query string argument of EXECUTE is null")),
            _ => {
                self.dynamic(execute, span);
                Ok(())
            }
        }
    }

    /// SQL that cannot be told: what it may have touched becomes unknown.
    fn dynamic(&mut self, execute: &Execute, span: Span) {
        let text = self.slice(execute.command.span).to_lowercase_smolstr();
        let is_ddl = DDL_WORDS.iter().any(|word| text.contains(word));
        let is_name = !text.contains(['(', '\'', '|']);
        if !is_ddl && !is_name {
            return;
        }
        self.not_understood(span, "dynamic SQL: what it changes cannot be told");
        let about_tables = ["row level security", "policy", "grant ", "revoke "];
        if about_tables.iter().any(|word| text.contains(word)) {
            let catalog = &mut self.store.catalog;
            let names: Vec<_> = catalog.tables.keys().cloned().collect();
            catalog.unknown.extend(names.into_iter().filter(|name| name.schema == "public"));
        }
    }
}

fn assign_row(targets: &[SmolStr], row: Option<Vec<(SmolStr, Datum)>>, scope: &mut Scope) {
    match (targets, row) {
        ([target], Some(row)) if row.len() > 1 => scope.set(target.clone(), Datum::Row(row)),
        (targets, Some(row)) => {
            for (target, (_, value)) in targets.iter().zip(row) {
                scope.set(target.clone(), value);
            }
        }
        (targets, None) => targets.iter().for_each(|target| scope.set(target.clone(), Datum::Null)),
    }
}

/// Whether a handler is for a failure, by the names that PostgreSQL gives its conditions.
fn handles(handler: &Handler, failure: &Failure) -> bool {
    handler.conditions.iter().any(|condition| {
        let condition = condition.as_str();
        condition == "others"
            || (failure.0.contains("exists already")
                && (condition.starts_with("duplicate")
                    || condition == "unique_violation"
                    || matches!(
                        condition,
                        "42710" | "42P07" | "42p07" | "42701" | "42P06" | "42723"
                    )))
            || (failure.0.contains("does not exist")
                && (condition.starts_with("undefined")
                    || condition.starts_with("invalid_schema")
                    || matches!(condition, "42P01" | "42p01" | "42704" | "42703" | "42883")))
            || condition == "insufficient_privilege"
    })
}
