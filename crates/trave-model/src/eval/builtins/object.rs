//! Objects: `Object.keys` and its kin, `JSON`.

use std::sync::Arc;

use trave_backend::effect::RowsUse;
use trave_backend::value::{Object, Shape, Value};

use crate::eval::Evaluator;
use crate::eval::call::Site;
use crate::eval::expr::{set_computed, spread};
use crate::eval::place::element_of;

impl Evaluator<'_> {
    pub(super) fn call_object(&mut self, member: &str, site: &Site) -> Option<Value> {
        let value = site.arg(0);
        match member {
            "assign" => {
                let mut object = Object::default();
                site.args.iter().for_each(|source| spread(&mut object, source));
                Some(Value::record(object))
            }
            "freeze" | "seal" | "create" => Some(value),
            "keys" => Some(keys(&value)),
            "values" => Some(values(&value)),
            "entries" => Some(entries(&value)),
            "fromEntries" => {
                self.use_rows(&value, RowsUse::Indexed, site.origin);
                Some(object_from(&value))
            }
            "defineProperty" | "getPrototypeOf" | "setPrototypeOf" | "is" | "hasOwn" => {
                Some(Value::unknown_from(&site.args))
            }
            _ => None,
        }
    }
}

pub(super) fn json(member: &str, site: &Site) -> Option<Value> {
    let value = site.arg(0);
    match member {
        // The text of a value is as good as the value: `JSON.parse` gives it back.
        "parse" | "stringify" | "" => Some(match value.shape {
            Shape::Text(_) => Value::of(Shape::Unknown).and_dependencies(&value),
            _ => value,
        }),
        _ => None,
    }
}

/// A method that every object has.
pub(super) fn method(receiver: &Value, method: &str) -> Option<Value> {
    match method {
        "hasOwnProperty" | "isPrototypeOf" | "toLocaleString" | "toLocaleDateString" => {
            Some(Value::unknown_from(std::slice::from_ref(receiver)))
        }
        _ => None,
    }
}

fn any_key(value: &Value) -> Value {
    Value::of(Shape::Unknown).and_dependencies(value)
}

fn keys(value: &Value) -> Value {
    match &value.shape {
        Shape::Object(object) if object.rest.is_none() => {
            Value::array(object.fields.keys().map(|key| Value::text(key.clone())).collect())
        }
        _ => Value::list(any_key(value)),
    }
}

fn values(value: &Value) -> Value {
    match &value.shape {
        Shape::Object(object) if object.rest.is_none() => {
            Value::array(object.fields.values().cloned().collect())
        }
        Shape::Object(object) => {
            let all = object.fields.values().cloned().chain(object.rest.as_deref().cloned());
            Value::list(Value::one_of(all))
        }
        _ => Value::list(value.clone()),
    }
}

fn entries(value: &Value) -> Value {
    let pair = |key: Value, value: Value| Value::of(Shape::Array(Arc::new(vec![key, value])));
    match &value.shape {
        Shape::Object(object) if object.rest.is_none() => {
            let pairs = object.fields.iter();
            Value::array(
                pairs.map(|(key, field)| pair(Value::text(key.clone()), field.clone())).collect(),
            )
        }
        Shape::Object(object) => {
            let all = object.fields.values().cloned().chain(object.rest.as_deref().cloned());
            Value::list(pair(any_key(value), Value::one_of(all)))
        }
        _ => Value::list(pair(any_key(value), value.clone())),
    }
}

fn object_from(value: &Value) -> Value {
    // The entries of a part of the request are that part: `fromEntries(url.searchParams)`.
    let view = value.library().and_then(|library| library.kept("of")).unwrap_or(value);
    if matches!(view.shape, Shape::Input(_)) {
        return view.clone();
    }
    let mut object = Object::default();
    let pairs = match &value.shape {
        Shape::Array(pairs) => pairs.to_vec(),
        _ => vec![element_of(value)],
    };
    for pair in pairs {
        if let Shape::Array(parts) = &pair.shape
            && let [key, value] = parts.as_slice()
        {
            set_computed(&mut object, key, value.clone());
        } else {
            let any = element_of(&pair);
            set_computed(&mut object, &Value::of(Shape::Unknown), any);
        }
    }
    Value::record(object).and_dependencies(value)
}
