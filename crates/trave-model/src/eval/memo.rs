//! Calls that only compute: their result is kept, since helpers are called again and again with
//! the same values.

use rustc_hash::FxHashMap;
use trave_backend::value::{Shape, Value};

use super::frame::Closure;
use super::{Evaluator, FunctionKey, Level};

/// How many results of one function are kept.
const RESULTS_MAX: usize = 6;

/// Results by function.
#[derive(Debug, Default)]
pub(super) struct Memo {
    results: FxHashMap<FunctionKey, Vec<Remembered>>,
    /// How often something happened that a result does not tell.
    pub(super) happenings: u32,
}

#[derive(Debug)]
struct Remembered {
    args: Vec<Value>,
    level: Level,
    result: Value,
    reads_request: bool,
}

/// What a call is remembered by, as long as it only computes.
#[derive(Debug)]
pub(super) struct Ticket {
    key: FunctionKey,
    args: Vec<Value>,
    happenings: u32,
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
        if !is_top || closure.this.is_some() {
            return Err(None);
        }
        let key = (closure.module, closure.function);
        let known = self.memo.results.get(&key).into_iter().flatten().find(|it| {
            it.level == self.level
                && it.args.len() == args.len()
                && it.args.iter().zip(args).all(|(left, right)| left.is_same(right))
        });
        if let Some(known) = known {
            self.trace.reads_request |= known.reads_request;
            return Ok(known.result.clone());
        }
        Err(Some(Ticket {
            key,
            args: args.to_vec(),
            happenings: self.memo.happenings,
            level: self.level,
            read_before: std::mem::take(&mut self.trace.reads_request),
        }))
    }

    /// Keeps the result of a call that only computed.
    pub(super) fn remember(&mut self, ticket: Option<Ticket>, result: &Value) {
        let Some(ticket) = ticket else { return };
        let reads_request = self.trace.reads_request;
        self.trace.reads_request |= ticket.read_before;
        let only_computed = self.memo.happenings == ticket.happenings && self.level == ticket.level;
        let is_shared = |shape: &Shape| matches!(shape, Shape::Function(_) | Shape::Instance(_));
        if !only_computed || matches!(result.shape, Shape::Never) || result.holds(is_shared) {
            return;
        }
        let results = self.memo.results.entry(ticket.key).or_default();
        if results.len() < RESULTS_MAX {
            let Ticket { args, level, .. } = ticket;
            let result = result.clone();
            results.push(Remembered { args, level, result, reads_request });
        }
    }
}
