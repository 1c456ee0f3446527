//! Calls: of the project's functions, of libraries, of what nobody knows.

use smol_str::SmolStr;
use trave_backend::effect::Effect;
use trave_backend::library::{LibraryCall, OWNER, Piece};
use trave_backend::value::{ClosureId, Shape, Taint, Value};
use trave_source::{Origin, Span};
use trave_ts::ir::{Argument, Call, ExprId, ExprKind, TemplatePart};

use super::expr::joined;
use super::invoke::Caller;
use super::place::element_of;
use super::{Evaluator, Level, builtins, words};

/// How many functions among the arguments of an unknown call are run.
const CALLBACKS_MAX: usize = 8;

/// How many steps a function takes at most that an unknown call runs, while routes are looked for:
/// those that register some take few.
const REGISTERING_STEPS_MAX: u32 = 5_000;

/// A call: where it stands and what it is given.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) args: Vec<Value>,
    pub(super) arg_origins: Vec<Origin>,
    /// The whole call.
    pub(super) origin: Origin,
    /// From the method's name to the end of the call.
    pub(super) method_origin: Origin,
    /// The last part of the callee or receiver, as written.
    pub(super) name: SmolStr,
    /// The method that is called on the result, if any.
    pub(super) next: Option<SmolStr>,
    pub(super) is_new: bool,
    pub(super) is_tagged: bool,
    /// The arguments that are written as templates, by index, piece by piece.
    pub(super) templates: Vec<(usize, Vec<Piece>)>,
    /// The names of the types that the call is given.
    pub(super) type_args: Vec<SmolStr>,
}

/// A method that is called, as written.
struct Method<'p> {
    object: ExprId,
    name: &'p SmolStr,
    span: Span,
    next: Option<SmolStr>,
}

impl Site {
    /// A call with these arguments that is written nowhere else than here.
    pub(super) fn plain(args: Vec<Value>, origin: Origin) -> Self {
        Self {
            arg_origins: vec![origin; args.len()],
            args,
            origin,
            method_origin: origin,
            name: SmolStr::default(),
            next: None,
            is_new: false,
            is_tagged: false,
            templates: Vec::new(),
            type_args: Vec::new(),
        }
    }

    pub(super) fn arg(&self, index: usize) -> Value {
        self.args.get(index).cloned().unwrap_or_else(Value::undefined)
    }
}

impl<'p> Evaluator<'p> {
    pub(super) fn call(&mut self, id: ExprId, call: &'p Call) -> Value {
        let next = self.next.take();
        let value = match self.expr(call.callee).map(|callee| &callee.kind) {
            Some(ExprKind::Member { object, property, property_span, .. }) => {
                let method = Method { object: *object, name: property, span: *property_span, next };
                self.method_call(id, call, method)
            }
            Some(ExprKind::Super) => {
                let site = self.site(id, call);
                self.call_super(site);
                Value::undefined()
            }
            _ => {
                let callee = self.eval(call.callee);
                let site = self.site(id, call);
                self.call_value(&callee, site)
            }
        };
        if matches!(value.shape, Shape::Never) {
            self.memo.turns += 1;
            self.activation.diverged = true;
        }
        value
    }

    fn method_call(&mut self, id: ExprId, call: &'p Call, method: Method<'p>) -> Value {
        if matches!(self.expr(method.object).map(|it| &it.kind), Some(ExprKind::Call(_))) {
            self.next = Some(method.name.clone());
        }
        if matches!(self.expr(method.object).map(|it| &it.kind), Some(ExprKind::Super)) {
            if let Some(function) = self.super_member(method.name) {
                let site = self.site(id, call);
                return self.call_value(&function, site);
            }
            if let Some(part) = self.super_part() {
                let mut site = self.site(id, call);
                site.method_origin.span.start = method.span.start;
                return self.call_method(&part, method.name, site);
            }
        }
        let receiver = self.eval(method.object);
        if call.optional && receiver.is_nullish() == Some(true) {
            return Value::undefined();
        }
        let mut site = self.site(id, call);
        site.method_origin.span.start = method.span.start;
        site.name = self.written(method.object);
        site.next = method.next;
        let given = builtins::may_change(method.name).then(|| site.args.clone());
        if let Some(args) = &given {
            for value in args {
                self.hand_over(value);
                self.queue_functions(value);
            }
        }
        let result = self.call_method(&receiver, method.name, site);
        let changed = given.and_then(|args| self.mutated(&receiver, method.name, &args));
        if let Some(changed) = changed {
            self.write_back(method.object, changed);
        }
        result
    }

