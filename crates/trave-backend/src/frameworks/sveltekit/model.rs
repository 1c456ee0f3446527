//! What SvelteKit gives to handlers, and what its functions do.

use std::sync::Arc;

use super::NAME;
use crate::dispatch::Dispatch;
use crate::effect::Effect;
use crate::frameworks::web;
use crate::library::{Library, LibraryCall, Machine};
use crate::value::{InputKind, LibraryValue, Shape, Taint, Value};

/// The model of SvelteKit.
#[derive(Debug)]
pub(crate) struct SvelteKit;

/// The event that every handler is given.
pub(super) fn event() -> Value {
    depending_on_request(LibraryValue::new(NAME, "event"))
}

/// The event of a request for one path, on which `handle` may put things.
fn event_for(path: &str, machine: &mut dyn Machine) -> Value {
    let locals = LibraryValue::new(NAME, "locals").with_object(machine.object());
    let object = machine.object();
    machine.keep(&object, "locals", locals.into_value());
    let event = LibraryValue::new(NAME, "event").with("path", Value::text(path));
    depending_on_request(event.with_object(object))
}

fn depending_on_request(event: LibraryValue) -> Value {
    let request = web::request();
    Value::of(Shape::Library(Arc::new(event))).and_dependencies(&request)
}

/// What `handle` is given: the event, and what runs the rest.
pub(super) fn around(event: Value, handler: Option<Value>) -> Value {
    let resolve = LibraryValue::new(NAME, "resolve");
    let resolve = match handler {
        Some(handler) => resolve.with("after", handler),
        None => resolve,
    };
    Value::object([("event", event), ("resolve", resolve.into_value())])
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

impl Library for SvelteKit {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let own = matches!(package, "@sveltejs/kit" | "@sveltejs/kit/hooks" | "$app/server");
        own.then(|| LibraryValue::new(NAME, "function").named(name).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        match object.kind {
            "event" => event_member(object, property),
            // What `handle` put there may well be who is calling.
            "locals" => Some(Value::of(Shape::Unknown).tainted(Taint::OPAQUE)),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("function", None) => function(call, machine),
            ("event", Some(method)) => event_method(call, method, machine),
            ("event-method", None) => event_method(call, &call.callee.name, machine),
            ("locals", Some(_)) => {
                Some(Value::unknown_from(call.args).tainted(Taint::OPAQUE.and(Taint::UNKNOWN)))
            }
            ("sequence", None) => Some(in_sequence(call, machine)),
            ("resolve", None) => Some(go_on(call.callee, call.arg(0), machine)),
            ("remote", None) => {
                let handler = call.callee.kept("handler")?.clone();
                let input = call.callee.kept("input").cloned().unwrap_or_else(Value::undefined);
                Some(machine.run(&handler, vec![input]))
            }
            _ => None,
        }
    }

    /// `handle` stands around every handler of its application.
    fn dispatch(&self, way: &Dispatch<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let handle = way.before.first()?;
        let event = event_for(way.sample, machine);
        let given = around(event, Some(way.handler.clone()));
        Some(machine.run(handle, vec![given]))
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let own = package == "@sveltejs/kit" || package.ends_with("/$types");
        let is_event = matches!(name, "RequestEvent" | "ServerLoadEvent" | "LoadEvent")
            || name.ends_with("LoadEvent");
        (own && is_event).then(event)
    }
}

fn event_method(call: &LibraryCall<'_>, name: &str, machine: &mut dyn Machine) -> Option<Value> {
    Some(match name {
        "getClientAddress" => Value::input(InputKind::Header, "x-forwarded-for"),
        "fetch" => {
            machine.record(Effect::Outbound(call.origin));
            Value::unknown_from(call.args).tainted(Taint::UNKNOWN)
        }
        // What the layouts around have loaded, who is calling among it.
        "parent" => Value::of(Shape::Unknown).tainted(Taint::OPAQUE),
        "untrack" => machine.run(&call.arg(0), Vec::new()),
        "setHeaders" | "depends" => Value::undefined(),
        _ => return None,
    })
}

fn event_member(event: &LibraryValue, property: &str) -> Option<Value> {
    let path = event.kept("path").and_then(Value::as_text);
    Some(match property {
        "request" => path.map_or_else(web::request, web::request_for),
        "url" => path.map_or_else(web::address, web::address_for),
        "params" => Value::input(InputKind::Path, ""),
        "cookies" => web::cookie_texts(),
        "locals" => thing("locals"),
        "route" => {
            let id = path.map_or_else(|| Value::of(Shape::Unknown), Value::text);
            Value::object([("id", id)])
        }
        "platform" | "isDataRequest" | "isSubRequest" | "data" => Value::of(Shape::Unknown),
        "fetch" | "parent" | "setHeaders" | "getClientAddress" | "depends" | "untrack" => {
            LibraryValue::new(NAME, "event-method").named(property).into_value()
        }
        _ => return None,
    })
}

fn function(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let first = call.arg(0);
    Some(match call.callee.name.as_str() {
        "error" | "redirect" => {
            web::answer(machine, call.origin, (web::status_in(&first, 500), None));
            Value::never()
        }
        "json" | "text" => {
            let status = web::status_in(&call.arg(1), 200);
            web::answer(machine, call.origin, (status, Some(first)))
        }
        "fail" => {
            let status = web::status_in(&first, 400);
            web::answer(machine, call.origin, (status, call.args.get(1).cloned()))
        }
        "sequence" => LibraryValue::new(NAME, "sequence")
            .with("handlers", Value::array(call.args.to_vec()))
            .into_value(),
        "getRequestEvent" => event(),
        "query" | "form" | "command" => remote(call),
        "isRedirect" | "isHttpError" | "isActionFailure" => Value::of(Shape::Unknown),
        _ => return None,
    })
}

/// `query(schema, handler)`, `command('unchecked', handler)`, `query(handler)`.
fn remote(call: &LibraryCall<'_>) -> Value {
    let handler = call.args.last().cloned().unwrap_or_else(Value::undefined);
    let input = match call.args {
        [_, _, ..] => Value::input(InputKind::Body, ""),
        _ => Value::undefined(),
    };
    LibraryValue::new(NAME, "remote").with("handler", handler).with("input", input).into_value()
}

/// Runs the first of several handlers; what it calls to go on runs the next.
fn in_sequence(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let given = call.arg(0);
    let event = machine.member(&given, "event");
    let after = machine.member(&given, "resolve");
    let handlers = call.callee.kept("handlers").cloned().unwrap_or_else(Value::undefined);
    let next = LibraryValue::new(NAME, "resolve").with("handlers", handlers).with("after", after);
    go_on(&next, event, machine)
}

/// Runs what stands behind `resolve`: the next handler of a sequence, or what the sequence itself
/// was given.
fn go_on(resolve: &LibraryValue, event: Value, machine: &mut dyn Machine) -> Value {
    let handlers = match resolve.kept("handlers").map(|it| &it.shape) {
        Some(Shape::Array(handlers)) => handlers.to_vec(),
        _ => Vec::new(),
    };
    match (handlers.split_first(), resolve.kept("after")) {
        (Some((first, rest)), after) => {
            let after = after.cloned().unwrap_or_else(|| thing("resolve"));
            let next = LibraryValue::new(NAME, "resolve")
                .with("handlers", Value::array(rest.to_vec()))
                .with("after", after);
            let given = Value::object([("event", event), ("resolve", next.into_value())]);
            machine.run(first, vec![given])
        }
        (None, Some(after)) => machine.run(&after.clone(), vec![event]),
        (None, None) => thing("response"),
    }
}
