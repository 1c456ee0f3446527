//! Routes that `createRoute` describes: their schemas check what handlers get.

use smol_str::SmolStr;

use super::app::within;
use super::{NAME, middleware};
use crate::frameworks::router::{NewRoute, add_route, name_origin};
use crate::library::{LibraryCall, Machine};
use crate::registration::{Link, links};
use crate::value::{ClosureId, LibraryValue, Shape, Value};

/// `app.openapi(route, handler)`.
pub(super) fn register(
    call: &LibraryCall<'_>,
    machine: &mut dyn Machine,
    (owner, app): (ClosureId, &LibraryValue),
) {
    let described = call.arg(0);
    for route in described.alternatives() {
        let method = route.field("method").and_then(Value::as_text).unwrap_or("*");
        let method = if method == "*" { SmolStr::from("*") } else { method.to_uppercase().into() };
        let path = route.field("path").cloned().unwrap_or_else(Value::unknown);
        let paths = within(app, &path).iter().map(|path| with_colons(path)).collect();
        let mut chain = validators(route.field("request"), call);
        if let Some(own) = route.field("middleware") {
            let origin = call.arg_origin(0);
            push_all(own, &mut |value| chain.push(Link { value: value.clone(), origin }));
        }
        // The third argument only shapes what is said of invalid requests.
        chain.extend(links(call, 1, &mut |_, _| false).into_iter().take(1));
        let route = NewRoute {
            owner,
            origin: name_origin(call, "openapi"),
            framework: NAME,
            method: &method,
            paths,
            links: chain,
            facts: Value::undefined(),
        };
        add_route(machine, route);
    }
}

fn push_all(value: &Value, push: &mut dyn FnMut(&Value)) {
    match &value.shape {
        Shape::Array(items) => items.iter().for_each(|item| push_all(item, push)),
        Shape::Undefined | Shape::Null => {}
        _ => push(value),
    }
}

/// `/users/{id}` as Hono serves it: `/users/:id`.
fn with_colons(path: &str) -> SmolStr {
    let parts = path.split('/').map(|part| {
        match part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => format!(":{name}"),
            None => part.to_owned(),
        }
    });
    parts.collect::<Vec<String>>().join("/").into()
}

/// What checks the parts of a request that a route describes.
fn validators(request: Option<&Value>, call: &LibraryCall<'_>) -> Vec<Link> {
    let Some(request) = request else { return Vec::new() };
    let mut found: Vec<(&'static str, Value)> = Vec::new();
    for (part, target) in
        [("params", "param"), ("query", "query"), ("headers", "header"), ("cookies", "cookie")]
    {
        found.extend(request.field(part).map(|schema| (target, schema.clone())));
    }
    let content = request.field("body").and_then(|body| body.field("content"));
    if let Some(Shape::Object(content)) = content.map(|content| &content.shape) {
        for (media, described) in &content.fields {
            let target = if media.contains("form") { "form" } else { "json" };
            found.extend(described.field("schema").map(|schema| (target, schema.clone())));
        }
    }
    let origin = call.arg_origin(0);
    let link = |(target, schema): (&'static str, Value)| Link {
        value: middleware::validator(Value::text(target), schema),
        origin,
    };
    found.into_iter().map(link).collect()
}
