//! Operators: arithmetic, comparison, logic, choice.

use std::sync::Arc;

use trave_backend::arithmetic;
use trave_backend::value::{Shape, Taint, Value};
use trave_ts::ir::{ExprId, Pattern};

use super::Evaluator;
use super::expr::concat;
use super::frame::Changes;
use super::narrow::Outcome;

/// What a branch gave, and what it changed.
pub(super) struct Branch<R> {
    pub(super) result: R,
    pub(super) changes: Changes,
    /// It cannot complete: it throws or ends the program.
    pub(super) diverged: bool,
}

impl Evaluator<'_> {
    /// Runs something that may not run: what it changes is taken back and handed out.
    /// `test` is the condition and how it turned out.
    pub(super) fn branch<R>(
        &mut self,
        test: Option<(ExprId, Outcome)>,
        taint: Taint,
        run: impl FnOnce(&mut Self) -> R,
    ) -> Branch<R> {
        let (level, control) = (self.level, self.activation.control);
        let skipped = self.activation.skipped;
        let stretch = self.begin_stretch();
        let diverged = std::mem::take(&mut self.activation.diverged);
        self.branch_next += 1;
        self.branches.push(self.branch_next);
        self.activation.control = control.and(taint.only(Taint::IDENTITY));
        if let Some((test, outcome)) = test {
            self.activation.skipped = skipped.max(self.skipped_by(test, outcome, taint));
            self.raise(test, outcome, taint);
            self.narrow(test, outcome);
        }
        let result = run(self);
        self.branches.pop();
        self.activation.control = control;
        self.activation.skipped = skipped;
        let diverged = std::mem::replace(&mut self.activation.diverged, diverged);
        let changes = self.end_stretch(stretch);
        self.level = level;
        Branch { result, changes, diverged }
    }

    /// Runs something that may not run, and makes the world one in which either happened.
    pub(super) fn maybe<R>(&mut self, run: impl FnOnce(&mut Self) -> R) -> R {
        let branch = self.branch(None, Taint::NONE, run);
        if !branch.diverged {
            let nothing = self.nothing();
            self.apply_either(&[nothing, branch.changes]);
        }
        branch.result
    }

    /// The changes of a branch that does nothing.
    pub(super) fn nothing(&self) -> Changes {
        Changes { level: self.level, ..Changes::default() }
    }

    pub(super) fn unary(&mut self, op: &str, operand: ExprId) -> Value {
        let value = self.operand(operand);
        let unknown = || Value::of(Shape::Unknown).and_dependencies(&value);
        match op {
            "!" => value.truth().map_or_else(unknown, |truth| {
                Value::of(Shape::Bool(!truth)).and_dependencies(&value)
            }),
            "-" => arithmetic::multiply(&value, &Value::of(Shape::Number(-1.0))),
            "+" => super::builtins::to_number(&value),
            "void" => Value::undefined(),
            "++" | "--" => {
                let step = if op == "++" { 1.0 } else { -1.0 };
                let next = arithmetic::add(&value, &Value::of(Shape::Number(step)));
                self.write_back(operand, next);
                value
            }
            _ => unknown(),
        }
    }

    pub(super) fn binary(&mut self, op: &str, left: ExprId, right: ExprId) -> Value {
        let is_comparison = matches!(op, "==" | "===" | "!=" | "!==" | "<" | ">" | "<=" | ">=");
        let (left, right) = if is_comparison {
            (self.operand(left), self.operand(right))
        } else {
            (self.eval(left), self.eval(right))
        };
        operate(op, left, right)
    }

    pub(super) fn logical(&mut self, op: &str, left: ExprId, right: ExprId) -> Value {
        let value = self.operand(left);
        let decided = match op {
            "??" => value.is_nullish().map(|nullish| !nullish),
            "||" => value.truth(),
            _ => value.truth().map(|truth| !truth),
        };
        match decided {
            Some(true) => return value,
            Some(false) => return self.eval(right).and_dependencies(&value),
            None => {}
        }
        let wants = Outcome::of(op == "&&");
        let branch = self.branch(Some((left, wants)), value.taint, |it| it.operand(right));
        if branch.diverged {
            // `user ?? redirect()`: whoever gets past has the left side.
            let identity = value.taint.only(Taint::IDENTITY);
            self.raise(left, wants.not(), value.taint);
            self.narrow(left, wants.not());
            self.activation.control = self.activation.control.and(identity);
        } else {
            let nothing = self.nothing();
            self.apply_either(&[nothing, branch.changes]);
        }
        let dependencies = Value::unknown_from(std::slice::from_ref(&value));
        let left = if wants.holds() { Value::undefined() } else { without_falsy(value, op) };
        left.join(branch.result).and_dependencies(&dependencies)
    }

    pub(super) fn conditional(&mut self, test: ExprId, yes: ExprId, no: ExprId) -> Value {
        let decides = self.operand(test);
        if let Some(truth) = decides.truth() {
            self.note_waiver(test);
            return self.eval(if truth { yes } else { no });
        }
        let taint = decides.taint;
        let yes = self.branch(Some((test, Outcome::Holds)), taint, |it| it.eval(yes));
        let no = self.branch(Some((test, Outcome::Fails)), taint, |it| it.eval(no));
        let (yes_value, no_value) = (yes.result.clone(), no.result.clone());
        self.either(yes, no);
        let joined = yes_value.join(no_value);
        // A choice by an unknown condition is known as well as its sides are.
        joined.tainted(taint.only(Taint::IDENTITY))
    }

    /// Makes the world one in which either branch was taken, as far as it completed.
    pub(super) fn either<R>(&mut self, left: Branch<R>, right: Branch<R>) {
        match (left.diverged, right.diverged) {
            (false, false) => self.apply_either(&[left.changes, right.changes]),
            (false, true) => self.apply(left.changes),
            (true, false) => self.apply(right.changes),
            (true, true) => self.activation.diverged = true,
        }
    }

    pub(super) fn assign_expr(&mut self, target: &Pattern, op: &str, value: ExprId) -> Value {
        if op == "=" {
            let value = self.eval(value);
            self.bind(target, value.clone());
            return value;
        }
        let before = match target {
            Pattern::Name(binding) => self.read(*binding),
            Pattern::Place(place) => self.eval(*place),
            _ => Value::unknown(),
        };
        let value = match op {
            "??=" if before.is_nullish() == Some(false) => before,
            "||=" if before.truth() == Some(true) => before,
            "&&=" if before.truth() == Some(false) => before,
            "??=" | "||=" | "&&=" => {
                let value = self.eval(value);
                if before.truth().is_some() { value } else { before.join(value) }
            }
            _ => {
                let value = self.eval(value);
                operate(op.trim_end_matches('='), before, value)
            }
        };
        self.bind(target, value.clone());
        value
    }
}

