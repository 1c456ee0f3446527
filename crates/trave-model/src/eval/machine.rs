//! What library models may ask of the evaluator.

use std::sync::Arc;

use smol_str::SmolStr;
use trave_backend::declared::{TableName, Tool};
use trave_backend::dispatch::DecoratedField;
use trave_backend::effect::{Effect, RowsUse};
use trave_backend::library::{Dialect, Machine, Made, PutOff};
use trave_backend::naming::NamedTable;
use trave_backend::query::Query;
use trave_backend::registration::{Link, Registration};
use trave_backend::value::{QueryId, Shape, Value};
use trave_source::Origin;

use super::invoke::Caller;
use super::loops::LoopFrame;
use super::trace::QueryRecord;
use super::{Evaluator, Event, Level};
use crate::model::LoopAround;

impl Evaluator<'_> {
    /// Keeps an effect.
    pub(super) fn push(&mut self, effect: Effect) {
        // A variable that was read once was read.
        if !matches!(effect, Effect::Env(_)) {
            self.memo.effects += 1;
        }
        self.trace.events.push(Event { effect });
    }

    fn record_effect(&mut self, effect: Effect) {
        match &effect {
            Effect::Guard(guard) => self.level = self.level.max(Level::of(guard.by)),
            Effect::Query(id) => {
                self.memo.effects += 1;
                // It is sent here: callers turned away since it was started never get here.
                self.sent(*id);
                let level = self.level;
                if let Some(record) = self.trace.queries.get_mut(id.0 as usize) {
                    record.level = record.level.max(level);
                }
                return;
            }
            Effect::Response(response) => {
                if response.status.is_some() || response.body.is_some() {
                    self.note_answered(Value::of(Shape::Bool(true)));
                }
                if response.status.is_none_or(|status| status < 400) {
                    self.trace.answered = Some(self.level);
                }
                if let Some(body) = &response.body {
                    self.use_rows(&body.clone(), RowsUse::Answered, response.origin);
                }
            }
            Effect::Outbound(_) => self.wait(),
            _ => {}
        }
        self.push(effect);
    }

    /// The loop around what happens now that matters most: one with many rounds, if there is one.
    /// Short loops inside each other multiply.
    fn loop_around(&self) -> Option<LoopAround> {
        let closed = self.loops.iter().rev().filter(|frame| !frame.is_open);
        let all = closed.map(|frame| &frame.around);
        if let Some(endless) = all.clone().find(|around| is_many(around)) {
            return Some(endless.clone());
        }
        let rounds = all.clone().filter(|around| !around.chunked);
        let product = rounds.clone().filter_map(|around| around.rounds_max).product();
        let innermost = rounds.clone().next().or(all.clone().next())?;
        let is_counted = innermost.rounds_max.is_some();
        Some(LoopAround { rounds_max: is_counted.then_some(product), ..innermost.clone() })
    }
}

impl Evaluator<'_> {
    /// The query whose rows decide how often what happens now happens: of the loops around, one
    /// alone has rounds without a known bound, or there is only one.
    fn looped_over(&self) -> Option<QueryId> {
        let works_off = |frame: &&LoopFrame| !frame.is_open && !frame.around.chunked;
        let all: Vec<&LoopFrame> = self.loops.iter().filter(works_off).collect();
        let endless: Vec<&LoopFrame> =
            all.iter().copied().filter(|frame| is_many(&frame.around)).collect();
        match (endless.as_slice(), all.as_slice()) {
            ([only], _) | ([], [only]) => only.over,
            _ => None,
        }
    }
}

fn is_many(around: &LoopAround) -> bool {
    !around.chunked && around.rounds_max.is_none()
}

