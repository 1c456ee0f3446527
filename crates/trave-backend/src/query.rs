//! A query as every data client lowers to it.

use smol_str::SmolStr;
use trave_source::Origin;
use trave_sql::Dialect;

use crate::value::{ClientFact, Shape, Taint, Value};
use crate::wording::{self, Wording};

/// What a query does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Reads rows.
    Select,
    /// Adds rows.
    Insert,
    /// Adds or changes rows (`ON CONFLICT`).
    Upsert,
    /// Changes rows.
    Update,
    /// Removes rows.
    Delete,
    /// Calls a function of the database.
    Call,
}

/// One query, as far as its chain could be read.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of a chain, on its own")]
pub struct Query {
    /// The client library: `supabase`.
    pub library: &'static str,
    /// The SQL that its client speaks, where it sends texts.
    pub dialect: Option<Dialect>,
    /// The whole chain.
    pub origin: Origin,
    /// The argument that names the table or function.
    pub target_origin: Origin,
    /// With whose rights it runs.
    pub client: ClientFact,
    /// What it does; none while only `.from(…)` was seen.
    pub operation: Option<Operation>,
    /// The schema, where one is named.
    pub schema: Option<SmolStr>,
    /// The table (or function, for a call); none when it is not a constant.
    pub table: Option<SmolStr>,
    /// What is selected or returned.
    pub selection: Selection,
    /// A write asks for its rows back.
    pub returning: bool,
    /// Conditions, joined by AND.
    pub filters: Vec<Filter>,
    /// Sort keys in order.
    pub order: Vec<OrderKey>,
    /// At most so many rows.
    pub limit: Option<Bound>,
    /// Skips so many rows.
    pub offset: Option<Bound>,
    /// Exactly one row is expected (`single`), or one or none (`maybeSingle`).
    pub single: Option<Single>,
    /// `count: 'exact'` and its kin.
    pub count: Option<SmolStr>,
    /// Only the count is fetched.
    pub head: bool,
    /// The rows or values written, the arguments of a call.
    pub payload: Option<Value>,
    /// The columns of `onConflict`.
    pub conflict_columns: Option<Vec<SmolStr>>,
    /// An upsert that leaves rows alone which exist already (`ignoreDuplicates`): it changes none.
    pub keeps_existing: bool,
    /// Something was done to it that could not be read: filters may be missing.
    pub incomplete: bool,
    /// It stands inside another one, as a sub-query, or sends for its rows: no rows of its own
    /// come back.
    pub nested: bool,
    /// Values that were made part of its text rather than sent beside it.
    pub spliced: Vec<Spliced>,
}

/// A value that became part of the text of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Spliced {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub origin: Origin,
}

/// Words in the name of a column that is compared with something only its owner knows.
const SECRET_WORDS: &[&str] =
    &["token", "secret", "api_key", "apikey", "key_hash", "signature", "hashed_key", "password"];

impl Query {
    /// A query that says nothing yet.
    pub fn new(library: &'static str, client: ClientFact, origin: Origin) -> Self {
        Self {
            library,
            dialect: None,
            origin,
            target_origin: origin,
            client,
            operation: None,
            schema: None,
            table: None,
            selection: Selection::default(),
            returning: false,
            filters: Vec::new(),
            order: Vec::new(),
            limit: None,
            offset: None,
            single: None,
            count: None,
            head: false,
            payload: None,
            conflict_columns: None,
            keeps_existing: false,
            incomplete: false,
            nested: false,
            spliced: Vec::new(),
        }
    }

    /// Whether rows come back.
    pub fn gives_rows(&self) -> bool {
        let reads = matches!(self.operation, Some(Operation::Select | Operation::Call));
        (self.returning || reads) && !self.head
    }

    /// A value that depends on what its rows depend on: what they were looked up by. Something
    /// that could not be followed takes part in most lookups and says nothing about who is
    /// calling, so it is left out.
    pub fn looked_up_by(&self) -> Value {
        let mut depends = Value::of(Shape::Unknown).tainted(Taint::ROWS);
        for filter in &self.filters {
            depends = depends.depending_on(std::slice::from_ref(&filter.value));
            let secret = SECRET_WORDS.iter().any(|word| filter.column.contains(word))
                || filter.value.taint.has(Taint::HEADER);
            if filter.op == FilterOp::Eq && !filter.negated && secret {
                depends = depends.tainted(Taint::SECRET);
            }
        }
        if let (Some(Operation::Call), Some(payload)) = (self.operation, &self.payload) {
            depends = depends.depending_on(std::slice::from_ref(payload));
        }
        // What was looked up by one row is a whole answer again.
        depends.taint = depends.taint.without(Taint::UNKNOWN.and(Taint::PART));
        depends
    }

