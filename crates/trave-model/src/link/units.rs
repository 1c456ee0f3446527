//! Which functions inside others run with them: those that are called or handed over there. What
//! is only made there, as the members of an object that is returned, runs when somebody takes it.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use trave_ts::ir::{BindingId, Call, ExprId, ExprKind, Function, FunctionId, Module};

/// The unit around each function of a module.
#[derive(Debug)]
pub(super) struct Units(Vec<FunctionId>);

impl Units {
    pub(super) fn of(module: &Module) -> Self {
        let used = Used::of(module);
        let names = used.names.iter().filter_map(|name| module.binding(*name));
        let called = names.map(|binding| (binding.function, &binding.name)).collect();
        let mut units: Vec<FunctionId> = Vec::with_capacity(module.functions.len());
        for (id, function) in (0..).map(FunctionId).zip(&module.functions) {
            let parent = function.parent.filter(|parent| *parent != FunctionId(0));
            let is_used = used.functions.contains(&id);
            let around = parent.filter(|parent| is_used || runs(function, *parent, &called));
            let unit = around.and_then(|parent| units.get(parent.0 as usize).copied());
            units.push(unit.unwrap_or(id));
        }
        Self(units)
    }

    /// The unit that a function belongs to.
    pub(super) fn around(&self, function: FunctionId) -> FunctionId {
        self.0.get(function.0 as usize).copied().unwrap_or(function)
    }

    /// The units inside other functions, with their names.
    pub(super) fn inner<'m>(
        &'m self,
        module: &'m Module,
    ) -> impl Iterator<Item = (&'m SmolStr, FunctionId)> {
        let functions = (0..).map(FunctionId).zip(&module.functions).skip(1);
        let inner = functions.filter(|(id, function)| {
            function.parent.is_some_and(|parent| parent != FunctionId(0)) && self.around(*id) == *id
        });
        inner.filter_map(|(id, function)| Some((function.name.as_ref()?, id)))
    }
}

/// What is called or handed over somewhere in a module.
#[derive(Default)]
struct Used {
    functions: FxHashSet<FunctionId>,
    names: FxHashSet<BindingId>,
}

impl Used {
    fn of(module: &Module) -> Self {
        let mut used = Self::default();
        for expr in &module.exprs {
            match &expr.kind {
                ExprKind::Call(call) | ExprKind::New(call) => used.call(module, call),
                _ => {}
            }
        }
        used
    }

    fn call(&mut self, module: &Module, call: &Call) {
        self.value(module, call.callee);
        for argument in &call.args {
            self.value(module, argument.value);
        }
    }

    fn value(&mut self, module: &Module, value: ExprId) {
        module.walk(value, &mut |_, expr| match &expr.kind {
            ExprKind::Function(function) => _ = self.functions.insert(*function),
            ExprKind::Name(name) => _ = self.names.insert(*name),
            _ => {}
        });
    }
}

/// Whether a function runs with the one around it: it has no name to be taken by, or is called
/// there by its name.
fn runs(
    function: &Function,
    parent: FunctionId,
    called: &FxHashSet<(FunctionId, &SmolStr)>,
) -> bool {
    let is_called = |name| called.contains(&(parent, name));
    function.class.is_none() && function.name.as_ref().is_none_or(is_called)
}
