//! Running a way in, or a function that no way in reaches.

use trave_backend::entry::{Entry, EntryKind, Handler};
use trave_backend::frameworks::is_refusal;
use trave_backend::value::{ClosureId, InputKind, Shape, Taint, Value};
use trave_ts::ir::{FunctionId, Module, Stmt};

use super::class::ClassRef;
use super::invoke::Caller;
use super::trace::Handled;
use super::{Evaluator, FunctionKey, Level, ModuleId, Trace, Watched, builtins};

/// How many functions that were made but not called are run at the end.
const LEFT_MAX: usize = 200;

/// With more frames than this, the next way in starts afresh.
const FRAMES_MAX: usize = 40_000;

/// Runs some ways in, each with everything it calls. What modules declare and what helpers compute
/// is shared between them.
pub(crate) fn run_entries(cx: &Watched<'_>, entries: &[(ModuleId, Entry)]) -> Vec<Trace> {
    let mut shared = Shared::default();
    entries.iter().map(|(id, entry)| shared.run_entry(cx, *id, entry)).collect()
}

/// Runs a way in of a module as it is asked for in different ways. What its helpers compute may
/// decide what it does, so that each is run for whatever it is given.
pub(crate) fn run_by_path(
    cx: &Watched<'_>,
    id: ModuleId,
    asked: impl Iterator<Item = Entry>,
) -> Vec<Trace> {
    let mut shared = Shared { runs_all: true, ..Shared::default() };
    asked.map(|entry| shared.run_entry(cx, id, &entry)).collect()
}

/// Runs functions of modules on their own, without a caller.
pub(crate) fn run_alone(
    cx: &Watched<'_>,
    left: &[(ModuleId, Vec<FunctionId>)],
    is_served: &dyn Fn(FunctionKey) -> bool,
) -> Vec<Trace> {
    let mut shared = Shared::default();
    let mut run = |(id, functions): &(ModuleId, Vec<FunctionId>)| {
        shared.run(cx, *id, |evaluator| evaluator.run_functions(*id, functions, is_served))
    };
    left.iter().map(&mut run).collect()
}

/// An evaluator that goes from one task to the next.
#[derive(Default)]
struct Shared<'p> {
    evaluator: Option<Evaluator<'p>>,
    /// Long functions that give nothing to follow are run for whatever they are given.
    runs_all: bool,
}

impl<'p> Shared<'p> {
    fn run_entry(&mut self, cx: &'p Watched<'p>, id: ModuleId, entry: &Entry) -> Trace {
        self.run(cx, id, |evaluator| {
            let handler = evaluator.handler(&entry.handler);
            evaluator.run_handler(&handler, entry);
            evaluator.run_queued();
        })
    }

    fn run(
        &mut self,
        cx: &'p Watched<'p>,
        id: ModuleId,
        task: impl FnOnce(&mut Evaluator<'p>),
    ) -> Trace {
        let Some(module) = cx.module(id) else { return Trace::default() };
        let kept = self.evaluator.take().filter(|it| !it.is_bound && it.frames.len() < FRAMES_MAX);
        let mut evaluator = match kept {
            Some(evaluator) => evaluator.moved_to(module, id),
            None => Evaluator::new(cx, module, id),
        };
        evaluator.memo.runs_all = self.runs_all;
        task(&mut evaluator);
        evaluator.catch_up();
        evaluator.claims_in_queries();
        let trace = std::mem::take(&mut evaluator.trace);
        self.evaluator = Some(evaluator);
        trace
    }
}

/// How sure it is of callers who get such an answer of middleware, other than one that sends them
/// away, that they are not unwanted.
fn let_through(answer: &Value) -> Level {
    let sends_away = |value: &&Value| is_refusal(value) || matches!(value.shape, Shape::Never);
    let mut passing = answer.alternatives().iter().filter(|value| !sends_away(value)).peekable();
    let is_sure = passing.peek().is_some() && passing.all(|value| value.taint.has(Taint::ADMITTED));
    if is_sure { Level::Sure } else { Level::Open }
}

impl<'p> Evaluator<'p> {
    /// Forgets the last task, but for what modules declare and helpers compute.
    pub(super) fn moved_to(mut self, module: &'p Module, id: ModuleId) -> Self {
        let frame = self.module_frame(id);
        self.here = super::Here { module, id, frame, function: FunctionId(0), this: None };
        self.give_back();
        self.start_over();
        self.alone.clear();
        self.journal.clear();
        self.older = super::Older::default();
        self.branches.clear();
        self.loops.clear();
        self.running.clear();
        self.call = 0;
        self.depth = 0;
        self.next = None;
        self.resolved.clear();
        self.chains.clear();
        self.memo.task += 1;
        self.first_closure = self.closures.len();
        self.held.clear();
        self.put_off.clear();
        self.queued.clear();
        self.trace = Trace::started();
        self
    }

