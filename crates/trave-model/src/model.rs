//! The narrow waist: routes, queries and what surrounds them, with the catalog beside.
//!
//! What stands left of it knows frameworks and libraries; rules see this and nothing else.
//! Every list is in a stable order (file, then place).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::SmolStr;
use trave_backend::effect::{
    AuthCheck, CacheUse, ClaimUse, Guard, LibraryUse, Response, RowsUse, TokenUse,
};
use trave_backend::generated::{GeneratedTable, GeneratedTypes};
use trave_backend::value::Input;
use trave_catalog::{Catalog, QualifiedName, Table};
use trave_source::{FileId, Notice, Origin, Sources};

pub use trave_backend::entry::EntryKind as RouteKind;
pub use trave_backend::frameworks::AnswerCache as FrameworkCache;
pub use trave_backend::query::Query as QueryFacts;

/// Index of a [`Route`] in [`Model::routes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteId(pub u32);

/// Index of a [`Query`] in [`Model::queries`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueryRef(pub u32);

/// Everything that rules may look at.
#[derive(Debug, Default)]
pub struct Model {
    /// The texts.
    pub sources: Sources,
    /// One catalog per root, in order of folder.
    pub catalogs: Vec<Arc<Catalog>>,
    /// Which catalog the code of a file speaks to; none where no root fits.
    pub catalog_of_file: BTreeMap<FileId, usize>,
    /// Ways in.
    pub routes: Vec<Route>,
    /// Every query, one per place in the code and way of being reached that differs.
    pub queries: Vec<Query>,
    /// Tokens signed, verified, decoded.
    pub tokens: Vec<Token>,
    /// Caches read, written, emptied.
    pub caches: Vec<Cache>,
    /// Unverified claims of identity that decide something.
    pub claims: Vec<Claim>,
    /// Places that delete a user of the platform: a row of `auth.users`.
    pub user_deletions: Vec<Origin>,
    /// Variables of the environment that the code reads.
    pub env_reads: Vec<EnvUse>,
    /// Secrets written down in code or settings.
    pub secrets: Vec<SecretLiteral>,
    /// Comments that begin with `trave-ignore`, in code and SQL.
    pub comments: Vec<IgnoreComment>,
    /// Tables as generated types show them, by the root of their catalog: a second witness.
    pub generated: BTreeMap<SmolStr, Vec<GeneratedTable>>,
    /// The files of generated types.
    pub types_files: Vec<TypesFile>,
    /// SQL that belongs to no migration: run by hand, seeds, notes. A witness of what it names.
    pub other_sql: Vec<Arc<str>>,
    /// The queries on each table, by catalog and name; [`Model::index_queries`] fills it.
    pub queries_by_table: BTreeMap<(usize, QualifiedName), Vec<QueryRef>>,
    /// What was read and what was not.
    pub coverage: Coverage,
    /// What could not be read, in the order of files.
    pub notices: Vec<Notice>,
    /// Thresholds and lists from the settings that rules obey.
    pub policy: ModelSettings,
    /// What was found out about it since it is finished.
    pub(crate) noted: crate::questions::noted::Noted,
}

/// A file of types that were generated from a database.
#[derive(Debug, Clone)]
pub struct TypesFile {
    /// The file.
    pub file: FileId,
    /// The catalog of that database, by index.
    pub catalog: usize,
    /// What it shows.
    pub types: GeneratedTypes,
}

/// Settings that say something about the project rather than about a rule.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelSettings {
    /// Tables known to stay small: scans of them do not matter.
    pub small_tables: Vec<SmolStr>,
    /// Tables whose rows anybody may read.
    pub public_tables: Vec<SmolStr>,
}

/// A way in.
#[derive(Debug, Clone)]
pub struct Route {
    /// Its index.
    pub id: RouteId,
    /// `GET`, `POST` …; `*` when the handler takes any; the function's name for a server action.
    pub method: SmolStr,
    /// `/api/listings/[id]`.
    pub path: SmolStr,
    /// The framework: `next`, `supabase-edge` …
    pub framework: &'static str,
    /// What kind of way in.
    pub kind: RouteKind,
    /// The handler: its name or the place where it is exported.
    pub origin: Origin,
    /// What the handler and everything it calls does, in order.
    pub steps: Vec<Step>,
    /// Answers.
    pub responses: Vec<Response>,
    /// Questions who is calling.
    pub auth: Vec<AuthCheck>,
    /// Places after which callers without the right identity are gone.
    pub guards: Vec<Guard>,
    /// What runs before it and may turn callers away.
    pub before: Vec<Before>,
    /// Middleware that runs before it, whatever it does.
    pub middleware: Vec<Origin>,
    /// The project's own functions that the handler is wrapped in, outermost first.
    pub wrappers: Vec<Wrapper>,
    /// Where what the caller sent is held against a schema.
    pub validations: Vec<LibraryUse>,
    /// Where it is counted how often the caller asks.
    pub rate_limits: Vec<LibraryUse>,
    /// Calls to other services.
    pub outbound: Vec<Origin>,
    /// The pages that a server action is posted to, as far as they are known.
    pub pages: Vec<SmolStr>,
    /// Where a constant says that nobody needs to be asked who is calling (`{ auth: false }`).
    pub waived: Option<Origin>,
    /// Caching that the framework does for the whole answer (`revalidate`, static GET handlers).
    pub framework_cache: Option<FrameworkCache>,
    /// Something on the way could not be followed: what is missing is no proof.
    pub opaque: bool,
    /// Whether the handler uses the request, cookies or headers at all.
    pub reads_request: bool,
    /// Who gets the last answer that refuses nothing; none where none is known.
    pub answered: Option<Guarded>,
}

