//! Bodies that run: `DO` blocks, functions that change the schema, and SQL they put together.
//!
//! What can be told without a server is evaluated: constants, loops over lists, questions to the
//! catalog. The rest is noted as not understood, and what it may have touched becomes unknown.

mod datum;
mod evaluate;
mod functions;
mod rows;
mod select;
mod steps;

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{
    Block, BodyStatement, BodyStatementKind, Call, Do, FunctionBody, ObjectName, Query, QueryBody,
    Statement,
};

use super::expression::{self, Node};
use super::session::{DEPTH_MAX, Frame, Session};
use super::store::FunctionKey;
use super::{Failure, Outcome};
use crate::caller::CallerUse;
use datum::{Datum, Scope};

/// Bodies of functions, to be read when they are run, and at the end those that are left.
#[derive(Default, Clone)]
pub(super) struct Bodies(BTreeMap<FunctionKey, Arc<Body>>);

/// A body with what its names and places mean.
struct Body {
    source: FunctionBody,
    frame: Frame,
    path: Vec<SmolStr>,
}

impl Bodies {
    /// The function has a new name.
    pub(super) fn rename(&mut self, from: &FunctionKey, to: &FunctionKey) {
        if let Some(body) = self.0.remove(from) {
            self.0.insert(to.clone(), body);
        }
    }
}

impl Session {
    /// Keeps the body of a function, in place of an earlier one.
    pub(super) fn keep_body(&mut self, key: &FunctionKey, body: Option<&FunctionBody>) {
        let Some(source) = body.filter(|body| body.is_read()).cloned() else {
            self.bodies.0.remove(key);
            return;
        };
        let body = Body { source, frame: self.frame(), path: self.search_path.clone() };
        self.bodies.0.insert(key.clone(), Arc::new(body));
    }

    /// Reads the bodies of the functions that are there at the end: which tables they touch, which
    /// is told by the tables that are there when they run, and what they ask of their callers.
    pub(super) fn read_bodies(&mut self) {
        for (key, body) in std::mem::take(&mut self.bodies.0) {
            if !self.catalog().functions.contains_key(&key) {
                continue;
            }
            let Some(block) = body.source.block() else { continue };
            let named = tables_of_block(block);
            let found = named.iter().filter_map(|it| self.find_relation_along(it, &body.path));
            let tables = found.map(|(table, _)| table).collect();
            if let Some(function) = self.store.catalog.functions.get_mut(&key) {
                (function.tables, function.caller) = (tables, Some(CallerUse::of(block)));
            }
        }
    }

    /// `DO $$ … $$`: as a whole, or not at all.
    pub(super) fn run_do(&mut self, run: &Do, span: Span) -> Outcome {
        let Some(block) = &run.block else { return Ok(()) };
        if !changes_schema(block) {
            return Ok(());
        }
        self.atomically(|session| session.run_nested(block, Scope::default(), span))
    }

    /// `CALL procedure(…)`.
    pub(super) fn run_call(&mut self, call: &Call, span: Span) -> Outcome {
        let scope = Scope::default();
        self.run_function(call, &scope, span)
    }

    /// `SELECT f(…)`: what the functions of the projection do.
    pub(super) fn run_query(&mut self, query: &Query, span: Span) -> Outcome {
        if let QueryBody::Select(select) = &query.body
            && let Some(into) = &select.into
        {
            return self.select_into(into, query);
        }
        let tables = expression::tables(Node::Query(query));
        self.check_reads(&tables)?;
        self.run_calls_of(query, &Scope::default(), span)
    }

    /// `SELECT … INTO table`, outside of bodies.
    fn select_into(&mut self, into: &ObjectName, query: &Query) -> Outcome {
        let name = self.new_name(into)?;
        if self.relation(&name).is_some() {
            return Err(Failure::exists("relation", &name));
        }
        self.check_query(query)?;
        let outputs = self.outputs(query);
        let mut table = super::names::blank_table(name.clone(), self.provenance(into.span));
        table.columns_known = outputs.known;
        table.grants = self.default_grants(super::privilege::On::Tables, &name.schema);
        let origin = self.origin(into.span);
        table.columns = outputs.columns.into_iter().map(|one| one.column(origin)).collect();
        self.store.put_table(table);
        self.changed(into.span, crate::ChangeKind::TableCreated(name));
        Ok(())
    }

    fn run_calls_of(&mut self, query: &Query, scope: &Scope, span: Span) -> Outcome {
        let mut calls: Vec<Call> = Vec::new();
        expression::walk(Node::Query(query), &mut |node| {
            match node {
                Node::Expr(trave_sql::Expr { kind: trave_sql::ExprKind::Call(call), .. }) => {
                    calls.push(call.as_ref().clone());
                }
                Node::From(trave_sql::FromItem {
                    kind: trave_sql::FromKind::Functions(list),
                    ..
                }) => calls.extend(list.iter().cloned()),
                _ => {}
            }
            true
        });
        calls.iter().try_for_each(|call| self.run_function(call, scope, span))
    }

