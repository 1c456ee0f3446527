//! Loops: their bodies run once, under the name of the loop.

use trave_backend::effect::RowsUse;
use trave_backend::value::{QueryId, Shape, Taint, Value};
use trave_source::Origin;
use trave_ts::ir::{BindingId, ExprId, ExprKind, Loop, LoopKind, Pattern, Stmt};

use super::Evaluator;
use super::place::element_of;
use super::stmt::Flow;
use crate::model::LoopAround;

/// Loops over so few constants run round by round.
const ROUNDS_MAX: usize = 3;

/// So many rounds of a loop run while routes are looked for.
pub(super) const REGISTERED_MAX: usize = 2_000;

/// A loop that is running.
#[derive(Debug, Clone)]
pub(super) struct LoopFrame {
    pub(super) around: LoopAround,
    /// The query whose rows it works through.
    pub(super) over: Option<QueryId>,
    /// `while`, `for (;;)`: it may fetch a list page by page, or try again, rather than work
    /// through a list.
    pub(super) is_open: bool,
}

impl<'p> Evaluator<'p> {
    pub(super) fn loop_stmt(&mut self, looped: &'p Loop) -> Flow {
        match looped.kind {
            LoopKind::Of | LoopKind::In => self.loop_over(looped),
            LoopKind::For | LoopKind::While | LoopKind::DoWhile => self.loop_while(looped),
        }
    }

    fn loop_over(&mut self, looped: &'p Loop) -> Flow {
        let Some(over) = looped.over else { return Flow::Falls };
        let value = self.eval(over);
        let origin = self.at(looped.span);
        self.use_rows(&value, RowsUse::Iterated, self.origin(over));
        let rounds = match (&value.shape, looped.kind) {
            (Shape::Array(items), LoopKind::Of) => items.to_vec(),
            (_, LoopKind::Of) => vec![self.element(&value)],
            _ => vec![Value::of(Shape::Unknown).and_dependencies(&value)],
        };
        if self.registry.is_some()
            && looped.kind == LoopKind::Of
            && matches!(value.shape, Shape::Array(_))
        {
            return self.register_each(looped, rounds);
        }
        let frame = self.loop_frame(origin, &value);
        self.widen(&looped.body);
        let rounds = if rounds.len() <= ROUNDS_MAX { rounds } else { vec![Value::one_of(rounds)] };
        self.loops.push(frame);
        for element in rounds {
            let body = self.branch(None, Taint::NONE, |it| {
                if let Some(pattern) = &looped.pattern {
                    it.bind(pattern, element.tainted(Taint::ELEMENT));
                }
                it.block(&looped.body)
            });
            if body.result != Flow::Leaves {
                let nothing = self.nothing();
                self.apply_either(&[nothing, body.changes]);
            }
        }
        self.loops.pop();
        Flow::Falls
    }

    /// While routes are looked for, every round of a loop over known elements runs.
    fn register_each(&mut self, looped: &'p Loop, rounds: Vec<Value>) -> Flow {
        for element in rounds.into_iter().take(REGISTERED_MAX) {
            if let Some(pattern) = &looped.pattern {
                self.bind(pattern, element);
            }
            self.block(&looped.body);
            self.activation.diverged = false;
        }
        Flow::Falls
    }

    /// What is known of a loop over a value.
    pub(super) fn loop_frame(&mut self, origin: Origin, over: &Value) -> LoopFrame {
        let rounds_max = rounds_of(self, over);
        let chunked = holds_lists(over);
        let around = LoopAround { rounds_max, chunked, ..LoopAround::at(origin) };
        LoopFrame { around, over: rows_in(over), is_open: false }
    }

