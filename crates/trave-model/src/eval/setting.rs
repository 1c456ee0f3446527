//! Conditions on settings of the environment: checks that are skipped where nobody is served.

use trave_backend::value::{Taint, Value};
use trave_ts::ir::{ExprId, ExprKind};

use super::narrow::Outcome;
use super::words::{names_development, names_production};
use super::{Evaluator, Level};

/// Where a program runs when a condition turned out as it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// On the machine of a developer, or in a test.
    Development,
    /// Somewhere that only the environment tells.
    Somewhere,
    /// Where people are served.
    Production,
}

impl Evaluator<'_> {
    /// How sure it is that unwanted callers are not served where a condition turned out so, since
    /// the environment decides it: `if (process.env.NODE_ENV === 'development') return`.
    pub(super) fn skipped_by(&mut self, test: ExprId, outcome: Outcome, taint: Taint) -> Level {
        if !taint.has(Taint::ENV) {
            return Level::Open;
        }
        let somewhere = is_setting(taint).then_some(Stage::Somewhere);
        match self.stage(test, outcome).or(somewhere) {
            Some(Stage::Development) => Level::Sure,
            Some(Stage::Somewhere) => Level::Maybe,
            Some(Stage::Production) | None => Level::Open,
        }
    }

    fn stage(&mut self, test: ExprId, outcome: Outcome) -> Option<Stage> {
        if !self.may_step() {
            return None;
        }
        match &self.expr(test)?.kind {
            ExprKind::Unary { op, value } if op == "!" => self.stage(*value, outcome.not()),
            ExprKind::Typed { value, .. } => self.stage(*value, outcome),
            ExprKind::Logical { op, left, right } if op == "&&" || op == "||" => {
                let sides = [self.stage(*left, outcome), self.stage(*right, outcome)];
                // Both sides hold of `a && b`; of `a || b` one does, and which is not known.
                let both = (op == "&&") == outcome.holds();
                match sides {
                    [Some(left), Some(right)] => Some(left.max(right)),
                    [one, other] => one.or(other).filter(|_| both),
                }
            }
            ExprKind::Binary { op, left, right } => {
                let is_same = match op.as_str() {
                    "===" | "==" => outcome,
                    "!==" | "!=" => outcome.not(),
                    _ => return None,
                };
                let is_told = self.tells_setting(*left) || self.tells_setting(*right);
                let sides = [self.peek(*left), self.peek(*right)];
                let constant = sides.iter().flatten().find_map(Value::as_text);
                let stage = constant.and_then(|constant| stage_of(constant, is_same));
                is_told.then_some(stage.unwrap_or(Stage::Somewhere))
            }
            ExprKind::Name(_) | ExprKind::Member { .. } => {
                let name = self.last_name(test);
                let stage = stage_of(&name, outcome).unwrap_or(Stage::Somewhere);
                self.tells_setting(test).then_some(stage)
            }
            _ => None,
        }
    }

    /// Whether a place holds what the environment says: `process.env.NODE_ENV`, or what depends on
    /// such a variable and on nothing else.
    fn tells_setting(&mut self, place: ExprId) -> bool {
        if let Some(ExprKind::Member { object, .. }) = self.expr(place).map(|expr| &expr.kind)
            && self.last_name(*object) == "env"
        {
            return true;
        }
        self.peek(place).is_some_and(|value| is_setting(value.taint))
    }
}

/// The stage that a name tells when it holds, or does not.
fn stage_of(name: &str, outcome: Outcome) -> Option<Stage> {
    let is_production = match (names_production(name), names_development(name)) {
        (true, false) => outcome.holds(),
        (false, true) => !outcome.holds(),
        _ => return None,
    };
    Some(if is_production { Stage::Production } else { Stage::Development })
}

/// Whether something depends on the environment, and on nothing that differs between callers.
fn is_setting(taint: Taint) -> bool {
    taint.has(Taint::ENV) && !taint.has(Taint::INPUT.and(Taint::IDENTITY).and(Taint::ROWS))
}
