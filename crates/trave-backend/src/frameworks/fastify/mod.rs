//! Fastify: plugins with apps of their own, hooks, decorators, routes with schemas.

mod request;

use trave_source::Origin;

use super::router::{
    METHOD, MOUNTABLE, NewRoute, add_route, bound, enter, is_callable, method_of, verb,
};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::registration::{Asked, Before, Link, Mount, PARENT, Registered, built, paths};
use crate::value::{ClosureId, LibraryValue, Shape, Value};

const NAME: &str = "fastify";

/// Hooks that run before a handler, in the order in which they do.
const HOOKS: [&str; 4] = ["onRequest", "preParsing", "preValidation", "preHandler"];

/// The model of Fastify.
#[derive(Debug)]
pub(crate) struct Fastify;

impl Library for Fastify {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let kind = match package_name(package).as_str() {
            "fastify" => "maker",
            "fastify-plugin" => "sharing",
            package if package.starts_with("@fastify/") && !package.contains("type-provider") => {
                "plugin"
            }
            _ => return None,
        };
        Some(LibraryValue::new(NAME, kind).named(name).into_value())
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match object.kind {
            "maker" | "sharing" | "plugin" => Some(object.clone().into_value()),
            "app" => verb(property)
                .map(|_| bound(object, property))
                .or_else(|| (property == "jwt").then(|| jwt(object)))
                .or_else(|| Some(Value::of(Shape::Unknown))),
            "request" => Some(request::member(object, property)),
            "reply" => Some(Value::of(Shape::Unknown)),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match call.callee.kind {
            "maker" => Some(built(call, machine, LibraryValue::new(NAME, "app"))),
            "sharing" => {
                let shared = LibraryValue::new(NAME, "shared").with("plugin", call.arg(0));
                Some(shared.into_value())
            }
            "app" | METHOD => app_method(call, machine),
            "jwt" => request::jwt_method(call, machine),
            "request" => request::method(call, machine),
            "reply" => request::reply_method(call, machine),
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        if package_name(package) != NAME {
            return None;
        }
        match name {
            "FastifyInstance" => Some(LibraryValue::new(NAME, "app").into_value()),
            "FastifyRequest" => Some(request::unknown()),
            "FastifyReply" => Some(LibraryValue::new(NAME, "reply").into_value()),
            _ => None,
        }
    }

    fn registers(&self, package: &str) -> bool {
        matches!(package_name(package).as_str(), "fastify" | "fastify-plugin")
    }

    fn rooted(&self, typed: &LibraryValue, object: &Value) -> Option<Value> {
        let is_app = typed.library == NAME && typed.kind == "app";
        is_app.then(|| typed.clone().with_object(object.clone()).into_value())
    }

    fn hand(&self, asked: &Asked<'_>) -> Vec<Value> {
        let reply = LibraryValue::new(NAME, "reply").with_object(asked.state.clone());
        vec![request::of(asked), reply.into_value(), asked.next.clone()]
    }

    fn goes_on(&self) -> bool {
        true
    }

    fn answered(&self, value: &Value, origin: Origin, machine: &mut dyn Machine) {
        request::returned(value, origin, machine);
    }
}

fn jwt(app: &LibraryValue) -> Value {
    LibraryValue { kind: "jwt", ..app.clone() }.into_value()
}

fn app_method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let method = method_of(call)?;
    let app = LibraryValue { kind: "app", ..call.callee.clone() };
    if matches!(
        method,
        "withTypeProvider"
            | "addSchema"
            | "setErrorHandler"
            | "decorateReply"
            | "setNotFoundHandler"
            | "setValidatorCompiler"
            | "setSerializerCompiler"
            | "addContentTypeParser"
            | "decorateRequest"
    ) {
        return Some(app.into_value());
    }
    let Some(owner) = app.object() else {
        let chains = verb(method).is_some() || matches!(method, "register" | "route" | "addHook");
        return chains.then(|| app.into_value());
    };
    match (verb(method), method) {
        (Some(verb), _) => short_route(call, machine, (owner, verb)),
        (None, "route") => {
            for options in call.arg(0).alternatives() {
                full_route(call, machine, (owner, options));
            }
        }
        (None, "register") => register(call, machine, &app),
        (None, "addHook") => add_hook(call, machine, owner),
        (None, "decorate") => {
            if let (Some(object), Some(name)) = (app.kept("object"), call.arg(0).as_text()) {
                machine.keep(object, name, call.arg(1));
            }
        }
        (None, "after" | "ready" | "listen") => {
            if let Some(callback) = call.args.last().filter(|last| is_callable(last)) {
                machine.run(callback, Vec::new());
            }
            return Some(Value::of(Shape::Unknown));
        }
        _ => return None,
    }
    Some(app.into_value())
}

