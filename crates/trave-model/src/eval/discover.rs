//! Runs what registers routes: the top level of modules, and functions that are handed an app.

use rustc_hash::FxHashSet;
use trave_backend::value::{InputKind, LibraryValue, Shape, Value};
use trave_source::Origin;
use trave_ts::ir::{
    BindingKind, Exported, ExprId, ExprKind, Function, FunctionId, Imported, Module, Stmt, TypeNote,
};

use super::class::ClassRef;
use super::invoke::Caller;
use super::registry::Registry;
use super::snapshot::Snapshot;
use super::trace::Handled;
use super::{Evaluator, Here, Linked, ModuleId, STEPS_MAX, Served, Trace, Watched};

/// How many steps one module or function may take while routes are looked for, and all of them.
const LOAD_STEPS_MAX: u32 = 1_500_000;
const ALL_STEPS_MAX: u32 = 6_000_000;

/// With so many frames more than after the search, an evaluator starts afresh.
const FRAMES_MAX: usize = 120_000;

/// How many type names are followed.
const NAMES_MAX: u32 = 6;

/// Where routes are looked for.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The modules that run, in the order in which they are loaded.
    pub(crate) modules: Vec<ModuleId>,
    /// Those that import a package whose apps register routes.
    pub(crate) direct: FxHashSet<ModuleId>,
}

/// A route whose functions are run.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) route: Served,
    pub(crate) links: Vec<Linked>,
    /// Where it is registered.
    pub(crate) origin: Origin,
}

/// What is left of a search for routes.
#[derive(Debug)]
pub(crate) struct Searched {
    /// What was registered.
    pub(crate) registry: Registry,
    /// What else happened.
    pub(crate) trace: Trace,
    /// What evaluators have to know that run what was registered.
    pub(crate) known: Snapshot,
}

/// Runs what registers; none where there is nothing to run.
pub(crate) fn discover(cx: &Watched<'_>, plan: &Plan) -> Option<Searched> {
    let mut evaluator = searched(cx, plan)?;
    let registry = evaluator.registry.take().unwrap_or_default();
    evaluator.is_bound |= !evaluator.trace.queries.is_empty();
    let trace = std::mem::take(&mut evaluator.trace);
    Some(Searched { registry, trace, known: Snapshot::of(evaluator) })
}

/// Runs the functions of registered routes, which a search left behind.
pub(crate) fn run_served<'t>(
    cx: &Watched<'_>,
    known: &Snapshot,
    tasks: impl Iterator<Item = &'t Task>,
) -> Vec<Trace> {
    let mut kept: Option<Evaluator<'_>> = None;
    let mut traces = Vec::new();
    for task in tasks {
        let place = cx.module_of(task.origin.file).and_then(|id| Some((cx.module(id)?, id)));
        let Some(place) = place else {
            traces.push(Trace::default());
            continue;
        };
        let ready = kept.take().filter(|it| it.frames.len() < known.frames() + FRAMES_MAX);
        let mut evaluator = ready.unwrap_or_else(|| known.evaluator(cx, place));
        if evaluator.is_bound {
            evaluator.forget_rows();
        }
        evaluator = evaluator.moved_to(place.0, place.1);
        evaluator.trace.handler = Handled::Ran;
        evaluator.serve(task.route.clone(), task.links.clone());
        evaluator.run_queued();
        evaluator.catch_up();
        evaluator.claims_in_queries();
        traces.push(std::mem::take(&mut evaluator.trace));
        kept = Some(evaluator);
    }
    traces
}

/// An evaluator in which everything that registers has run.
fn searched<'p>(cx: &'p Watched<'p>, plan: &Plan) -> Option<Evaluator<'p>> {
    let first = *plan.modules.first()?;
    let mut evaluator = Evaluator::new(cx, cx.module(first)?, first);
    evaluator.registry = Some(Registry::default());
    evaluator.steps_max = LOAD_STEPS_MAX;
    let mut spent = 0;
    for id in &plan.modules {
        if spent < ALL_STEPS_MAX {
            evaluator.run_module(*id);
            spent += evaluator.steps;
        }
    }
    for (id, function) in evaluator.starters(plan) {
        spent = evaluator.call_alone(id, function, spent);
    }
    for id in &plan.modules {
        spent = evaluator.call_uncalled(*id, plan, spent);
    }
    evaluator.steps_max = STEPS_MAX;
    Some(evaluator)
}

