//! What a program registers while it runs: routes, what runs before them, what is mounted where.
//!
//! Most frameworks have no files that declare routes: `app.get('/users', auth, list)` is a call
//! like any other, made in a loop, in a constructor, in a function that is handed the app. So the
//! evaluator runs the code that registers, and asks the models of the libraries what their calls
//! mean. A library whose calls register
//!
//! 1. names its packages in [`Library::registers`]: modules that import one of them, also through
//!    others, are run at their top level;
//! 2. gives each app or router that is made an object of its own (`built`), which is who it is:
//!    the value carries it, and so do all values that register on the same app;
//! 3. calls [`Machine::register`] for each route, for what runs before routes, and for routers
//!    that are mounted;
//! 4. says in [`Library::hand`] what the functions of a route are given, and in
//!    [`Library::passes`] what it means when one of them calls its `next`.
//!
//! What code keeps on a request (`req.user = …`, `c.set('user', …)`) goes to the object that the
//! request carries: a member that was kept there comes before what the model says of it.
//! Parameters of functions that nobody calls, but whose type is that of an app, get an app by
//! [`Library::rooted`].
//!
//! [`Library::registers`]: crate::library::Library::registers
//! [`Library::hand`]: crate::library::Library::hand
//! [`Library::passes`]: crate::library::Library::passes
//! [`Library::rooted`]: crate::library::Library::rooted
//! [`Machine::register`]: crate::library::Machine::register

use smol_str::{SmolStr, format_smolstr};
use trave_source::Origin;

use crate::entry::EntryKind;
use crate::library::{LibraryCall, Machine};
use crate::value::{ClosureId, LibraryValue, Shape, Value};

/// The field in which an app keeps the one on which it is mounted: it has its members too.
pub const PARENT: &str = "parent";

/// Something that a call registers.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The object of the app or router on which it is registered.
    pub owner: ClosureId,
    /// Where: the path as it is written, or the call.
    pub origin: Origin,
    /// What.
    pub what: Registered,
}

/// What can be registered.
#[derive(Debug, Clone)]
pub enum Registered {
    /// An app or router was made, by this library. Until something mounts it, it serves by itself.
    Built(&'static str),
    /// A route.
    Route(Box<RouteFacts>),
    /// What runs before routes.
    Use(Before),
    /// Another app or router serves below a path.
    Mount(Mount),
}

/// A route as it is registered; its path is relative to where its router is mounted.
#[derive(Debug, Clone)]
pub struct RouteFacts {
    /// `GET`, `POST` …; `*` for any.
    pub method: SmolStr,
    /// As the framework writes it: `/users/:id`.
    pub path: SmolStr,
    /// What kind of way in; none when its path tells.
    pub kind: Option<EntryKind>,
    /// The framework, as people read it in the list of routes: `express`.
    pub framework: &'static str,
    /// The functions that run, the handler last.
    pub links: Vec<Link>,
    /// What else the library wants to know when the functions run: validation schemas.
    pub facts: Value,
}

/// A function in a chain: middleware, a hook or the handler.
#[derive(Debug, Clone)]
pub struct Link {
    /// The function, or a library's own.
    pub value: Value,
    /// Where it is handed over.
    pub origin: Origin,
}

/// What runs before routes.
#[derive(Debug, Clone)]
pub struct Before {
    /// Before which; none before every route.
    pub scope: Option<Scope>,
    /// The functions.
    pub links: Vec<Link>,
    /// Whether it runs before routes that were registered earlier as well.
    pub for_earlier: bool,
    /// Whether it only runs before routes of its own app, and of those that are mounted on it;
    /// else also before what is registered later on the app on which its own is mounted.
    pub is_local: bool,
}

/// Which paths something runs before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The path, as the framework writes it; none when it cannot be told.
    pub path: Option<SmolStr>,
    /// Only that path, and none below it.
    pub is_exact: bool,
}

/// Another app or router serves below a path.
#[derive(Debug, Clone)]
pub struct Mount {
    /// The path.
    pub path: SmolStr,
    /// The other app.
    pub child: ClosureId,
}