    fn loop_while(&mut self, looped: &'p Loop) -> Flow {
        for statement in &looped.init {
            if let Stmt::Let { pattern, value: Some(value), .. } = statement {
                let value = self.eval(*value);
                self.bind(pattern, value);
            } else {
                self.block(std::slice::from_ref(statement));
            }
        }
        let rounds_max = self.counted_rounds(looped);
        self.widen(&looped.body);
        self.widen_places(looped.update);
        let origin = self.at(looped.span);
        let chunked = self.is_chunked(looped);
        // Tries up to a constant that stop at the first success are no work through a list.
        let tries_again = rounds_max.is_some() && leaves_early(&looped.body);
        let is_open = looped.kind != LoopKind::For || looped.over.is_none() || tries_again;
        let around = LoopAround { rounds_max, chunked, ..LoopAround::at(origin) };
        self.loops.push(LoopFrame { around, over: None, is_open });
        let test = looped.over.map(|test| (test, self.operand(test)));
        let always = looped.kind == LoopKind::DoWhile
            || test.as_ref().is_none_or(|(_, value)| value.truth() == Some(true));
        let flow = if always {
            self.block(&looped.body)
        } else {
            let (test, value) =
                test.map_or((None, Value::unknown()), |(test, value)| (Some(test), value));
            let condition = test.map(|test| (test, super::narrow::Outcome::Holds));
            let body = self.branch(condition, value.taint, |it| it.block(&looped.body));
            if body.result != Flow::Leaves {
                let nothing = self.nothing();
                self.apply_either(&[nothing, body.changes]);
            }
            Flow::Falls
        };
        if let Some(update) = looped.update {
            self.eval(update);
        }
        self.loops.pop();
        if flow == Flow::Leaves
            && always
            && looped.kind != LoopKind::DoWhile
            && test_is_open(looped)
        {
            return Flow::Leaves;
        }
        Flow::Falls
    }

    /// `for (let i = 0; i < 3; i++)`: the constant bound.
    fn counted_rounds(&mut self, looped: &Loop) -> Option<f64> {
        let ExprKind::Binary { op, right, .. } = &self.expr(looped.over?)?.kind else {
            return None;
        };
        let bound = self.peek(*right)?.upper_bound()?;
        matches!(op.as_str(), "<" | "<=").then_some(bound)
    }

    /// `i += 100`: each round takes a chunk.
    fn is_chunked(&self, looped: &Loop) -> bool {
        let update = looped.update.and_then(|update| self.expr(update));
        let Some(ExprKind::Assign { op, value, .. }) = update.map(|expr| &expr.kind) else {
            return false;
        };
        let is_one = matches!(
            self.expr(*value).map(|expr| &expr.kind),
            Some(ExprKind::Number(step)) if *step <= 1.0
        );
        op == "+=" && !is_one
    }

    /// What a loop's body assigns can be anything when a round starts.
    fn widen(&mut self, body: &[Stmt]) {
        let mut names = Vec::new();
        assigned(self, body, &mut names);
        for name in names {
            self.widen_name(name);
        }
    }

    fn widen_places(&mut self, expr: Option<ExprId>) {
        let mut names = Vec::new();
        if let Some(expr) = expr {
            assigned_in(self, expr, &mut names);
        }
        for name in names {
            self.widen_name(name);
        }
    }

    fn widen_name(&mut self, name: BindingId) {
        let value = self.read(name);
        let stays = |value: &Value| {
            matches!(
                value.shape,
                Shape::Library(_)
                    | Shape::Function(_)
                    | Shape::Instance(_)
                    | Shape::Object(_)
                    | Shape::List(_)
            )
        };
        if value.alternatives().iter().any(stays) {
            return;
        }
        let widened = match &value.shape {
            Shape::Array(items) if items.is_empty() => return,
            Shape::Array(items) => Value::list(Value::one_of(items.iter().cloned())),
            _ => Value::of(Shape::Unknown).and_dependencies(&value).tainted(Taint::ELEMENT),
        };
        self.set(name, widened);
    }
}

/// Whether an element of a list may be a list.
fn holds_lists(over: &Value) -> bool {
    let is_list = |value: &Value| matches!(value.shape, Shape::List(_) | Shape::Array(_));
    let is_any = |value: &Value| value.alternatives().iter().any(is_list);
    let is_array = |value: &Value| matches!(value.shape, Shape::Array(_));
    match &over.shape {
        // Arrays are joined to arrays, and elements of which none is a list to none.
        Shape::Array(items) if items.iter().all(is_array) => !items.is_empty(),
        Shape::Array(items) => items.iter().any(is_any) && is_any(&element_of(over)),
        _ => is_any(&element_of(over)),
    }
}

