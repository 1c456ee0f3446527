//! Ways into a program that one file declares: route handlers, server actions, pages, functions.

use smol_str::SmolStr;
use trave_source::Origin;
use trave_ts::ir::{ExprId, FunctionId};

use crate::value::Value;

/// What kind of way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// An HTTP handler.
    Http,
    /// A server action: a POST that anybody can send.
    ServerAction,
    /// An edge function.
    Edge,
    /// A procedure of an RPC framework.
    Procedure,
    /// A page or layout that reads on the server.
    Loader,
    /// Middleware that runs before routes.
    Middleware,
    /// Called by another service, which proves itself by a signature.
    Webhook,
    /// Called on a schedule or from a queue.
    Job,
    /// The start of a program: of a server, a worker, a command, a script.
    Start,
}

/// What runs when the way in is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handler {
    /// The function behind an exported name, also through re-exports.
    Export(SmolStr),
    /// A function of the module; a method is called on an object of its class.
    Function(FunctionId),
    /// An expression whose value is the function: `Deno.serve(withAuth(…))`.
    Expr(ExprId),
    /// The functions that were registered for it.
    Registered,
}

/// A way in.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What kind.
    pub kind: EntryKind,
    /// `GET`, `POST` …; `*` when the handler takes any; the function's name for a server action.
    pub method: SmolStr,
    /// `/api/listings/[id]`.
    pub path: SmolStr,
    /// The framework: `next`, `supabase-edge` …
    pub framework: &'static str,
    /// What runs.
    pub handler: Handler,
    /// Where it is exported or handed over.
    pub origin: Origin,
    /// What the framework passes to it.
    pub params: Vec<Value>,
    /// What the file says about it to the framework.
    pub config: EntryConfig,
}

impl Entry {
    /// A handler of any method at `/`, which is given nothing.
    pub(crate) fn new(framework: &'static str, handler: Handler, origin: Origin) -> Self {
        Self {
            kind: EntryKind::Http,
            method: SmolStr::new_static("*"),
            path: SmolStr::new_static("/"),
            framework,
            handler,
            origin,
            params: Vec::new(),
            config: EntryConfig::default(),
        }
    }

    /// The same of another kind.
    #[must_use]
    pub(crate) fn of_kind(mut self, kind: EntryKind) -> Self {
        self.kind = kind;
        self
    }

    /// The same at a path, for a method.
    #[must_use]
    pub(crate) fn at(mut self, method: impl Into<SmolStr>, path: impl Into<SmolStr>) -> Self {
        self.method = method.into();
        self.path = path.into();
        self
    }

    /// The same, given these values.
    #[must_use]
    pub(crate) fn given(mut self, params: Vec<Value>) -> Self {
        self.params = params;
        self
    }

    /// The same, whose result the framework sends to the caller.
    #[must_use]
    pub(crate) fn answering(mut self) -> Self {
        self.config.sends_result = true;
        self
    }
}

/// What a file says to its framework about a way in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntryConfig {
    /// `export const dynamic = 'force-dynamic'`.
    pub dynamic: Option<(SmolStr, Origin)>,
    /// `export const revalidate = 60`; none inside for `false`: for ever.
    pub revalidate: Option<(Option<f64>, Origin)>,
    /// `export const fetchCache = 'force-cache'`.
    pub fetch_cache: Option<(SmolStr, Origin)>,
    /// `'use cache'` at the top of the file or of the handler.
    pub use_cache: Option<(SmolStr, Origin)>,
    /// `export const runtime = 'edge'`.
    pub runtime: Option<SmolStr>,
    /// The module exports a method other than GET, which makes its GET handler dynamic.
    pub has_other_methods: bool,
    /// For which paths it runs, for middleware.
    pub matcher: Matcher,
    /// What the handler returns is sent to the caller, as data.
    pub sends_result: bool,
}

/// For which paths middleware runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Matcher {
    /// For all of them.
    #[default]
    Every,
    /// For those that one of these patterns of the framework describes.
    Some(Vec<SmolStr>),
    /// It cannot be told.
    Unknown,
}
