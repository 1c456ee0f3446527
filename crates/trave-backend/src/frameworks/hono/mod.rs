//! Hono: apps, middleware, validators, and what handlers are given; also with described routes.

mod app;
mod context;
mod middleware;
mod openapi;

use super::router::{METHOD, bound, verb};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::registration::{Asked, built};
use crate::value::{LibraryValue, Shape, Value};

const NAME: &str = "hono";

/// The model of Hono.
#[derive(Debug)]
pub(crate) struct Hono;

/// Packages whose values are those of Hono, besides everything below `hono/`.
const PACKAGES: [&str; 8] = [
    "hono",
    "@hono/zod-openapi",
    "@hono/zod-validator",
    "@hono/valibot-validator",
    "@hono/standard-validator",
    "@hono/node-server",
    "@hono/node-server/vercel",
    "hono-openapi",
];

fn is_own(package: &str) -> bool {
    PACKAGES.contains(&package)
        || package.starts_with("hono/")
        || package.starts_with("hono-openapi/")
}

/// Packages whose exports make apps.
fn makes_apps(package: &str) -> bool {
    matches!(
        package,
        "hono" | "hono/tiny" | "hono/quick" | "hono/factory" | "hono/preset" | "@hono/zod-openapi"
    )
}

impl Library for Hono {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        // Schemas are those of zod.
        let is_schema = package == "@hono/zod-openapi" && name == "z";
        (is_own(&package) && !is_schema).then(|| {
            let kind = if matches!(name, "*" | "default") { "namespace" } else { "function" };
            LibraryValue::new(NAME, kind).named(name).with("of", Value::text(package)).into_value()
        })
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        match object.kind {
            "namespace" => self.import(object.kept("of")?.as_text()?, property),
            "app" => app::member(object, property),
            "factory" => Some(bound(object, property)),
            "context" => context::member(object, property),
            "vars" => Some(super::router::kept_by_others()),
            "request" => context::request_member(object, property),
            "env" => Some(Value::of(Shape::Env(property.into()))),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match call.callee.kind {
            "function" => called(call, &call.callee.name, machine),
            "namespace" => called(call, call.method.unwrap_or("default"), machine),
            "app" => app::method(call, machine),
            "factory" => factory_method(call, machine),
            METHOD if call.callee.kept("initApp").is_some() => factory_method(call, machine),
            METHOD => app::method(call, machine),
            "context" => context::method(call, machine),
            "request" => context::request_method(call, machine),
            "served" => None,
            kind => middleware::run(kind, call, machine),
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        if !is_own(&package_name(package)) {
            return None;
        }
        match name {
            "Context" => Some(context::unknown()),
            "HonoRequest" => Some(context::unknown_request()),
            "Hono" | "OpenAPIHono" => Some(LibraryValue::new(NAME, "app").into_value()),
            _ => None,
        }
    }

    fn registers(&self, package: &str) -> bool {
        makes_apps(&package_name(package))
    }

    fn rooted(&self, typed: &LibraryValue, object: &Value) -> Option<Value> {
        let is_app = typed.library == NAME && typed.kind == "app";
        is_app.then(|| typed.clone().with_object(object.clone()).into_value())
    }

    fn hand(&self, asked: &Asked<'_>) -> Vec<Value> {
        vec![context::of(asked), asked.next.clone()]
    }
}

/// A call of an exported function or class.
fn called(call: &LibraryCall<'_>, name: &str, machine: &mut dyn Machine) -> Option<Value> {
    match name {
        "Hono" | "OpenAPIHono" if call.is_new => {
            Some(built(call, machine, LibraryValue::new(NAME, "app")))
        }
        "createRoute" | "createMiddleware" => Some(call.arg(0)),
        "createFactory" | "Factory" => {
            let init = call.arg(0).field("initApp").cloned().unwrap_or_else(Value::undefined);
            Some(LibraryValue::new(NAME, "factory").with("initApp", init).into_value())
        }
        // An app behind the handler of a host.
        "handle" => {
            let given = call.arg(0);
            let app = given.library().filter(|it| it.library == NAME && it.object().is_some())?;
            Some(LibraryValue { kind: "served", ..app.clone() }.into_value())
        }
        "HTTPException" => Some(Value::of(Shape::Unknown)),
        _ => middleware::made(call, name, machine),
    }
}

/// `createFactory<Env>()`: middleware and handlers as they are, and apps.
fn factory_method(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    match super::router::method_of(call)? {
        "createMiddleware" => Some(call.arg(0)),
        "createHandlers" => Some(Value::array(call.args.to_vec())),
        "createApp" => {
            let app = built(call, machine, LibraryValue::new(NAME, "app"));
            let init = call.callee.kept("initApp").cloned();
            if let Some(init) = init.filter(|init| matches!(init.shape, Shape::Function(_))) {
                machine.run(&init, vec![app.clone()]);
            }
            Some(app)
        }
        _ => None,
    }
}

/// Whether a method registers routes.
fn registers(name: &str) -> bool {
    verb(name).is_some()
        || matches!(
            name,
            "on" | "use" | "route" | "mount" | "basePath" | "openapi" | "openAPIRoute"
        )
}
