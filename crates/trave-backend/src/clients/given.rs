//! Objects that code puts together, as the libraries that take them read them: fields that may be
//! left out, spread in, or set in one branch only.

use smol_str::SmolStr;

use crate::value::{Shape, Taint, Value};

/// The fields of an object, whichever way it was put together.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// The fields, in order of name.
    pub(crate) fields: Vec<GivenField>,
    /// Fields that are not listed: what they are. None when these are all.
    pub(crate) rest: Option<Value>,
}

/// A field of an object.
#[derive(Debug)]
pub(crate) struct GivenField {
    /// Its name.
    pub(crate) name: SmolStr,
    /// What it is where it is given.
    pub(crate) value: Value,
    /// It may be left out, or be `undefined`.
    pub(crate) is_optional: bool,
}

impl Given {
    /// The fields of a value.
    pub(crate) fn of(value: &Value) -> Self {
        let mut given = Self::default();
        let alternatives = value.alternatives();
        let objects = alternatives.iter().filter_map(|value| match &value.shape {
            Shape::Object(object) => Some(object),
            _ => None,
        });
        let objects: Vec<_> = objects.collect();
        let is_sure = objects.len() == alternatives.len();
        for alternative in alternatives {
            let is_nothing = alternative.is_nullish() == Some(true);
            if !matches!(alternative.shape, Shape::Object(_)) && !is_nothing {
                given.add_rest(alternative);
            }
        }
        let mut names: Vec<&SmolStr> = Vec::new();
        for object in &objects {
            object.rest.iter().for_each(|rest| given.add_rest(rest));
            names.extend(object.fields.keys());
        }
        names.sort();
        names.dedup();
        for name in names {
            let all = objects.iter().filter_map(|object| object.fields.get(name));
            let everywhere = is_sure && all.clone().count() == objects.len();
            let joined = all.cloned().reduce(Value::join);
            given.fields.extend(joined.and_then(|it| defined(&it)).map(|(value, optional)| {
                let is_optional = !everywhere || optional;
                GivenField { name: name.clone(), value, is_optional }
            }));
        }
        given
    }

    fn add_rest(&mut self, value: &Value) {
        self.rest = Some(match self.rest.take() {
            Some(rest) => rest.join(value.clone()),
            None => value.clone(),
        });
    }

    /// A field by its name.
    pub(crate) fn field(&self, name: &str) -> Option<&GivenField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The value of a field by its name.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.field(name).map(|field| &field.value)
    }
}

/// A value without its alternative of `undefined`, and whether it had one; none for `undefined`.
pub(crate) fn defined(value: &Value) -> Option<(Value, bool)> {
    match &value.shape {
        // What depends on something is only not known to be there.
        Shape::Undefined if value.taint != Taint::NONE => {
            Some((Value::of(Shape::Unknown).and_dependencies(value).tainted(Taint::UNKNOWN), true))
        }
        Shape::Undefined => None,
        Shape::OneOf(values) => {
            let is_there = |value: &&Value| !matches!(value.shape, Shape::Undefined);
            let there: Vec<Value> = values.iter().filter(is_there).cloned().collect();
            let lost = there.len() < values.len();
            if !lost {
                return Some((value.clone(), false));
            }
            Some((Value::one_of(there).and_dependencies(value), true))
        }
        _ => Some((value.clone(), false)),
    }
}

/// The elements that a list may hold, each with whether it is there for certain; and whether all
/// of them are known. A single value is a list of itself.
pub(crate) fn items(value: &Value) -> (Vec<(Value, bool)>, bool) {
    match &value.shape {
        Shape::Array(items) => (items.iter().map(|item| (item.clone(), true)).collect(), true),
        Shape::List(element) => {
            let parts = element.alternatives().iter();
            (parts.map(|part| (part.clone(), false)).collect(), false)
        }
        Shape::Validated(inner, _) if matches!(inner.shape, Shape::Array(_) | Shape::List(_)) => {
            items(inner)
        }
        Shape::OneOf(values) if values.iter().any(is_list) => {
            let lists = values.iter().filter(|value| value.is_nullish() != Some(true)).map(items);
            let mut all = Vec::new();
            for (list, _) in lists {
                all.extend(list.into_iter().map(|(item, _)| (item, false)));
            }
            (all, false)
        }
        Shape::Undefined | Shape::Null => (Vec::new(), true),
        _ => (vec![(value.clone(), true)], true),
    }
}

fn is_list(value: &Value) -> bool {
    match &value.shape {
        Shape::Array(_) | Shape::List(_) => true,
        Shape::Validated(inner, _) => is_list(inner),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Given, items};
    use crate::value::{Shape, Value};

    #[test]
    fn a_field_of_one_branch_may_be_left_out() {
        let one = Value::object([("a", Value::text("x")), ("b", Value::text("y"))]);
        let other = Value::object([("a", Value::text("z"))]);
        let given = Given::of(&one.join(other));
        let optional: Vec<(&str, bool)> =
            given.fields.iter().map(|it| (it.name.as_str(), it.is_optional)).collect();
        assert_eq!(optional, [("a", false), ("b", true)]);
        assert!(given.rest.is_none());
    }

    #[test]
    fn undefined_is_no_value() {
        let maybe = Value::text("x").join(Value::undefined());
        let given = Given::of(&Value::object([("a", maybe), ("b", Value::undefined())]));
        let [only] = given.fields.as_slice() else { panic!() };
        assert!(only.is_optional && only.value.as_text() == Some("x"));
    }

    #[test]
    fn what_is_not_known_may_hold_more() {
        let given = Given::of(&Value::object([("a", Value::text("x"))]).join(Value::unknown()));
        assert!(given.rest.is_some());
    }

    #[test]
    fn parts_of_a_spread_list_are_not_certain() {
        let list = Value::list(Value::one_of([Value::object([("a", Value::text("x"))])]));
        let array = Value::of(Shape::Array(Arc::new(vec![Value::text("x")])));
        assert!(items(&list).0.iter().all(|(_, certain)| !certain));
        assert!(items(&array).0.iter().all(|(_, certain)| *certain));
    }
}
