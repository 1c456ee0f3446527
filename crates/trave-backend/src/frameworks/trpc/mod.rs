//! tRPC: procedures behind middleware and schemas, in routers that adapters serve.
//!
//! A procedure collects links: middleware, schemas, at last its handler. A router registers each
//! of its procedures as a route, and mounts the routers that it holds. An adapter is an app that
//! makes the context of a request, and mounts a router. A caller runs procedures without either.

mod adapter;
mod builder;
mod callers;
mod context;
mod links;
mod routers;

use trave_source::Origin;

pub(crate) use adapter::TrpcAdapter;

use super::web;
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::registration::Asked;
use crate::value::{LibraryValue, Shape, Value};

const NAME: &str = "trpc";
const PACKAGE: &str = "@trpc/server";

/// The model of tRPC's routers and procedures.
#[derive(Debug)]
pub(crate) struct Trpc;

impl Library for Trpc {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let kind = match name {
            "createHydrationHelpers" if package == "@trpc/react-query/rsc" => "hydration",
            "createTRPCOptionsProxy" if package == "@trpc/tanstack-react-query" => "proxy",
            _ if package == "@trpc/react-query/server" && name.ends_with("Helpers") => "proxy",
            _ if package != PACKAGE => return None,
            "*" => "namespace",
            "initTRPC" => "init",
            "TRPCError" => "error",
            "experimental_standaloneMiddleware" => "standalone",
            "lazy" | "experimental_lazy" => "lazy",
            _ => return None,
        };
        Some(thing(kind))
    }

    fn member(&self, object: &LibraryValue, property: &str, _at: Origin) -> Option<Value> {
        match object.kind {
            "namespace" => self.import(PACKAGE, property),
            "instance" => builder::part(property),
            "router" => routers::member(object, property),
            "caller" => callers::member(object, property),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let callee = call.callee;
        match (callee.kind, call.method) {
            ("namespace", Some(name)) => {
                let export = self.import(PACKAGE, name)?;
                self.call(
                    &LibraryCall { callee: export.library()?, method: None, ..*call },
                    machine,
                )
            }
            ("error", _) => Some(refused(call, machine)),
            ("init" | "standalone", method) => Some(builder::begun(call, method)),
            ("instance", Some(name)) => {
                let part = builder::part(name)?;
                self.call(&LibraryCall { callee: part.library()?, method: None, ..*call }, machine)
            }
            ("function", None) => routers::called(call, machine),
            ("lazy", None) => {
                let made = LibraryValue::new(NAME, "lazy-router").with("load", call.arg(0));
                Some(made.into_value())
            }
            ("procedure" | "middleware", Some(method)) => builder::extended(call, method),
            ("router", Some("createCaller")) => Some(callers::of(callee, call.arg(0))),
            ("caller-factory", None) => Some(callers::from_factory(call)),
            // What prefetches for the browser runs procedures as a caller does.
            ("proxy", None) => {
                let options = call.arg(0);
                let router = options.field("router")?.library()?.clone();
                let context = options.field("ctx").cloned().unwrap_or_else(Value::unknown);
                Some(callers::of(&router, context))
            }
            ("hydration", None) => {
                let inner = call.arg(0);
                Some(Value::object([("trpc", inner), ("HydrateClient", Value::of(Shape::Unknown))]))
            }
            ("caller", Some(name)) => {
                callers::called(&callers::member(callee, name)?, call, machine)
            }
            ("bound", _) => callers::called(&callee.clone().into_value(), call, machine),
            ("next", None) => context::next(call, machine),
            ("raw-input", None) => callee.kept("input").cloned(),
            ("step" | "check" | "handler", None) => links::run(call, machine),
            _ => None,
        }
    }

    fn registers(&self, package: &str) -> bool {
        package_name(package) == PACKAGE
    }

    fn makes_apps(&self, package: &str, name: &str) -> bool {
        self.registers(package) && matches!(name, "initTRPC" | "*")
    }

    fn base(&self) -> &'static str {
        "/trpc"
    }

    fn hand(&self, asked: &Asked<'_>) -> Vec<Value> {
        vec![context::request(asked), asked.next.clone()]
    }
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

/// The values of a list that a value of this library keeps.
fn listed<'a>(value: &'a LibraryValue, field: &str) -> &'a [Value] {
    match value.kept(field).map(|list| &list.shape) {
        Some(Shape::Array(items)) => items,
        _ => &[],
    }
}

/// `new TRPCError({ code })`: an answer with the status of its code.
fn refused(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let options = call.arg(0);
    let status = match options.field("code").and_then(Value::as_text) {
        Some("UNAUTHORIZED") => 401,
        Some("FORBIDDEN") => 403,
        Some("PAYMENT_REQUIRED") => 402,
        Some("NOT_FOUND") => 404,
        Some("CONFLICT") => 409,
        Some("PRECONDITION_FAILED") => 412,
        Some("TOO_MANY_REQUESTS") => 429,
        Some("BAD_REQUEST" | "PARSE_ERROR" | "UNPROCESSABLE_CONTENT") => 400,
        _ => 500,
    };
    web::answer(machine, call.origin, (Some(status), None))
}
