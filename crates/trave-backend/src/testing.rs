//! A machine without an evaluator, for the tests of library models.

use std::collections::BTreeMap;

use trave_source::{FileId, Origin, Span};

use std::sync::Arc;

use crate::declared::{TableName, Tool};
use crate::dispatch::DecoratedField;
use crate::effect::Effect;
use crate::library::{Library, LibraryCall, Machine, Made, PutOff};
use crate::naming::NamedTable;
use crate::query::Query;
use crate::registration::{Link, Registration};
use crate::value::{ClosureId, QueryId, Shape, Value};

/// Keeps what models do. A function value with closure id `n` returns `returns[n]`.
#[derive(Debug, Default)]
pub(crate) struct FakeMachine {
    pub(crate) effects: Vec<Effect>,
    pub(crate) queries: Vec<Query>,
    pub(crate) returns: Vec<Value>,
    pub(crate) ran_with: Vec<Vec<Value>>,
    pub(crate) conditional: bool,
    pub(crate) browser: bool,
    pub(crate) names: Vec<NamedTable>,
    pub(crate) classes: Vec<&'static str>,
    pub(crate) put_off: Vec<PutOff>,
    pub(crate) registered: Vec<Registration>,
    pub(crate) heap: Vec<BTreeMap<String, Value>>,
}

impl Machine for FakeMachine {
    fn record(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    fn start_query(&mut self, query: Query) -> QueryId {
        self.queries.push(query);
        QueryId(u32::try_from(self.queries.len() - 1).unwrap())
    }

    fn query_mut(&mut self, id: QueryId) -> Option<&mut Query> {
        self.queries.get_mut(id.0 as usize)
    }

    fn put_off(&mut self) -> &mut Vec<PutOff> {
        &mut self.put_off
    }

    fn is_conditional(&self, _query: QueryId) -> bool {
        self.conditional
    }

    fn member(&mut self, value: &Value, name: &str) -> Value {
        value.field(name).cloned().unwrap_or_else(Value::unknown)
    }

    fn awaited(&mut self, value: Value) -> Value {
        value
    }

    fn knows_table(&self, _name: &str) -> Option<bool> {
        None
    }

    fn named_table(&self, _tool: Tool, name: &str) -> Option<Arc<NamedTable>> {
        self.names.iter().find(|table| table.code == name).cloned().map(Arc::new)
    }

    fn declared_table(&self, _tool: Tool, name: &TableName) -> Option<Arc<NamedTable>> {
        self.names.iter().find(|table| table.table == *name).cloned().map(Arc::new)
    }

    fn run(&mut self, function: &Value, args: Vec<Value>) -> Value {
        self.ran_with.push(args);
        match function.shape {
            Shape::Function(ClosureId(id)) => {
                self.returns.get(id as usize).cloned().unwrap_or_else(Value::unknown)
            }
            _ => Value::unknown(),
        }
    }

    fn run_and_watch(&mut self, function: &Value, args: Vec<Value>) -> (Value, Vec<QueryId>) {
        (self.run(function, args), vec![QueryId(7)])
    }

    fn object(&mut self) -> Value {
        self.heap.push(BTreeMap::new());
        Value::of(Shape::Instance(ClosureId(u32::try_from(self.heap.len() - 1).unwrap())))
    }

    fn keep(&mut self, object: &Value, name: &str, value: Value) {
        if let Shape::Instance(id) = object.shape
            && let Some(object) = self.heap.get_mut(id.0 as usize)
        {
            object.insert(name.to_owned(), value);
        }
    }

    fn kept(&mut self, object: &Value, name: &str) -> Option<Value> {
        match object.shape {
            Shape::Instance(id) => self.heap.get(id.0 as usize)?.get(name).cloned(),
            _ => None,
        }
    }

    fn register(&mut self, registration: Registration) {
        self.registered.push(registration);
    }

    fn parameters(&self, _function: &Value) -> Option<usize> {
        None
    }

    fn run_links(&mut self, links: Vec<Link>, _next: &Value) {
        for link in links {
            self.run(&link.value, Vec::new());
        }
    }

    fn make(&mut self, class: &Value) -> Value {
        class.clone()
    }

    fn class_of(&self, value: &Value) -> Option<(smol_str::SmolStr, Made)> {
        let Shape::Instance(ClosureId(id)) = value.shape else { return None };
        self.classes.get(id as usize).map(|name| ((*name).into(), Made::Class))
    }

    fn decorated_fields(&mut self, _object: &Value) -> Vec<DecoratedField> {
        Vec::new()
    }

    fn admit(&mut self, verdict: &Value, at: Origin) {
        self.effects.push(Effect::Guard(crate::effect::Guard { origin: at, by: verdict.taint }));
    }

    fn path(&self) -> &'static str {
        "src/app/api/x/route.ts"
    }

    fn in_browser(&self) -> bool {
        self.browser
    }

    fn package_major(&self, _package: &str) -> Option<u32> {
        None
    }
}

/// The place of a made-up call that ends at this byte.
pub(crate) fn origin(end: usize) -> Origin {
    Span::new(0, end).in_file(FileId(0))
}

/// Calls a value, or a method of it; each argument stands where its index says.
pub(crate) fn call(
    library: &dyn Library,
    machine: &mut FakeMachine,
    callee: &Value,
    (method, args): (Option<&str>, &[Value]),
) -> Option<Value> {
    let end = 100 + machine.effects.len() + machine.queries.len();
    let places: Vec<Origin> = (0..args.len())
        .map(|index| Span::new(10 * index, 10 * index + 2).in_file(FileId(0)))
        .collect();
    let call = LibraryCall {
        callee: callee.library()?,
        method,
        is_new: false,
        is_tagged: false,
        args,
        arg_origins: &places,
        origin: origin(end),
        method_origin: origin(end),
        templates: &[],
        type_args: &[],
    };
    library.call(&call, machine)
}

/// Calls one method after the other, each on what the one before gave.
pub(crate) fn chain(
    library: &dyn Library,
    machine: &mut FakeMachine,
    callee: &Value,
    calls: &[(&str, &[Value])],
) -> Value {
    calls.iter().fold(callee.clone(), |value, (method, args)| {
        call(library, machine, &value, (Some(method), args)).unwrap_or_else(Value::unknown)
    })
}

/// A function value whose call returns `returns[index]`.
pub(crate) fn function(index: u32) -> Value {
    Value::of(Shape::Function(ClosureId(index)))
}

/// A number constant.
pub(crate) fn number(number: f64) -> Value {
    Value::of(Shape::Number(number))
}

/// A variable of the environment.
pub(crate) fn env(name: &str) -> Value {
    Value::of(Shape::Env(name.into()))
}
