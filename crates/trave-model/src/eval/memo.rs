//! Calls with the same values: their results are kept, since helpers are called again and again.
//!
//! A call that only computed is the same for every way in. One that did something is the same
//! within one way in: what it does is already noted.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use trave_backend::value::{Shape, Taint, Value};
use trave_source::Origin;

use super::chain::same_fields;
use super::frame::Closure;
use super::quiet::{Deeds, Quiet};
use super::{Evaluator, FunctionKey, Level};

/// How many results of one function are kept.
const RESULTS_MAX: usize = 24;

/// How many steps make a function that only computes worth running once, not for every argument.
const LONG_STEPS: u32 = 40;

/// How often such a function runs before it is known to give nothing to follow.
const LONG_RUNS: u32 = 2;

/// Results by function.
#[derive(Debug, Clone, Default)]
pub(super) struct Memo {
    results: FxHashMap<FunctionKey, Vec<Remembered>>,
    /// How often a long function only computed, and what it depends on beside its arguments; none
    /// for one that did more, or gave something to follow.
    long: FxHashMap<FunctionKey, Option<(u32, Taint)>>,
    /// Long functions that only compute are run for whatever they are given.
    pub(super) runs_all: bool,
    /// How often something was noted.
    pub(super) effects: u32,
    /// How often that was what became of a query or its rows.
    pub(super) rows: u32,
    /// How often something was thrown, or a word decided what runs.
    pub(super) turns: u32,
    /// How often a decided condition left something out.
    pub(super) omissions: u32,
    /// Functions that only computed so far, or did more once.
    pub(super) quiet: FxHashMap<FunctionKey, Quiet>,
    /// Which way in is running.
    pub(super) task: u32,
}

#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Remembered {
    args: Vec<Value>,
    level: Level,
    around: Option<Origin>,
    /// The way in whose trace holds what it did; none when it only computed.
    task: Option<u32>,
    result: Value,
    level_after: Level,
    reads_request: bool,
    /// Something in it could not be followed.
    opaque: bool,
    /// Something in it was thrown, or a word decided what ran.
    turned: bool,
    /// A decided condition left something of it out.
    omitted: bool,
    /// What code had kept on the request that it was given.
    kept: Vec<(SmolStr, Value)>,
}

/// What one run of a long function was.
#[derive(Debug, Clone, Copy)]
enum Run {
    /// It only computed, and gave nothing to follow.
    Dull,
    /// It did something, or gave something to follow.
    Telling,
}

/// What a call is remembered by.
#[derive(Debug)]
pub(super) struct Ticket {
    key: FunctionKey,
    args: Vec<Value>,
    /// What code had kept on the request that it was given.
    kept: Vec<(SmolStr, Value)>,
    /// How many objects without a class had been made.
    objects_made: u32,
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
        let kept = if args.iter().any(carries_object) { self.kept_now() } else { Vec::new() };
        let known = self.memo.results.get(&key).into_iter().flatten().find(|it| {
            it.level == self.level
                && it.task.is_none_or(|task| task == self.memo.task && it.around == around)
                && it.args.len() == args.len()
                && it.args.iter().zip(args).all(|(left, right)| left.is_same(right))
                && same_fields(&it.kept, &kept)
        });
        if let Some(known) = known {
            self.trace.reads_request |= known.reads_request;
            self.trace.opaque |= known.opaque;
            // What it did is noted, but whoever calls it did more than compute.
            self.memo.effects += u32::from(known.task.is_some());
            self.memo.turns += u32::from(known.turned);
            self.memo.omissions += u32::from(known.omitted);
            self.level = known.level_after;
            return Ok(known.result.clone());
        }
        if !self.memo.runs_all
            && let Some(Some((LONG_RUNS, taint))) = self.memo.long.get(&key)
            && args.iter().all(is_plain)
        {
            return Ok(Value::unknown_from(args).tainted(*taint));
        }
        Err(Some(Ticket { key, args: args.to_vec(), kept, objects_made: self.objects_made }))
    }

    /// Keeps the result of a call.
    pub(super) fn remember(&mut self, ticket: Option<Ticket>, deeds: Deeds, result: &Value) {
        let Some(ticket) = ticket else { return };
        // Whoever calls a function that makes an app gets another one; a call that was given up
        // on the way may come further the next time.
        let is_lasting = deeds.changed_nothing
            && self.steps <= self.steps_max
            && self.objects_made == ticket.objects_made
            && !matches!(result.shape, Shape::Never)
            && !is_under_construction(result);
        if !is_lasting {
            return;
        }
        if deeds.steps >= LONG_STEPS {
            let only_computed = deeds.only_computed && !deeds.turned;
            let is_dull = only_computed && !result.holds(is_worth_following);
            self.note_long(ticket.key, result, if is_dull { Run::Dull } else { Run::Telling });
        }
        let now = self.memo.task;
        let remembered = Remembered {
            args: ticket.args,
            level: deeds.level,
            around: self.innermost_loop(),
            task: (!deeds.only_computed).then_some(now),
            result: result.clone(),
            level_after: self.level,
            reads_request: deeds.reads_request,
            opaque: deeds.opaque,
            turned: deeds.turned,
            omitted: deeds.omitted,
            kept: ticket.kept,
        };
        let results = self.memo.results.entry(ticket.key).or_default();
        if results.len() >= RESULTS_MAX {
            results.retain(|it| it.task.is_none_or(|task| task == now));
        }
        if results.len() >= RESULTS_MAX {
            results.remove(0);
        }
        results.push(remembered);
    }

    /// Notes a function that takes long to give text or numbers, as those that write mails do.
    fn note_long(&mut self, key: FunctionKey, result: &Value, run: Run) {
        let told = Taint::ENV.and(Taint::VOLATILE).and(Taint::UNKNOWN);
        let noted = self.memo.long.entry(key).or_insert(Some((0, Taint::NONE)));
        *noted = match (*noted, run) {
            (Some((runs, taint)), Run::Dull) => {
                Some(((runs + 1).min(LONG_RUNS), taint.and(result.taint.only(told))))
            }
            _ => None,
        };
    }

    fn innermost_loop(&self) -> Option<Origin> {
        self.loops.last().map(|frame| frame.around.origin)
    }
}

/// Whether a value tells more than that it depends on something.
fn is_worth_following(shape: &Shape) -> bool {
    !matches!(
        shape,
        Shape::Unknown
            | Shape::Undefined
            | Shape::Null
            | Shape::Text(_)
            | Shape::Template(_)
            | Shape::Sum(_)
            | Shape::Env(_)
            | Shape::Input(_)
            | Shape::Rows(_)
            | Shape::OneOf(_)
    )
}

/// Whether a function that is given this can do no more with it than compute.
fn is_plain(value: &Value) -> bool {
    let can_act = |shape: &Shape| {
        matches!(
            shape,
            Shape::Function(_) | Shape::Instance(_) | Shape::Library(_) | Shape::Rows(_)
        )
    };
    !value.taint.has(Taint::IDENTITY) && !value.holds(can_act)
}

/// Whether a value is or holds something on which code keeps things.
fn carries_object(value: &Value) -> bool {
    value.holds(|shape| matches!(shape, Shape::Library(library) if library.object().is_some()))
}

/// Whether a value is or holds a query that calls may still add to.
fn is_under_construction(value: &Value) -> bool {
    value.holds(|shape| matches!(shape, Shape::Library(library) if library.query.is_some()))
}
