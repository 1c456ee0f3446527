//! Calls whose result nobody uses, of functions that only compute: loggers, mostly.
//!
//! Code logs in every other line, and loggers format, hash and copy what they are given. After a
//! few runs that did nothing else, a statement that calls such a function with data is as good as
//! run.

use trave_backend::value::{Shape, Taint, Value};
use trave_source::Origin;
use trave_ts::ir::{ExprId, ExprKind};

use super::frame::{Closure, FrameId};
use super::invoke::Caller;
use super::{Activation, Evaluator, FunctionKey, Level};

/// How often a function runs before it is known to do nothing.
const RUNS: u32 = 2;

/// How many steps a run takes that is worth leaving out.
const LONG_STEPS: u32 = 20;

/// How many scopes around a function are looked at.
const SCOPES_MAX: usize = 8;

/// What is known of a function from its runs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Quiet {
    /// How often it only computed, up to what is enough.
    runs: u32,
    /// It did more once.
    did_more: bool,
    /// A decided condition left something of it out, which may turn callers away.
    omitted: bool,
}

/// What tells what a run did, once it ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun {
    effects: u32,
    rows: u32,
    turns: u32,
    omissions: u32,
    steps: u32,
    level: Level,
    read: bool,
    opaque: bool,
}

/// What a run did.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Deeds {
    /// Nothing was noted, and it is as sure as before that unwanted callers are gone.
    pub(super) only_computed: bool,
    /// The same, where it is left alone what became of rows.
    only_computed_but_rows: bool,
    /// What was there before it began is as it was.
    pub(super) changed_nothing: bool,
    /// Something was thrown, or a word decided what ran.
    pub(super) turned: bool,
    /// A decided condition left something of it out.
    pub(super) omitted: bool,
    /// How long it took.
    pub(super) steps: u32,
    /// How sure it was at its start that unwanted callers are gone.
    pub(super) level: Level,
    /// The request was read.
    pub(super) reads_request: bool,
    /// Something could not be followed.
    pub(super) opaque: bool,
}

impl<'p> Evaluator<'p> {
    /// Evaluates a statement that is an expression: nobody uses what it gives.
    pub(super) fn statement_expr(&mut self, expr: ExprId) {
        let call = self.discarded(expr);
        let outer = std::mem::replace(&mut self.discarded, call);
        self.eval(expr);
        self.discarded = outer;
    }

    fn discarded(&self, mut expr: ExprId) -> Option<Origin> {
        loop {
            expr = match self.expr(expr)?.kind {
                ExprKind::Await(inner) | ExprKind::Typed { value: inner, .. } => inner,
                ExprKind::Call(_) => return Some(self.origin(expr)),
                _ => return None,
            }
        }
    }

    /// Leaves out a call that would only compute what nobody uses.
    pub(super) fn leaves_out(&mut self, closure: &Closure, from: &Caller, args: &[Value]) -> bool {
        let key = (closure.module, closure.function);
        if from.origin.is_none() || from.origin != self.discarded {
            return false;
        }
        let Some(quiet) = self.memo.quiet.get(&key) else { return false };
        let must_not_tell = quiet.omitted && self.level < Level::Sure;
        let may_be_given = |it: &Value| is_data(it) && !(must_not_tell && tells_identity(it));
        let is_quiet = quiet.runs == RUNS
            && !quiet.did_more
            && closure.this.is_none()
            && args.iter().all(may_be_given)
            && self.closes_over(closure, &may_be_given);
        if is_quiet {
            for value in args {
                self.hand_over(value);
                self.rows_leave(value);
            }
        }
        is_quiet
    }

