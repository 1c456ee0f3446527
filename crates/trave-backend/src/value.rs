//! What an expression can be, as far as it is known without running: the second waist.
//!
//! Rules ask values, not syntax: *is this limit an unclamped input? does the cache key hold every
//! input that the computation reads?* A value that cannot be told is [`Shape::Unknown`], and
//! whoever meets it stays silent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::SmolStr;
use trave_source::Origin;

/// A value: its shape, and what it was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// What it is.
    pub shape: Shape,
    /// What kinds of things it depends on, also through arithmetic, templates and control flow.
    pub taint: Taint,
    /// Which inputs exactly it depends on.
    pub inputs: Inputs,
}

/// One thing that differs from request to request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Input {
    /// Which part of the request.
    pub kind: InputKind,
    /// Its name there: `page` of the query string, `id` of the path; empty for the whole part.
    pub name: SmolStr,
}

/// A set of inputs; empty without an allocation, shared when copied.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inputs(Option<Arc<BTreeSet<Input>>>);

impl Inputs {
    /// A set of one.
    pub fn one(input: Input) -> Self {
        Self(Some(Arc::new(BTreeSet::from([input]))))
    }

    /// Its members in order.
    pub fn iter(&self) -> impl Iterator<Item = &Input> {
        self.0.iter().flat_map(|set| set.iter())
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Both sets.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (None, _) => other.clone(),
            (_, None) => self.clone(),
            (Some(left), Some(right)) if Arc::ptr_eq(left, right) || right.is_subset(left) => {
                Self(Some(Arc::clone(left)))
            }
            (Some(left), Some(right)) if left.is_subset(right) => Self(Some(Arc::clone(right))),
            (Some(left), Some(right)) => Self(Some(Arc::new(left.union(right).cloned().collect()))),
        }
    }
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Nothing is known.
    Unknown,
    /// `undefined` or `void`.
    Undefined,
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(SmolStr),
    /// Something the caller of the program controls, taken as it comes.
    Input(Input),
    /// A variable of the environment, by name.
    Env(SmolStr),
    /// The verified identity of the caller, or a part of it (`user.id`).
    Caller,
    /// An identity that nobody verified (`getSession().user`, `decode(token)`).
    ClaimedCaller(Origin),
    /// A string put together from pieces.
    Template(Arc<Vec<Value>>),
    /// An object with known fields.
    Object(Arc<Object>),
    /// An array with known elements.
    Array(Arc<Vec<Value>>),
    /// Of unknown length, with elements like this (`rows.map(row => …)`, input lists).
    List(Arc<Value>),
    /// Rows of a query (index into the effects' queries), or one row, or a part of one.
    Rows(QueryId),
    /// A sum of multiples, one part of which is not a constant: `from + size - 1`.
    Sum(Arc<Sum>),
    /// A number that never exceeds the given one.
    Clamped(Arc<Value>, f64),
    /// Checked by a schema: what it was, and what the schema promises.
    Validated(Arc<Value>, Arc<SchemaShape>),
    /// A thing of a library: a client, a request, a query under construction, a schema, a response.
    Library(Arc<LibraryValue>),
    /// A function of the project with what it closes over: an index for the evaluator.
    Function(ClosureId),
    /// A class of the project, or an instance of one (an index that the evaluator understands).
    Instance(ClosureId),
    /// One of several.
    OneOf(Arc<Vec<Value>>),
    /// Nothing comes back: the call throws or ends the request (`redirect()`, `notFound()`).
    Never,
}

/// A sum of multiples of values that are not constants.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    /// Each value with what it is multiplied by.
    pub terms: Vec<(Value, f64)>,
    /// The constant part.
    pub constant: f64,
}

/// An object with known fields.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object {
    /// The fields that are known.
    pub fields: BTreeMap<SmolStr, Value>,
    /// What fields that are not listed are: an unknown spread makes it unknown; none when closed.
    pub rest: Option<Arc<Value>>,
}

/// A query of one evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueryId(pub u32);

/// A closure or instance of one evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClosureId(pub u32);

/// Which part of a request an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InputKind {
    /// A path parameter.
    Path,
    /// The query string.
    Query,
    /// The body, also form data and the arguments of a server action.
    Body,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
    /// A parameter of a function that was looked at on its own, without a caller.
    Parameter,
    /// The caller's identity: differs from caller to caller.
    Identity,
}

/// What a value depends on: a small set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Taint(pub u32);