impl Machine for Evaluator<'_> {
    fn record(&mut self, effect: Effect) {
        self.record_effect(effect);
    }

    fn start_query(&mut self, query: Query) -> QueryId {
        self.is_bound |= self.at_top > 0;
        let id = QueryId(u32::try_from(self.trace.queries.len()).unwrap_or(u32::MAX));
        self.trace.queries.push(QueryRecord {
            query,
            level: self.level,
            call: self.call,
            in_loop: self.loop_around(),
            looped_over: self.looped_over(),
            branches: self.branches.clone(),
            sent: false,
            rows_read: false,
            rows_taken: false,
        });
        self.push(Effect::Query(id));
        id
    }

    fn query_mut(&mut self, id: QueryId) -> Option<&mut Query> {
        self.memo.effects += 1;
        self.trace.queries.get_mut(id.0 as usize).map(|record| &mut record.query)
    }

    fn put_off(&mut self) -> &mut Vec<PutOff> {
        self.memo.effects += 1;
        &mut self.put_off
    }

    fn is_conditional(&self, query: QueryId) -> bool {
        let Some(record) = self.trace.query(query) else { return true };
        self.branches.iter().any(|branch| !record.branches.contains(branch))
    }

    fn member(&mut self, value: &Value, name: &str) -> Value {
        let at = self.at(trave_source::Span::default());
        self.member_at(value, name, at)
    }

    fn awaited(&mut self, value: Value) -> Value {
        self.await_value(value)
    }

    fn knows_table(&self, name: &str) -> Option<bool> {
        self.cx.knows_table(self.here.module.file, name)
    }

    fn named_table(&self, tool: Tool, name: &str) -> Option<Arc<NamedTable>> {
        self.cx.named(self.here.module.file, (tool, name))
    }

    fn declared_table(&self, tool: Tool, table: &TableName) -> Option<Arc<NamedTable>> {
        self.cx.declared(self.here.module.file, (tool, table))
    }

    fn spelled(&self, table: &str) -> Option<(SmolStr, Vec<SmolStr>)> {
        self.cx.spelled(self.here.module.file, table)
    }

    fn columns(&self, table: &str) -> Option<Vec<SmolStr>> {
        self.cx.columns(self.here.module.file, table)
    }

    fn dialect(&self) -> Dialect {
        self.cx.dialect(self.here.module.file)
    }

    fn place_in(&self, argument: Origin, path: &[&str]) -> Option<Origin> {
        self.cx.place_in(argument, path)
    }

    fn run(&mut self, function: &Value, args: Vec<Value>) -> Value {
        let value = self.run_value(function, args);
        self.hand_over(&value);
        value
    }

    fn run_on(&mut self, this: &Value, function: &Value, args: Vec<Value>) -> Value {
        let value = match function.shape {
            Shape::Function(id) => {
                let from = Caller { this: Some(this.clone()), ..Caller::default() };
                self.invoke(id, args, from)
            }
            _ => self.run_value(function, args),
        };
        self.hand_over(&value);
        value
    }

    fn run_and_watch(&mut self, function: &Value, args: Vec<Value>) -> (Value, Vec<QueryId>) {
        let first = self.trace.queries.len();
        let value = self.run_value(function, args);
        let value = self.await_value(value);
        let ids = (first..self.trace.queries.len()).filter_map(|at| u32::try_from(at).ok());
        (value, ids.map(QueryId).collect())
    }

    fn object(&mut self) -> Value {
        self.new_object()
    }

    fn keep(&mut self, object: &Value, name: &str, value: Value) {
        self.keep_on(object, name, value);
    }

    fn kept(&mut self, object: &Value, name: &str) -> Option<Value> {
        self.kept_on(object, name)
    }

    fn register(&mut self, registration: Registration) {
        self.enter(registration);
    }

    fn parameters(&self, function: &Value) -> Option<usize> {
        match function.shape {
            Shape::Function(id) => Some(self.unknown_args(id).len()),
            _ => None,
        }
    }

    fn run_links(&mut self, links: Vec<Link>, next: &Value) {
        self.serve_part(links, next);
    }

    fn make(&mut self, class: &Value) -> Value {
        self.made_of(class)
    }

    fn class_of(&self, value: &Value) -> Option<(SmolStr, Made)> {
        let Shape::Instance(id) = value.shape else { return None };
        let name = self.declared_class(self.class_ref(id)?)?.name.clone()?;
        Some((name, if self.is_class(id) { Made::Class } else { Made::Object }))
    }

    fn decorated_fields(&mut self, object: &Value) -> Vec<DecoratedField> {
        self.fields_of(object)
    }

    fn admit(&mut self, verdict: &Value, at: Origin) {
        self.admit_only(verdict, at);
    }

    fn path(&self) -> &str {
        self.cx.path(self.here.module.file)
    }

    fn in_browser(&self) -> bool {
        self.here.module.has_directive("use client")
    }

    fn package_major(&self, package: &str) -> Option<u32> {
        self.cx.package_major(self.here.module.file, package)
    }
}