/// `app.get(url, options?, handler)`.
fn short_route(
    call: &LibraryCall<'_>,
    machine: &mut dyn Machine,
    (owner, method): (ClosureId, &str),
) {
    let has_options = call.args.len() > 2 || !is_callable(&call.arg(1));
    let options = if has_options { call.arg(1) } else { Value::undefined() };
    let mut links = hooks(&options, call.arg_origin(1));
    let last = call.args.len().saturating_sub(1);
    let handler = match options.field("handler") {
        Some(handler) if call.args.len() <= 2 => handler.clone(),
        _ => call.arg(last),
    };
    links.push(Link { value: handler, origin: call.arg_origin(last) });
    let route = NewRoute {
        owner,
        origin: call.arg_origin(0),
        framework: NAME,
        method,
        paths: paths(&call.arg(0)),
        links,
        facts: options.field("schema").cloned().unwrap_or_else(Value::undefined),
    };
    add_route(machine, route);
}

/// `app.route({ method, url, schema, preHandler, handler })`.
fn full_route(
    call: &LibraryCall<'_>,
    machine: &mut dyn Machine,
    (owner, options): (ClosureId, &Value),
) {
    let origin = call.arg_origin(0);
    let mut links = hooks(options, origin);
    let Some(handler) = options.field("handler") else { return };
    links.push(Link { value: handler.clone(), origin });
    let url = options.field("url").or_else(|| options.field("path")).cloned();
    let methods = match options.field("method").map(|method| &method.shape) {
        Some(Shape::Array(items)) => items.iter().filter_map(Value::as_text).collect(),
        Some(Shape::Text(text)) => vec![text.as_str()],
        _ => vec!["*"],
    };
    for method in methods {
        let route = NewRoute {
            owner,
            origin,
            framework: NAME,
            method: &method.to_uppercase(),
            paths: url.as_ref().map_or_else(Vec::new, paths),
            links: links.clone(),
            facts: options.field("schema").cloned().unwrap_or_else(Value::undefined),
        };
        add_route(machine, route);
    }
}

/// The hooks that the options of a route name.
fn hooks(options: &Value, origin: Origin) -> Vec<Link> {
    let mut links = Vec::new();
    for hook in HOOKS.iter().filter_map(|name| options.field(name)) {
        let values = match &hook.shape {
            Shape::Array(items) => items.to_vec(),
            Shape::Undefined | Shape::Null => Vec::new(),
            _ => vec![hook.clone()],
        };
        links.extend(values.into_iter().map(|value| Link { value, origin }));
    }
    links
}

fn add_hook(call: &LibraryCall<'_>, machine: &mut dyn Machine, owner: ClosureId) {
    let name = call.arg(0);
    if !name.as_text().is_some_and(|name| HOOKS.contains(&name)) {
        return;
    }
    let links = vec![Link { value: call.arg(1), origin: call.arg_origin(1) }];
    let before = Before { scope: None, links, for_earlier: true, is_local: true };
    enter(machine, (owner, call.arg_origin(0)), Registered::Use(before));
}

/// `app.register(plugin, { prefix })`: the plugin gets an app of its own, unless it shares.
fn register(call: &LibraryCall<'_>, machine: &mut dyn Machine, app: &LibraryValue) {
    let given = machine.awaited(call.arg(0));
    let options = call.arg(1);
    let is_shared = given.library().is_some_and(|it| it.library == NAME && it.kind == "shared");
    if is_shared {
        let plugin = given.library().and_then(|it| it.kept("plugin")).cloned();
        if let Some(plugin) = plugin {
            machine.run(&plugin, vec![app.clone().into_value(), options]);
        }
        return;
    }
    let plugin = match given.shape {
        Shape::Function(_) => given,
        Shape::Library(ref other) if other.kind == MOUNTABLE => given,
        // `import('./routes')`.
        Shape::Library(_) => {
            let plugin = machine.member(&given, "default");
            if !matches!(plugin.shape, Shape::Function(_)) {
                return;
            }
            plugin
        }
        _ => return,
    };
    let child = LibraryValue::new(NAME, "app").with(PARENT, app.clone().into_value());
    let child = built(call, machine, child);
    let ids = (app.object(), child.library().and_then(LibraryValue::object));
    if let (Some(owner), Some(child)) = ids {
        let prefix = options.field("prefix").map(paths).unwrap_or_default();
        let path = prefix.into_iter().next().unwrap_or_default();
        enter(machine, (owner, call.arg_origin(0)), Registered::Mount(Mount { path, child }));
    }
    machine.run(&plugin, vec![child, options]);
}