/// Whether some path through a body ends the loop.
fn leaves_early(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match statement {
        Stmt::Return(..) | Stmt::Break => true,
        Stmt::If { then, otherwise, .. } => leaves_early(then) || leaves_early(otherwise),
        Stmt::Try(guarded) => leaves_early(&guarded.body),
        Stmt::Block(body) => leaves_early(body),
        _ => false,
    })
}

/// `for (;;)` and `while (true)` end only by what their body does.
fn test_is_open(looped: &Loop) -> bool {
    looped.kind != LoopKind::For || looped.over.is_none()
}

/// How many elements a list has at most, if that is known.
pub(super) fn rounds_of(evaluator: &Evaluator<'_>, over: &Value) -> Option<f64> {
    match &over.shape {
        Shape::Array(items) => u32::try_from(items.len()).ok().map(f64::from),
        Shape::Validated(inner, schema) => match (schema.max, rounds_of(evaluator, inner)) {
            (Some(left), Some(right)) => Some(left.min(right)),
            (left, right) => left.or(right),
        },
        Shape::Rows(id) => {
            let query = &evaluator.trace.query(*id)?.query;
            if query.single.is_some() {
                return None;
            }
            query.limit.as_ref()?.value.upper_bound()
        }
        Shape::OneOf(values) => {
            let rounds: Option<Vec<f64>> =
                values.iter().map(|value| rounds_of(evaluator, value)).collect();
            rounds?.into_iter().reduce(f64::max)
        }
        _ => None,
    }
}

/// The query whose rows a list holds, each once, if it holds nothing else.
fn rows_in(list: &Value) -> Option<QueryId> {
    match &list.shape {
        Shape::Rows(id) if !list.taint.has(Taint::PART) => Some(*id),
        Shape::Validated(inner, _) => rows_in(inner),
        Shape::OneOf(values) => {
            let is_empty = |value: &Value| {
                value.is_nullish() == Some(true)
                    || matches!(&value.shape, Shape::Array(items) if items.is_empty())
            };
            let mut filled = values.iter().filter(|value| !is_empty(value));
            let first = filled.next().and_then(rows_in)?;
            filled.all(|value| rows_in(value) == Some(first)).then_some(first)
        }
        _ => None,
    }
}

fn assigned(evaluator: &Evaluator<'_>, body: &[Stmt], names: &mut Vec<BindingId>) {
    for statement in body {
        match statement {
            Stmt::Let { value: Some(expr), .. }
            | Stmt::Expr(expr)
            | Stmt::Return(Some(expr), _)
            | Stmt::Throw(expr, _) => assigned_in(evaluator, *expr, names),
            Stmt::If { test, then, otherwise } => {
                assigned_in(evaluator, *test, names);
                assigned(evaluator, then, names);
                assigned(evaluator, otherwise, names);
            }
            Stmt::Loop(inner) => {
                inner.update.iter().for_each(|update| assigned_in(evaluator, *update, names));
                assigned(evaluator, &inner.body, names);
            }
            Stmt::Try(guarded) => {
                assigned(evaluator, &guarded.body, names);
                assigned(evaluator, guarded.catch.as_deref().unwrap_or_default(), names);
                assigned(evaluator, &guarded.finally, names);
            }
            Stmt::Switch { cases, .. } => {
                for (_, body) in cases {
                    assigned(evaluator, body, names);
                }
            }
            Stmt::Block(body) => assigned(evaluator, body, names),
            _ => {}
        }
    }
}

fn assigned_in(evaluator: &Evaluator<'_>, expr: ExprId, names: &mut Vec<BindingId>) {
    let module = evaluator.here.module;
    module.walk(expr, &mut |_, expr| match &expr.kind {
        ExprKind::Assign { target, .. } => {
            names.extend(target.bindings());
            if let Pattern::Place(place) = &**target
                && let Some(ExprKind::Name(name)) = module.expr(*place).map(|expr| &expr.kind)
            {
                names.push(*name);
            }
        }
        ExprKind::Unary { op, value } if op == "++" || op == "--" => {
            if let Some(ExprKind::Name(name)) = module.expr(*value).map(|expr| &expr.kind) {
                names.push(*name);
            }
        }
        _ => {}
    });
}
