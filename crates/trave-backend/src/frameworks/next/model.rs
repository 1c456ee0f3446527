//! What the functions of `next/server`, `next/headers`, `next/navigation` and `next/cache` do.

use super::NAME;
use super::cache;
use crate::frameworks::web;
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Shape, Value};

/// The model of Next.js.
#[derive(Debug)]
pub(crate) struct Next;

impl Library for Next {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let is_own = package == "next" || package.starts_with("next/");
        if !is_own {
            return None;
        }
        if let (true, Some(value)) = (package == "next/server", web::export(name)) {
            return Some(value);
        }
        let kind = if name == "*" { "namespace" } else { "function" };
        let value = LibraryValue::new(NAME, kind).named(name);
        Some(value.with("package", Value::text(package)).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        let package = object.kept("package")?.as_text()?;
        (object.kind == "namespace").then(|| self.import(package, property))?
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("function", None) => function(call, call.callee.name.as_str(), machine),
            ("namespace", Some(name)) => function(call, name, machine),
            ("kept-function", None) => cache::read_through(call, machine),
            _ => None,
        }
    }

    fn typed(&self, _package: &str, name: &str) -> Option<Value> {
        match name {
            "NextApiRequest" => Some(web::node_request()),
            "NextApiResponse" => Some(web::node_response()),
            _ => None,
        }
    }
}

fn function(call: &LibraryCall<'_>, name: &str, machine: &mut dyn Machine) -> Option<Value> {
    Some(match name {
        "cookies" => web::cookies(),
        "headers" => web::headers(),
        "redirect" | "permanentRedirect" | "notFound" | "unauthorized" | "forbidden" => {
            Value::never()
        }
        "unstable_cache" => cache::keeping(call),
        "revalidateTag" | "updateTag" | "revalidatePath" | "expireTag" | "expirePath" => {
            cache::invalidate(call, machine)
        }
        "after" => {
            machine.run(&call.arg(0), Vec::new());
            Value::undefined()
        }
        "cacheLife" | "cacheTag" | "unstable_cacheLife" | "unstable_cacheTag"
        | "unstable_noStore" | "noStore" | "refresh" | "connection" | "unstable_rethrow" => {
            Value::undefined()
        }
        "draftMode" | "userAgent" => Value::of(Shape::Unknown),
        _ => return None,
    })
}
