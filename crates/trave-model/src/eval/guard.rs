//! Guards: conditions that turn callers without the right identity away.
//!
//! A condition guards a branch when it depends on who is calling and cannot turn out so for
//! somebody who is nobody: `if (!user) return …` guards what follows, `if (user) return …` not.

use trave_backend::effect::{ClaimRole, Effect, Guard};
use trave_backend::value::{Shape, Taint, Value};
use trave_ts::ir::{ExprId, ExprKind};

use super::narrow::Outcome;
use super::words::names_failure;
use super::{Evaluator, Level};

/// Methods that ask a text or a list, mostly about something else than who is calling.
const TEXT_TESTS: [&str; 8] =
    ["startsWith", "endsWith", "includes", "some", "every", "test", "match", "has"];

impl Evaluator<'_> {
    /// Enters a branch: its condition may have turned callers away.
    pub(super) fn raise(&mut self, test: ExprId, outcome: Outcome, taint: Taint) {
        if self.is_preflight(test, outcome) {
            // Nobody gets or changes anything by asking what may be asked.
            self.level = self.level.max(Level::Maybe);
            return;
        }
        let level = self.level_of(test, taint);
        if level <= self.level {
            return;
        }
        match self.when_absent(test) {
            Some(absent) if absent == outcome.holds() => {}
            Some(_) => self.level = level,
            None => self.level = self.level.max(level.min(Level::Maybe)),
        }
    }

    /// How sure a condition makes it that unwanted callers are gone.
    fn level_of(&mut self, test: ExprId, taint: Taint) -> Level {
        let level = Level::of(taint);
        if level == Level::Sure || !taint.has(Taint::ROWS.and(Taint::ENV)) {
            return level;
        }
        if taint.has(Taint::ROWS) && self.asks_own_row(test) {
            return Level::Sure;
        }
        let of_rows = taint.has(Taint::ROWS) && taint.has(Taint::HEADER.and(Taint::COOKIE));
        if of_rows || self.asks_remote(test, taint) { level.max(Level::Maybe) } else { level }
    }

    /// Keeps the guard for whoever lists what a route does.
    pub(super) fn note_guard(&mut self, test: ExprId, taint: Taint, before: Level) {
        if self.level <= before {
            return;
        }
        let origin = self.origin(test);
        if taint.has(Taint::SECRET) && taint.has(Taint::ROWS) {
            self.excuse_reads();
        }
        self.push(Effect::Guard(Guard { origin, by: taint.only(Taint::IDENTITY) }));
        if self.level == Level::Claim || taint.has(Taint::CLAIM) {
            self.claims_in_test(test, ClaimRole::Passage);
        }
    }

    /// How a condition turns out for a caller who is nobody; none when it cannot be told.
    fn when_absent(&mut self, test: ExprId) -> Option<bool> {
        if !self.may_step() {
            return None;
        }
        match &self.expr(test)?.kind {
            ExprKind::Unary { op, value } if op == "!" => self.when_absent(*value).map(|it| !it),
            ExprKind::Logical { op, left, right } => {
                let sides = [self.when_absent(*left), self.when_absent(*right)];
                let decides = op != "&&";
                if sides.contains(&Some(decides)) {
                    return Some(decides);
                }
                sides.iter().all(|side| *side == Some(!decides)).then_some(!decides)
            }
            ExprKind::Binary { op, left, right } => self.comparison_when_absent(op, *left, *right),
            ExprKind::Await(inner) | ExprKind::Typed { value: inner, .. } => {
                self.when_absent(*inner)
            }
            ExprKind::Name(_) | ExprKind::Member { .. } => self.place_when_absent(test),
            // Calls answer no about nobody: `hasRole(user)`, `timingSafeEqual(a, b)`.
            ExprKind::Call(call) => {
                let name = self.last_name(call.callee);
                let asks_text = TEXT_TESTS.contains(&name.as_str());
                if asks_text && !self.may_be_about_caller(test) {
                    return self.eval(test).truth();
                }
                Some(names_failure(&name))
            }
            _ => None,
        }
    }

    fn comparison_when_absent(&mut self, op: &str, left: ExprId, right: ExprId) -> Option<bool> {
        if let Some(known) = self.constant_when_absent(op, left, right) {
            return Some(known);
        }
        let is_nothing = |value: Option<Value>| {
            value.is_some_and(|value| matches!(value.shape, Shape::Null | Shape::Undefined))
        };
        let against_nothing = is_nothing(self.peek(left)) || is_nothing(self.peek(right));
        match op {
            "===" | "==" => {
                let bool_side = [left, right].map(|side| {
                    self.peek(side).and_then(|it| match it.shape {
                        Shape::Bool(value) => Some(value),
                        _ => None,
                    })
                });
                match bool_side {
                    [Some(wanted), None] => self.when_absent(right).map(|it| it == wanted),
                    [None, Some(wanted)] => self.when_absent(left).map(|it| it == wanted),
                    _ => Some(against_nothing),
                }
            }
            "!==" | "!=" => self.comparison_when_absent("===", left, right).map(|equal| !equal),
            "in" => {
                let key = self.peek(left)?;
                Some(names_failure(key.as_text()?))
            }
            "instanceof" => Some(true),
            _ => None,
        }
    }

    /// `access.error === 'UNAUTHORIZED'`, where only nobody gets that error.
    fn constant_when_absent(&mut self, op: &str, left: ExprId, right: ExprId) -> Option<bool> {
        if !matches!(op, "===" | "==") {
            return None;
        }
        let (nobody, constant) = match self.nobody(left) {
            Some(nobody) => (nobody, self.peek(right)?),
            None => (self.nobody(right)?, self.peek(left)?),
        };
        let mut outcomes = nobody
            .into_iter()
            .map(|value| super::operator::operate("===", value, constant.clone()).truth());
        let first = outcomes.next()??;
        outcomes.all(|outcome| outcome == Some(first)).then_some(first)
    }

    /// What a place holds for a caller who is nobody, where that differs from what others get.
    fn nobody(&mut self, place: ExprId) -> Option<Vec<Value>> {
        let value = self.peek(place)?;
        if !value.taint.has(Taint::IDENTITY) {
            return None;
        }
        let values = value.alternatives();
        let nobody: Vec<Value> = values.iter().filter(|it| !is_admitted(it)).cloned().collect();
        (!nobody.is_empty() && nobody.len() < values.len()).then_some(nobody)
    }

    fn place_when_absent(&mut self, place: ExprId) -> Option<bool> {
        let name = self.last_name(place);
        let value = self.peek(place)?;
        if !value.taint.has(Taint::IDENTITY) {
            if names_failure(&name) {
                return Some(true);
            }
            return if self.is_own_row(&value) { Some(false) } else { value.truth() };
        }
        if let Some(nobody) = self.nobody(place) {
            let first = nobody.first()?.truth();
            let agree = nobody.iter().all(|value| value.truth() == first);
            return if agree && first.is_some() { first } else { Some(names_failure(&name)) };
        }
        Some(names_failure(&name))
    }

    /// The last name of a place or callee, as written.
    pub(super) fn last_name(&self, id: ExprId) -> String {
        match self.expr(id).map(|expr| &expr.kind) {
            Some(ExprKind::Name(binding)) => {
                self.here.module.binding(*binding).map(|it| it.name.to_string()).unwrap_or_default()
            }
            Some(ExprKind::Global(name)) => name.to_string(),
            Some(ExprKind::Member { property, .. }) => property.to_string(),
            _ => String::new(),
        }
    }
}

/// Whether only callers with an identity get a value.
fn is_admitted(value: &Value) -> bool {
    value.taint.has(Taint::ADMITTED)
        || value.holds(|shape| matches!(shape, Shape::Caller | Shape::ClaimedCaller(_)))
}