    fn run_functions(
        &mut self,
        id: ModuleId,
        functions: &[FunctionId],
        is_served: &dyn Fn(FunctionKey) -> bool,
    ) {
        self.calls_max = super::CALLS_ALONE_MAX;
        for function in functions {
            self.alone(*function);
            self.start_over();
        }
        self.run_left((id, functions), is_served);
    }

    /// Forgets what the last function left behind, but for what it saw.
    pub(super) fn start_over(&mut self) {
        self.steps = 0;
        self.level = super::Level::Open;
        self.activation = super::Activation::default();
    }

    pub(super) fn handler(&mut self, handler: &Handler) -> Value {
        match handler {
            Handler::Export(name) => {
                self.exported(self.here.id, name, 16).unwrap_or_else(Value::unknown)
            }
            Handler::Function(function) => {
                let frame = self.scope_of(*function);
                let method = self.method_of_made(*function, frame);
                method.unwrap_or_else(|| self.closure_in(*function, frame))
            }
            Handler::Expr(expr) => self.eval(*expr),
            Handler::Registered => Value::unknown(),
        }
    }

    /// The frame in which a function stands; what runs around it never ran, so its names are
    /// unknown but for their types.
    pub(super) fn scope_of(&mut self, function: FunctionId) -> super::frame::FrameId {
        let module = self.here.module;
        let mut around = Vec::new();
        let mut at = module.function(function).and_then(|it| it.parent);
        while let Some(parent) = at {
            if parent == FunctionId(0) || around.len() > 64 {
                break;
            }
            around.push(parent);
            at = module.function(parent).and_then(|it| it.parent);
        }
        let mut frame = self.module_frame(self.here.id);
        for parent in around.into_iter().rev() {
            frame = self.new_frame(parent, Some(frame));
        }
        frame
    }

    fn run_handler(&mut self, handler: &Value, entry: &Entry) {
        if let Some(value) = self.dispatched(handler, entry) {
            if self.has_run(handler) {
                self.trace.handler = Handled::Ran;
                self.finish(value, entry);
                return;
            }
            // What stands before it could not be followed to the handler, and may have asked.
            self.level = self.level.max(Level::Maybe);
        }
        for alternative in handler.alternatives() {
            match &alternative.shape {
                // An app serves its own routes, which are ways in themselves.
                Shape::Library(library) if library.object().is_some() => {
                    self.trace.handler = Handled::Internal;
                }
                Shape::Function(id) if self.takes_client(*id, entry) => {
                    self.trace.handler = Handled::Internal;
                }
                Shape::Function(id) => {
                    self.trace.handler = Handled::Ran;
                    let args = self.entry_args(*id, entry);
                    let value = self.invoke(*id, args, Caller::default());
                    self.finish(value, entry);
                }
                Shape::Library(library) if library.library != builtins::LIBRARY => {
                    self.trace.handler = Handled::Ran;
                    let value = self.run_value(alternative, entry.params.clone());
                    self.finish(value, entry);
                }
                _ => self.trace.opaque = true,
            }
        }
    }

    /// Whether a handler ran, as far as that can be told.
    fn has_run(&self, handler: &Value) -> bool {
        let mut functions = handler.alternatives().iter().filter_map(|it| match it.shape {
            Shape::Function(id) => self.closures.get(id.0 as usize),
            _ => None,
        });
        functions.all(|it| self.trace.visited.contains(&(it.module, it.function)))
    }

    /// What a handler returns is sent to the caller, where the framework does so.
    fn finish(&mut self, value: Value, entry: &Entry) {
        self.hand_over(&value);
        let value = self.await_value(value);
        self.trace.passed = self.level.max(let_through(&value));
        let is_sent = matches!(entry.kind, EntryKind::ServerAction | EntryKind::Procedure);
        if is_sent || entry.config.sends_result {
            self.use_rows(&value, trave_backend::effect::RowsUse::Answered, entry.origin);
        }
    }