    /// Runs the body of one of the project's own functions, with the arguments of a call.
    fn run_function(&mut self, call: &Call, scope: &Scope, span: Span) -> Outcome {
        if call.name.is("pg_catalog", "set_config") {
            self.set_config(call, scope);
            return Ok(());
        }
        if call.name.schema.as_ref().is_some_and(|schema| *schema == "pgmq") {
            let queue = call.arguments.first().map(|one| self.evaluate(&one.value, scope));
            let Some(Datum::Text(queue)) = queue else { return Ok(()) };
            return self.run_text(&queue_sql(call.name.name.as_str(), &queue), span);
        }
        let keys = self.functions_named(&call.name);
        let takes = |key: &&FunctionKey| {
            let function = self.catalog().functions.get(*key);
            function.is_some_and(|function| {
                let inputs = function.inputs();
                let needed = inputs.filter(|input| !input.has_default).count();
                (needed..=function.inputs().count()).contains(&call.arguments.len())
            })
        };
        let Some(key) = keys.iter().find(takes).cloned() else { return Ok(()) };
        let Some(body) = self.bodies.0.get(&key).cloned() else { return Ok(()) };
        let Some(block) = body.source.block().filter(|block| changes_schema(block)) else {
            return Ok(());
        };
        let Some(function) = self.catalog().functions.get(&key) else { return Ok(()) };
        let inputs: Vec<(SmolStr, Option<SmolStr>)> = function
            .inputs()
            .enumerate()
            .map(|(at, input)| (format!("${}", at + 1).into(), input.name.clone()))
            .collect();
        let path = function.settings.iter().find(|(name, _)| name == "search_path");
        let path = path.map(|(_, value)| value.clone());
        let mut inner = Scope::default();
        for (at, (number, name)) in inputs.into_iter().enumerate() {
            let named = |argument: &&trave_sql::Argument| {
                argument
                    .name
                    .as_ref()
                    .is_some_and(|own| name.as_ref().is_some_and(|n| *own == n.as_str()))
            };
            let argument = call.arguments.iter().find(named);
            let argument =
                argument.or_else(|| call.arguments.get(at).filter(|one| one.name.is_none()));
            let value = argument.map_or(Datum::Unknown, |one| self.evaluate(&one.value, scope));
            inner.set(number, value.clone());
            if let Some(name) = name {
                inner.set(name, value);
            }
        }
        let outer_path = self.search_path.clone();
        if let Some(path) = path {
            let names = path.split(',').map(|name| SmolStr::new(name.trim().trim_matches('"')));
            self.search_path = names.filter(|name| !name.is_empty()).collect();
        }
        let outcome = self.atomically(|session| {
            let frame = body.frame.clone();
            session.within(frame, |session| session.run_nested(block, inner, span))
        });
        self.search_path = outer_path;
        outcome
    }

    /// `SELECT set_config('search_path', '', false)` opens every dump.
    fn set_config(&mut self, call: &Call, scope: &Scope) {
        let texts: Vec<Datum> =
            call.arguments.iter().map(|one| self.evaluate(&one.value, scope)).collect();
        let [Datum::Text(name), Datum::Text(value), ..] = texts.as_slice() else { return };
        let values = value.split(',').map(|one| SmolStr::new(one.trim().trim_matches('"')));
        let values: Vec<SmolStr> = values.collect();
        self.set(&trave_sql::SetVariable { name: name.clone(), values, local: false });
    }

    fn run_nested(&mut self, block: &Block, mut scope: Scope, span: Span) -> Outcome {
        if self.depth >= DEPTH_MAX {
            self.not_understood(span, "blocks are nested too deeply");
            return Ok(());
        }
        self.depth += 1;
        let outcome = self.run_block(block, &mut scope).map(|_| ());
        self.depth -= 1;
        outcome
    }

    /// Runs SQL that a block put together.
    fn run_text(&mut self, text: &str, span: Span) -> Outcome {
        let origin = self.origin(span);
        let parsed = trave_sql::parse(text, trave_sql::Options::default());
        self.depth += 1;
        let outcome = if self.depth > DEPTH_MAX {
            Ok(())
        } else {
            self.within(Frame::of_text(text, origin), |session| {
                let mut statements = parsed.statements.iter();
                statements.try_for_each(|one| session.run(&one.statement, one.span))
            })
        };
        self.depth -= 1;
        outcome
    }
}

