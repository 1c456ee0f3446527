//! Middleware of modules: `consumer.apply(Auth).exclude(…).forRoutes('notes')`.

use smol_str::SmolStr;

use super::NAME;
use super::context::request_of;
use crate::clients::given::items;
use crate::dispatch::Dispatch;
use crate::effect::{Effect, Guard};
use crate::frameworks::web;
use crate::library::{LibraryCall, Machine};
use crate::value::{LibraryValue, Shape, Taint, Value};

/// A call of what a module is configured by.
pub(super) fn call(call: &LibraryCall<'_>, method: &str) -> Option<Value> {
    let list = || Value::array(call.args.to_vec());
    let applied = || call.callee.clone();
    match (call.callee.kind, method) {
        ("consumer", "apply") => {
            Some(LibraryValue::new(NAME, "applied").with("list", list()).into_value())
        }
        ("applied", "exclude") => Some(applied().with("except", list()).into_value()),
        ("applied", "forRoutes") => Some(applied().with("routes", list()).into_value()),
        _ => None,
    }
}

/// Runs what was applied, if it stands before this way in.
pub(super) fn run(
    applied: &LibraryValue,
    (way, context): (&Dispatch<'_>, &Value),
    machine: &mut dyn Machine,
) {
    let named = |field: &str| applied.kept(field).map(|list| items(list).0).unwrap_or_default();
    let covers = |field: &str, unknown: bool| {
        named(field).iter().any(|(route, _)| covers(route, way).unwrap_or(unknown))
    };
    if way.method == "field" || covers("except", false) || !covers("routes", true) {
        return;
    }
    let request = context.library().map_or_else(Value::unknown, request_of);
    let args = vec![request, web::node_response(), Value::of(Shape::Unknown)];
    for (middleware, _) in named("list") {
        match &middleware.shape {
            Shape::Function(_) => {
                let value = machine.run(&middleware, args.clone());
                machine.awaited(value);
            }
            Shape::Instance(_) => {
                let made = machine.make(&middleware);
                let run = machine.member(&made, "use");
                let value = machine.run(&run, args.clone());
                machine.awaited(value);
            }
            // What packages bring along sets headers and reads bodies.
            Shape::Library(_) => {}
            _ => machine.record(Effect::Guard(Guard { origin: way.origin, by: Taint::OPAQUE })),
        }
    }
}

/// Whether a route that is named covers a way in; none where that cannot be told.
fn covers(route: &Value, way: &Dispatch<'_>) -> Option<bool> {
    let method = route.field("method").map(|method| method.as_text().map(SmolStr::new));
    let fits = match &method {
        None => true,
        Some(Some(method)) => method == "ALL" || method == way.method || way.method == "*",
        Some(None) => return None,
    };
    let path = match &route.shape {
        Shape::Text(path) => path.clone(),
        Shape::Object(_) => SmolStr::new(route.field("path")?.as_text()?),
        // A controller: all its ways in, whichever those are.
        _ => return None,
    };
    let reach = if method.is_none() { Reach::Below } else { Reach::Exactly };
    Some(fits && leads_to(&path, way.path, reach))
}

/// What a pattern covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Its paths alone.
    Exactly,
    /// What lies below them too: no method is said.
    Below,
}

/// Whether a pattern covers a path.
fn leads_to(pattern: &str, path: &str, reach: Reach) -> bool {
    let parts = |text: &str| -> Vec<SmolStr> {
        text.split('/').filter(|part| !part.is_empty()).map(SmolStr::new).collect()
    };
    let (pattern, path) = (parts(pattern), parts(path));
    for (at, wanted) in pattern.iter().enumerate() {
        if wanted.contains('*') {
            return true;
        }
        let Some(part) = path.get(at) else { return false };
        if !wanted.starts_with(':') && !part.starts_with(':') && wanted != part {
            return false;
        }
    }
    reach == Reach::Below || pattern.len() == path.len()
}

#[cfg(test)]
mod tests {
    use super::Reach::{Below, Exactly};
    use super::leads_to;

    #[test]
    fn patterns_cover_paths() {
        for (pattern, path, reach, expected) in [
            ("notes", "/notes", Below, true),
            ("notes", "/notes/:id", Below, true),
            ("notes", "/notes/:id", Exactly, false),
            ("notes/:slug", "/notes/:id", Exactly, true),
            ("*", "/notes", Below, true),
            ("{*splat}", "/notes", Exactly, true),
            ("notes/(.*)", "/notes/:id", Exactly, true),
            ("users", "/notes", Below, false),
        ] {
            assert_eq!(leads_to(pattern, path, reach), expected, "{pattern} {path}");
        }
    }
}