    /// Whether an action takes a client: nobody outside can send one, so that nobody calls it.
    fn takes_client(&mut self, id: ClosureId, entry: &Entry) -> bool {
        if entry.kind != EntryKind::ServerAction {
            return false;
        }
        let Some(closure) = self.closures.get(id.0 as usize).cloned() else { return false };
        let function = self.cx.module(closure.module).and_then(|it| it.function(closure.function));
        let notes =
            function.into_iter().flat_map(|it| &it.params).filter_map(|it| it.note.as_deref());
        let values: Option<Vec<Option<Value>>> =
            self.at_top(closure.module, |it| notes.map(|note| it.typed(note)).collect());
        let is_client =
            |shape: &Shape| matches!(shape, Shape::Library(library) if library.client.is_some());
        values.into_iter().flatten().flatten().any(|value| value.holds(is_client))
    }

    fn entry_args(&self, id: ClosureId, entry: &Entry) -> Vec<Value> {
        let kind = match entry.kind {
            EntryKind::ServerAction | EntryKind::Procedure => InputKind::Body,
            _ => InputKind::Parameter,
        };
        let mut args = entry.params.clone();
        args.extend(self.named_args(id, kind).into_iter().skip(args.len()));
        args
    }

    fn alone(&mut self, function: FunctionId) {
        if function == FunctionId(0) {
            let module = self.here.module;
            let Some(top) = module.function(function) else { return };
            self.trace.visited.insert((self.here.id, function));
            self.run_top(&top.body);
            for class in &module.classes {
                for decorator in &class.decorators {
                    self.eval(*decorator);
                }
            }
            for export in &module.exports {
                if let trave_ts::ir::Exported::Expr(expr) = export.what {
                    self.eval(expr);
                }
            }
            return;
        }
        let Some(lowered) = self.here.module.function(function) else { return };
        let frame = self.scope_of(function);
        if let Some(class) = lowered.class {
            let class = ClassRef { module: self.here.id, class, frame };
            let this = self.object_alone(class);
            let method = self.closure_of(class, function, Some(this));
            self.run_closure(&method);
        } else {
            let closure = self.closure_in(function, frame);
            self.run_closure(&closure);
        }
    }

    /// The statements at the top level, declarations by name so that they run once.
    fn run_top(&mut self, body: &'p [Stmt]) {
        for statement in body {
            match statement {
                Stmt::Let { pattern, .. } => {
                    for name in pattern.bindings() {
                        self.read(name);
                    }
                }
                _ => {
                    self.block(std::slice::from_ref(statement));
                }
            }
        }
    }

    fn run_closure(&mut self, closure: &Value) {
        if let Shape::Function(id) = closure.shape {
            let args = self.named_args(id, InputKind::Parameter);
            let value = self.invoke(id, args, Caller::default());
            self.hand_over(&value);
            self.activation.diverged = false;
        }
    }

    /// Functions that were made on the way and that nobody called: somebody outside will. Those
    /// that a registered route runs are known.
    fn run_left(
        &mut self,
        (id, roots): (ModuleId, &[FunctionId]),
        is_served: &dyn Fn(FunctionKey) -> bool,
    ) {
        let mut at = self.first_closure;
        let mut ran = 0;
        while at < self.closures.len() && ran < LEFT_MAX {
            let closure = self.closures.get(at).cloned();
            at += 1;
            let Some(closure) = closure else { break };
            let key: FunctionKey = (closure.module, closure.function);
            let is_ours = closure.module == id && self.is_inside(closure.function, roots);
            if !is_ours || self.trace.visited.contains(&key) || is_served(key) {
                continue;
            }
            ran += 1;
            self.start_over();
            let closure = ClosureId(u32::try_from(at - 1).unwrap_or(u32::MAX));
            self.run_closure(&Value::of(Shape::Function(closure)));
        }
    }

    fn is_inside(&self, function: FunctionId, roots: &[FunctionId]) -> bool {
        let mut at = Some(function);
        let mut hops = 0;
        while let Some(function) = at {
            if roots.contains(&function) {
                return true;
            }
            hops += 1;
            if hops > 64 {
                return false;
            }
            at = self.here.module.function(function).and_then(|it| it.parent);
        }
        false
    }
}
