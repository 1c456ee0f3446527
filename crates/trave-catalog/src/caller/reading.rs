//! Reads a body for the places where the identity of the caller goes.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use trave_sql::{
    Block, BodyStatement, BodyStatementKind, Branch, Call, CommonTable, Descend, Execute, Expr,
    ExprKind, FromItem, FromKind, If, Insert, LoopKind, ObjectName, Query, QueryBody, Select,
    Statement, Update,
};

use super::{Asked, CallerUse, Consulted, Stored, Which};
use crate::condition::{is_session_call, shuts_out_strangers};

/// A variable may be filled from one that a later step fills, in a loop.
const ROUNDS_MAX: usize = 3;

pub(super) fn read(block: &Block) -> CallerUse {
    let mut held = BTreeMap::new();
    let mut found = CallerUse::default();
    for _ in 0..ROUNDS_MAX {
        let mut reader = Reader { held, found: CallerUse::default() };
        reader.block(block);
        let is_settled = reader.found == found;
        (held, found) = (reader.held, reader.found);
        if is_settled {
            break;
        }
    }
    found
}

struct Reader {
    /// What variables hold.
    held: BTreeMap<SmolStr, Asked>,
    found: CallerUse,
}

impl Reader {
    fn block(&mut self, block: &Block) {
        for declaration in &block.declarations {
            if let Some(value) = &declaration.value {
                self.hold(declaration.name.name.as_str(), &self.of(value));
            }
            if let Some(query) = &declaration.query {
                self.decide(&self.of_query(query));
            }
        }
        self.steps(&block.statements);
        for handler in &block.handlers {
            self.steps(&handler.statements);
        }
    }

    fn steps(&mut self, steps: &[BodyStatement]) {
        for step in steps {
            self.step(&step.kind);
        }
    }

    fn step(&mut self, step: &BodyStatementKind) {
        match step {
            BodyStatementKind::Sql(sql) => self.statement(&sql.statement, &sql.into),
            BodyStatementKind::If(branches) => self.branches(branches),
            BodyStatementKind::Loop(inner) => {
                self.loop_over(&inner.kind);
                self.steps(&inner.statements);
            }
            BodyStatementKind::Execute(execute) | BodyStatementKind::ReturnExecute(execute) => {
                self.execute(execute);
            }
            BodyStatementKind::Perform(query) => self.perform(query),
            BodyStatementKind::Return(value) | BodyStatementKind::ReturnNext(value) => {
                if let Some(value) = value {
                    self.decide(&self.of(value));
                }
            }
            BodyStatementKind::ReturnQuery(statement) => self.all_of(statement),
            BodyStatementKind::Raise(raise) => self.found.raises |= raise.is_error(),
            BodyStatementKind::Assign(assign) => self.hold(&assign.target, &self.of(&assign.value)),
            BodyStatementKind::Block(block) => self.block(block),
            BodyStatementKind::Leave(leave) => {
                if let Some(condition) = &leave.condition {
                    self.decide(&self.of(condition));
                }
            }
            BodyStatementKind::NotUnderstood(_) => self.found.is_unread = true,
            BodyStatementKind::Other(_) => {}
        }
    }

    /// Conditions decide; one that turns callers away does so for those with a session only, where
    /// it cannot hold for others.
    fn branches(&mut self, branches: &If) {
        for Branch { condition, statements } in &branches.branches {
            let asked = self.of(condition);
            if turns_away(statements) && shuts_out_strangers(condition) {
                self.found.passed.add(&asked);
            } else {
                self.decide(&asked);
            }
            self.steps(statements);
        }
        self.steps(&branches.otherwise);
    }

    fn loop_over(&mut self, kind: &LoopKind) {
        match kind {
            LoopKind::While(condition) => self.decide(&self.of(condition)),
            LoopKind::Range(range) => {
                let mut asked = self.of(&range.from);
                asked.add(&self.of(&range.to));
                self.decide(&asked);
            }
            LoopKind::Query(_, statement) => self.all_of(statement),
            LoopKind::Execute(_, execute) => self.execute(execute),
            LoopKind::Each(_, list) => self.decide(&self.of(list)),
            LoopKind::Endless | LoopKind::Cursor(..) => {}
        }
    }