    /// The last part of a receiver as written: `supabase`, `db` of `ctx.db`, `getClient` of a call.
    fn written(&self, id: ExprId) -> SmolStr {
        match self.expr(id).map(|expr| &expr.kind) {
            Some(ExprKind::Name(binding)) => {
                self.here.module.binding(*binding).map(|it| it.name.clone()).unwrap_or_default()
            }
            Some(ExprKind::Global(name)) => name.clone(),
            Some(ExprKind::Member { property, .. }) => property.clone(),
            Some(ExprKind::Call(call)) => self.written(call.callee),
            Some(ExprKind::Await(inner) | ExprKind::Typed { value: inner, .. }) => {
                self.written(*inner)
            }
            _ => SmolStr::default(),
        }
    }

    /// Evaluates the arguments of a call.
    pub(super) fn site(&mut self, id: ExprId, call: &Call) -> Site {
        let origin = self.origin(id);
        let mut site = Site {
            args: Vec::with_capacity(call.args.len()),
            arg_origins: Vec::with_capacity(call.args.len()),
            origin,
            method_origin: origin,
            name: self.written(call.callee),
            next: None,
            is_new: false,
            is_tagged: false,
            templates: Vec::new(),
            type_args: self.names_of(self.here.id, &call.type_args),
        };
        for argument in &call.args {
            self.argument(*argument, &mut site);
        }
        site
    }

    fn argument(&mut self, argument: Argument, site: &mut Site) {
        let value = match self.expr(argument.value).map(|expr| &expr.kind) {
            Some(ExprKind::Template(parts)) if self.may_step() => {
                let pieces = self.pieces(parts);
                let value = joined(&pieces);
                site.templates.push((site.args.len(), pieces));
                value
            }
            _ => self.eval(argument.value),
        };
        let origin = self.origin(argument.value);
        match (&value.shape, argument.spread) {
            (Shape::Array(items), true) => {
                site.arg_origins.extend(items.iter().map(|_| origin));
                site.args.extend(items.iter().cloned());
            }
            (_, true) => {
                let spread = spread_out(&value).unwrap_or_else(|| vec![element_of(&value)]);
                site.arg_origins.extend(spread.iter().map(|_| origin));
                site.args.extend(spread);
            }
            (_, false) => {
                site.args.push(value);
                site.arg_origins.push(origin);
            }
        }
    }

    pub(super) fn tagged(&mut self, id: ExprId, tag: ExprId, parts: &[TemplatePart]) -> Value {
        let callee = self.eval(tag);
        let pieces = self.pieces(parts);
        let text = joined(&pieces);
        let origin = self.origin(id);
        let name = self.written(tag);
        let site = Site {
            args: vec![text],
            arg_origins: vec![origin],
            origin,
            method_origin: origin,
            name,
            next: None,
            is_new: false,
            is_tagged: true,
            templates: vec![(0, pieces)],
            type_args: Vec::new(),
        };
        self.call_value(&callee, site)
    }

    pub(super) fn call_value(&mut self, callee: &Value, site: Site) -> Value {
        match &callee.shape {
            Shape::Function(id) => self.invoke_at(*id, site, None),
            Shape::Library(_) => self.call_library(callee, None, site),
            Shape::OneOf(values) => {
                let results: Vec<Value> =
                    values.iter().map(|value| self.call_value(value, site.clone())).collect();
                Value::one_of(results).and_dependencies(callee)
            }
            Shape::Never => Value::never(),
            _ => self.call_unknown(callee, &site),
        }
    }

