//! Promises: transparent, as far as anybody asks.

use std::sync::Arc;

use trave_backend::value::{LibraryValue, Shape, Value};

use super::LIBRARY;
use crate::eval::Evaluator;
use crate::eval::call::Site;
use crate::eval::place::{element_of, unbounded};

/// The kind of `resolve` in `new Promise(resolve => …)`.
pub(super) const RESOLVER: &str = "resolver";

impl Evaluator<'_> {
    pub(super) fn call_promise(&mut self, member: &str, site: &Site) -> Option<Value> {
        let value = site.arg(0);
        match member {
            "all" => Some(self.await_all(&value)),
            "allSettled" => {
                let all = self.await_all(&value);
                Some(settled(&all))
            }
            "race" | "any" => {
                let all = self.await_all(&value);
                Some(element_of(&all))
            }
            "resolve" => Some(self.await_value(value)),
            "reject" => Some(Value::of(Shape::Unknown)),
            _ => None,
        }
    }

    fn await_all(&mut self, value: &Value) -> Value {
        match &value.shape {
            Shape::Array(items) => {
                let items = Arc::clone(items);
                Value::array(items.iter().map(|item| self.await_value(item.clone())).collect())
            }
            Shape::List(element) => {
                let element = self.await_value(Value::clone(element));
                Value::list(element).and_dependencies(value)
            }
            Shape::OneOf(values) => {
                let values = Arc::clone(values);
                Value::one_of(values.iter().map(|value| self.await_all(value)).collect::<Vec<_>>())
            }
            Shape::Validated(..) => {
                let inner = unbounded(value).clone();
                if matches!(inner.shape, Shape::Validated(..)) {
                    inner
                } else {
                    self.await_all(&inner)
                }
            }
            _ => value.clone(),
        }
    }

    /// `new Promise((resolve, reject) => …)` gives what it is resolved with.
    pub(super) fn new_promise(&mut self, site: &Site) -> Value {
        let cell = self.resolved.len();
        self.resolved.push(None);
        let resolve = LibraryValue::new(LIBRARY, RESOLVER).named(cell.to_string()).into_value();
        let reject = LibraryValue::new(LIBRARY, RESOLVER).into_value();
        self.run_value(&site.arg(0), vec![resolve, reject]);
        let value = self.resolved.get_mut(cell).and_then(Option::take);
        value.unwrap_or_else(|| Value::of(Shape::Unknown))
    }

    pub(super) fn resolve(&mut self, resolver: &LibraryValue, site: &Site) -> Value {
        let value = self.await_value(site.arg(0));
        let cell = resolver.name.parse::<usize>().ok().and_then(|cell| self.resolved.get_mut(cell));
        if let Some(cell) = cell {
            *cell = Some(match cell.take() {
                Some(before) => before.join(value),
                None => value,
            });
        }
        Value::undefined()
    }
}

fn settled(all: &Value) -> Value {
    let wrap = |value: &Value| {
        let wrapped = [
            ("status", Value::of(Shape::Unknown)),
            ("value", value.clone()),
            ("reason", Value::of(Shape::Unknown)),
        ];
        Value::object(wrapped)
    };
    match &all.shape {
        Shape::Array(items) => Value::array(items.iter().map(wrap).collect()),
        Shape::List(element) => Value::list(wrap(element)),
        _ => Value::list(wrap(all)),
    }
}