    /// Every value that decides which rows it touches.
    pub fn deciding_values(&self) -> impl Iterator<Item = &Value> {
        let filters = self.filters.iter().map(|filter| &filter.value);
        let bounds = self.limit.iter().chain(&self.offset).map(|bound| &bound.value);
        filters.chain(bounds).chain(&self.payload)
    }
}

impl Query {
    /// Whether it goes through an API that serves the database and cuts long answers, rather than
    /// over a connection of its own.
    pub fn goes_through_api(&self) -> bool {
        self.library == "supabase"
    }

    /// How its client writes what a query is told to do.
    pub fn wording(&self) -> &'static Wording {
        let mut libraries = crate::registry::libraries().iter();
        let own = libraries.find(|library| library.name() == self.library);
        own.map_or(&wording::SQL, |library| library.wording())
    }
}

/// What a query asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// `*`.
    pub star: bool,
    /// Columns by name.
    pub columns: Vec<SelectedColumn>,
    /// Embedded relations.
    pub embeds: Vec<Embed>,
    /// An aggregate (`count()`, `amount.sum()`): one row per group.
    pub aggregates: bool,
    /// False when the text is not a constant or could not be read.
    pub known: bool,
}

/// A selected column.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectedColumn {
    /// The column.
    pub name: SmolStr,
    /// Where it stands.
    pub origin: Origin,
    /// The name it has in the result.
    pub alias: Option<SmolStr>,
}

/// An embedded relation.
#[derive(Debug, Clone, PartialEq)]
pub struct Embed {
    /// The relation as named: a table, view, foreign key column or constraint.
    pub relation: SmolStr,
    /// The disambiguating hint.
    pub hint: Option<SmolStr>,
    /// The name it has in the result.
    pub alias: Option<SmolStr>,
    /// `!inner`.
    pub inner: bool,
    /// What is asked of it.
    pub selection: Selection,
    /// Where it stands.
    pub origin: Origin,
}

/// How a filter compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FilterOp {
    /// `=`.
    Eq,
    /// `<>`.
    Ne,
    /// `<`, `<=`, `>`, `>=`.
    Range,
    /// `IN (…)`.
    In,
    /// `IS NULL`, `IS TRUE` …
    Is,
    /// `LIKE`.
    Like,
    /// `ILIKE`.
    ILike,
    /// `~`, `~*`.
    Regex,
    /// `@>`, `<@`.
    Contains,
    /// `&&` and range operators.
    Overlaps,
    /// `@@`.
    TextSearch,
    /// Anything else.
    Other,
}

/// One condition of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// The embedded relation whose rows it filters; none for the query's own table.
    pub relation: Option<SmolStr>,
    /// The column; a JSON path is cut, see `path`.
    pub column: SmolStr,
    /// `->a->>b` behind the column.
    pub path: Option<SmolStr>,
    /// How it compares.
    pub op: FilterOp,
    /// Under NOT.
    pub negated: bool,
    /// Which alternative of an OR it belongs to; filters of one query with the same group are
    /// alternatives to each other.
    pub any_of: Option<u32>,
    /// With what it compares.
    pub value: Value,
    /// Added only under some condition.
    pub conditional: bool,
    /// The call that adds it.
    pub origin: Origin,
}

impl Filter {
    /// A column that is compared with what the rows of a query around hold.
    pub(crate) fn of_parent(column: &SmolStr, origin: Origin) -> Self {
        Self {
            relation: None,
            column: column.clone(),
            path: None,
            op: FilterOp::In,
            negated: false,
            any_of: None,
            value: Value::of(Shape::Unknown).tainted(Taint::ROWS.and(Taint::UNKNOWN)),
            conditional: false,
            origin,
        }
    }
}

/// A sort key.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderKey {
    /// The embedded relation whose rows it sorts; none for the query's own.
    pub relation: Option<SmolStr>,
    /// The column; none when it is not a constant.
    pub column: Option<SmolStr>,
    /// Ascending.
    pub ascending: bool,
    /// Added only under some condition.
    pub conditional: bool,
    /// The call that adds it.
    pub origin: Origin,
}

/// A limit or an offset.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// How many.
    pub value: Value,
    /// Added only under some condition.
    pub conditional: bool,
    /// The call that sets it.
    pub origin: Origin,
}

/// How many rows a `single` call accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Single {
    /// The method that says so: `single`, `oneOrNone`.
    pub method: &'static str,
    /// No row is fine too (`maybeSingle`).
    pub optional: bool,
    /// The call.
    pub origin: Origin,
}
