//! Workflows of Upstash: routes that its queue calls, signed, once for each step.

use super::{anything, is_of, open, run_step};
use crate::auth::webhook;
use crate::library::{Library, LibraryCall, Machine};
use crate::value::{LibraryValue, Value};

const NAME: &str = "upstash-workflow";

/// The model of `@upstash/workflow`.
#[derive(Debug)]
pub(crate) struct Workflow;

impl Library for Workflow {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        if !is_of(package, "@upstash/workflow") {
            return None;
        }
        let kind = match name {
            "serve" | "servePagesRouter" | "createWorkflow" => "maker",
            _ => return None,
        };
        Some(LibraryValue::new(NAME, kind).named(name).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        match (object.kind, property) {
            ("served", "POST" | "handler") | ("context", "api") => {
                Some(object.clone().into_value())
            }
            ("context", "requestPayload") => Some(anything()),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("maker", None) => {
                let served = LibraryValue::new(NAME, "served").with("handler", call.arg(0));
                Some(served.into_value())
            }
            ("served", None | Some("POST")) => {
                webhook::signed(call, machine);
                let handler = call.callee.kept("handler")?;
                machine.run(handler, vec![LibraryValue::new(NAME, "context").into_value()]);
                Some(open([]))
            }
            ("context", Some("run")) => Some(run_step(call, machine)),
            ("context", Some(_)) => Some(anything()),
            _ => None,
        }
    }
}
