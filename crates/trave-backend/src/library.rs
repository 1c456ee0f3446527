//! The seam between the evaluator and what we know of libraries.
//!
//! The evaluator runs the project's own functions. Whenever a value of a library is imported,
//! asked for a member, or called, it asks that library's model. A model is one file in
//! `frameworks/`, `clients/`, `auth/`, `cache/` or `http/`; no model knows another.

use std::sync::Arc;

use smol_str::SmolStr;
use trave_source::Origin;

use crate::declared::{TableName, Tool};
use crate::dispatch::{DecoratedField, Dispatch, Injected};
use crate::effect::Effect;
use crate::naming::NamedTable;
use crate::query::Query;
use crate::registration::{Asked, Link, Passing, Registration};
use crate::value::{LibraryValue, QueryId, Value};
use crate::wording::{self, Wording};

pub use trave_sql::Dialect;

/// Where a value of a library keeps the object or class of the project that extends it.
pub const OWNER: &str = "owner";

/// What we know of one library.
pub trait Library: Sync {
    /// The name that its values carry in [`LibraryValue::library`].
    fn name(&self) -> &'static str;

    /// The value of an export of one of its packages; none when the package is not its own.
    /// `name` is the exported name, `default`, or `*` for the namespace.
    fn import(&self, package: &str, name: &str) -> Option<Value>;

    /// The value of a global name (`fetch`, `Deno`, `Response`); none when it is not its own.
    fn global(&self, name: &str) -> Option<Value> {
        let _ = name;
        None
    }

    /// A member of one of its values. None: nothing is known of it. Whoever asks for a member and
    /// gets an `Env` value records the read.
    fn member(&self, object: &LibraryValue, property: &str, at: Origin) -> Option<Value> {
        let _ = (object, property, at);
        None
    }

    /// What a call does and returns. None: nothing is known of it.
    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value>;

    /// What `await` makes of one of its values: the result of a query. None: the value itself.
    fn awaited(&self, value: &LibraryValue, machine: &mut dyn Machine) -> Option<Value> {
        let _ = (value, machine);
        None
    }

    /// The value of something that is only known by its annotated type: `name` of `package`.
    /// The package is empty for a type that the module does not import.
    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let _ = (package, name);
        None
    }

    /// The same with the names of the types that it is given: `User` of `Repository<User>`.
    fn typed_with(&self, package: &str, name: &str, args: &[SmolStr]) -> Option<Value> {
        let _ = args;
        self.typed(package, name)
    }

    /// What a framework hands to a parameter of a constructor that this stands on:
    /// `@InjectRepository(User)`.
    fn injected(&self, decorator: &LibraryValue) -> Option<Injected> {
        let _ = decorator;
        None
    }

    /// What a method call on rows of one of its queries is: `user.save()`.
    fn on_rows(&self, call: &Guess<'_>, rows: &Value, machine: &mut dyn Machine) -> Option<Value> {
        let _ = (call, rows, machine);
        None
    }

    /// Sets a property of rows of one of its queries.
    fn set_on_rows(
        &self,
        rows: &Value,
        (property, value, origin): (&str, &Value, Origin),
        machine: &mut dyn Machine,
    ) {
        let _ = (rows, property, value, origin, machine);
    }

    /// Whether code that imports this package may register ways in: see [`crate::registration`].
    fn registers(&self, package: &str) -> bool {
        let _ = package;
        false
    }

    /// Whether what such a package exports by this name makes apps, routers or what serves them.
    fn makes_apps(&self, package: &str, name: &str) -> bool {
        let _ = name;
        self.registers(package)
    }

    /// The path below which an app serves that nothing mounts.
    fn base(&self) -> &'static str {
        ""
    }

    /// A value known by its type, as an app or router with this object; none when it is no such
    /// thing, so that routes cannot be registered on it.
    fn rooted(&self, typed: &LibraryValue, object: &Value) -> Option<Value> {
        let _ = (typed, object);
        None
    }

    /// What a function of a route of this library is given.
    fn hand(&self, asked: &Asked<'_>) -> Vec<Value> {
        let _ = asked;
        Vec::new()
    }

    /// What it means that a function of a route calls its `next` with these arguments.
    fn passes(&self, asked: &Asked<'_>, args: &[Value], machine: &mut dyn Machine) -> Passing {
        let _ = (asked, machine);
        Passing::of_error(args)
    }

    /// Whether the rest of a chain runs by itself after a function that has not answered, rather
    /// than when the function calls its `next`.
    fn goes_on(&self) -> bool {
        false
    }

    /// Notes what a handler returned, where that is the answer.
    fn answered(&self, value: &Value, origin: Origin, machine: &mut dyn Machine) {
        let _ = (value, origin, machine);
    }

    /// Assigns to a member of one of its values: `ctx.status = 401`. Also when it says no, the
    /// value is kept on the object that the library value carries, if it carries one.
    fn assign(&self, assigned: &Assigned<'_>, machine: &mut dyn Machine) -> bool {
        let _ = (assigned, machine);
        false
    }

    /// Runs a way in of this framework: what stands before it, then its handler. None: nothing
    /// stands before it that the framework knows of, and the handler is given what the entry says.
    fn dispatch(&self, way: &Dispatch<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let _ = (way, machine);
        None
    }

    /// What a method call on something unknown must be, when its chain is unmistakable:
    /// `.from('bookings')` with a table's name.
    fn guess(&self, guess: &Guess<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let _ = (guess, machine);
        None
    }

    /// How its queries are written, for those who say what to do about one.
    fn wording(&self) -> &'static Wording {
        &wording::SQL
    }
}

