//! What serves routers: handlers of requests, and plugins of other frameworks.

use smol_str::SmolStr;
use trave_source::Origin;

use super::context::{self, CONTEXT};
use super::routers::router_of;
use crate::frameworks::router::{MOUNTABLE, enter};
use crate::frameworks::{next, web};
use crate::held::OBJECT;
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::registration::{Asked, Before, Link, Mount, Registered, paths};
use crate::value::{ClosureId, LibraryValue, Shape, Value};

const NAME: &str = "trpc-adapter";
const ADAPTERS: &str = "@trpc/server/adapters/";

/// The model of what serves routers of tRPC.
#[derive(Debug)]
pub(crate) struct TrpcAdapter;

/// The framework whose functions an adapter stands among: it says what they are given.
fn host(function: &str) -> Option<&'static str> {
    Some(match function {
        "createExpressMiddleware" => "express",
        "trpcServer" => "hono",
        "fastifyTRPCPlugin" => "fastify",
        "fetchRequestHandler"
        | "createNextApiHandler"
        | "createHTTPServer"
        | "createHTTPHandler"
        | "createHTTP2Handler"
        | "nodeHTTPRequestHandler"
        | "awsLambdaRequestHandler"
        | "createNuxtApiHandler" => NAME,
        _ => return None,
    })
}

fn is_own(package: &str) -> bool {
    package.starts_with(ADAPTERS) || matches!(package, "@hono/trpc-server" | "trpc-nuxt")
}

impl Library for TrpcAdapter {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        if !is_own(&package_name(package)) {
            return None;
        }
        match name {
            "*" | "default" => Some(LibraryValue::new(NAME, "namespace").into_value()),
            "fastifyTRPCPlugin" => Some(LibraryValue::new(NAME, MOUNTABLE).into_value()),
            _ => host(name).map(|_| LibraryValue::new(NAME, "function").named(name).into_value()),
        }
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        (object.kind == "namespace").then(|| self.import(ADAPTERS, property))?
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("namespace", Some(name)) => {
                let function = self.import(ADAPTERS, name)?;
                let callee = function.library()?;
                self.call(&LibraryCall { callee, method: None, ..*call }, machine)
            }
            ("function", None) => Some(served(call, machine)),
            // A plugin that is handed its app.
            (MOUNTABLE, None) => {
                let owner = call.arg(0).library().and_then(LibraryValue::object)?;
                let options = call.arg(1).field("trpcOptions").cloned()?;
                serve(machine, (owner, "fastifyTRPCPlugin", call.origin), ("", &options));
                Some(Value::undefined())
            }
            ("context", None) => Some(made(call, machine)),
            _ => None,
        }
    }

    fn registers(&self, package: &str) -> bool {
        is_own(&package_name(package))
    }

    fn makes_apps(&self, package: &str, name: &str) -> bool {
        self.registers(package) && (host(name).is_some() || matches!(name, "*" | "default"))
    }

    fn hand(&self, asked: &Asked<'_>) -> Vec<Value> {
        let request = LibraryValue::new(NAME, "request").with_object(asked.object.clone());
        vec![request.into_value(), asked.next.clone()]
    }
}

/// A handler that serves a router.
fn served(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let function = call.callee.name.as_str();
    let host = host(function).unwrap_or(NAME);
    let options = call.arg(0);
    let object = machine.object();
    if let Shape::Instance(owner) = object.shape {
        let built = Registered::Built(host);
        enter(machine, (owner, call.origin), built);
        let path = endpoint(function, &options, machine);
        serve(machine, (owner, function, call.arg_origin(0)), (&path, &options));
    }
    match function {
        "fetchRequestHandler" | "nodeHTTPRequestHandler" => Value::of(Shape::Unknown),
        _ => LibraryValue::new(NAME, MOUNTABLE).with_object(object).into_value(),
    }
}

/// The path below which a handler serves; nothing for those that others mount.
fn endpoint(function: &str, options: &Value, machine: &dyn Machine) -> SmolStr {
    let named = |name: &str| options.field(name).map(paths)?.into_iter().next();
    match function {
        "fetchRequestHandler" => {
            let known = named("endpoint").filter(|path| path != "*");
            known.or_else(|| of_file(machine.path())).unwrap_or_else(|| "/trpc".into())
        }
        "createNextApiHandler" | "createNuxtApiHandler" => {
            of_file(machine.path()).unwrap_or_else(|| "/api/trpc".into())
        }
        "createHTTPServer" | "createHTTPHandler" | "createHTTP2Handler" => {
            named("basePath").unwrap_or_default()
        }
        _ => SmolStr::default(),
    }
}

/// The path that a file of Next.js serves, without its last part, which names the procedure.
fn of_file(path: &str) -> Option<SmolStr> {
    let served = next::served(path)?;
    let (below, _) = served.rsplit_once("/[")?;
    Some(below.into())
}

/// Mounts a router on an app, behind what makes its context.
fn serve(
    machine: &mut dyn Machine,
    (owner, function, origin): (ClosureId, &str, Origin),
    (path, options): (&str, &Value),
) {
    let router = machine.member(options, "router");
    let Some(child) = router_of(&router) else { return };
    let make = options.field("createContext").cloned().unwrap_or_else(Value::undefined);
    let context = LibraryValue::new(NAME, "context").named(function).with("make", make);
    let links = vec![Link { value: context.into_value(), origin }];
    let before = Before { scope: None, links, for_earlier: true, is_local: true };
    enter(machine, (owner, origin), Registered::Use(before));
    enter(machine, (owner, origin), Registered::Mount(Mount { path: path.into(), child }));
}

/// Makes the context of a request with what the host hands over, and goes on.
fn made(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let host = host(&call.callee.name).unwrap_or(NAME);
    let make = call.callee.kept("make").cloned().unwrap_or_else(Value::undefined);
    let given = match host {
        "express" | "fastify" => vec![both(&call.arg(0), &call.arg(1))],
        "hono" => vec![both(&web::request(), &Value::of(Shape::Unknown)), call.arg(0)],
        _ if call.callee.name == "fetchRequestHandler" => {
            vec![both(&web::request(), &Value::of(Shape::Unknown))]
        }
        _ => vec![both(&web::node_request(), &web::node_response())],
    };
    let context = match make.shape {
        Shape::Undefined => Value::undefined(),
        _ => machine.run(&make, given),
    };
    let context = context::open(&machine.awaited(context));
    let request = call.arg(0);
    if let Some(object) = request.library().and_then(|request| request.kept(OBJECT)) {
        machine.keep(object, CONTEXT, context);
    }
    let next = match host {
        "express" => Some(call.arg(2)),
        "fastify" => None,
        _ => Some(call.arg(1)),
    };
    if let Some(next) = next {
        machine.run(&next, Vec::new());
    }
    Value::undefined()
}

/// What the functions that make contexts are given first.
fn both(request: &Value, response: &Value) -> Value {
    Value::object([
        ("req", request.clone()),
        ("res", response.clone()),
        ("resHeaders", Value::of(Shape::Unknown)),
        ("info", Value::of(Shape::Unknown)),
        ("event", web::request()),
        ("context", Value::of(Shape::Unknown)),
    ])
}
