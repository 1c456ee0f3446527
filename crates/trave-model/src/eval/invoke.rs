//! Running a function of the project with the values it gets.

use std::sync::Arc;

use smol_str::SmolStr;
use trave_backend::effect::{CacheAction, CacheUse, Effect};
use trave_backend::frameworks;
use trave_backend::value::{ClosureId, Input, InputKind, QueryId, Shape, Taint, Value};
use trave_source::Origin;
use trave_ts::ir::{Function, Param, Pattern};

use super::frame::Closure;
use super::stmt::Flow;
use super::trace::CallNode;
use super::{Activation, Evaluator, FunctionKey, Here, Level};

/// Who calls a function.
#[derive(Debug, Default)]
pub(super) struct Caller {
    /// What a method is called on.
    pub(super) this: Option<Value>,
    /// Where the call stands; none when it is nobody's.
    pub(super) origin: Option<Origin>,
    /// Where its arguments stand.
    pub(super) arg_origins: Vec<Origin>,
}

impl<'p> Evaluator<'p> {
    /// Runs a function.
    pub(super) fn invoke(&mut self, id: ClosureId, args: Vec<Value>, from: Caller) -> Value {
        let Some(closure) = self.closures.get(id.0 as usize).cloned() else {
            return Value::unknown();
        };
        let Some((module, function)) = self.function_of(&closure) else { return Value::unknown() };
        let key = (closure.module, closure.function);
        let is_recursive = self.running.iter().filter(|running| **running == key).count() >= 2;
        if is_recursive || self.running.len() >= self.calls_max || !self.may_step() {
            for value in &args {
                self.hand_over(value);
            }
            return Value::unknown_from(&args).tainted(Taint::UNKNOWN);
        }
        if self.leaves_out(&closure, &from, &args) {
            return Value::unknown();
        }
        let ticket = match self.remembered(&closure, &args) {
            Ok(result) => return result,
            Err(ticket) => ticket,
        };
        let begun = self.begin_run();
        self.trace.visited.insert(key);
        let made = self.made();
        let mut activation = self.new_activation(function);
        activation.arg_origins = from.arg_origins;
        let frame = self.new_frame(closure.function, Some(closure.frame));
        let here = Here {
            module,
            id: closure.module,
            frame,
            function: closure.function,
            this: closure.this.clone().or(from.this),
        };
        let outer = std::mem::replace(&mut self.here, here);
        let outer_activation = std::mem::replace(&mut self.activation, activation);
        let outer_call = self.enter_call(from.origin, key);
        self.running.push(key);
        self.depth += 4;
        let first_event = self.trace.events.len();
        let first_query = self.trace.queries.len();
        self.bind_params(function, args);
        let flow = self.block(&function.body);
        let value = self.leave(flow);
        self.read_through(first_event);
        self.name_keys(function, first_event);
        self.use_cache_directive(function, first_query, &value);
        self.depth -= 4;
        self.running.pop();
        self.call = outer_call;
        let activation = std::mem::replace(&mut self.activation, outer_activation);
        let deeds = self.end_run(begun, &activation);
        self.activation.written = self.activation.written.and(activation.written);
        self.here = outer;
        self.forget_frames(made);
        self.note_quiet(key, deeds);
        self.remember(ticket, deeds, &value);
        value
    }

    fn new_activation(&self, function: &Function) -> Activation {
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        Activation {
            level_at_start: self.level,
            is_async: function.is_async,
            first_frame: count(self.frames.len()),
            first_instance: count(self.instances.len()),
            ..Activation::default()
        }
    }

    fn function_of(&self, closure: &Closure) -> Option<(&'p trave_ts::ir::Module, &'p Function)> {
        let module = self.cx.module(closure.module)?;
        Some((module, module.function(closure.function)?))
    }

    /// Enters a call in the tree of calls; gives back where the evaluation was.
    fn enter_call(&mut self, origin: Option<Origin>, key: FunctionKey) -> u32 {
        let outer = self.call;
        if origin.is_some() {
            self.call = u32::try_from(self.trace.calls.len()).unwrap_or(u32::MAX);
            self.trace.calls.push(CallNode { parent: outer, origin, callee: Some(key) });
        } else if let Some(handler) = self.trace.calls.first_mut() {
            handler.callee.get_or_insert(key);
        }
        outer
    }

    /// What a finished run gives, and how sure it is now that unwanted callers are gone.
    fn leave(&mut self, flow: Flow) -> Value {
        if flow != Flow::Leaves {
            self.return_value(Value::undefined());
        }
        if let Some(level) = self.activation.level {
            self.level = level;
        }
        self.hold_as_returned();
        self.activation.returned.take().unwrap_or_else(Value::never)
    }

    /// Notes one way in which the running function ends.
    pub(super) fn return_value(&mut self, value: Value) {
        let has_answered = self.has_answered();
        self.held_at_return(&value);
        let activation = &mut self.activation;
        activation.returns += 1;
        let mut value = value.tainted(activation.control);
        if self.level == Level::Sure && activation.level_at_start < Level::Sure {
            value = value.tainted(Taint::ADMITTED);
        }
        // `if (process.env.NODE_ENV === 'development') return` skips a check where nobody is
        // served.
        let here = self.level.max(activation.skipped);
        if !has_answered {
            activation.level = Some(activation.level.map_or(here, |level| level.min(here)));
        }
        activation.returned = Some(match activation.returned.take() {
            Some(returned) => returned.join(value),
            None => value,
        });
    }

