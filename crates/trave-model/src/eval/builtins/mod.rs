//! What the language itself brings: `Math`, `JSON`, `Promise`, arrays, strings, collections.

mod array;
mod collection;
mod math;
mod object;
mod promise;
mod string;

use smol_str::SmolStr;
use trave_backend::value::{LibraryValue, Shape, Taint, Value};

use super::call::Site;
use super::{Evaluator, ModuleId};

pub(super) use math::to_number;

/// The library name of values of the language itself.
pub(super) const LIBRARY: &str = "language";
/// The kind of an external package as a namespace.
pub(super) const PACKAGE: &str = "package";
/// Where a collection keeps what its elements look like.
pub(super) const ELEMENT: &str = "element";
/// The kind of what runs the rest of a chain when it is called.
const NEXT: &str = "next";
/// The kind of what an unknown function made of functions of the project.
const WRAPPED: &str = "wrapped";
const NAMESPACE: &str = "module";
const GLOBAL: &str = "global";
const MEMBER: &str = "member";

/// Global names that are known here; a member of one is named after both: `Math.min`.
const GLOBALS: [&str; 34] = [
    "Array",
    "BigInt",
    "Boolean",
    "Buffer",
    "Date",
    "Error",
    "Function",
    "JSON",
    "Map",
    "Math",
    "Number",
    "Object",
    "Promise",
    "Proxy",
    "RangeError",
    "Reflect",
    "RegExp",
    "Set",
    "String",
    "Symbol",
    "SyntaxError",
    "TextDecoder",
    "TextEncoder",
    "TypeError",
    "WeakMap",
    "atob",
    "btoa",
    "console",
    "crypto",
    "decodeURIComponent",
    "encodeURIComponent",
    "isNaN",
    "parseFloat",
    "parseInt",
];

/// A module of the project as an object.
pub(super) fn namespace(module: ModuleId) -> Value {
    LibraryValue::new(LIBRARY, NAMESPACE).named(module.0.to_string()).into_value()
}

/// The module behind a namespace.
pub(super) fn namespace_of(library: &LibraryValue) -> Option<ModuleId> {
    (library.kind == NAMESPACE).then(|| library.name.parse().ok().map(ModuleId))?
}

/// What runs the rest of a chain, from one of its functions on, when it is called.
pub(super) fn next(chain: usize, at: usize) -> Value {
    LibraryValue::new(LIBRARY, NEXT).named(format!("{chain}:{at}")).into_value()
}

/// The chain and the place in it that a call of `next` goes on from.
pub(super) fn place_of_next(library: &LibraryValue) -> Option<(usize, usize)> {
    let (chain, at) = library.name.split_once(':')?;
    Some((chain.parse().ok()?, at.parse().ok()?))
}

/// Whether a value is a `next`.
pub(super) fn is_next(library: &LibraryValue) -> bool {
    library.library == LIBRARY && library.kind == NEXT
}

/// What an unknown function of this name made of functions of the project.
pub(super) fn wrapped(name: &SmolStr, functions: Vec<Value>) -> Value {
    let fields = (0..).map(|at: u32| SmolStr::from(at.to_string())).zip(functions).collect();
    let wrapper = LibraryValue::new(LIBRARY, WRAPPED).named(name.clone());
    LibraryValue { fields, ..wrapper }.into_value()
}

/// Whether a value is such a thing.
pub(super) fn is_wrapped(library: &LibraryValue) -> bool {
    library.library == LIBRARY && library.kind == WRAPPED
}

/// A package of which no library model knows anything, as an object.
pub(super) fn package(name: &str) -> Value {
    LibraryValue::new(LIBRARY, PACKAGE).named(name).into_value()
}

/// A global name of the language.
pub(super) fn global(name: &str) -> Option<Value> {
    match name {
        "undefined" => Some(Value::undefined()),
        "NaN" => Some(Value::of(Shape::Number(f64::NAN))),
        "Infinity" => Some(Value::of(Shape::Number(f64::INFINITY))),
        _ if GLOBALS.contains(&name) || is_error(name) => {
            Some(LibraryValue::new(LIBRARY, GLOBAL).named(name).into_value())
        }
        "setTimeout" | "setInterval" | "setImmediate" | "queueMicrotask" | "structuredClone"
        | "isFinite" | "escape" | "unescape" => {
            Some(LibraryValue::new(LIBRARY, GLOBAL).named(name).into_value())
        }
        _ => None,
    }
}

/// A member of a value of the language.
pub(super) fn member(library: &LibraryValue, name: &str) -> Option<Value> {
    match library.kind {
        GLOBAL => Some(match (library.name.as_str(), name) {
            ("Math", "PI") => Value::of(Shape::Number(std::f64::consts::PI)),
            ("Number", "MAX_SAFE_INTEGER") => Value::of(Shape::Number(9_007_199_254_740_991.0)),
            (owner, _) => {
                let full = format!("{owner}.{name}");
                LibraryValue::new(LIBRARY, MEMBER).named(full).into_value()
            }
        }),
        _ => collection::member(library, name),
    }
}

/// Whether a method changes what it is called on.
pub(super) fn may_change(method: &str) -> bool {
    matches!(method, "push" | "unshift" | "set" | "add")
}