impl Taint {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Path, query, body or header input.
    pub const INPUT: Self = Self(1);
    /// The verified identity of the caller.
    pub const CALLER: Self = Self(1 << 1);
    /// An unverified claim of identity: cookies, session, decoded token.
    pub const CLAIM: Self = Self(1 << 2);
    /// A comparison with a secret (cron secret, API key), or a verified signature.
    pub const SECRET: Self = Self(1 << 3);
    /// The result of a database read.
    pub const ROWS: Self = Self(1 << 4);
    /// Something that could not be followed took part.
    pub const UNKNOWN: Self = Self(1 << 5);
    /// The clock or randomness.
    pub const VOLATILE: Self = Self(1 << 6);
    /// Path parameters.
    pub const PATH: Self = Self(1 << 7);
    /// The query string.
    pub const QUERY: Self = Self(1 << 8);
    /// The body.
    pub const BODY: Self = Self(1 << 9);
    /// Headers.
    pub const HEADER: Self = Self(1 << 10);
    /// Cookies.
    pub const COOKIE: Self = Self(1 << 11);
    /// A variable of the environment. Comparing one with something that the caller sends is what
    /// makes [`Self::SECRET`]; that it is set at all says nothing about the caller.
    pub const ENV: Self = Self(1 << 12);
    /// The answer of a function that could not be followed, and that may have asked who is calling.
    pub const OPAQUE: Self = Self(1 << 13);
    /// What a function returns only after it has turned unwanted callers away.
    pub const ADMITTED: Self = Self(1 << 14);
    /// The answer of an external package of which nothing is known.
    pub const FOREIGN: Self = Self(1 << 15);
    /// It differs from round to round of a loop.
    pub const ELEMENT: Self = Self(1 << 16);
    /// One row of a query, or a part of one, rather than all of its rows.
    pub const PART: Self = Self(1 << 17);
    /// Characters of it were replaced or taken out.
    pub const REPLACED: Self = Self(1 << 18);
    /// What tells who is calling.
    pub const IDENTITY: Self = Self::CALLER.and(Self::CLAIM).and(Self::SECRET).and(Self::OPAQUE);

    /// What an input of this kind taints.
    pub const fn of(kind: InputKind) -> Self {
        match kind {
            InputKind::Path => Self::INPUT.and(Self::PATH),
            InputKind::Query => Self::INPUT.and(Self::QUERY),
            InputKind::Body => Self::INPUT.and(Self::BODY),
            InputKind::Header => Self::INPUT.and(Self::HEADER),
            InputKind::Cookie => Self::CLAIM.and(Self::COOKIE),
            InputKind::Parameter => Self::NONE,
            InputKind::Identity => Self::CALLER,
        }
    }

    /// Both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What both sets share.
    #[must_use]
    pub const fn only(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The set without the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether the sets share anything.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// What a validation schema promises of the value it lets through.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SchemaShape {
    /// What kind of value.
    pub kind: SchemaKind,
    /// The largest number, or longest string or array, that passes.
    pub max: Option<f64>,
    /// The smallest.
    pub min: Option<f64>,
    /// May be missing.
    pub optional: bool,
    /// The default when missing.
    pub default: Option<Value>,
}

/// Kinds of validated values.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum SchemaKind {
    /// Anything: it goes through as it comes.
    #[default]
    Any,
    /// Made by something that could not be followed: nothing is known of it or its parts.
    Made,
    /// A string.
    Text,
    /// A string of a form that leaves no room for signs of a language: a UUID, a date.
    Word,
    /// A number.
    Number,
    /// A boolean.
    Bool,
    /// One of these strings.
    Enum(Vec<SmolStr>),
    /// An object with these fields.
    Object(BTreeMap<SmolStr, SchemaShape>),
    /// An array of these.
    Array(Box<SchemaShape>),
}

/// A thing of a library: only the library's own model knows what its methods do.
#[derive(Debug, Clone, PartialEq)]
pub struct LibraryValue {
    /// Which library model made it: `supabase`, `next`, `zod`, `ioredis` …
    pub library: &'static str,
    /// What it is in that library: `client`, `builder`, `request`, `storage` …
    pub kind: &'static str,
    /// The exported name, for something imported and not yet called: `createClient`.
    pub name: SmolStr,
    /// The client, if it is or carries one.
    pub client: Option<ClientFact>,
    /// The query under construction, if it is one.
    pub query: Option<QueryId>,
    /// Further values that its model keeps.
    pub fields: BTreeMap<SmolStr, Value>,
    /// A place that its model keeps: the key of a cache, the call that made it.
    pub place: Option<Origin>,
}

/// With whose rights a database client acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClientRole {
    /// The anon or publishable key, or the signed-in user's token: RLS applies.
    User,
    /// The service-role key or a direct connection: RLS does not protect.
    Service,
    /// Not known.
    Unknown,
}

