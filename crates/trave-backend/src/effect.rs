//! What running a function does, besides returning a value.
//!
//! The evaluator keeps these in the order in which they happen.

use smol_str::SmolStr;
use trave_source::Origin;

use crate::value::{QueryId, Taint, Value};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A query was sent (or built and handed on).
    Query(QueryId),
    /// Rows of a query were used in a way that matters.
    RowsUsed(QueryId, RowsUse, Origin),
    /// Somebody asked who is calling.
    Auth(AuthCheck),
    /// From here on, callers without the right identity have been turned away.
    Guard(Guard),
    /// A constant of the program says that nobody needs to be asked: `{ auth: false }`.
    Waived(Origin),
    /// A token was signed, verified or decoded.
    Token(TokenUse),
    /// An unverified claim of identity decides something.
    ClaimUsed(ClaimUse),
    /// A cache was read, written or emptied.
    Cache(CacheUse),
    /// An answer was made.
    Response(Response),
    /// A variable of the environment was read.
    Env(EnvRead),
    /// A user of the platform was deleted: a row of `auth.users`.
    UserDeleted(Origin),
    /// A call to another service.
    Outbound(Origin),
    /// What the caller sent was held against a schema.
    Validated(LibraryUse),
    /// It was counted how often the caller asks.
    Limited(LibraryUse),
    /// A function that could not be followed received the request, the caller or a callback.
    Opaque(Origin),
}

/// A library at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LibraryUse {
    /// The call.
    pub origin: Origin,
    /// Which library.
    pub library: &'static str,
}

/// How rows are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowsUse {
    /// Looped over (`for … of`, `forEach`).
    Iterated,
    /// Turned into something else one by one (`map`, `flatMap`).
    Mapped,
    /// Summed, counted or folded (`reduce`, `length`).
    Aggregated,
    /// Searched or filtered in memory (`filter`, `find`, `some`, `includes`).
    Searched,
    /// Sorted in memory.
    Sorted,
    /// Cut in memory (`slice`).
    Sliced,
    /// Turned into a map or set, as if it were the whole table.
    Indexed,
    /// Put into an answer.
    Answered,
}

/// A question who is calling.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthCheck {
    /// The call.
    pub origin: Origin,
    /// What it is, as people name it: `auth.getUser`, `jwt.verify`, `stripe signature`.
    pub name: SmolStr,
    /// How far it can be trusted.
    pub trust: Trust,
}

/// How far an answer to "who is calling" can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trust {
    /// Verified.
    Verified,
    /// A claim that nobody verified (`getSession`, `decode`).
    Claimed,
    /// A shared secret or a signature was compared.
    Secret,
    /// Something that could not be followed.
    Unknown,
}

/// A place after which callers without the right identity are gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Guard {
    /// The test or call.
    pub origin: Origin,
    /// What it depends on: some of `CALLER`, `CLAIM`, `SECRET`, `UNKNOWN`.
    pub by: Taint,
}

/// What is done with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenAction {
    /// Made.
    Sign,
    /// Verified.
    Verify,
    /// Read without verifying.
    Decode,
}

/// A token signed, verified or decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenUse {
    /// The call.
    pub origin: Origin,
    /// The library: `jsonwebtoken`, `jose` …
    pub library: &'static str,
    /// What is done.
    pub action: TokenAction,
    /// The key or secret, with its place.
    pub key: Option<(Value, Origin)>,
    /// Algorithms named.
    pub algorithms: Option<Vec<SmolStr>>,
    /// The expiry set: `expiresIn`, `exp`, `setExpirationTime`.
    pub expiry: Option<Value>,
    /// Whether the options and payload are known well enough to say that something is missing.
    pub options_known: bool,
    /// What is put into it.
    pub payload: Option<Value>,
    /// The token that is verified or decoded, as far as the call names it.
    pub token: Option<Value>,
}

/// An unverified claim of identity that decides something.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimUse {
    /// Where the claim was taken (the `decode` or `getSession` call).
    pub claim: Origin,
    /// Where it decides.
    pub origin: Origin,
    /// What it decides.
    pub how: ClaimRole,
}

/// What a claim decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimRole {
    /// Which rows: a filter or a written value.
    Rows,
    /// Who passes: a condition that turns callers away.
    Passage,
    /// Who the caller is, for whoever calls the function: returned.
    Returned,
}

/// What is done with a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CacheAction {
    /// Read.
    Read,
    /// Written.
    Write,
    /// Emptied for a key, tag or path.
    Invalidate,
    /// Read, and computed and written when missing.
    ReadThrough,
}

/// What a time to live is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
}

impl CacheUse {
    /// For how many seconds it lives, where that is known.
    pub fn ttl_seconds(&self) -> Option<f64> {
        let time = self.ttl.as_ref().and_then(Value::as_number)?;
        match self.ttl_unit? {
            TimeUnit::Seconds => Some(time),
            TimeUnit::Milliseconds => Some(time / 1000.0),
        }
    }
}

/// A cache read, written or emptied.
#[derive(Debug, Clone, PartialEq)]
pub struct CacheUse {
    /// The call.
    pub origin: Origin,
    /// `ioredis`, `upstash`, `next` …
    pub library: &'static str,
    /// What is done.
    pub action: CacheAction,
    /// The key, tag or path, with its place.
    pub key: Value,
    /// Where the key stands.
    pub key_origin: Origin,
    /// How long it lives, in [`CacheUse::ttl_unit`]; none when nothing sets it.
    pub ttl: Option<Value>,
    /// What that is counted in, where the call says so.
    pub ttl_unit: Option<TimeUnit>,
    /// Whether the options were known well enough to say that no expiry is set.
    pub ttl_known: bool,
    /// What is stored, as far as known (also what a read-through computes).
    pub value: Option<Value>,
    /// The queries whose result is stored (for a read-through: that run in its callback).
    pub computes: Vec<QueryId>,
    /// Shared by all callers: in a store or CDN, not memoised per request.
    pub shared: bool,
    /// Used as a lock, counter, queue or rate limiter rather than a cache.
    pub bookkeeping: bool,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The call that makes it.
    pub origin: Origin,
    /// The status, if constant.
    pub status: Option<u16>,
    /// The body.
    pub body: Option<Value>,
    /// `Cache-Control` and its kin, if constant.
    pub cache_control: Option<(SmolStr, Origin)>,
    /// `Vary`, if constant.
    pub vary: Option<SmolStr>,
    /// Code of any other site may read it (`Access-Control-Allow-Origin: *`).
    pub for_any_origin: bool,
}

/// A variable of the environment that is read.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvRead {
    /// The read.
    pub origin: Origin,
    /// The variable.
    pub name: SmolStr,
}