impl<'p> Evaluator<'p> {
    /// Stands at the top level of a module.
    fn stand_in(&mut self, id: ModuleId) -> Option<&'p Module> {
        let module = self.cx.module(id)?;
        let frame = self.module_frame(id);
        self.here = Here { module, id, frame, function: FunctionId(0), this: None };
        self.start_over();
        Some(module)
    }

    /// Runs the top level of a module, as far as it may register something.
    fn run_module(&mut self, id: ModuleId) {
        let Some(module) = self.stand_in(id) else { return };
        let Some(top) = module.function(FunctionId(0)) else { return };
        for statement in &top.body {
            self.run_top_statement(statement);
        }
        for export in &module.exports {
            if let Exported::Expr(expr) = export.what
                && self.may_register(expr)
            {
                self.default_export(id, expr);
            }
        }
    }

    fn run_top_statement(&mut self, statement: &'p Stmt) {
        let Stmt::Let { pattern, value, .. } = statement else {
            self.block(std::slice::from_ref(statement));
            self.activation.diverged = false;
            return;
        };
        if value.is_some_and(|value| self.may_register(value)) {
            for name in pattern.bindings() {
                self.read(name);
            }
        }
    }

    /// Whether the initial value of a name may register something: a call of the project's own, or
    /// of a library that registers.
    fn may_register(&self, id: ExprId) -> bool {
        match self.expr(id).map(|expr| &expr.kind) {
            Some(ExprKind::Call(call) | ExprKind::New(call)) => self.root_registers(call.callee),
            Some(ExprKind::Await(inner) | ExprKind::Typed { value: inner, .. }) => {
                self.may_register(*inner)
            }
            Some(ExprKind::Conditional { yes, no, .. }) => {
                self.may_register(*yes) || self.may_register(*no)
            }
            Some(ExprKind::Logical { left, right, .. }) => {
                self.may_register(*left) || self.may_register(*right)
            }
            Some(ExprKind::Assign { .. }) => true,
            _ => false,
        }
    }

    /// Whether what is called comes from the project, or from a library that registers.
    fn root_registers(&self, callee: ExprId) -> bool {
        let mut at = callee;
        for _ in 0..256 {
            match self.expr(at).map(|expr| &expr.kind) {
                Some(ExprKind::Member { object, .. } | ExprKind::Index { object, .. }) => {
                    at = *object;
                }
                Some(ExprKind::Call(call) | ExprKind::New(call)) => at = call.callee,
                Some(ExprKind::Typed { value, .. } | ExprKind::Await(value)) => at = *value,
                Some(ExprKind::Import(specifier)) => return self.may_serve(specifier),
                Some(ExprKind::Name(name)) => {
                    let binding = self.here.module.binding(*name);
                    let Some(BindingKind::Import(index)) = binding.map(|it| it.kind) else {
                        return true;
                    };
                    let import = self.here.module.imports.get(index as usize);
                    return import.is_some_and(|import| self.may_serve(&import.specifier));
                }
                Some(ExprKind::Function(_)) => return true,
                _ => return false,
            }
        }
        false
    }

    fn may_serve(&self, specifier: &smol_str::SmolStr) -> bool {
        self.cx.is_own(self.here.module.file, specifier) || self.cx.registers(specifier)
    }

    /// Runs the functions of a module that nobody has called, when they take an app, or make one.
    fn call_uncalled(&mut self, id: ModuleId, plan: &Plan, mut spent: u32) -> u32 {
        for function in self.makers(id, plan) {
            spent = self.call_alone(id, function, spent);
        }
        spent
    }

    /// The outermost functions of a module that take an app, or make one.
    pub(super) fn makers(&self, id: ModuleId, plan: &Plan) -> Vec<FunctionId> {
        let is_direct = plan.direct.contains(&id);
        let Some(module) = self.cx.module(id) else { return Vec::new() };
        let functions = (0..).map(FunctionId).zip(&module.functions).skip(1);
        let outermost = functions.filter(|(_, lowered)| lowered.parent == Some(FunctionId(0)));
        let makers = outermost.filter(|(_, lowered)| {
            let takes = lowered.params.iter().any(|param| self.takes_app(id, param));
            takes || is_direct && makes_app(self, module, lowered)
        });
        makers.map(|(function, _)| function).collect()
    }

    /// Runs a function that nobody has called.
    fn call_alone(&mut self, id: ModuleId, function: FunctionId, spent: u32) -> u32 {
        let lowered = self.cx.module(id).and_then(|module| module.function(function));
        let Some(lowered) = lowered.filter(|_| !self.trace.visited.contains(&(id, function)))
        else {
            return spent;
        };
        if spent >= ALL_STEPS_MAX || self.stand_in(id).is_none() {
            return spent;
        }
        self.call_function(function, lowered);
        self.activation.diverged = false;
        spent + self.steps
    }

    fn takes_app(&self, id: ModuleId, param: &trave_ts::ir::Param) -> bool {
        let note = param.note.as_deref();
        note.is_some_and(|note| self.app_type(id, note, NAMES_MAX).is_some())
    }

    /// Calls a function with an app for each parameter of such a type.
    fn call_function(&mut self, function: FunctionId, lowered: &'p Function) {
        let frame = self.scope_of(function);
        let id = self.here.id;
        let closure = match lowered.class {
            Some(class) => {
                let class = ClassRef { module: id, class, frame };
                let this = self.construct_unknown(class);
                // The constructor has run.
                if self.trace.visited.contains(&(id, function)) {
                    return;
                }
                self.closure_of(class, function, Some(this))
            }
            None => self.closure_in(function, frame),
        };
        let Shape::Function(closure) = closure.shape else { return };
        let mut args = self.named_args(closure, InputKind::Parameter);
        for (param, arg) in lowered.params.iter().zip(&mut args) {
            let Some(note) = param.note.as_deref() else { continue };
            if let Some(app) = self.app_type(id, note, NAMES_MAX) {
                let object = self.new_object();
                let rooted = self.library_of(&app).and_then(|it| it.rooted(&app, &object));
                *arg = rooted.unwrap_or_else(|| arg.clone());
                self.root_built(&app, &object);
            }
        }
        self.invoke(closure, args, Caller::default());
    }

    /// Notes that an app is there that somebody unknown made.
    fn root_built(&mut self, app: &LibraryValue, object: &Value) {
        let Shape::Instance(owner) = object.shape else { return };
        let origin = self.at(trave_source::Span::default());
        let what = trave_backend::registration::Registered::Built(app.library);
        self.enter(trave_backend::registration::Registration { owner, origin, what });
    }

    /// The app that a type stands for, when routes can be registered on it.
    fn app_type(&self, module: ModuleId, note: &TypeNote, names: u32) -> Option<LibraryValue> {
        let names = names.checked_sub(1)?;
        let TypeNote::Named { binding, name, .. } = note else { return None };
        let lowered = self.cx.module(module)?;
        if let Some(declared) = lowered.types.iter().find(|it| it.name == *name) {
            return self.app_type(module, &declared.note, names);
        }
        let BindingKind::Import(index) = lowered.binding((*binding)?)?.kind else { return None };
        let import = lowered.imports.get(index as usize)?;
        let last = name.rsplit('.').next().unwrap_or(name);
        let wanted = match &import.what {
            Imported::Named(original) if !name.contains('.') => original.as_str(),
            Imported::Default if !name.contains('.') => "default",
            _ => last,
        };
        match self.cx.imported(lowered.file, &import.specifier) {
            Some(next) => self.exported_app_type(next, wanted, names),
            None => self.rootable(&import.specifier, wanted),
        }
    }

    fn exported_app_type(&self, module: ModuleId, name: &str, names: u32) -> Option<LibraryValue> {
        let names = names.checked_sub(1)?;
        let lowered = self.cx.module(module)?;
        if let Some(declared) = lowered.types.iter().find(|it| it.name == name) {
            return self.app_type(module, &declared.note, names);
        }
        match &self.cx.export(module, name)?.what {
            Exported::From { specifier, name } => match self.cx.imported(lowered.file, specifier) {
                Some(next) => self.exported_app_type(next, name, names),
                None => self.rootable(specifier, name),
            },
            _ => None,
        }
    }

    /// A type of a library, if routes can be registered on what has it.
    fn rootable(&self, package: &str, name: &str) -> Option<LibraryValue> {
        let object = Value::undefined();
        self.cx.libraries().iter().find_map(|library| {
            let typed = library.typed(package, name)?;
            let value = typed.library()?.clone();
            library.rooted(&value, &object).map(|_| value)
        })
    }
}

/// Whether a function calls something that a registering package exports.
fn makes_app(evaluator: &Evaluator<'_>, module: &Module, function: &Function) -> bool {
    module.exprs.iter().any(|expr| {
        let (ExprKind::Call(call) | ExprKind::New(call)) = &expr.kind else { return false };
        if !function.span.holds(expr.span) {
            return false;
        }
        let callee = module.expr(call.callee).map(|it| &it.kind);
        let root = match callee {
            Some(ExprKind::Member { object, .. }) => module.expr(*object).map(|it| &it.kind),
            other => other,
        };
        let Some(ExprKind::Name(name)) = root else { return false };
        let Some(BindingKind::Import(index)) = module.binding(*name).map(|it| it.kind) else {
            return false;
        };
        let import = module.imports.get(index as usize);
        import.is_some_and(|import| {
            let is_own = evaluator.cx.is_own(module.file, &import.specifier);
            !is_own && evaluator.cx.makes_apps(&import.specifier, import.what.name())
        })
    })
}
