//! Statements, and which of them end what runs after them.

use trave_backend::value::{Shape, Taint, Value};
use trave_ts::ir::{ExprId, Pattern, Stmt, Try};

use super::Evaluator;
use super::frame::Changes;
use super::narrow::Outcome;
use super::operator::Branch;

/// How a block ends, from least to most final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Flow {
    /// What follows runs.
    Falls,
    /// The loop or switch around it goes on.
    Breaks,
    /// The function returns, throws or never comes back.
    Leaves,
}

impl<'p> Evaluator<'p> {
    pub(super) fn block(&mut self, body: &'p [Stmt]) -> Flow {
        for statement in body {
            let flow = self.statement(statement);
            if std::mem::take(&mut self.activation.diverged) {
                return Flow::Leaves;
            }
            if flow != Flow::Falls {
                return flow;
            }
        }
        Flow::Falls
    }

    fn statement(&mut self, statement: &'p Stmt) -> Flow {
        if !self.may_step() {
            return Flow::Falls;
        }
        self.depth += 1;
        let flow = self.run_statement(statement);
        self.depth -= 1;
        flow
    }

    fn run_statement(&mut self, statement: &'p Stmt) -> Flow {
        match statement {
            Stmt::Let { pattern, value, .. } => {
                let value = value.map_or_else(Value::undefined, |value| self.eval(value));
                self.bind(pattern, value);
                Flow::Falls
            }
            Stmt::Expr(expr) => {
                self.statement_expr(*expr);
                Flow::Falls
            }
            Stmt::Return(value, _) => {
                self.return_stmt(*value);
                Flow::Leaves
            }
            Stmt::Throw(value, _) => {
                self.eval(*value);
                self.memo.turns += 1;
                Flow::Leaves
            }
            Stmt::If { test, then, otherwise } => self.if_stmt(*test, then, otherwise),
            Stmt::Loop(looped) => self.loop_stmt(looped),
            Stmt::Try(guarded) => self.try_stmt(guarded),
            Stmt::Switch { subject, cases } => self.switch_stmt(*subject, cases),
            Stmt::Block(body) => self.block(body),
            Stmt::Break => Flow::Breaks,
        }
    }

    fn return_stmt(&mut self, value: Option<ExprId>) {
        let origin = value.map(|value| self.origin(value));
        let mut value = value.map_or_else(Value::undefined, |value| self.eval(value));
        if self.activation.diverged {
            return;
        }
        if self.activation.is_async {
            if let Some(origin) = origin {
                self.awaited_call(origin, &Value::undefined());
            }
            value = self.await_value(value);
        }
        if let Some(origin) = origin {
            self.claim_returned(&value, origin);
        }
        self.return_value(value);
    }

    fn if_stmt(&mut self, test: ExprId, then: &'p [Stmt], otherwise: &'p [Stmt]) -> Flow {
        let decides = self.operand(test);
        if self.activation.diverged {
            return Flow::Leaves;
        }
        if let Some(truth) = decides.truth() {
            self.note_waiver(test);
            self.note_word(test);
            let (taken, other) = if truth { (then, otherwise) } else { (otherwise, then) };
            return self.decided(taken, other);
        }
        let level = self.level;
        let taint = decides.taint;
        let yes = self.branch(Some((test, Outcome::Holds)), taint, |it| it.block(then));
        let no = self.branch(Some((test, Outcome::Fails)), taint, |it| it.block(otherwise));
        let flow = self.meet(yes, no, taint);
        self.note_guard(test, taint, level);
        flow
    }

    /// Runs the only branch of a decided condition. One that throws is not believed: programs are
    /// written to work, and what decides it may be set up where nobody looked.
    fn decided(&mut self, taken: &'p [Stmt], other: &'p [Stmt]) -> Flow {
        let returns = self.activation.returns;
        let flow = self.block(taken);
        let throws = flow == Flow::Leaves && self.activation.returns == returns;
        if !other.is_empty() || flow == Flow::Leaves {
            // Some of the function did not run: it will be looked at on its own as well.
            self.trace.partly.extend(self.running.last());
            self.memo.omissions += 1;
        }
        if throws { Flow::Falls } else { flow }
    }

