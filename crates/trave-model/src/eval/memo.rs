//! Calls with the same values: their results are kept, since helpers are called again and again.
//!
//! A call that only computed is the same for every way in. One that did something is the same
//! within one way in: what it does is already noted.

use rustc_hash::FxHashMap;
use trave_backend::value::{Shape, Value};
use trave_source::Origin;

use super::frame::Closure;
use super::{Evaluator, FunctionKey, Level};

/// How many results of one function are kept.
const RESULTS_MAX: usize = 8;

/// Results by function.
#[derive(Debug, Default)]
pub(super) struct Memo {
    results: FxHashMap<FunctionKey, Vec<Remembered>>,
    /// How often something was noted.
    pub(super) effects: u32,
    /// How often a running function changed what was there before it was called.
    pub(super) writes: u32,
    /// Which way in is running.
    pub(super) task: u32,
}

#[derive(Debug)]
struct Remembered {
    args: Vec<Value>,
    level: Level,
    around: Option<Origin>,
    /// The way in whose trace holds what it did; none when it only computed.
    task: Option<u32>,
    result: Value,
    level_after: Level,
    reads_request: bool,
}

/// What a call is remembered by.
#[derive(Debug)]
pub(super) struct Ticket {
    key: FunctionKey,
    args: Vec<Value>,
    effects: u32,
    writes: u32,
    level: Level,
    /// Whether the request had been read before the call.
    read_before: bool,
}

impl Evaluator<'_> {
    /// The result of an earlier call with the same values, or a ticket to remember this one by.
    pub(super) fn remembered(
        &mut self,
        closure: &Closure,
        args: &[Value],
    ) -> Result<Value, Option<Ticket>> {
        let is_top = self.module_frames.get(&closure.module) == Some(&closure.frame);
        if !is_top || closure.this.is_some() || args.iter().any(is_under_construction) {
            return Err(None);
        }
        let key = (closure.module, closure.function);
        let around = self.innermost_loop();
        let known = self.memo.results.get(&key).into_iter().flatten().find(|it| {
            it.level == self.level
                && it.task.is_none_or(|task| task == self.memo.task && it.around == around)
                && it.args.len() == args.len()
                && it.args.iter().zip(args).all(|(left, right)| left.is_same(right))
        });
        if let Some(known) = known {
            self.trace.reads_request |= known.reads_request;
            self.level = known.level_after;
            return Ok(known.result.clone());
        }
        Err(Some(Ticket {
            key,
            args: args.to_vec(),
            effects: self.memo.effects,
            writes: self.memo.writes,
            level: self.level,
            read_before: std::mem::take(&mut self.trace.reads_request),
        }))
    }

    /// Keeps the result of a call.
    pub(super) fn remember(&mut self, ticket: Option<Ticket>, result: &Value) {
        let Some(ticket) = ticket else { return };
        let reads_request = self.trace.reads_request;
        self.trace.reads_request |= ticket.read_before;
        let is_own = |shape: &Shape| matches!(shape, Shape::Function(_) | Shape::Instance(_));
        let is_lasting = self.memo.writes == ticket.writes
            && !matches!(result.shape, Shape::Never)
            && !is_under_construction(result)
            && !result.holds(is_own);
        if !is_lasting {
            return;
        }
        let only_computed = self.memo.effects == ticket.effects && self.level == ticket.level;
        let now = self.memo.task;
        let remembered = Remembered {
            args: ticket.args,
            level: ticket.level,
            around: self.innermost_loop(),
            task: (!only_computed).then_some(now),
            result: result.clone(),
            level_after: self.level,
            reads_request,
        };
        let results = self.memo.results.entry(ticket.key).or_default();
        if results.len() >= RESULTS_MAX {
            results.retain(|it| it.task.is_none_or(|task| task == now));
        }
        if results.len() < RESULTS_MAX {
            results.push(remembered);
        }
    }

    fn innermost_loop(&self) -> Option<Origin> {
        self.loops.last().map(|frame| frame.around.origin)
    }
}

/// Whether a value is or holds a query that calls may still add to.
fn is_under_construction(value: &Value) -> bool {
    value.holds(|shape| matches!(shape, Shape::Library(library) if library.query.is_some()))
}