    pub(super) fn call_method(&mut self, receiver: &Value, method: &str, site: Site) -> Value {
        match &receiver.shape {
            Shape::OneOf(values) => {
                let identity = receiver.taint.only(Taint::IDENTITY);
                let results: Vec<Value> = values
                    .iter()
                    .filter(|value| value.is_nullish() != Some(true))
                    .map(|value| self.call_method(value, method, site.clone()))
                    .collect();
                if results.is_empty() {
                    return Value::undefined();
                }
                Value::one_of(results).tainted(identity)
            }
            Shape::Library(_) if matches!(method, "then" | "catch" | "finally") => {
                self.chain_promise(receiver, method, &site)
            }
            Shape::Library(library) => match self.kept_member(library, method) {
                Some(function) => self.call_with_this(&function, receiver, site),
                None => self.call_library(receiver, Some(method), site),
            },
            Shape::Instance(id) => self.call_member(receiver, *id, (method, site)),
            Shape::Object(object) if object.fields.contains_key(method) => {
                let function = object.fields.get(method).cloned().unwrap_or_else(Value::undefined);
                self.call_with_this(&function, receiver, site)
            }
            Shape::Function(_) => self.call_on_function(receiver, method, site),
            _ => self.call_on_data(receiver, method, site),
        }
    }

    fn call_with_this(&mut self, function: &Value, this: &Value, site: Site) -> Value {
        match &function.shape {
            Shape::Function(id) => self.invoke_at(*id, site, Some(this.clone())),
            _ => self.call_value(function, site),
        }
    }

    fn invoke_at(&mut self, id: ClosureId, site: Site, this: Option<Value>) -> Value {
        let from = Caller { this, origin: Some(site.origin), arg_origins: site.arg_origins };
        self.invoke(id, site.args, from)
    }

    /// `f.call(this, …)`, `f.apply(…)`, `f.bind(…)`.
    fn call_on_function(&mut self, function: &Value, method: &str, mut site: Site) -> Value {
        match method {
            "call" => {
                site.args = site.args.split_off(1.min(site.args.len()));
                self.call_value(function, site)
            }
            "apply" => {
                let list = site.arg(1);
                site.args = match &list.shape {
                    Shape::Array(items) => items.to_vec(),
                    _ => vec![element_of(&list)],
                };
                self.call_value(function, site)
            }
            "bind" => function.clone(),
            _ => self.call_unknown(function, &site),
        }
    }

    /// A method of data: of an array, a string, a number, or of something unknown.
    fn call_on_data(&mut self, receiver: &Value, method: &str, site: Site) -> Value {
        if let Some(guessed) = self.guess(receiver, method, &site) {
            return guessed;
        }
        if let Some(value) = self.call_on_rows(receiver, method, &site) {
            return value;
        }
        if let Some(value) = self.call_builtin(receiver, method, &site) {
            return value;
        }
        if let Shape::Object(object) = &receiver.shape
            && let Some(rest) = &object.rest
        {
            let rest = Value::clone(rest);
            return self.call_method(&rest, method, site);
        }
        let mut named = site;
        named.name = SmolStr::from(method);
        self.call_unknown(receiver, &named)
    }

    pub(super) fn call_library(
        &mut self,
        callee: &Value,
        method: Option<&str>,
        site: Site,
    ) -> Value {
        let Some(library) = callee.library() else { return Value::unknown() };
        if library.library == builtins::LIBRARY {
            return self.call_builtin_value(callee, method, site);
        }
        for value in &site.args {
            self.hand_over(value);
            self.rows_leave(value);
        }
        let call = LibraryCall {
            callee: library,
            method,
            is_new: site.is_new,
            is_tagged: site.is_tagged,
            args: &site.args,
            arg_origins: &site.arg_origins,
            origin: site.origin,
            method_origin: site.method_origin,
            templates: &site.templates,
            type_args: &site.type_args,
        };
        let known = self.library_of(library).and_then(|model| model.call(&call, self));
        match known {
            Some(value) => self.seen(value, site.origin),
            None => self.call_unknown(callee, &site),
        }
    }