    fn execute(&mut self, execute: &Execute) {
        let mut asked = self.of(&execute.command);
        for value in &execute.using {
            asked.add(&self.of(value));
        }
        self.decide(&asked);
    }

    /// A function that is called for what it does decides by its errors alone.
    fn perform(&mut self, query: &Query) {
        let Some(call) = query.single_call() else {
            return self.decide(&self.of_query(query));
        };
        let mut told = Asked::default();
        for argument in &call.arguments {
            told.add(&self.of(&argument.value));
        }
        let mut asked = Asked { session: false, calls: std::mem::take(&mut told.calls) };
        let call = Consulted { performed: true, is_told: told.session, ..Consulted::of(call) };
        asked.calls.push(call);
        self.decide(&asked);
    }

    fn statement(&mut self, statement: &Statement, into: &[SmolStr]) {
        match statement {
            Statement::Query(query) if !into.is_empty() => self.fill(query, into),
            Statement::Query(query) => self.query(query),
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            _ => self.all_of(statement),
        }
    }

    /// What a query finds its rows by decides, and so does what it returns.
    fn query(&mut self, query: &Query) {
        if let QueryBody::Statement(statement) = &query.body {
            return self.statement(statement, &[]);
        }
        self.decide(&self.of_query(query));
    }

    fn fill(&mut self, query: &Query, into: &[SmolStr]) {
        let QueryBody::Select(select) = &query.body else {
            return self.decide(&self.of_query(query));
        };
        self.common(&query.with);
        let mut value = self.projected(select);
        let finds = self.finding(select);
        value.add(&finds);
        self.decide(&finds);
        for variable in into {
            self.hold(variable, &value);
        }
    }

    fn insert(&mut self, insert: &Insert) {
        self.common(&insert.with);
        let column = |at: usize| match insert.columns.get(at) {
            Some(column) => Which::Named(SmolStr::new(column.name.as_str())),
            None => Which::At(at),
        };
        match insert.source.as_ref().map(|source| &source.body) {
            Some(QueryBody::Values(rows)) => {
                for row in rows {
                    for (at, value) in row.iter().enumerate() {
                        self.store(&insert.table, column(at), value);
                    }
                }
            }
            Some(QueryBody::Select(select)) => {
                for (at, item) in select.projection.iter().enumerate() {
                    self.store(&insert.table, column(at), &item.value);
                }
                self.decide(&self.finding(select));
            }
            _ => {
                if let Some(source) = &insert.source {
                    self.decide(&self.of_query(source));
                }
            }
        }
        if let Some(source) = &insert.source {
            self.common(&source.with);
        }
        let conflict = insert.on_conflict.as_ref();
        if let Some(filter) = conflict.and_then(|conflict| conflict.filter.as_ref()) {
            self.decide(&self.of(filter));
        }
    }

    fn update(&mut self, update: &Update) {
        self.common(&update.with);
        for set in &update.assignments {
            if let Some(column) = set.columns.first() {
                let column = Which::Named(SmolStr::new(column.name.as_str()));
                self.store(&update.table, column, &set.value);
            }
        }
        let mut finds = Asked::default();
        for item in &update.from {
            finds.add(&self.of_item(item));
        }
        if let Some(filter) = &update.filter {
            finds.add(&self.of(filter));
        }
        self.decide(&finds);
    }

    fn common(&mut self, tables: &[CommonTable]) {
        for table in tables {
            match &*table.statement {
                Statement::Query(query) => self.decide(&self.of_query(query)),
                other => self.statement(other, &[]),
            }
        }
    }

    fn store(&mut self, table: &ObjectName, column: Which, value: &Expr) {
        let asked = self.of(value);
        if asked.session && is_identity(value) {
            self.found.stored.push(Stored { table: table.clone(), column });
        } else if matches!(value.kind, ExprKind::Subquery(_) | ExprKind::Case(_)) {
            self.decide(&asked);
        }
    }

    fn hold(&mut self, variable: &str, asked: &Asked) {
        if !asked.is_empty() {
            let name = variable.split(['.', '[']).next().unwrap_or_default();
            self.held.entry(SmolStr::new(name)).or_default().add(asked);
        }
    }