fn volatile(site: &Site) -> Value {
    Value::unknown_from(&site.args).tainted(Taint::VOLATILE)
}

fn is_error(name: &str) -> bool {
    name.ends_with("Error")
}

impl Evaluator<'_> {
    /// A method of data: none when nothing is known of it.
    pub(super) fn call_builtin(
        &mut self,
        receiver: &Value,
        method: &str,
        site: &Site,
    ) -> Option<Value> {
        if matches!(method, "then" | "catch" | "finally") {
            return Some(self.chain_promise(receiver, method, site));
        }
        if let Shape::Library(library) = &receiver.shape {
            return self.call_collection(receiver, library, (method, site));
        }
        self.call_array(receiver, method, site)
            .or_else(|| string::call(receiver, method, site))
            .or_else(|| object::method(receiver, method))
    }

    /// What the receiver of a changing method is afterwards: `list.push(x)`.
    pub(super) fn mutated(
        &mut self,
        receiver: &Value,
        method: &str,
        args: &[Value],
    ) -> Option<Value> {
        match &receiver.shape {
            Shape::Array(_) | Shape::List(_) | Shape::OneOf(_) | Shape::Validated(..) => {
                array::mutated(receiver, method, (args, !self.loops.is_empty()))
            }
            Shape::Library(library) if library.library == LIBRARY => {
                collection::mutated(library, method, args)
            }
            _ => None,
        }
    }

    /// A call of a value of the language, or of a method of one.
    pub(super) fn call_builtin_value(
        &mut self,
        callee: &Value,
        method: Option<&str>,
        site: Site,
    ) -> Value {
        let Some(library) = callee.library() else { return Value::unknown() };
        if namespace_of(library).is_some() || library.kind == PACKAGE {
            let Some(method) = method else { return self.call_unknown(callee, &site) };
            let function = self.member_at(callee, method, site.origin);
            let named = Site { name: method.into(), ..site };
            return self.call_value(&function, named);
        }
        let name = match (library.kind, method) {
            (GLOBAL, Some(method)) => SmolStr::from(format!("{}.{method}", library.name)),
            (GLOBAL | MEMBER, None) => library.name.clone(),
            (promise::RESOLVER, None) => return self.resolve(library, &site),
            (NEXT, None) => return self.call_next(&library.clone(), &site.args),
            (WRAPPED, None) => return self.call_wrapped(&library.clone(), &site.args),
            (_, Some(method)) => {
                let known = self.call_builtin(callee, method, &site);
                return known.unwrap_or_else(|| self.call_unknown(callee, &site));
            }
            _ => return self.call_unknown(callee, &site),
        };
        self.call_global(&name, &site)
    }

    fn call_global(&mut self, name: &str, site: &Site) -> Value {
        let (owner, member) = name.split_once('.').unwrap_or((name, ""));
        for value in &site.args {
            self.rows_leave(value);
        }
        let known = match owner {
            "Math" | "Number" | "parseInt" | "parseFloat" | "isNaN" | "isFinite" | "BigInt" => {
                math::call(owner, member, site)
            }
            "Promise" => self.call_promise(member, site),
            "Object" | "Reflect" => self.call_object(member, site),
            "Array" => self.call_array_global(member, site),
            "JSON" | "structuredClone" => object::json(member, site),
            "String" | "Boolean" | "encodeURIComponent" | "decodeURIComponent" | "Symbol"
            | "atob" | "btoa" | "Buffer" => string::global(owner, site),
            "console" => Some(Value::undefined()),
            "Date" | "crypto" => Some(volatile(site)),
            "setTimeout" | "setInterval" | "setImmediate" | "queueMicrotask" => {
                if owner == "setTimeout" {
                    self.wait();
                }
                self.run_callback(&site.arg(0));
                Some(Value::of(Shape::Unknown))
            }
            _ if is_error(owner) => Some(self.construct_builtin(owner, site)),
            _ => None,
        };
        known.unwrap_or_else(|| {
            let depends = Value::unknown_from(&site.args);
            self.run_callbacks_of(site);
            depends
        })
    }

    fn run_callbacks_of(&mut self, site: &Site) {
        for value in &site.args {
            self.run_callback(value);
        }
    }

    /// `new Map()`, `new Promise(…)`, `new Error(…)` …
    pub(super) fn construct_builtin(&mut self, name: &str, site: &Site) -> Value {
        match name {
            "Promise" => self.new_promise(site),
            "Map" | "Set" | "WeakMap" | "WeakSet" => self.new_collection(site),
            "Date" if site.args.is_empty() => volatile(site),
            "Array" => Value::list(Value::of(Shape::Unknown)),
            "String" | "Number" | "Boolean" | "Object" => self.call_global(name, site),
            _ if is_error(name) => {
                let rest = Value::of(Shape::Unknown);
                let object = trave_backend::value::Object {
                    fields: [(SmolStr::new_static("message"), site.arg(0))].into(),
                    rest: Some(std::sync::Arc::new(rest)),
                };
                Value::record(object)
            }
            _ => {
                self.run_callbacks_of(site);
                Value::unknown_from(&site.args)
            }
        }
    }
}
