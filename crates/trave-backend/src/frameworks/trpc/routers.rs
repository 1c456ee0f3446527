//! Routers: the procedures and routers that they hold, by name.

use smol_str::{SmolStr, format_smolstr};
use trave_source::Origin;

use super::{NAME, builder, callers};
use crate::entry::EntryKind;
use crate::frameworks::router::enter;
use crate::library::{LibraryCall, Machine};
use crate::registration::{Mount, Registered, RouteFacts, built};
use crate::value::{ClosureId, LibraryValue, Object, Shape, Value};

/// Where a router keeps what it holds.
pub(super) const RECORD: &str = "record";

/// How deep routers that are written as plain objects are followed.
const DEPTH_MAX: u32 = 8;

/// A function of what `create` gives.
pub(super) fn called(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    Some(match call.callee.name.as_str() {
        "router" => router(call, machine),
        "mergeRouters" => merged(call, machine),
        "middleware" => builder::middleware(call),
        "createCallerFactory" => callers::factory(call),
        _ => return None,
    })
}

/// A member of a router: what it holds, also by the names of its inner parts.
pub(super) fn member(router: &LibraryValue, property: &str) -> Option<Value> {
    let record = router.kept(RECORD)?;
    match property {
        "_def" => {
            let inner = ["record", "procedures"].map(|name| (name, record.clone()));
            Some(Value::object(inner))
        }
        "createCaller" => Some(
            LibraryValue::new(NAME, "caller-factory").with(RECORD, record.clone()).into_value(),
        ),
        _ => record.field(property).cloned(),
    }
}

/// `t.router({ list, posts: postRouter, users: { byId }, admin: lazy(() => import('./admin')) })`.
fn router(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let given = loaded(call.arg(0), machine, DEPTH_MAX);
    let made = LibraryValue::new(NAME, "router").with(RECORD, given.clone());
    let made = built(call, machine, made);
    if let Some(owner) = made.library().and_then(LibraryValue::object) {
        let mut filled = Filled { owner, argument: call.arg_origin(0), machine };
        filled.add_all("", &given, DEPTH_MAX);
    }
    made
}

/// `t.mergeRouters(a, b)`.
fn merged(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let records = call.args.iter().filter_map(|it| it.library()?.kept(RECORD));
    let mut fields = Object::default().fields;
    for record in records {
        if let Shape::Object(object) = &record.shape {
            fields.extend(object.fields.clone());
        }
    }
    let record = Value::record(Object { fields, rest: None });
    let made = built(call, machine, LibraryValue::new(NAME, "router").with(RECORD, record));
    if let Some(owner) = made.library().and_then(LibraryValue::object) {
        for (at, child) in call.args.iter().enumerate() {
            if let Some(child) = router_of(child) {
                let mount = Registered::Mount(Mount { path: SmolStr::default(), child });
                enter(machine, (owner, call.arg_origin(at)), mount);
            }
        }
    }
    made
}

/// The object of a router, if a value is one.
pub(super) fn router_of(value: &Value) -> Option<ClosureId> {
    let ours = |it: &&LibraryValue| it.library == NAME && it.kind == "router";
    value.alternatives().iter().find_map(|value| value.library().filter(ours)?.object())
}

/// What a router is given, with the routers in it that are loaded late.
fn loaded(value: Value, machine: &mut dyn Machine, depth: u32) -> Value {
    let Some(depth) = depth.checked_sub(1) else { return value };
    match &value.shape {
        Shape::Object(object) => {
            let fields = object.fields.iter();
            let fields =
                fields.map(|(name, it)| (name.clone(), loaded(it.clone(), machine, depth)));
            let fields = fields.collect();
            Value::record(Object { fields, rest: object.rest.clone() }).and_dependencies(&value)
        }
        Shape::Library(it) if it.library == NAME && it.kind == "lazy-router" => {
            let load = it.kept("load").cloned().unwrap_or_else(Value::unknown);
            let module = machine.run(&load, Vec::new());
            let module = machine.awaited(module);
            if router_of(&module).is_some() {
                return module;
            }
            // A module whose default export is a router, or its only export.
            let fallback = machine.member(&module, "default");
            if router_of(&fallback).is_some() { fallback } else { value }
        }
        _ => value,
    }
}

/// A router that is being filled.
struct Filled<'m> {
    owner: ClosureId,
    argument: Origin,
    machine: &'m mut dyn Machine,
}

impl Filled<'_> {
    fn add_all(&mut self, prefix: &str, record: &Value, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for record in record.alternatives() {
            let Shape::Object(object) = &record.shape else { continue };
            for (name, value) in &object.fields {
                for value in value.alternatives() {
                    self.add(&format_smolstr!("{prefix}{name}"), value, depth);
                }
            }
        }
    }

    fn add(&mut self, name: &SmolStr, value: &Value, depth: u32) {
        let path: Vec<&str> = name.split('.').collect();
        match &value.shape {
            Shape::Object(_) => self.add_all(&format_smolstr!("{name}."), value, depth),
            Shape::Library(it) if it.library == NAME && it.kind == "endpoint" => {
                let Some(origin) = it.place else { return };
                let facts = RouteFacts {
                    method: it.name.clone(),
                    path: name.clone(),
                    kind: Some(EntryKind::Procedure),
                    framework: NAME,
                    links: builder::links(it),
                    facts: it.kept("type").cloned().unwrap_or_else(Value::undefined),
                };
                let route = Registered::Route(Box::new(facts));
                enter(self.machine, (self.owner, origin), route);
            }
            _ => {
                let Some(child) = router_of(value) else { return };
                let origin = self.machine.place_in(self.argument, &path);
                let origin = origin.unwrap_or(self.argument);
                let mount = Mount { path: format_smolstr!("{name}."), child };
                enter(self.machine, (self.owner, origin), Registered::Mount(mount));
            }
        }
    }
}