    /// Whether what is around a function, up to its module, only holds such data and functions that
    /// stand there: it then does the same whoever made it.
    fn closes_over(&self, closure: &Closure, is_data: &dyn Fn(&Value) -> bool) -> bool {
        let module = self.module_frames.get(&closure.module);
        let mut scopes: Vec<FrameId> = Vec::new();
        let mut at = closure.frame;
        while Some(&at) != module {
            let Some(frame) = self.frames.get(at.0 as usize) else { return false };
            let Some(parent) = frame.parent else { return false };
            scopes.push(at);
            if scopes.len() > SCOPES_MAX {
                return false;
            }
            at = parent;
        }
        let stands_there = |value: &Value| match value.shape {
            Shape::Function(id) => {
                let inner = self.closures.get(id.0 as usize);
                inner.is_some_and(|it| it.this.is_none() && scopes.contains(&it.frame))
            }
            _ => is_data(value),
        };
        let mut values = scopes.iter().filter_map(|it| self.frames.get(it.0 as usize));
        values.all(|frame| frame.values().all(stands_there))
    }

    /// Where a run begins.
    pub(super) fn begin_run(&mut self) -> Begun {
        Begun {
            effects: self.memo.effects,
            rows: self.memo.rows,
            turns: self.memo.turns,
            omissions: self.memo.omissions,
            steps: self.steps,
            level: self.level,
            read: std::mem::take(&mut self.trace.reads_request),
            opaque: std::mem::take(&mut self.trace.opaque),
        }
    }

    /// What a run did since it began.
    pub(super) fn end_run(&mut self, begun: Begun, activation: &Activation) -> Deeds {
        let (reads_request, opaque) = (self.trace.reads_request, self.trace.opaque);
        self.trace.reads_request |= begun.read;
        self.trace.opaque |= begun.opaque;
        let effects = self.memo.effects - begun.effects;
        let rows = self.memo.rows - begun.rows;
        let as_sure = self.level == begun.level;
        Deeds {
            only_computed: effects == 0 && as_sure,
            only_computed_but_rows: effects == rows && as_sure,
            changed_nothing: activation.changed_nothing(),
            turned: self.memo.turns != begun.turns,
            omitted: self.memo.omissions != begun.omissions,
            steps: self.steps.saturating_sub(begun.steps),
            level: begun.level,
            reads_request,
            opaque,
        }
    }

    /// Notes whether a run did more than compute. Short ones that did not are not worth it.
    pub(super) fn note_quiet(&mut self, key: FunctionKey, deeds: Deeds) {
        // What it reads of the request was read by whoever gave it.
        let only_computed = deeds.only_computed_but_rows
            && deeds.changed_nothing
            && !(deeds.turned || deeds.opaque);
        let quiet = self.memo.quiet.entry(key).or_default();
        quiet.did_more |= !only_computed;
        quiet.omitted |= deeds.omitted;
        if deeds.steps >= LONG_STEPS {
            quiet.runs = (quiet.runs + 1).min(RUNS);
        }
    }

    /// Notes a condition that a word decides: with another word, something else runs.
    pub(super) fn note_word(&mut self, test: ExprId) {
        let is_text = |side: ExprId| matches!(self.kind(side), Some(ExprKind::String(_)));
        let is_type = |side: ExprId| matches!(self.kind(side), Some(ExprKind::Unary { .. }));
        if let Some(ExprKind::Binary { left, right, .. }) = self.kind(test)
            && (is_text(*left) || is_text(*right))
            && !(is_type(*left) || is_type(*right))
        {
            self.memo.turns += 1;
        }
    }

    fn kind(&self, id: ExprId) -> Option<&'p ExprKind> {
        self.expr(id).map(|expr| &expr.kind)
    }
}

/// Whether a value is nothing that can be called or sent.
fn is_data(value: &Value) -> bool {
    !value
        .holds(|shape| matches!(shape, Shape::Function(_) | Shape::Instance(_) | Shape::Library(_)))
}

/// Whether something in a value depends on who is calling.
fn tells_identity(value: &Value) -> bool {
    let mut tells = false;
    let telling = Taint::IDENTITY.and(Taint::SECRET).and(Taint::OPAQUE);
    value.visit(&mut |part| tells |= part.taint.has(telling));
    tells
}