    /// Whether an answer was sent that ends the chain of functions of the route.
    fn has_answered(&self) -> bool {
        let slot = self.answer_slot();
        let noted = slot.and_then(|(object, name)| self.field(object, name));
        noted.is_some_and(|noted| noted.truth() == Some(true))
    }

    fn bind_params(&mut self, function: &'p Function, args: Vec<Value>) {
        let mut args = args.into_iter();
        for param in &function.params {
            let value = if param.rest {
                Value::array(args.by_ref().collect())
            } else {
                args.next().unwrap_or_else(Value::undefined)
            };
            self.bind_param(param, value);
        }
    }

    fn bind_param(&mut self, param: &Param, value: Value) {
        let value = self.with_note(value, param.note.as_deref());
        let value = self.or_default(value, param.default);
        if let (true, Pattern::Name(binding), Some(Shape::Instance(this))) =
            (param.field, &param.pattern, self.here.this.as_ref().map(|this| &this.shape))
        {
            let this = *this;
            if let Some(binding) = self.here.module.binding(*binding) {
                self.set_field(this, binding.name.clone(), value.clone());
            }
        }
        self.bind(&param.pattern, value);
    }

    /// Arguments for a function that somebody unknown calls.
    pub(super) fn unknown_args(&self, id: ClosureId) -> Vec<Value> {
        let function = self.closures.get(id.0 as usize).and_then(|it| self.function_of(it));
        let count = function.map_or(0, |(_, function)| function.params.len());
        vec![Value::of(Shape::Unknown); count]
    }

    /// Arguments named after the parameters, of some kind of input.
    pub(super) fn named_args(&self, id: ClosureId, kind: InputKind) -> Vec<Value> {
        let function = self.closures.get(id.0 as usize).and_then(|it| self.function_of(it));
        let Some((module, function)) = function else { return Vec::new() };
        let name = |param: &Param| match &param.pattern {
            Pattern::Name(binding) => module.binding(*binding).map(|it| it.name.clone()),
            _ => None,
        };
        function
            .params
            .iter()
            .map(|param| Value::input(kind, name(param).unwrap_or_default()))
            .collect()
    }

    /// Whether a function that is handed on runs elsewhere: in the browser, or as an action of its
    /// own when somebody sends its form.
    pub(super) fn is_elsewhere(&self, id: ClosureId) -> bool {
        let Some(closure) = self.closures.get(id.0 as usize) else { return true };
        let Some((module, function)) = self.function_of(closure) else { return true };
        let crosses = |directive| {
            module.has_directive(directive) && !self.here.module.has_directive(directive)
        };
        crosses("use client")
            || crosses("use server")
            || function.directives.iter().any(|directive| directive == "use server")
    }

    /// `'use cache'` keeps what the function gives, keyed by everything that it was given.
    fn use_cache_directive(&mut self, function: &Function, first_query: usize, value: &Value) {
        let Some(directive) = function.directives.iter().find(|it| it.starts_with("use cache"))
        else {
            return;
        };
        let origin = self.at(function.span);
        let everything = Input { kind: InputKind::Parameter, name: SmolStr::new_static("*") };
        let key = Value::of(Shape::Input(everything)).and_dependencies(value);
        let queries =
            (first_query..self.trace.queries.len()).filter_map(|at| u32::try_from(at).ok());
        self.push(Effect::Cache(CacheUse {
            origin,
            library: frameworks::OF_CACHE_DIRECTIVES,
            action: CacheAction::ReadThrough,
            key,
            key_origin: origin,
            ttl: None,
            ttl_unit: None,
            ttl_known: false,
            value: Some(value.clone()),
            computes: queries.map(QueryId).collect(),
            shared: directive != "use cache: private",
            bookkeeping: false,
        }));
    }

    /// Puts what happened between a promise and its use in order: `.then`, `.catch`, `.finally`.
    pub(super) fn chain_promise(
        &mut self,
        promise: &Value,
        method: &str,
        site: &super::call::Site,
    ) -> Value {
        let value = self.await_value(promise.clone());
        let call = |it: &mut Self, function: Value, args: Vec<Value>| {
            let site = super::call::Site { args, ..site.clone() };
            let result = it.call_value(&function, site);
            it.await_value(result)
        };
        match method {
            "then" => {
                let on_value = site.arg(0);
                if on_value.is_nullish() == Some(true) {
                    return value;
                }
                if let Some(on_error) = site.args.get(1) {
                    self.run_callback(&on_error.clone());
                }
                call(self, on_value, vec![value])
            }
            "catch" => {
                let on_error = site.arg(0);
                let recovered =
                    self.maybe(|it| call(it, on_error, vec![Value::of(Shape::Unknown)]));
                value.join(recovered)
            }
            _ => {
                self.run_callback(&site.arg(0));
                value
            }
        }
    }

    /// What awaiting a value gives.
    pub(super) fn await_value(&mut self, value: Value) -> Value {
        match &value.shape {
            Shape::Library(library) => {
                let library = Arc::clone(library);
                let model = self.library_of(&library);
                let awaited = model.and_then(|model| model.awaited(&library, self));
                awaited.unwrap_or(value)
            }
            Shape::OneOf(values) => {
                let values = Arc::clone(values);
                let awaited: Vec<Value> =
                    values.iter().map(|value| self.await_value(value.clone())).collect();
                Value::one_of(awaited).and_dependencies(&value)
            }
            _ => value,
        }
    }
}