    /// A call that cannot be followed: functions among its arguments run once, and what it gives
    /// depends on everything that it is given.
    pub(super) fn call_unknown(&mut self, callee: &Value, site: &Site) -> Value {
        let mut dependencies = Value::unknown_from(&site.args).and_dependencies(callee);
        dependencies.taint = dependencies.taint.without(Taint::ADMITTED).and(Taint::UNKNOWN);
        let told = site.args.iter().any(words::tells_identity);
        let may_ask = words::ask_identity(&site.name) || told;
        if told {
            self.push(Effect::Opaque(site.origin));
        }
        if may_ask {
            dependencies.taint = dependencies.taint.and(Taint::OPAQUE);
        }
        if words::check_secret(&site.name)
            && dependencies.taint.has(Taint::ENV)
            && dependencies.taint.has(Taint::INPUT)
        {
            dependencies.taint = dependencies.taint.and(Taint::SECRET);
        }
        self.run_callbacks(&site.args, &site.name);
        for value in &site.args {
            self.hand_over(value);
            self.rows_leave(value);
        }
        self.note_foreign(callee, site);
        self.answer_put(site);
        match self.wraps(site) {
            Some(wrapped) => wrapped.and_dependencies(&dependencies),
            None => dependencies,
        }
    }

    /// While routes are looked for, an unknown function may give a handler that calls the one it
    /// was given.
    fn wraps(&self, site: &Site) -> Option<Value> {
        self.registry.as_ref()?;
        let is_function = |value: &&Value| matches!(value.shape, Shape::Function(_));
        let functions: Vec<Value> = site.args.iter().filter(is_function).cloned().collect();
        (!functions.is_empty()).then(|| builtins::wrapped(&site.name, functions))
    }

    /// Whether an argument is called back, rather than a handler of requests that only a server
    /// calls: those take the request and the answer.
    fn is_called_back(&self, value: &Value) -> bool {
        match &value.shape {
            Shape::Function(id) => self.registry.is_none() || self.unknown_args(*id).len() < 2,
            Shape::Library(library) => builtins::is_next(library),
            _ => false,
        }
    }

    fn run_callbacks(&mut self, args: &[Value], name: &str) {
        let mut functions = Vec::new();
        for value in args {
            value.visit(&mut |part| {
                if self.is_called_back(part) && functions.len() < CALLBACKS_MAX {
                    functions.push(part.clone());
                }
            });
        }
        if functions.is_empty() {
            return;
        }
        // A wrapper that nobody knows may have turned callers away before it calls back.
        let level = self.level;
        if self.running.is_empty() || words::ask_identity(name) {
            self.level = level.max(Level::Maybe);
            self.trace.opaque |= self.running.is_empty();
        }
        for function in &functions {
            self.run_callback(function);
        }
        self.level = level;
    }

    /// Runs a function that somebody else will call, with whatever.
    pub(super) fn run_callback(&mut self, value: &Value) {
        for alternative in value.alternatives() {
            if let Shape::Library(library) = &alternative.shape
                && builtins::is_next(library)
            {
                self.maybe(|it| it.call_next(library, &[]));
            }
            let Shape::Function(id) = &alternative.shape else { continue };
            if self.is_elsewhere(*id) {
                continue;
            }
            let args = self.unknown_args(*id);
            let diverged = self.activation.diverged;
            let steps_max = self.steps_max;
            if self.registry.is_some() {
                self.steps_max = steps_max.min(self.steps.saturating_add(REGISTERING_STEPS_MAX));
            }
            let value = self.maybe(|it| it.invoke(*id, args, Caller::default()));
            self.steps_max = steps_max;
            self.hand_over(&value);
            self.activation.diverged = diverged;
        }
    }
}

/// What an object has of a class of a library, which knows whose it is.
pub(super) fn made_for(part: Value, owner: &Value) -> Value {
    match part.library() {
        Some(library) => library.clone().with(OWNER, owner.clone()).into_value(),
        None => part,
    }
}

/// The arguments that one of several arrays gives: those of the longest, of which what is not in
/// all of them may be missing.
fn spread_out(value: &Value) -> Option<Vec<Value>> {
    let arrays = value.alternatives().iter().map(|value| match &value.shape {
        Shape::Array(items) => Some(items.as_slice()),
        _ => None,
    });
    let arrays: Vec<&[Value]> = arrays.collect::<Option<_>>()?;
    let longest = arrays.iter().max_by_key(|items| items.len())?;
    let certain =
        |item: &Value| arrays.iter().all(|items| items.iter().any(|other| other.is_same(item)));
    let given = longest.iter().map(|item| {
        let item = item.clone();
        if certain(&item) { item } else { item.join(Value::undefined()) }
    });
    Some(given.collect())
}