    /// Where two branches come together again.
    fn meet(&mut self, yes: Branch<Flow>, no: Branch<Flow>, taint: Taint) -> Flow {
        let flow = yes.result.min(no.result);
        match (yes.result == Flow::Leaves, no.result == Flow::Leaves) {
            (false, false) => self.apply_either(&[yes.changes, no.changes]),
            (true, true) => {}
            (yes_leaves, _) => {
                self.apply(if yes_leaves { no.changes } else { yes.changes });
                // Whether the rest of the function runs at all depends on the test.
                let control = self.activation.control;
                self.activation.control = control.and(taint.only(Taint::IDENTITY));
            }
        }
        // A branch that only breaks off leaves the rest of the block to the other.
        if flow == Flow::Breaks && yes.result != no.result { Flow::Breaks } else { flow }
    }

    fn try_stmt(&mut self, guarded: &'p Try) -> Flow {
        let level = self.level;
        let stretch = self.begin_stretch();
        let mut flow = self.block(&guarded.body);
        let reached = self.level;
        let tried = self.end_stretch(stretch);
        self.level = level;
        if let Some(catch) = &guarded.catch {
            let taint = if reached > level { Taint::CALLER } else { Taint::NONE };
            let caught = self.catch(guarded.param.as_ref(), catch, (&tried, taint));
            let caught_flow = caught.result;
            let failed = (caught_flow != Flow::Leaves).then_some(caught.changes);
            match (flow == Flow::Leaves, failed) {
                (false, Some(failed)) => self.apply_either(&[tried, failed]),
                (false, None) => self.apply(tried),
                (true, Some(failed)) => self.apply(failed),
                (true, None) => {}
            }
            flow = flow.min(caught_flow);
        } else {
            self.apply(tried);
        }
        match self.block(&guarded.finally) {
            Flow::Falls => flow,
            finally => finally,
        }
    }

    /// Runs a handler: anything of the body may have happened when it starts.
    fn catch(
        &mut self,
        param: Option<&'p Pattern>,
        body: &'p [Stmt],
        (tried, taint): (&Changes, Taint),
    ) -> Branch<Flow> {
        self.branch(None, taint, |it| {
            let nothing = it.nothing();
            it.apply_either(&[nothing, tried.clone()]);
            if let Some(param) = param {
                it.bind(param, Value::of(Shape::Unknown));
            }
            it.block(body)
        })
    }

    fn switch_stmt(&mut self, subject: ExprId, cases: &'p [(Option<ExprId>, Vec<Stmt>)]) -> Flow {
        let value = self.eval(subject);
        let mut ends: Vec<Branch<Flow>> = Vec::new();
        let mut has_default = false;
        // Labels without statements share those of the next label.
        let mut shares = false;
        for (test, body) in cases {
            let compared = test.map(|test| self.eval(test));
            let differs = !shares && compared.as_ref().is_some_and(|it| cannot_equal(&value, it));
            shares = body.is_empty() && !differs;
            has_default |= test.is_none() && !body.is_empty();
            self.memo.turns += u32::from(differs);
            if body.is_empty() || differs {
                continue;
            }
            ends.push(self.branch(None, value.taint, |it| {
                if let Some(compared) = &compared {
                    it.narrow_to(subject, compared);
                }
                it.block(body)
            }));
        }
        if !has_default {
            ends.push(self.branch(None, Taint::NONE, |_| Flow::Falls));
        }
        let leaves = ends.iter().all(|end| end.result == Flow::Leaves);
        let falling = ends.into_iter().filter(|end| end.result != Flow::Leaves);
        let changes: Vec<_> = falling.map(|end| end.changes).collect();
        self.apply_either(&changes);
        if leaves { Flow::Leaves } else { Flow::Falls }
    }
}

fn cannot_equal(left: &Value, right: &Value) -> bool {
    super::operator::operate("===", left.clone(), right.clone()).truth() == Some(false)
}
