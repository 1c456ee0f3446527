//! Functions that nobody calls, and that call those which register: what they hand over is known
//! only to them, so they run first.

use rustc_hash::FxHashSet;
use trave_backend::value::Shape;
use trave_ts::ir::{BindingId, BindingKind, ExprKind, FunctionId, Imported, Module};

use super::discover::Plan;
use super::{Evaluator, FunctionKey, ModuleId};

/// How many calls lie at most between such a function and one that registers.
const CALLS_MAX: u32 = 2;

/// How many of them are run.
const STARTERS_MAX: usize = 64;

/// How many re-exports are followed.
const REEXPORTS_MAX: u32 = 16;

impl Evaluator<'_> {
    /// The functions that lead to those which register, outermost first.
    pub(super) fn starters(&mut self, plan: &Plan) -> Vec<FunctionKey> {
        let mut known: FxHashSet<FunctionKey> = FxHashSet::default();
        for id in &plan.modules {
            known.extend(self.makers(*id, plan).into_iter().map(|function| (*id, function)));
        }
        known.retain(|key| !self.trace.visited.contains(key));
        let (mut wanted, mut found) = (known.clone(), Vec::new());
        for _ in 0..CALLS_MAX {
            let callers = self.callers(plan, &wanted);
            let callers: Vec<FunctionKey> =
                callers.into_iter().filter(|key| known.insert(*key)).collect();
            wanted = callers.iter().copied().collect();
            found.splice(0..0, callers);
        }
        found.truncate(STARTERS_MAX);
        found
    }

    /// The outermost functions in which one of these is called by its name.
    fn callers(&mut self, plan: &Plan, wanted: &FxHashSet<FunctionKey>) -> Vec<FunctionKey> {
        let mut found = Vec::new();
        for id in plan.modules.iter().filter(|_| !wanted.is_empty()) {
            let Some(module) = self.cx.module(*id) else { continue };
            let names = self.known_as(*id, module, wanted);
            for expr in module.exprs.iter().filter(|_| !names.is_empty()) {
                let ExprKind::Call(call) = &expr.kind else { continue };
                let Some(ExprKind::Name(name)) = module.expr(call.callee).map(|it| &it.kind) else {
                    continue;
                };
                let functions = (0..).map(FunctionId).zip(&module.functions).skip(1);
                let around = functions.filter(|(_, it)| it.parent == Some(FunctionId(0)));
                let mut around = around.filter(|(_, it)| it.span.holds(expr.span));
                if names.contains(name)
                    && let Some((function, _)) = around.next()
                {
                    found.push((*id, function));
                }
            }
        }
        found
    }

    /// The names by which a module knows some of these functions.
    fn known_as(
        &mut self,
        id: ModuleId,
        module: &Module,
        wanted: &FxHashSet<FunctionKey>,
    ) -> FxHashSet<BindingId> {
        let own = (0..).map(BindingId).zip(&module.bindings).filter(|(_, binding)| {
            matches!(binding.kind, BindingKind::Function(it) if wanted.contains(&(id, it)))
        });
        let mut names: FxHashSet<BindingId> = own.map(|(name, _)| name).collect();
        for import in module.imports.iter().filter(|import| !import.type_only) {
            let is_one = matches!(import.what, Imported::Named(_) | Imported::Default);
            let Some(binding) = import.binding.filter(|_| is_one) else { continue };
            let Some(target) = self.cx.imported(module.file, &import.specifier) else { continue };
            let value = self.exported(target, import.what.name(), REEXPORTS_MAX);
            if let Some(Shape::Function(closure)) = value.map(|value| value.shape)
                && let Some(closure) = self.closures.get(closure.0 as usize)
                && wanted.contains(&(closure.module, closure.function))
            {
                names.insert(binding);
            }
        }
        names
    }
}
