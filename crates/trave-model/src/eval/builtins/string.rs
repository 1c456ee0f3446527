//! Strings: methods that keep what a string is, and those that only depend on it.

use smol_str::SmolStr;
use trave_backend::value::{Shape, Taint, Value};

use crate::eval::call::Site;
use crate::eval::expr::{concat, constant_text};

/// Methods that give the same string, as far as anybody asks.
const KEEPS: [&str; 15] = [
    "trim",
    "trimStart",
    "trimEnd",
    "toString",
    "toLowerCase",
    "toUpperCase",
    "normalize",
    "valueOf",
    "toLocaleLowerCase",
    "toLocaleUpperCase",
    "padStart",
    "padEnd",
    "toFixed",
    "toISOString",
    "toJSON",
];

/// Methods that give something made of the string.
const DEPENDS: [&str; 22] = [
    "charAt",
    "charCodeAt",
    "codePointAt",
    "endsWith",
    "includes",
    "indexOf",
    "lastIndexOf",
    "localeCompare",
    "match",
    "matchAll",
    "repeat",
    "replace",
    "replaceAll",
    "search",
    "split",
    "startsWith",
    "substring",
    "substr",
    "slice",
    "test",
    "exec",
    "getTime",
];

pub(super) fn call(receiver: &Value, method: &str, site: &Site) -> Option<Value> {
    if KEEPS.contains(&method) {
        return Some(kept(receiver, method));
    }
    if method == "concat" {
        let all = std::iter::once(receiver.clone()).chain(site.args.iter().cloned());
        return Some(concat(all.collect()));
    }
    if !DEPENDS.contains(&method) {
        return None;
    }
    let depends = Value::unknown_from(&site.args).and_dependencies(receiver);
    if let Some(text) = receiver.as_text() {
        return Some(constant(text, method, site).unwrap_or(depends));
    }
    let asks = matches!(method, "includes" | "startsWith" | "endsWith");
    let secret = crate::eval::operator::secret_taint(receiver, &site.arg(0));
    Some(match method {
        // `all.slice(i, i + 100)` takes a chunk of a list.
        "slice" if site.args.len() == 2 && site.arg(0).as_number().is_none() => {
            Value::list(part_of(receiver)).and_dependencies(&depends)
        }
        "split" | "matchAll" => Value::list(part_of(receiver).and_dependencies(&depends)),
        "replace" | "replaceAll" => {
            part_of(receiver).and_dependencies(&depends).tainted(Taint::REPLACED)
        }
        "substring" | "substr" | "slice" | "charAt" => part_of(receiver).and_dependencies(&depends),
        _ if asks => depends.tainted(secret),
        _ => depends,
    })
}

/// A part of an input is still that input.
fn part_of(value: &Value) -> Value {
    match value.shape {
        Shape::Input(_) | Shape::Caller | Shape::ClaimedCaller(_) | Shape::Rows(_) => value.clone(),
        _ => Value::unknown_from(std::slice::from_ref(value)),
    }
}

fn kept(receiver: &Value, method: &str) -> Value {
    let Some(text) = constant_text(receiver) else { return receiver.clone() };
    let changed = match method {
        "toLowerCase" => SmolStr::from(text.to_lowercase()),
        "toUpperCase" => SmolStr::from(text.to_uppercase()),
        "trim" => SmolStr::from(text.trim()),
        "toString" | "valueOf" => text,
        _ => return Value { shape: Shape::Unknown, ..receiver.clone() },
    };
    Value { shape: Shape::Text(changed), ..receiver.clone() }
}

fn constant(text: &str, method: &str, site: &Site) -> Option<Value> {
    let argument = site.arg(0);
    let argument = argument.as_text()?;
    Some(match method {
        "includes" => Value::of(Shape::Bool(text.contains(argument))),
        "startsWith" => Value::of(Shape::Bool(text.starts_with(argument))),
        "endsWith" => Value::of(Shape::Bool(text.ends_with(argument))),
        "split" => Value::array(text.split(argument).map(Value::text).collect()),
        _ => return None,
    })
}

/// `String(x)`, `Boolean(x)`, `encodeURIComponent(x)` …
pub(super) fn global(name: &str, site: &Site) -> Option<Value> {
    let value = site.arg(0);
    Some(match name {
        "String" => match constant_text(&value) {
            Some(text) => Value { shape: Shape::Text(text), ..value },
            None => value,
        },
        "Boolean" => match value.truth() {
            Some(truth) => Value { shape: Shape::Bool(truth), ..value },
            None => Value::unknown_from(&site.args),
        },
        "encodeURIComponent" | "decodeURIComponent" | "atob" | "btoa" | "Buffer" => part_of(&value),
        _ => return None,
    })
}