/// An assignment to a member of a library value.
#[derive(Debug)]
pub struct Assigned<'a> {
    /// Whose member.
    pub object: &'a LibraryValue,
    /// Which.
    pub property: &'a str,
    /// What it becomes.
    pub value: &'a Value,
    /// Where.
    pub origin: Origin,
}

/// A method call on a receiver of which nothing is known.
#[derive(Debug)]
pub struct Guess<'a> {
    /// How the receiver is written, if it is a name or a path of names: `this.supabase`.
    pub receiver: &'a str,
    /// The method.
    pub method: &'a str,
    /// The method that is called on the result, if any.
    pub next: Option<&'a str>,
    /// The arguments.
    pub args: &'a [Value],
    /// Where each argument stands.
    pub arg_origins: &'a [Origin],
    /// The whole call.
    pub origin: Origin,
}

impl<'a> Guess<'a> {
    /// The same call, on a value of which more is known.
    pub fn on(&self, callee: &'a LibraryValue) -> LibraryCall<'a> {
        LibraryCall {
            callee,
            method: Some(self.method),
            is_new: false,
            is_tagged: false,
            args: self.args,
            arg_origins: self.arg_origins,
            origin: self.origin,
            method_origin: self.origin,
            templates: &[],
            type_args: &[],
        }
    }
}

/// A call of a library function, or of a method of a library value.
#[derive(Debug)]
pub struct LibraryCall<'a> {
    /// The value that is called, or whose method is called.
    pub callee: &'a LibraryValue,
    /// The method; none when the value itself is called.
    pub method: Option<&'a str>,
    /// `new callee(…)`.
    pub is_new: bool,
    /// `` callee`…` ``: the only argument is the text, a constant or a template of its pieces.
    pub is_tagged: bool,
    /// The arguments, spreads of known arrays spread out.
    pub args: &'a [Value],
    /// Where each argument stands.
    pub arg_origins: &'a [Origin],
    /// The whole call.
    pub origin: Origin,
    /// `method(` … `)`: from the method's name to the end of the call.
    pub method_origin: Origin,
    /// The arguments that are written as templates, by index, piece by piece.
    pub templates: &'a [(usize, Vec<Piece>)],
    /// The names of the types that the call is given; none where none are named.
    pub type_args: &'a [SmolStr],
}

/// A class, or an object of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// The class itself.
    Class,
    /// An object that was made of it.
    Object,
}

/// A piece of a template literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Text, escapes decoded, and where it stands.
    Text(SmolStr, Origin),
    /// `${…}`: its value, and where it stands.
    Hole(Value, Origin),
}

impl LibraryCall<'_> {
    /// An argument, or `undefined`.
    pub fn arg(&self, index: usize) -> Value {
        self.args.get(index).cloned().unwrap_or_else(Value::undefined)
    }

    /// The pieces of an argument that is written as a template.
    pub fn pieces(&self, index: usize) -> Option<&[Piece]> {
        let template = self.templates.iter().find(|(at, _)| *at == index);
        template.map(|(_, pieces)| pieces.as_slice())
    }

    /// Where an argument stands, or the call.
    pub fn arg_origin(&self, index: usize) -> Origin {
        self.arg_origins.get(index).copied().unwrap_or(self.origin)
    }
}

/// A query that is sent later.
#[derive(Debug, Clone)]
pub struct PutOff {
    /// The query as it is known by now.
    pub query: Query,
    /// What it writes: an object of the project, or rows that were read.
    pub entity: Value,
}