/// A database client.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientFact {
    /// With whose rights it acts.
    pub role: ClientRole,
    /// Whether it carries the caller's session (cookies, Authorization header).
    pub session: bool,
    /// Whether it runs in the browser.
    pub browser: bool,
    /// Where it is made.
    pub made_at: Option<Origin>,
}

impl LibraryValue {
    /// A thing of a library that carries nothing yet.
    pub fn new(library: &'static str, kind: &'static str) -> Self {
        Self {
            library,
            kind,
            name: SmolStr::default(),
            client: None,
            query: None,
            fields: BTreeMap::new(),
            place: None,
        }
    }

    /// The same with a place.
    #[must_use]
    pub fn placed(mut self, place: Origin) -> Self {
        self.place = Some(place);
        self
    }

    /// The same with a name.
    #[must_use]
    pub fn named(mut self, name: impl Into<SmolStr>) -> Self {
        self.name = name.into();
        self
    }

    /// The same with one more value that its model keeps.
    #[must_use]
    pub fn with(mut self, field: &'static str, value: Value) -> Self {
        self.fields.insert(SmolStr::new_static(field), value);
        self
    }

    /// A value that its model keeps.
    pub fn kept(&self, field: &str) -> Option<&Value> {
        self.fields.get(field)
    }

    /// As a value that depends on nothing but the program.
    pub fn into_value(self) -> Value {
        Value::of(Shape::Library(Arc::new(self)))
    }
}

impl Value {
    /// A value of which nothing is known.
    pub fn unknown() -> Self {
        Self { shape: Shape::Unknown, taint: Taint::UNKNOWN, inputs: Inputs::default() }
    }

    /// A value that depends on nothing but the program.
    pub fn of(shape: Shape) -> Self {
        Self { shape, taint: Taint::NONE, inputs: Inputs::default() }
    }

    /// `undefined`.
    pub fn undefined() -> Self {
        Self::of(Shape::Undefined)
    }

    /// What a call that never returns gives.
    pub fn never() -> Self {
        Self::of(Shape::Never)
    }

    /// A string constant.
    pub fn text(text: impl Into<SmolStr>) -> Self {
        Self::of(Shape::Text(text.into()))
    }

    /// An input: `name` of a part of the request, or the whole part when `name` is empty.
    pub fn input(kind: InputKind, name: impl Into<SmolStr>) -> Self {
        let input = Input { kind, name: name.into() };
        let inputs = Inputs::one(input.clone());
        Self { shape: Shape::Input(input), taint: Taint::of(kind), inputs }
    }

    /// The verified caller.
    pub fn caller() -> Self {
        let identity = Input { kind: InputKind::Identity, name: SmolStr::default() };
        Self { shape: Shape::Caller, taint: Taint::CALLER, inputs: Inputs::one(identity) }
    }

    /// An object of these fields and no others.
    pub fn object(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let fields: BTreeMap<SmolStr, Value> =
            fields.into_iter().map(|(key, value)| (SmolStr::new_static(key), value)).collect();
        let all: Vec<Value> = fields.values().cloned().collect();
        Self::of(Shape::Object(Arc::new(Object { fields, rest: None }))).depending_on(&all)
    }

    /// The same value, that also depends on what these depend on.
    #[must_use]
    pub fn depending_on(mut self, others: &[Value]) -> Self {
        for other in others {
            self.taint = self.taint.and(other.taint);
            self.inputs = self.inputs.and(&other.inputs);
        }
        self
    }

    /// The same value with more dependencies.
    #[must_use]
    pub fn tainted(mut self, taint: Taint) -> Self {
        self.taint = self.taint.and(taint);
        self
    }

    /// The same value that depends on these kinds of things and no inputs.
    #[must_use]
    pub fn with_taint(mut self, taint: Taint) -> Self {
        self.taint = taint;
        self
    }

    /// The text, if it is a constant string.
    pub fn as_text(&self) -> Option<&str> {
        match &self.shape {
            Shape::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is a constant.
    pub fn as_number(&self) -> Option<f64> {
        match self.shape {
            Shape::Number(number) => Some(number),
            _ => None,
        }
    }

    /// A field of a known object.
    pub fn field(&self, name: &str) -> Option<&Value> {
        match &self.shape {
            Shape::Object(object) => object.fields.get(name),
            _ => None,
        }
    }

    /// The library value, if it is one.
    pub fn library(&self) -> Option<&LibraryValue> {
        match &self.shape {
            Shape::Library(value) => Some(value),
            _ => None,
        }
    }
}