    fn decide(&mut self, asked: &Asked) {
        self.found.asked.add(asked);
    }

    fn all_of(&mut self, statement: &Statement) {
        let mut asked = Asked::default();
        statement.walk(&mut |expr| self.note(expr, &mut asked));
        if let Statement::Query(query) = statement {
            asked.add(&self.of_sources(query));
        }
        self.decide(&asked);
    }

    fn of(&self, expr: &Expr) -> Asked {
        let mut asked = Asked::default();
        expr.walk(&mut |expr| self.note(expr, &mut asked));
        asked
    }

    fn of_query(&self, query: &Query) -> Asked {
        let mut asked = self.of_sources(query);
        query.walk(&mut |expr| self.note(expr, &mut asked));
        asked
    }

    fn projected(&self, select: &Select) -> Asked {
        let mut asked = Asked::default();
        for item in &select.projection {
            asked.add(&self.of(&item.value));
        }
        asked
    }

    fn finding(&self, select: &Select) -> Asked {
        let mut asked = Asked::default();
        for item in &select.from {
            asked.add(&self.of_item(item));
        }
        for condition in select.filter.iter().chain(&select.having) {
            asked.add(&self.of(condition));
        }
        asked
    }

    /// The functions and queries that a query reads from, also those of `with`.
    fn of_sources(&self, query: &Query) -> Asked {
        let mut asked = Asked::default();
        for table in &query.with {
            if let Statement::Query(query) = &*table.statement {
                asked.add(&self.of_sources(query));
            }
        }
        for select in query.selects() {
            for item in &select.from {
                asked.add(&self.of_item(item));
            }
        }
        asked
    }

    fn of_item(&self, item: &FromItem) -> Asked {
        let mut asked = Asked::default();
        for item in item.flattened() {
            match &item.kind {
                FromKind::Functions(calls) => {
                    for call in calls {
                        asked.add(&self.of_call(call));
                    }
                }
                FromKind::Query(query) => asked.add(&self.of_query(query)),
                FromKind::Table(_) | FromKind::Join(_) => {}
            }
        }
        if let FromKind::Join(join) = &item.kind
            && let trave_sql::JoinCondition::On(condition) = &join.condition
        {
            asked.add(&self.of(condition));
        }
        asked
    }

    fn note(&self, expr: &Expr, asked: &mut Asked) -> Descend {
        match &expr.kind {
            ExprKind::Call(call) => note_call(call, asked),
            ExprKind::Column(column) => {
                let written = column.qualifier.as_ref().map_or(&column.name, |table| &table.name);
                for name in [written, &column.name] {
                    if let Some(held) = self.held.get(name.as_str()) {
                        asked.add(held);
                    }
                }
            }
            ExprKind::Subquery(query) | ExprKind::Exists(query) | ExprKind::ArrayQuery(query) => {
                asked.add(&self.of_sources(query));
            }
            ExprKind::InQuery(test) => asked.add(&self.of_sources(&test.query)),
            _ => {}
        }
        Descend::Into
    }

    fn of_call(&self, call: &Call) -> Asked {
        let mut asked = Asked::default();
        note_call(call, &mut asked);
        for argument in &call.arguments {
            asked.add(&self.of(&argument.value));
        }
        asked
    }
}

fn note_call(call: &Call, asked: &mut Asked) {
    let session = is_session_call(call);
    asked.session |= session;
    let consulted = Consulted::of(call);
    if !session && !asked.calls.contains(&consulted) {
        asked.calls.push(consulted);
    }
}

/// Whether steps turn a caller away: they raise, or end what the function does.
fn turns_away(steps: &[BodyStatement]) -> bool {
    steps.iter().any(|step| match &step.kind {
        BodyStatementKind::Raise(raise) => raise.is_error(),
        BodyStatementKind::Return(_) => true,
        _ => false,
    })
}

/// Whether a value is the caller's, and null where there is none.
fn is_identity(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Call(_) | ExprKind::Column(_) => true,
        ExprKind::Cast(cast) => is_identity(&cast.value),
        ExprKind::Subquery(query) => {
            let [select] = query.selects()[..] else { return false };
            let [item] = &select.projection[..] else { return false };
            select.from.is_empty() && is_identity(&item.value)
        }
        _ => false,
    }
}
