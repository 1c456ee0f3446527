//! Running a way in, or a function that no way in reaches.

use trave_backend::entry::{Entry, EntryKind, Handler};
use trave_backend::value::{ClosureId, InputKind, Shape, Value};
use trave_ts::ir::{FunctionId, Stmt};

use super::class::ClassRef;
use super::invoke::Caller;
use super::{Context, Evaluator, FunctionKey, ModuleId, Trace, builtins};

/// How many functions that were made but not called are run at the end.
const LEFT_MAX: usize = 200;

/// Runs a way in with everything it calls.
pub(crate) fn run_entry(cx: &Context<'_>, id: ModuleId, entry: &Entry) -> Trace {
    let Some(module) = cx.module(id) else { return Trace::default() };
    let mut evaluator = Evaluator::new(cx, module, id);
    let handler = evaluator.handler(&entry.handler);
    evaluator.run_handler(&handler, entry);
    evaluator.claims_in_queries();
    evaluator.trace
}

/// Runs functions of a module on their own, without a caller.
pub(crate) fn run_alone(cx: &Context<'_>, id: ModuleId, functions: &[FunctionId]) -> Trace {
    let Some(module) = cx.module(id) else { return Trace::default() };
    let mut evaluator = Evaluator::new(cx, module, id);
    evaluator.calls_max = super::CALLS_ALONE_MAX;
    for function in functions {
        evaluator.alone(*function);
        evaluator.start_over();
    }
    evaluator.run_left((id, functions));
    evaluator.claims_in_queries();
    evaluator.trace
}

impl<'p> Evaluator<'p> {
    /// Forgets what the last function left behind, but for what it saw.
    fn start_over(&mut self) {
        self.steps = 0;
        self.level = super::Level::Open;
        self.activation = super::Activation::default();
    }

    fn handler(&mut self, handler: &Handler) -> Value {
        match handler {
            Handler::Export(name) => {
                self.exported(self.here.id, name, 16).unwrap_or_else(Value::unknown)
            }
            Handler::Function(function) => {
                let frame = self.scope_of(*function);
                self.closure_in(*function, frame)
            }
            Handler::Expr(expr) => self.eval(*expr),
        }
    }

    /// The frame in which a function stands; what runs around it never ran, so its names are
    /// unknown but for their types.
    fn scope_of(&mut self, function: FunctionId) -> super::frame::FrameId {
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
        for alternative in handler.alternatives() {
            match &alternative.shape {
                Shape::Function(id) => {
                    self.trace.ran = true;
                    let args = self.entry_args(*id, entry);
                    let value = self.invoke(*id, args, Caller::default());
                    let value = self.await_value(value);
                    if matches!(entry.kind, EntryKind::ServerAction | EntryKind::Procedure) {
                        let how = trave_backend::effect::RowsUse::Answered;
                        self.use_rows(&value, how, entry.origin);
                    }
                }
                Shape::Library(library) if library.library != builtins::LIBRARY => {
                    self.trace.ran = true;
                    self.run_value(alternative, entry.params.clone());
                }
                _ => self.trace.opaque = true,
            }
        }
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
            let this = self.construct_unknown(class);
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
            self.invoke(id, args, Caller::default());
            self.activation.diverged = false;
        }
    }

    /// Functions that were made on the way and that nobody called: somebody outside will.
    fn run_left(&mut self, (id, roots): (ModuleId, &[FunctionId])) {
        let mut at = 0;
        let mut ran = 0;
        while at < self.closures.len() && ran < LEFT_MAX {
            let closure = self.closures.get(at).cloned();
            at += 1;
            let Some(closure) = closure else { break };
            let key: FunctionKey = (closure.module, closure.function);
            let is_ours = closure.module == id && self.is_inside(closure.function, roots);
            if !is_ours || self.trace.visited.contains(&key) {
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