/// What is asked when a function of a chain is about to run.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The method of the route.
    pub method: &'a str,
    /// The whole path of the route.
    pub path: &'a str,
    /// What the library keeps of the route.
    pub facts: &'a Value,
    /// The object on which code keeps things of this request.
    pub object: &'a Value,
    /// Another one, for frameworks that have a place of its own for what code keeps.
    pub state: &'a Value,
    /// Runs the rest of the chain when it is called.
    pub next: &'a Value,
    /// Whether it is the last of the chain.
    pub is_handler: bool,
}

impl Asked<'_> {
    /// The method, where the route serves only one.
    pub(crate) fn method_value(&self) -> Value {
        match self.method {
            "*" => Value::of(Shape::Unknown),
            method => Value::text(method),
        }
    }
}

/// What a call of `next` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// The rest runs.
    Rest,
    /// The rest runs, or an error is handled.
    Perhaps,
    /// The rest does not run: an error is handled.
    Stops,
}

impl Passing {
    /// As most frameworks mean it: with nothing it goes on, with an error it does not.
    pub fn of_error(args: &[Value]) -> Self {
        match args.first() {
            None => Self::Rest,
            Some(error) => match (error.is_nullish(), &error.shape) {
                (Some(true), _) => Self::Rest,
                (_, Shape::Unknown | Shape::OneOf(_) | Shape::Input(_)) => Self::Perhaps,
                _ => Self::Stops,
            },
        }
    }
}

/// A new app or router with an object of its own.
pub(crate) fn built(
    call: &LibraryCall<'_>,
    machine: &mut dyn Machine,
    value: LibraryValue,
) -> Value {
    let object = machine.object();
    if let Shape::Instance(owner) = object.shape {
        let what = Registered::Built(value.library);
        machine.register(Registration { owner, origin: call.origin, what });
    }
    value.with_object(object).into_value()
}

/// The functions among these arguments, lists of them spread out; whatever the list holds besides
/// goes to `other`.
pub(crate) fn links(
    call: &LibraryCall<'_>,
    from: usize,
    other: &mut dyn FnMut(&Value, Origin) -> bool,
) -> Vec<Link> {
    let mut links = Vec::new();
    for (at, value) in call.args.iter().enumerate().skip(from) {
        let origin = call.arg_origin(at);
        spread(value, 0, &mut |value| {
            if !other(value, origin) {
                links.push(Link { value: value.clone(), origin });
            }
        });
    }
    links
}

fn spread(value: &Value, depth: u32, each: &mut dyn FnMut(&Value)) {
    match &value.shape {
        Shape::Array(items) if depth < 8 => {
            items.iter().for_each(|item| spread(item, depth + 1, each));
        }
        Shape::List(item) if depth < 8 => spread(item, depth + 1, each),
        Shape::Undefined | Shape::Null | Shape::Bool(_) => {}
        _ => each(value),
    }
}

/// Two paths, one below the other; a prefix that ends in a dot is the beginning of a dotted name.
pub fn joined(prefix: &str, path: &str) -> SmolStr {
    let prefix = prefix.trim_end_matches('/');
    let path = path.trim_start_matches('/');
    match (prefix, path) {
        ("", "") => SmolStr::new_static("/"),
        (prefix, "") => SmolStr::new(prefix),
        (prefix, path) if prefix.ends_with('.') => format_smolstr!("{prefix}{path}"),
        (prefix, path) if prefix.is_empty() || prefix.starts_with('/') => {
            format_smolstr!("{prefix}/{path}")
        }
        (prefix, path) => format_smolstr!("/{prefix}/{path}"),
    }
}

/// The paths that a value names; what cannot be told of one is a star.
pub(crate) fn paths(value: &Value) -> Vec<SmolStr> {
    match &value.shape {
        Shape::Array(items) => items.iter().flat_map(paths).collect(),
        Shape::OneOf(values) => {
            let mut found: Vec<SmolStr> = values.iter().flat_map(paths).collect();
            found.dedup();
            if found.len() > 1 {
                found.retain(|path| path != "*");
            }
            found
        }
        _ => vec![path_text(value).unwrap_or_else(|| SmolStr::new_static("*"))],
    }
}

/// A path as text; none when nothing of it is known.
fn path_text(value: &Value) -> Option<SmolStr> {
    match &value.shape {
        Shape::Text(text) => Some(text.clone()),
        Shape::Template(parts) => {
            let mut text = String::new();
            for part in parts.iter() {
                text.push_str(&hole_text(part));
            }
            Some(text.into())
        }
        _ => None,
    }
}

