//! What a condition says about the values it asks: alternatives that it rules out, bounds.

use trave_backend::value::{Shape, Value};
use trave_ts::ir::{ExprId, ExprKind};

use super::Evaluator;
use super::operator::clamped;

/// How a condition turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It holds.
    Holds,
    /// It fails.
    Fails,
}

impl Outcome {
    #[expect(clippy::fn_params_excessive_bools, reason = "this is where a bool gets its name")]
    pub(super) fn of(truth: bool) -> Self {
        if truth { Self::Holds } else { Self::Fails }
    }

    pub(super) fn holds(self) -> bool {
        self == Self::Holds
    }

    pub(super) fn not(self) -> Self {
        Self::of(!self.holds())
    }
}

impl Evaluator<'_> {
    /// Makes the world one in which a condition turned out so.
    pub(super) fn narrow(&mut self, test: ExprId, outcome: Outcome) {
        if !self.may_step() {
            return;
        }
        let truth = outcome.holds();
        match self.expr(test).map(|expr| &expr.kind) {
            Some(ExprKind::Unary { op, value }) if op == "!" => self.narrow(*value, outcome.not()),
            Some(ExprKind::Logical { op, left, right }) => {
                self.narrow_logical(op, (*left, *right), outcome);
            }
            Some(ExprKind::Binary { op, left, right }) => {
                self.narrow_comparison(op, (*left, *right), outcome);
            }
            Some(ExprKind::Name(_) | ExprKind::Member { .. }) => {
                self.keep(test, &|value| value.truth() != Some(!truth));
            }
            Some(ExprKind::Await(inner) | ExprKind::Typed { value: inner, .. }) => {
                self.narrow(*inner, outcome);
            }
            _ => {}
        }
    }

    fn narrow_logical(&mut self, op: &str, (left, right): (ExprId, ExprId), outcome: Outcome) {
        // Only `&&` that holds and `||` that fails say something of both sides.
        if (op == "&&") == outcome.holds() && op != "??" {
            self.narrow(left, outcome);
            self.narrow(right, outcome);
        } else if op != "??" {
            self.narrow_choice(vec![left, right], outcome);
        }
    }

    /// `way === 'asc' || way === 'desc'` that holds leaves these two.
    fn narrow_choice(&mut self, mut sides: Vec<ExprId>, outcome: Outcome) {
        let (joins, compares) =
            if outcome.holds() { ("||", ["===", "=="]) } else { ("&&", ["!==", "!="]) };
        let mut place = None;
        let mut constants = Vec::new();
        while let Some(side) = sides.pop() {
            match self.expr(side).map(|expr| &expr.kind) {
                Some(ExprKind::Logical { op, left, right }) if op == joins => {
                    sides.extend([*left, *right]);
                }
                Some(ExprKind::Binary { op, left, right }) if compares.contains(&op.as_str()) => {
                    let Some((at, constant)) = self.compared((*left, *right)) else { return };
                    if place.is_some_and(|place| !self.is_same_place(place, at)) {
                        return;
                    }
                    place = Some(at);
                    constants.push(constant);
                }
                _ => return,
            }
        }
        let Some((place, value)) = place.and_then(|place| Some((place, self.peek(place)?))) else {
            return;
        };
        if matches!(value.shape, Shape::Input(_) | Shape::Unknown | Shape::Rows(_)) {
            self.write_back(place, Value::one_of(constants).and_dependencies(&value));
        }
    }

    /// The place and the word that are compared.
    fn compared(&mut self, (left, right): (ExprId, ExprId)) -> Option<(ExprId, Value)> {
        let is_place = |it: &Self, expr: ExprId| {
            let kind = it.expr(expr).map(|expr| &expr.kind);
            matches!(kind, Some(ExprKind::Name(_) | ExprKind::Member { .. }))
        };
        [(left, right), (right, left)].into_iter().find_map(|(place, other)| {
            let word = self.peek(other).filter(|_| is_place(self, place))?;
            matches!(word.shape, Shape::Text(_) | Shape::Number(_)).then_some((place, word))
        })
    }

    fn is_same_place(&self, one: ExprId, other: ExprId) -> bool {
        let kind = |place| self.expr(place).map(|expr| &expr.kind);
        match (kind(one), kind(other)) {
            (Some(ExprKind::Name(one)), Some(ExprKind::Name(other))) => one == other,
            (
                Some(ExprKind::Member { object: one, property: name, .. }),
                Some(ExprKind::Member { object: other, property: of_other, .. }),
            ) => name == of_other && self.is_same_place(*one, *other),
            _ => false,
        }
    }

    fn narrow_comparison(&mut self, op: &str, (left, right): (ExprId, ExprId), outcome: Outcome) {
        let truth = outcome.holds();
        match op {
            "===" | "==" | "!==" | "!=" => {
                let equal = Outcome::of(op.starts_with('=') == truth);
                self.narrow_equality(left, right, equal);
                self.narrow_equality(right, left, equal);
            }
            "in" => {
                if let Some(key) = self.peek(left).and_then(|key| key.as_text().map(String::from)) {
                    self.keep(right, &|value| match &value.shape {
                        Shape::Object(object) if object.rest.is_none() => {
                            object.fields.contains_key(key.as_str()) == truth
                        }
                        _ => true,
                    });
                }
            }
            "instanceof" => {
                let is_project =
                    matches!(self.peek(right).map(|class| class.shape), Some(Shape::Instance(_)));
                self.keep(left, &|value| match value.shape {
                    Shape::Library(_) => truth != is_project,
                    Shape::Instance(_) => truth == is_project,
                    Shape::Object(_) | Shape::Null | Shape::Undefined => !truth,
                    _ => true,
                });
            }
            _ => self.narrow_order(op, (left, right), outcome),
        }
    }

    fn narrow_equality(&mut self, place: ExprId, other: ExprId, equal: Outcome) {
        let Some(constant) = self.peek(other) else { return };
        let is_constant = matches!(
            constant.shape,
            Shape::Text(_) | Shape::Number(_) | Shape::Bool(_) | Shape::Null | Shape::Undefined
        );
        if !is_constant {
            return;
        }
        self.keep(place, &|value| {
            let outcome = super::operator::operate("==", value.clone(), constant.clone()).truth();
            outcome != Some(!equal.holds())
        });
        if equal.holds() {
            self.narrow_to(place, &constant);
        }
    }

    /// A place is known to equal a constant.
    pub(super) fn narrow_to(&mut self, place: ExprId, constant: &Value) {
        let is_place = matches!(
            self.expr(place).map(|expr| &expr.kind),
            Some(ExprKind::Name(_) | ExprKind::Member { .. })
        );
        let is_word = matches!(constant.shape, Shape::Text(_) | Shape::Number(_));
        if !is_place || !is_word {
            return;
        }
        let Some(value) = self.peek(place) else { return };
        if matches!(value.shape, Shape::Input(_) | Shape::Unknown | Shape::Rows(_)) {
            self.write_back(place, constant.clone().and_dependencies(&value));
        }
    }

    /// `limit > 100` that is false bounds the limit.
    fn narrow_order(&mut self, op: &str, (left, right): (ExprId, ExprId), outcome: Outcome) {
        let bounded = match (op, outcome.holds()) {
            (">" | ">=", false) | ("<" | "<=", true) => (left, right),
            (">" | ">=", true) | ("<" | "<=", false) => (right, left),
            _ => return,
        };
        let (place, bound) = bounded;
        let Some(bound) = self.peek(bound).and_then(|bound| bound.upper_bound()) else { return };
        let Some(value) = self.peek(place) else { return };
        let may_be_large = !matches!(
            value.shape,
            Shape::Number(_) | Shape::Object(_) | Shape::Library(_) | Shape::Text(_)
        );
        if may_be_large && matches!(self.expr(place).map(|it| &it.kind), Some(ExprKind::Name(_))) {
            self.write_back(place, clamped(&value, bound));
        }
    }

    /// Drops the alternatives of a place, and of what holds it, that a condition rules out.
    fn keep(&mut self, place: ExprId, stays: &dyn Fn(&Value) -> bool) {
        let Some(value) = self.peek(place) else { return };
        if let Some(kept) = filtered(&value, stays) {
            self.write_back(place, kept);
        }
        let mut path = Vec::new();
        let mut at = place;
        while let Some(ExprKind::Member { object, property, .. }) =
            self.expr(at).map(|expr| &expr.kind)
        {
            path.push((property.clone(), self.origin(at)));
            at = *object;
            let Some(owner) = self.peek(at) else { return };
            let Shape::OneOf(values) = &owner.shape else { continue };
            let mut kept = Vec::new();
            for alternative in values.iter() {
                let mut part = alternative.clone();
                for (name, origin) in path.iter().rev() {
                    part = self.member_at(&part, name, *origin);
                }
                if part.alternatives().iter().any(stays) {
                    kept.push(alternative.clone());
                }
            }
            if !kept.is_empty() && kept.len() < values.len() {
                self.write_back(at, Value::one_of(kept).and_dependencies(&owner));
            }
        }
    }
}

/// The alternatives that stay, if some but not all do.
fn filtered(value: &Value, stays: &dyn Fn(&Value) -> bool) -> Option<Value> {
    let Shape::OneOf(values) = &value.shape else { return None };
    let kept: Vec<Value> = values.iter().filter(|value| stays(value)).cloned().collect();
    if kept.is_empty() || kept.len() == values.len() {
        return None;
    }
    Some(Value::one_of(kept).and_dependencies(value))
}