/// A function that takes a handler and gives another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapper {
    /// Its name.
    pub name: SmolStr,
    /// Where it is written.
    pub origin: Origin,
}

/// What runs before a way in and may turn its callers away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// What it is.
    pub kind: BeforeKind,
    /// Where it is.
    pub origin: Origin,
    /// Whether it turns callers away who want this way in.
    pub guarded: Guarded,
}

/// What runs before a way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BeforeKind {
    /// Middleware, for paths that it covers.
    Middleware,
    /// A layout, around a page.
    Layout,
}

/// One step of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A query is sent.
    Query(QueryRef),
    /// A cache is used (index into [`Model::caches`]).
    Cache(u32),
    /// A guard has passed (index into [`Route::guards`]).
    Guard(u32),
    /// Another service is called (index into [`Route::outbound`]).
    Outbound(u32),
}

impl Route {
    /// The queries that are sent, in order; one that runs twice stands there twice.
    pub fn sent(&self) -> impl Iterator<Item = QueryRef> {
        self.steps.iter().filter_map(|step| match step {
            Step::Query(query) => Some(*query),
            _ => None,
        })
    }
}

/// Whether a caller has been turned away before this point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guarded {
    /// No: every caller gets here.
    No,
    /// Something that could not be followed may have done it.
    Maybe,
    /// By an unverified claim only (`getSession`).
    ByClaim,
    /// Yes, but only by what runs before: see [`Route::before`].
    Before,
    /// Yes: identity, signature or secret was checked.
    Yes,
}

impl Guarded {
    /// The same behind something that may have turned callers away already.
    #[must_use]
    pub fn behind(self, before: &[Before]) -> Self {
        let passed = before.iter().map(|before| match before.guarded {
            Self::Yes => Self::Before,
            other => other,
        });
        passed.fold(self, Self::max)
    }
}

/// A query of the project.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Query {
    /// Its index.
    pub id: QueryRef,
    /// What the chain says.
    pub facts: QueryFacts,
    /// The ways in that reach it; empty when none was found.
    pub reached: Vec<Reach>,
    /// How its rows are used.
    pub uses: Vec<(RowsUse, Origin)>,
    /// The innermost loop around it inside its own function or a caller's, when every way has one.
    pub in_loop: Option<LoopAround>,
    /// In a test, script or seed: not served.
    pub in_script: bool,
    /// The browser gets the code that sends it.
    pub in_browser: bool,
    /// It is sent, or handed to somebody who may send it. A query that is only put together does
    /// nothing: rules are not handed those.
    pub sent: bool,
    /// What is asked of its answer.
    pub answer: Answer,
    /// In a function that nothing mentions: it never runs.
    pub in_dead_code: bool,
    /// Sent only after another query found its table or column missing.
    pub is_fallback: bool,
}

/// What is asked of the answer of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answer {
    /// Its rows, rather than only a count or an error.
    pub rows: bool,
    /// Single rows or parts of them, rather than how many there are.
    pub parts: bool,
}

/// A loop around a query.
#[derive(Debug, Clone, PartialEq)]
pub struct LoopAround {
    /// The loop, or the `map`/`forEach` call.
    pub origin: Origin,
    /// How many rounds at most, if known.
    pub rounds_max: Option<f64>,
    /// Rounds take a chunk of a larger list each (`slice(i, i + n)`).
    pub chunked: bool,
    /// Each round also waits for something that is no query: a timer, another service.
    pub waits: bool,
    /// What of the query inside stays the same.
    pub same: Same,
    /// The query whose rows it works through, if that decides how many rounds there are.
    pub over: Option<QueryRef>,
}

/// What of a query inside a loop is the same in every round, as far as can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Same {
    /// Nothing, or it cannot be told.
    #[default]
    Nothing,
    /// What it writes.
    Values,
    /// All of it.
    Query,
}

