//! Making a client: which rights and whose session it carries.

use std::sync::Arc;

use smol_str::SmolStr;

use super::NAME;
use super::key;
use crate::library::{LibraryCall, Machine};
use crate::value::{ClientFact, ClientRole, LibraryValue, Shape, Taint, Value};

/// How a constructor gets its key and session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Making {
    /// `createClient(url, key, options)`.
    WithKey,
    /// `createServerClient(url, key, { cookies })`.
    WithCookies,
    /// Key and cookies are the package's business: the signed-in user's client.
    Session,
    /// A client of the browser.
    Browser,
    /// The service key is the package's business.
    Service,
}

/// What a function of this name in one of the client packages makes.
fn making_of(name: &str) -> Option<Making> {
    Some(match name {
        "createClient" | "SupabaseClient" | "PostgrestClient" => Making::WithKey,
        "createServerClient" => Making::WithCookies,
        "createServerComponentClient"
        | "createRouteHandlerClient"
        | "createServerActionClient"
        | "createMiddlewareClient"
        | "createPagesServerClient"
        | "createServerSupabaseClient"
        | "createMiddlewareSupabaseClient"
        | "createServerComponentSupabaseClient"
        | "createRouteHandlerSupabaseClient"
        | "createContextClient"
        | "serverSupabaseClient" => Making::Session,
        "createBrowserClient"
        | "createClientComponentClient"
        | "createPagesBrowserClient"
        | "createBrowserSupabaseClient"
        | "useSupabaseClient" => Making::Browser,
        "createAdminClient" | "serverSupabaseServiceRole" => Making::Service,
        _ => return None,
    })
}

/// Whether a function of this name makes a client.
pub(super) fn is_constructor(name: &str) -> bool {
    making_of(name).is_some()
}

/// The client that a call of a constructor makes.
pub(super) fn construct(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let making = making_of(&call.callee.name)?;
    let (role, session) = match making {
        Making::WithKey => with_key(call),
        Making::WithCookies => with_cookies(call, machine),
        Making::Session | Making::Browser => (ClientRole::User, true),
        Making::Service => (ClientRole::Service, false),
    };
    let browser = making == Making::Browser || machine.in_browser();
    let fact =
        ClientFact { role, session: session || browser, browser, made_at: Some(call.origin) };
    let schema = call.arg(2).field("db").and_then(|db| db.field("schema")).and_then(text_of);
    Some(client(fact, schema))
}

/// A client with these rights.
pub(super) fn client(fact: ClientFact, schema: Option<SmolStr>) -> Value {
    let mut value = LibraryValue::new(NAME, "client");
    value.client = Some(fact);
    if let Some(schema) = schema {
        value = value.with("schema", Value::text(schema));
    }
    Value::of(Shape::Library(Arc::new(value)))
}

/// A client of which nothing is known but that it is one.
pub(super) fn unknown_client() -> ClientFact {
    ClientFact { role: ClientRole::Unknown, session: false, browser: false, made_at: None }
}

fn text_of(value: &Value) -> Option<SmolStr> {
    value.as_text().map(SmolStr::new)
}

/// An Authorization header wins over the key: the client then acts as whoever is in it.
fn with_key(call: &LibraryCall<'_>) -> (ClientRole, bool) {
    let options = call.arg(2);
    let role = key::role_of(&call.arg(1));
    if matches!(options.shape, Shape::Object(_)) && options.field("accessToken").is_some() {
        return (ClientRole::User, true);
    }
    let headers = options.field("global").and_then(|global| global.field("headers"));
    let headers = headers.or_else(|| options.field("headers"));
    match headers.and_then(authorization) {
        Some(bearer) => match role_in_header(bearer) {
            Some(role) => (role, false),
            None => (ClientRole::User, true),
        },
        None => (role, false),
    }
}

fn authorization(headers: &Value) -> Option<&Value> {
    headers.field("Authorization").or_else(|| headers.field("authorization"))
}

/// The role when a key stands in the header; none for a caller's token.
fn role_in_header(header: &Value) -> Option<ClientRole> {
    let Shape::Template(parts) = &header.shape else { return known_role(header) };
    parts.iter().find_map(known_role)
}

fn known_role(value: &Value) -> Option<ClientRole> {
    let is_key = matches!(value.shape, Shape::Env(_) | Shape::OneOf(_) | Shape::Validated(..));
    Some(key::role_of(value)).filter(|role| is_key && *role != ClientRole::Unknown)
}

/// With a user in the cookies even the service key acts as that user; only a cookie store that is
/// empty by construction leaves the key its rights.
fn with_cookies(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> (ClientRole, bool) {
    let role = key::role_of(&call.arg(1));
    let session = has_session(&call.arg(2), machine);
    match (role, session) {
        (ClientRole::Service, Some(true)) => (ClientRole::User, true),
        (ClientRole::Service, None) => (ClientRole::Unknown, true),
        (role, session) => (role, session.unwrap_or(true)),
    }
}

fn has_session(options: &Value, machine: &mut dyn Machine) -> Option<bool> {
    let cookies = options.field("cookies")?;
    let read = cookies.field("getAll").or_else(|| cookies.field("get"))?;
    let read = machine.run(read, vec![Value::of(Shape::Unknown)]);
    match &read.shape {
        Shape::Array(items) if items.is_empty() => Some(false),
        Shape::Undefined | Shape::Null => Some(false),
        Shape::Text(text) if text.is_empty() => Some(false),
        _ if read.taint.has(Taint::COOKIE) => Some(true),
        _ => None,
    }
}