/// What `pgmq.create('q')` and `pgmq.drop_queue('q')` do: a queue is two tables.
fn queue_sql(function: &str, queue: &str) -> String {
    let name = |prefix: &str| trave_sql::Name::exact(&format!("{prefix}_{}", queue.to_lowercase()));
    let (queue, archive) = (name("q"), name("a"));
    match function {
        "create" | "create_non_partitioned" | "create_unlogged" | "create_partitioned" => format!(
            "create table if not exists pgmq.{queue} (msg_id bigint primary key generated always \
             as identity, read_ct integer not null default 0, enqueued_at timestamptz not null \
             default now(), vt timestamptz not null, message jsonb, headers jsonb);
             create table if not exists pgmq.{archive} (msg_id bigint primary key, read_ct integer \
             not null default 0, enqueued_at timestamptz not null default now(), archived_at \
             timestamptz not null default now(), vt timestamptz not null, message jsonb, \
             headers jsonb)"
        ),
        "drop_queue" => format!("drop table if exists pgmq.{queue}, pgmq.{archive}"),
        _ => String::new(),
    }
}

/// Tables that the statements of a body read or write.
pub(super) fn tables_of_block(block: &Block) -> Vec<ObjectName> {
    let mut found: Vec<ObjectName> = Vec::new();
    for table in queries_of_block(block).into_iter().flat_map(expression::tables) {
        if !found.iter().any(|other| other.same(&table)) {
            found.push(table);
        }
    }
    found
}

/// What the statements of a body read, write and compute.
pub(super) fn queries_of_block(block: &Block) -> Vec<Node<'_>> {
    let mut found: Vec<Node<'_>> = Vec::new();
    each_step(block, &mut |step| {
        let nodes: Vec<Node<'_>> = match &step.kind {
            BodyStatementKind::Sql(sql) => vec![Node::Statement(&sql.statement)],
            BodyStatementKind::Perform(query) => vec![Node::Query(query)],
            BodyStatementKind::ReturnQuery(statement) => vec![Node::Statement(statement)],
            BodyStatementKind::Return(Some(expr)) => vec![Node::Expr(expr)],
            BodyStatementKind::Assign(assign) => vec![Node::Expr(&assign.value)],
            BodyStatementKind::If(branches) => {
                branches.branches.iter().map(|branch| Node::Expr(&branch.condition)).collect()
            }
            BodyStatementKind::Loop(looping) => match &looping.kind {
                trave_sql::LoopKind::Query(_, statement) => vec![Node::Statement(statement)],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        found.extend(nodes);
    });
    found
}

/// Whether running a body may change the schema.
fn changes_schema(block: &Block) -> bool {
    let mut changes = false;
    each_step(block, &mut |step| {
        changes |= match &step.kind {
            BodyStatementKind::Sql(sql) => {
                !matches!(
                    *sql.statement,
                    Statement::Query(_) | Statement::Other(_) | Statement::Reindex(_)
                ) && !is_plain_manipulation(&sql.statement)
            }
            BodyStatementKind::Execute(_)
            | BodyStatementKind::Perform(_)
            | BodyStatementKind::NotUnderstood(_) => true,
            _ => false,
        };
    });
    changes
}

/// Rows only, and not those that make up buckets.
fn is_plain_manipulation(statement: &Statement) -> bool {
    let table = match statement {
        Statement::Insert(insert) => &insert.table,
        Statement::Update(update) => &update.table,
        Statement::Delete(delete) => &delete.table,
        Statement::Merge(merge) => &merge.table,
        Statement::Truncate(_) | Statement::Copy(_) => return true,
        _ => return false,
    };
    table.name != "buckets"
}

/// Calls `see` for every step of a body, also those inside others.
fn each_step<'a>(block: &'a Block, see: &mut dyn FnMut(&'a BodyStatement)) {
    let mut stack: Vec<&'a BodyStatement> = Vec::new();
    push_block(block, &mut stack);
    while let Some(step) = stack.pop() {
        see(step);
        match &step.kind {
            BodyStatementKind::If(branches) => {
                stack.extend(branches.branches.iter().flat_map(|branch| &branch.statements));
                stack.extend(&branches.otherwise);
            }
            BodyStatementKind::Loop(looping) => stack.extend(&looping.statements),
            BodyStatementKind::Block(inner) => push_block(inner, &mut stack),
            _ => {}
        }
    }
}

fn push_block<'a>(block: &'a Block, stack: &mut Vec<&'a BodyStatement>) {
    stack.extend(&block.statements);
    stack.extend(block.handlers.iter().flat_map(|handler| &handler.statements));
}

#[cfg(test)]
mod tests;
