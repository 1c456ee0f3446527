//! Numbers: `Math`, `Number`, `parseInt`.

use std::sync::Arc;

use trave_backend::value::{SchemaKind, SchemaShape, Shape, Taint, Value};

use crate::eval::call::Site;
use crate::eval::operator::clamped;

pub(super) fn call(owner: &str, member: &str, site: &Site) -> Option<Value> {
    let first = site.arg(0);
    match (owner, member) {
        ("Math", "min") => Some(minimum(&site.args)),
        ("Math", "max") => Some(maximum(&site.args)),
        ("Math", "floor" | "ceil" | "round" | "trunc") => Some(rounded(&first, member)),
        ("Math", "abs") => Some(first),
        ("Math", "random") => Some(Value::of(Shape::Unknown).tainted(Taint::VOLATILE)),
        ("Number" | "parseFloat" | "parseInt" | "BigInt", "" | "parseInt" | "parseFloat") => {
            Some(to_number(&first))
        }
        ("Math" | "Number" | "isNaN" | "isFinite", _) => Some(Value::unknown_from(&site.args)),
        _ => None,
    }
}

/// The value as a number: an input stays that input, of which it is known that it is a number.
pub(in crate::eval) fn to_number(value: &Value) -> Value {
    match &value.shape {
        Shape::Text(text) => {
            let number = text.trim().parse().map_or(Shape::Unknown, Shape::Number);
            Value { shape: number, ..value.clone() }
        }
        Shape::Bool(truth) => Value { shape: Shape::Number(f64::from(*truth)), ..value.clone() },
        Shape::Null => Value { shape: Shape::Number(0.0), ..value.clone() },
        Shape::Undefined => Value { shape: Shape::Number(f64::NAN), ..value.clone() },
        Shape::OneOf(values) => Value::one_of(values.iter().map(to_number)).and_dependencies(value),
        Shape::Input(_) => {
            let schema = SchemaShape { kind: SchemaKind::Number, ..SchemaShape::default() };
            let inner = Value::clone(value);
            Value { shape: Shape::Validated(Arc::new(inner), Arc::new(schema)), ..value.clone() }
        }
        _ => value.clone(),
    }
}

fn minimum(args: &[Value]) -> Value {
    let numbers: Option<Vec<f64>> = args.iter().map(Value::as_number).collect();
    if let Some(numbers) = numbers {
        return Value::of(Shape::Number(numbers.into_iter().fold(f64::INFINITY, f64::min)));
    }
    let bound = args.iter().filter_map(Value::upper_bound).reduce(f64::min);
    let open = args.iter().find(|value| value.as_number().is_none());
    match (bound, open) {
        (Some(bound), Some(value)) => clamped(value, bound).depending_on(args),
        _ => Value::unknown_from(args),
    }
}

/// `Math.max(1, x)` is still `x`, as far as its upper end goes.
fn maximum(args: &[Value]) -> Value {
    let numbers: Option<Vec<f64>> = args.iter().map(Value::as_number).collect();
    if let Some(numbers) = numbers {
        return Value::of(Shape::Number(numbers.into_iter().fold(f64::NEG_INFINITY, f64::max)));
    }
    let mut open = args.iter().filter(|value| value.as_number().is_none());
    match (open.next(), open.next()) {
        (Some(only), None) => only.clone().depending_on(args),
        _ => Value::unknown_from(args),
    }
}

fn rounded(value: &Value, how: &str) -> Value {
    let Some(number) = value.as_number() else { return value.clone() };
    Value::of(Shape::Number(match how {
        "floor" => number.floor(),
        "ceil" => number.ceil(),
        "round" => number.round(),
        _ => number.trunc(),
    }))
}