/// What a library model may ask of the evaluator.
pub trait Machine {
    /// Keeps an effect, in the order of the calls.
    fn record(&mut self, effect: Effect);

    /// Starts a query and gives it a name.
    fn start_query(&mut self, query: Query) -> QueryId;

    /// The query behind a name, to read or to add to.
    fn query_mut(&mut self, id: QueryId) -> Option<&mut Query>;

    /// Queries that are sent later: when a library says so, or at the latest at the end.
    fn put_off(&mut self) -> &mut Vec<PutOff>;

    /// Whether what happens now happens to this query only under some condition: inside a branch
    /// that began after the query was started.
    fn is_conditional(&self, query: QueryId) -> bool;

    /// A member of any value, as `value.name` gives it.
    fn member(&mut self, value: &Value, name: &str) -> Value;

    /// What awaiting any value gives.
    fn awaited(&mut self, value: Value) -> Value;

    /// Whether a table or view of this name exists; none when no catalog is known.
    fn knows_table(&self, name: &str) -> Option<bool>;

    /// The table that code calls `name` in the declaration of a tool: a model, an entity, a
    /// constant. None when no declaration of the tool is known that does.
    fn named_table(&self, tool: Tool, name: &str) -> Option<Arc<NamedTable>> {
        let _ = (tool, name);
        None
    }

    /// The table of this name, as the declaration of a tool names its columns.
    fn declared_table(&self, tool: Tool, table: &TableName) -> Option<Arc<NamedTable>> {
        let _ = (tool, table);
        None
    }

    /// A table and its columns by the names that the database knows them by, where it does not
    /// tell large letters from small ones.
    fn spelled(&self, table: &str) -> Option<(SmolStr, Vec<SmolStr>)> {
        let _ = table;
        None
    }

    /// The columns of a table of exactly this name; none when no catalog knows one.
    fn columns(&self, table: &str) -> Option<Vec<SmolStr>> {
        let _ = table;
        None
    }

    /// The SQL of the database that the code speaks to.
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    /// Where a property inside an argument stands, with its value: `["where", "email"]`. As much
    /// of the way as the argument is written down counts; none where nothing of it is.
    fn place_in(&self, argument: Origin, path: &[&str]) -> Option<Origin> {
        let _ = (argument, path);
        None
    }

    /// Runs a function value of the project with these arguments; its effects are kept.
    fn run(&mut self, function: &Value, args: Vec<Value>) -> Value;

    /// Runs a function value of the project on an object: what it calls `this`.
    fn run_on(&mut self, this: &Value, function: &Value, args: Vec<Value>) -> Value {
        let _ = this;
        self.run(function, args)
    }

    /// Runs a function value and says which queries it sent.
    fn run_and_watch(&mut self, function: &Value, args: Vec<Value>) -> (Value, Vec<QueryId>);

    /// A new object of the heap: who an app or router is, or what code keeps on a request.
    fn object(&mut self) -> Value;

    /// Keeps a value on an object; branches that do not happen take it back.
    fn keep(&mut self, object: &Value, name: &str, value: Value);

    /// What was kept on an object.
    fn kept(&mut self, object: &Value, name: &str) -> Option<Value>;

    /// Registers a route, what runs before routes, or a router that is mounted. Nothing is taken
    /// back: whatever branch registers something, it is registered.
    fn register(&mut self, registration: Registration);

    /// How many parameters a function of the project has.
    fn parameters(&self, function: &Value) -> Option<usize>;

    /// Runs functions as a part of the chain that is running: each is given a `next` that runs the
    /// one after it, the last one `next`.
    fn run_links(&mut self, links: Vec<Link>, next: &Value);

    /// Makes an object of a class of the project, as a framework does that finds out itself what
    /// its constructor takes.
    fn make(&mut self, class: &Value) -> Value;

    /// The name of a class of the project, or of the class of an object, and which of the two.
    fn class_of(&self, value: &Value) -> Option<(SmolStr, Made)> {
        let _ = value;
        None
    }

    /// The fields of the class of an object, those of its base classes first.
    fn decorated_fields(&mut self, object: &Value) -> Vec<DecoratedField>;

    /// From here on, callers for whom this value is false have been turned away.
    fn admit(&mut self, verdict: &Value, at: Origin);

    /// The file in which the call stands, as a path relative to the analysed folder.
    fn path(&self) -> &str;

    /// Whether the code runs in the browser (`use client` modules and what only they import).
    fn in_browser(&self) -> bool;

    /// The major version of a package that the nearest `package.json` asks for.
    fn package_major(&self, package: &str) -> Option<u32>;
}
