//! What becomes of queries and of the rounds of loops: whether a query is ever sent, whether its
//! rows are used one by one, whether a round waits for something that is no query.

use trave_backend::effect::Effect;
use trave_backend::value::{ClosureId, QueryId, Shape, Taint, Value};
use trave_source::{FileId, Origin};

use super::call::Site;
use super::place::unbounded;
use super::{Evaluator, Level, QueryRecord, words};

/// How many functions that were put into lists are run at most.
const QUEUED_MAX: usize = 64;

/// A function that was put into a list, with what was known of the caller then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Queued {
    function: ClosureId,
    level: Level,
    call: u32,
}

impl Evaluator<'_> {
    /// Time passes, or another service answers: every loop around waits for that in each round.
    pub(super) fn wait(&mut self) {
        self.memo.effects += 1;
        let around = self.loops.iter().map(|frame| frame.around.origin);
        self.trace.waiting_loops.extend(around);
    }

    /// Notes that the answer of a call is awaited: that of an external package takes time.
    pub(super) fn awaited_call(&mut self, call: Origin, value: &Value) {
        let is_foreign = |value: &Value| {
            matches!(value.shape, Shape::Unknown) && value.taint.has(Taint::FOREIGN)
        };
        // Many at once: `Promise.all(mails.map(send))`.
        let many = match &value.shape {
            Shape::Array(items) => items.iter().any(is_foreign),
            Shape::List(element) => is_foreign(element),
            _ => false,
        };
        if many || self.foreign_calls.contains(&beginning(call)) {
            self.wait();
        }
    }

    /// Notes that a call cannot be followed because an external package answers it, or one that
    /// is named like a call of another service.
    pub(super) fn note_foreign(&mut self, callee: &Value, site: &Site) {
        let is_foreign = callee.taint.has(Taint::FOREIGN) || words::sends_or_waits(&site.name);
        if is_foreign && !site.is_new {
            self.foreign_calls.insert(beginning(site.origin));
        }
    }

    /// An answer that is put into a cache of the program is nobody's answer: what its headers say
    /// is said to that cache.
    pub(super) fn answer_put(&mut self, site: &Site) {
        let is_answer = |value: &Value| {
            value.library().is_some_and(|it| matches!(it.kind, "response" | "answer"))
        };
        if site.name != "put" || !site.args.iter().any(is_answer) {
            return;
        }
        let last = self.trace.events.iter_mut().rev().find_map(|event| match &mut event.effect {
            Effect::Response(response) => Some(response),
            _ => None,
        });
        if let Some(response) = last {
            response.cache_control = None;
        }
    }

    /// Queries in a value leave what can be followed: whoever gets them may send them.
    pub(super) fn hand_over(&mut self, value: &Value) {
        let mut queries = Vec::new();
        value.visit(&mut |part| {
            if let Shape::Library(library) = &part.shape {
                queries.extend(library.query);
            }
        });
        for query in queries {
            self.sent(query);
        }
    }

    /// Functions in a value are put into a list, a set or a map: those that the task made itself
    /// are called by whoever empties it, be it later and in another function.
    pub(super) fn queue_functions(&mut self, value: &Value) {
        if self.registry.is_some() || self.at_top > 0 {
            return;
        }
        let (level, call) = (self.level, self.call);
        let first = self.first_closure;
        let queued = &mut self.queued;
        value.visit(&mut |part| {
            if let Shape::Function(function) = part.shape
                && function.0 as usize >= first
                && queued.len() < QUEUED_MAX
            {
                queued.push(Queued { function, level, call });
            }
        });
    }

    /// Runs the functions that were put into lists and that nobody was seen calling.
    pub(super) fn run_queued(&mut self) {
        let (level, call) = (self.level, self.call);
        let mut at = 0;
        // They run on a turn of their own.
        self.steps = 0;
        while let Some(queued) = self.queued.get(at).copied() {
            at += 1;
            let closure = self.closures.get(queued.function.0 as usize);
            let key = closure.map(|closure| (closure.module, closure.function));
            if key.is_some_and(|key| !self.trace.visited.contains(&key)) {
                (self.level, self.call) = (queued.level, queued.call);
                self.run_callback(&Value::of(Shape::Function(queued.function)));
            }
        }
        self.queued.clear();
        (self.level, self.call) = (level, call);
    }

    /// A query is sent, or may be.
    pub(super) fn sent(&mut self, id: QueryId) {
        self.note(id, |record| &mut record.sent);
    }

    /// The rows of a query were asked for.
    pub(super) fn asked_for(&mut self, id: QueryId) {
        self.note(id, |record| &mut record.rows_read);
    }

    /// One row of a query, or a part of one, was used.
    pub(super) fn taken(&mut self, id: QueryId) {
        self.note(id, |record| &mut record.rows_taken);
    }

    /// An element is taken out of a value.
    pub(super) fn element_taken(&mut self, value: &Value) {
        for alternative in unbounded(value).alternatives() {
            if let Shape::Rows(id) = alternative.shape {
                self.taken(id);
            }
        }
    }

    /// All rows in a value go where they cannot be followed.
    pub(super) fn rows_leave(&mut self, value: &Value) {
        if !value.taint.has(Taint::ROWS) {
            return;
        }
        let mut queries = Vec::new();
        value.visit(&mut |part| {
            if let Shape::Rows(id) = part.shape {
                queries.push(id);
            }
        });
        for query in queries {
            self.taken(query);
        }
    }

    fn note(&mut self, id: QueryId, fact: impl FnOnce(&mut QueryRecord) -> &mut bool) {
        let Some(record) = self.trace.queries.get_mut(id.0 as usize) else { return };
        let known = fact(record);
        if !*known {
            *known = true;
            self.memo.effects += 1;
            self.memo.rows += 1;
        }
    }
}

/// Where a call begins: the same with `.then(…)` behind it.
fn beginning(call: Origin) -> (FileId, u32) {
    (call.file, call.span.start)
}