/// One way from a route to a query.
#[derive(Debug, Clone)]
pub struct Reach {
    /// The way in.
    pub route: RouteId,
    /// Whether callers were turned away before.
    pub guarded: Guarded,
    /// The calls that lead there, outermost first; empty when the handler itself queries.
    pub path: Vec<Call>,
    /// It runs inside a cached computation (index into [`Model::caches`]).
    pub cached_by: Option<u32>,
    /// The loop around it on this way.
    pub in_loop: Option<LoopAround>,
    /// Running did not get there: functions that mention each other lead there. What is passed and
    /// who got so far is not known.
    pub by_mention: bool,
}

/// A call of a function of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The call.
    pub origin: Origin,
    /// The name of the function, if it has one.
    pub name: Option<SmolStr>,
}

/// A token use and who does it.
#[derive(Debug, Clone)]
pub struct Token {
    /// What is done.
    pub facts: TokenUse,
    /// The ways in that do it.
    pub routes: Vec<RouteId>,
    /// Runs in the browser.
    pub in_browser: bool,
    /// In a test or script.
    pub in_script: bool,
}

/// A cache use and who does it.
#[derive(Debug, Clone)]
pub struct Cache {
    /// What is done.
    pub facts: CacheUse,
    /// Queries whose result it holds.
    pub computes: Vec<QueryRef>,
    /// The ways in that do it.
    pub routes: Vec<RouteId>,
    /// Tables whose rows it holds.
    pub tables: Vec<SmolStr>,
    /// Inputs that decide which rows it holds, as the handlers that use this very key pass them.
    pub inputs: BTreeSet<Input>,
}

/// A claim use and where it happens.
#[derive(Debug, Clone)]
pub struct Claim {
    /// What happens.
    pub facts: ClaimUse,
    /// What it was taken from.
    pub source: ClaimSource,
    /// The ways in; empty when none was found.
    pub routes: Vec<RouteId>,
    /// The caller is verified on the same way, before or after.
    pub also_verified: bool,
    /// Runs in the browser.
    pub in_browser: bool,
}

/// What an unverified claim of identity is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimSource {
    /// A token that was decoded.
    Token,
    /// A session that was read from the caller's cookies.
    Session,
}

/// A read of the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvUse {
    /// The read.
    pub origin: Origin,
    /// The variable.
    pub name: SmolStr,
    /// The variable holds a key that bypasses row level security.
    pub is_service_key: bool,
    /// A build tool copies the variable into what the browser gets.
    pub is_published: bool,
    /// In a module that the browser gets.
    pub in_browser: bool,
    /// The `use client` module through which the browser gets it, when it is another file.
    pub through: Option<FileId>,
}

/// A secret written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretLiteral {
    /// The literal.
    pub origin: Origin,
    /// What it is: `service-role key`, `secret key` …
    pub kind: &'static str,
    /// In a module that the browser gets.
    pub in_browser: bool,
}

/// A comment that speaks to trave.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IgnoreComment {
    /// The comment.
    pub origin: Origin,
    /// Its text, without the comment sign.
    pub text: SmolStr,
}

/// What was read and what was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Files looked at.
    pub files: usize,
    /// Ways in.
    pub routes: usize,
    /// Queries found.
    pub queries: usize,
    /// Queries whose table and operation are known.
    pub queries_resolved: usize,
    /// SQL statements read.
    pub statements: usize,
    /// SQL statements understood.
    pub statements_understood: usize,
    /// Migrations that are not applied yet; none where nobody says which are.
    pub pending: Option<usize>,
}

impl LoopAround {
    /// A loop of which no more is known than where it stands.
    pub fn at(origin: Origin) -> Self {
        Self {
            origin,
            rounds_max: None,
            chunked: false,
            waits: false,
            same: Same::Nothing,
            over: None,
        }
    }
}

impl Model {
    /// The route behind an id.
    pub fn route(&self, id: RouteId) -> Option<&Route> {
        self.routes.get(id.0 as usize)
    }

    /// The query behind an index.
    pub fn query(&self, id: QueryRef) -> Option<&Query> {
        self.queries.get(id.0 as usize)
    }

    /// The catalog that the code at a place speaks to, or that a migration belongs to.
    pub fn catalog_at(&self, origin: Origin) -> Option<&Catalog> {
        self.catalogs.get(*self.catalog_of_file.get(&origin.file)?).map(|it| &**it)
    }

    /// The table that a query works on, if it is a known table of its catalog.
    pub fn table_of(&self, query: &Query) -> Option<&Table> {
        let name = query.facts.table.as_ref()?;
        let schema = query.facts.schema.clone().unwrap_or_else(|| SmolStr::new_static("public"));
        let catalog = self.catalog_at(query.facts.origin)?;
        catalog.tables.get(&QualifiedName { schema, name: name.clone() })
    }
}