/// What is left of the left side of `||` or `??` when it decides.
fn without_falsy(value: Value, op: &str) -> Value {
    let stays = |value: &Value| match op {
        "??" => value.is_nullish() != Some(true),
        _ => value.truth() != Some(false),
    };
    match &value.shape {
        Shape::OneOf(values) if values.iter().any(stays) => {
            let kept = values.iter().filter(|value| stays(value)).cloned();
            Value::one_of(kept).and_dependencies(&value)
        }
        _ => value,
    }
}

pub(super) fn operate(op: &str, left: Value, right: Value) -> Value {
    match op {
        "+" => plus(left, right),
        "-" => arithmetic::subtract(&left, &right),
        "*" => arithmetic::multiply(&left, &right),
        "/" | "%" | "**" => match (left.as_number(), right.as_number()) {
            (Some(left), Some(right)) => Value::of(Shape::Number(match op {
                "/" => left / right,
                "%" => left % right,
                _ => left.powf(right),
            })),
            (None, Some(divisor)) if op == "/" => {
                arithmetic::multiply(&left, &Value::of(Shape::Number(1.0 / divisor)))
            }
            _ => Value::unknown_from(&[left, right]),
        },
        _ => compare(op, &left, &right),
    }
}

fn plus(left: Value, right: Value) -> Value {
    let is_text = |value: &Value| matches!(value.shape, Shape::Text(_) | Shape::Template(_));
    if is_text(&left) || is_text(&right) {
        return concat(vec![left, right]);
    }
    arithmetic::add(&left, &right)
}

fn compare(op: &str, left: &Value, right: &Value) -> Value {
    let equal = || constants_equal(left, right);
    let number = |test: fn(f64, f64) -> bool| Some(test(left.as_number()?, right.as_number()?));
    let outcome = match op {
        "===" | "==" => equal(),
        "!==" | "!=" => equal().map(|equal| !equal),
        "<" => number(|left, right| left < right),
        ">" => number(|left, right| left > right),
        "<=" => number(|left, right| left <= right),
        ">=" => number(|left, right| left >= right),
        _ => None,
    };
    let value = Value::of(outcome.map_or(Shape::Unknown, Shape::Bool));
    value.and_dependencies(left).and_dependencies(right).tainted(secret_taint(left, right))
}

/// Comparing what the caller sends with what only the program knows asks who is calling.
pub(super) fn secret_taint(left: &Value, right: &Value) -> Taint {
    let sent = Taint::INPUT.and(Taint::CLAIM).and(Taint::UNKNOWN).and(Taint::OPAQUE);
    let asks = |known: &Value, other: &Value| known.taint.has(Taint::ENV) && other.taint.has(sent);
    if asks(left, right) || asks(right, left) { Taint::SECRET } else { Taint::NONE }
}

fn constants_equal(left: &Value, right: &Value) -> Option<bool> {
    match (&left.shape, &right.shape) {
        (Shape::Text(left), Shape::Text(right)) => Some(left == right),
        (Shape::Number(left), Shape::Number(right)) => Some((left - right).abs() < f64::EPSILON),
        (Shape::Bool(left), Shape::Bool(right)) => Some(left == right),
        (Shape::Undefined | Shape::Null, _) => right.is_nullish(),
        (_, Shape::Undefined | Shape::Null) => left.is_nullish(),
        (Shape::OneOf(values), _) => {
            let known = values.iter().map(|value| constants_equal(value, right));
            let all: Option<Vec<bool>> = known.collect();
            let all = all?;
            let first = *all.first()?;
            all.iter().all(|equal| *equal == first).then_some(first)
        }
        _ => None,
    }
}

/// A number that never exceeds a bound.
pub(super) fn clamped(value: &Value, bound: f64) -> Value {
    if value.upper_bound().is_some_and(|known| known <= bound) {
        return value.clone();
    }
    Value::of(Shape::Clamped(Arc::new(value.clone()), bound)).and_dependencies(value)
}
