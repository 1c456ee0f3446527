//! `initTRPC`, procedures and middleware while they are put together.

use super::{NAME, listed, thing};
use crate::frameworks::router::name_origin;
use crate::library::LibraryCall;
use crate::registration::Link;
use crate::value::{LibraryValue, Shape, Value};

/// Where a procedure or middleware keeps what runs.
pub(super) const LINKS: &str = "links";

/// `initTRPC.context<C>().meta<M>().create(options)`, and middleware that stands alone.
pub(super) fn begun(call: &LibraryCall<'_>, method: Option<&str>) -> Value {
    match (call.callee.kind, method) {
        ("init", Some("create")) => thing("instance"),
        ("standalone", Some("create")) => middleware(call),
        _ => call.callee.clone().into_value(),
    }
}

/// A part of what `create` gives.
pub(super) fn part(name: &str) -> Option<Value> {
    Some(match name {
        "procedure" => thing("procedure"),
        "router" | "mergeRouters" | "middleware" | "createCallerFactory" => {
            LibraryValue::new(NAME, "function").named(name).into_value()
        }
        "_config" => Value::of(Shape::Unknown),
        _ => return None,
    })
}

/// `t.middleware(fn)`.
pub(super) fn middleware(call: &LibraryCall<'_>) -> Value {
    let made = LibraryValue::new(NAME, "middleware");
    made.with(LINKS, Value::array(steps(call))).into_value()
}

/// A method of a procedure or of middleware: the same with one more link.
pub(super) fn extended(call: &LibraryCall<'_>, method: &str) -> Option<Value> {
    let callee = call.callee;
    let added = match method {
        "use" | "concat" | "unstable_concat" | "pipe" | "unstable_pipe" => steps(call),
        "input" => vec![check(call)],
        "query" | "mutation" | "subscription" => return Some(endpoint(call, method)),
        // What goes out, and what is said about it, changes no way.
        "output" | "meta" | "errors" | "experimental_caller" => Vec::new(),
        _ => return None,
    };
    Some(with_links(callee, added).into_value())
}

fn with_links(value: &LibraryValue, added: Vec<Value>) -> LibraryValue {
    let links = listed(value, LINKS).iter().cloned().chain(added).collect();
    value.clone().with(LINKS, Value::array(links))
}

/// What a call of `use` brings: the links of middleware or of another procedure, or a function.
fn steps(call: &LibraryCall<'_>) -> Vec<Value> {
    let given = call.arg(0);
    let other = given.library().filter(|it| it.library == NAME && it.kept(LINKS).is_some());
    match other {
        Some(other) => listed(other, LINKS).to_vec(),
        // A procedure that nothing was added to.
        None if given.library().is_some_and(|it| it.library == NAME && it.kind == "procedure") => {
            Vec::new()
        }
        None => {
            let step = LibraryValue::new(NAME, "step").with("function", given);
            vec![step.placed(call.arg_origin(0)).into_value()]
        }
    }
}

/// `.input(schema)`.
fn check(call: &LibraryCall<'_>) -> Value {
    let check = LibraryValue::new(NAME, "check").with("schema", call.arg(0));
    check.placed(call.arg_origin(0)).into_value()
}

/// `.query(handler)`: a procedure that is ready to be served.
fn endpoint(call: &LibraryCall<'_>, method: &str) -> Value {
    let handler = LibraryValue::new(NAME, "handler").with("function", call.arg(0));
    let handler = handler.placed(call.arg_origin(0)).into_value();
    let whole = with_links(call.callee, vec![handler]);
    let verb = if method == "mutation" { "POST" } else { "GET" };
    let endpoint = LibraryValue { kind: "endpoint", ..whole }.named(verb);
    let endpoint = endpoint.with("type", Value::text(method));
    endpoint.placed(name_origin(call, method)).into_value()
}

/// What runs for a procedure, in order.
pub(super) fn links(endpoint: &LibraryValue) -> Vec<Link> {
    let link = |value: &Value| {
        let origin = value.library()?.place?;
        Some(Link { value: value.clone(), origin })
    };
    listed(endpoint, LINKS).iter().filter_map(link).collect()
}
