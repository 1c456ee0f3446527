//! Destructuring: binding the names of a pattern to the parts of a value.

use std::sync::Arc;

use trave_backend::value::{Shape, Value};
use trave_ts::ir::{ExprId, Pattern, PatternField};

use super::Evaluator;
use super::place::element_of;

impl Evaluator<'_> {
    /// Binds every name of a pattern.
    pub(super) fn bind(&mut self, pattern: &Pattern, value: Value) {
        match pattern {
            Pattern::Name(binding) => self.set(*binding, value),
            Pattern::Place(place) => self.write_back(*place, value),
            Pattern::Object { fields, rest } => {
                for field in fields {
                    self.bind_field(field, &value);
                }
                if let Some(rest) = rest {
                    self.bind(rest, without(&value, fields));
                }
            }
            Pattern::Array { items, rest } => self.bind_items(items, rest.as_deref(), &value),
            Pattern::Unknown => {}
        }
    }

    fn bind_field(&mut self, field: &PatternField, value: &Value) {
        let at = self.at(field.span);
        let part = match &field.key {
            Some(key) => self.member_used(value, key, at),
            None => Value::of(Shape::Unknown).and_dependencies(value),
        };
        let part = self.or_default(part, field.default);
        self.bind(&field.pattern, part);
    }

    fn bind_items(
        &mut self,
        items: &[Option<(Pattern, Option<ExprId>)>],
        rest: Option<&Pattern>,
        value: &Value,
    ) {
        if !items.is_empty() {
            self.element_taken(value);
        }
        for (at, item) in items.iter().enumerate() {
            let Some((pattern, default)) = item else { continue };
            let part = match &value.shape {
                Shape::Array(values) => values.get(at).cloned().unwrap_or_else(Value::undefined),
                _ => element_of(value),
            };
            let part = self.or_default(part, *default);
            self.bind(pattern, part);
        }
        if let Some(rest) = rest {
            let left = match &value.shape {
                Shape::Array(values) => {
                    Value::array(values.iter().skip(items.len()).cloned().collect())
                }
                _ => value.clone(),
            };
            self.bind(rest, left);
        }
    }

    /// The value, or its default where it may be missing.
    pub(super) fn or_default(&mut self, value: Value, default: Option<ExprId>) -> Value {
        let Some(default) = default else { return value };
        match &value.shape {
            Shape::Undefined => self.eval(default).and_dependencies(&value),
            Shape::OneOf(values)
                if values.iter().any(|it| matches!(it.shape, Shape::Undefined)) =>
            {
                let present = values.iter().filter(|it| !matches!(it.shape, Shape::Undefined));
                let present = Value::one_of(present.cloned());
                let default = self.eval(default);
                present.join(default).and_dependencies(&value)
            }
            Shape::Unknown | Shape::Input(_) | Shape::Validated(..) => {
                let default = self.eval(default);
                match default.shape {
                    // A client that nobody hands in is the default one.
                    Shape::Library(_) | Shape::Instance(_) => default,
                    _ => value.join(default),
                }
            }
            _ => value,
        }
    }
}

/// An object without the fields that a pattern takes out of it.
fn without(value: &Value, fields: &[PatternField]) -> Value {
    let Shape::Object(object) = &value.shape else { return value.clone() };
    let mut left = (**object).clone();
    for key in fields.iter().filter_map(|field| field.key.as_ref()) {
        left.fields.remove(key);
    }
    Value { shape: Shape::Object(Arc::new(left)), ..value.clone() }
}