/// What stands in a path for a value: nothing where it may be empty, as a configured prefix is.
fn hole_text(value: &Value) -> SmolStr {
    match &value.shape {
        Shape::OneOf(values) => {
            let texts: Vec<&str> = values.iter().filter_map(Value::as_text).collect();
            SmolStr::new(if texts.contains(&"") {
                ""
            } else {
                texts.first().copied().unwrap_or("*")
            })
        }
        Shape::Number(number) => format_smolstr!("{number}"),
        _ => path_text(value).unwrap_or_else(|| SmolStr::new_static("*")),
    }
}

/// Whether something with this scope runs before a route; none when that cannot be told.
pub fn covers(scope: &Scope, route: &str) -> Option<bool> {
    let path = scope.path.as_ref()?;
    let wanted: Vec<&str> = segments(path);
    let given: Vec<&str> = segments(route);
    let mut is_sure = true;
    for (at, segment) in wanted.iter().enumerate() {
        if is_rest(segment) && at + 1 == wanted.len() {
            return is_sure.then_some(true);
        }
        let Some(other) = given.get(at) else { return Some(false) };
        match meets(segment, other) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => is_sure = false,
        }
        if is_rest(other) {
            return None;
        }
    }
    if scope.is_exact && given.len() > wanted.len() {
        return Some(false);
    }
    is_sure.then_some(true)
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

/// `*`, `(.*)`, `:rest*`, `{*splat}`: the rest of a path, whatever it is.
fn is_rest(segment: &str) -> bool {
    segment.starts_with('*')
        || segment.ends_with('*') && segment.starts_with(':')
        || matches!(segment, "(.*)" | "{*splat}" | "{*path}")
}

fn is_param(segment: &str) -> bool {
    segment.starts_with([':', '{']) || segment == "*"
}

fn meets(wanted: &str, given: &str) -> Option<bool> {
    if is_param(wanted) || wanted.eq_ignore_ascii_case(given) {
        return Some(true);
    }
    if let Some(start) = wanted.strip_suffix('*').filter(|_| !given.starts_with(':')) {
        return Some(given.starts_with(start));
    }
    (!is_param(given) && !wanted.contains(['(', '?', '+', '*'])).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_with_one_slash() {
        for (prefix, path, whole) in [
            ("", "", "/"),
            ("", "/users", "/users"),
            ("/api", "/", "/api"),
            ("/api/", "/users/:id", "/api/users/:id"),
            ("api", "users.list", "/api/users.list"),
            ("/", "*", "/*"),
            ("/trpc", "posts.", "/trpc/posts."),
            ("/trpc/posts.", "list", "/trpc/posts.list"),
        ] {
            assert_eq!(joined(prefix, path), whole, "{prefix} {path}");
        }
    }

    #[test]
    fn a_scope_covers_the_paths_below_it() {
        let covers = |path: &str, is_exact, route| {
            covers(&Scope { path: Some(path.into()), is_exact }, route)
        };
        assert_eq!(covers("/api", false, "/api/users/:id"), Some(true));
        assert_eq!(covers("/api/*", true, "/api"), Some(true));
        assert_eq!(covers("/api", true, "/api/users"), Some(false));
        assert_eq!(covers("/api", false, "/app"), Some(false));
        assert_eq!(covers("/", false, "/app"), Some(true));
        assert_eq!(covers("/users/:id", false, "/users/:userId/notes"), Some(true));
        assert_eq!(covers("/users/me", false, "/users/:id"), None);
        assert_eq!(covers("/users/:id/notes", false, "/users/*"), None);
    }

    #[test]
    fn what_is_not_known_of_a_path_is_a_star_or_nothing() {
        let base = Value::unknown().join(Value::text(""));
        let hole =
            |value| Value::of(Shape::Template(std::sync::Arc::new(vec![value, Value::text("/x")])));
        assert_eq!(paths(&hole(Value::unknown())), ["*/x"]);
        let _ = base;
        assert_eq!(paths(&Value::unknown()), ["*"]);
        assert_eq!(paths(&Value::array(vec![Value::text("/a"), Value::text("/b")])), ["/a", "/b"]);
    }
}
