//! Sums and products of values that are not all constants.
//!
//! Enough to see that `range(from, from + size - 1)` asks for `size` rows: linear sums are kept,
//! everything else only keeps what it depends on.

use std::sync::Arc;

use crate::value::{Shape, Sum, Value};

/// More terms than any page computation has; beyond it only the dependencies are kept.
const TERMS_MAX: usize = 8;

/// `left + right`, of numbers.
pub fn add(left: &Value, right: &Value) -> Value {
    combine(left, right, 1.0)
}

/// `left - right`.
pub fn subtract(left: &Value, right: &Value) -> Value {
    combine(left, right, -1.0)
}

/// `left * right`.
pub fn multiply(left: &Value, right: &Value) -> Value {
    match (left.as_number(), right.as_number()) {
        (Some(left), Some(right)) => Value::of(Shape::Number(left * right)),
        (Some(factor), None) => scaled(right, factor),
        (None, Some(factor)) => scaled(left, factor),
        (None, None) => Value::of(Shape::Unknown).depending_on(&[left.clone(), right.clone()]),
    }
}

fn combine(left: &Value, right: &Value, sign: f64) -> Value {
    let mut sum = sum_of(left);
    let other = sum_of(right);
    sum.constant += sign * other.constant;
    for (term, factor) in other.terms {
        add_term(&mut sum, term, sign * factor);
    }
    finish(sum, &[left.clone(), right.clone()])
}

fn scaled(value: &Value, factor: f64) -> Value {
    let mut sum = sum_of(value);
    sum.constant *= factor;
    for term in &mut sum.terms {
        term.1 *= factor;
    }
    sum.terms.retain(|(_, factor)| *factor != 0.0);
    finish(sum, std::slice::from_ref(value))
}

fn sum_of(value: &Value) -> Sum {
    match &value.shape {
        Shape::Number(constant) => Sum { terms: Vec::new(), constant: *constant },
        Shape::Sum(sum) => (**sum).clone(),
        _ => Sum { terms: vec![(value.clone(), 1.0)], constant: 0.0 },
    }
}

fn add_term(sum: &mut Sum, value: Value, factor: f64) {
    let known = sum.terms.iter_mut().find(|(term, _)| *term == value);
    match known {
        Some(term) => term.1 += factor,
        None => sum.terms.push((value, factor)),
    }
    sum.terms.retain(|(_, factor)| *factor != 0.0);
}

fn finish(mut sum: Sum, parts: &[Value]) -> Value {
    if sum.terms.is_empty() {
        return Value::of(Shape::Number(sum.constant));
    }
    if sum.terms.len() > TERMS_MAX {
        return Value::of(Shape::Unknown).depending_on(parts);
    }
    let is_once = |factor: f64| (factor - 1.0).abs() < f64::EPSILON;
    if sum.constant == 0.0 && matches!(sum.terms.as_slice(), [(_, factor)] if is_once(*factor)) {
        return sum.terms.pop().map_or_else(Value::unknown, |(value, _)| value);
    }
    let depends: Vec<Value> = sum.terms.iter().map(|(value, _)| value.clone()).collect();
    Value::of(Shape::Sum(Arc::new(sum))).depending_on(&depends)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::InputKind;

    fn number(number: f64) -> Value {
        Value::of(Shape::Number(number))
    }

    #[test]
    fn a_page_of_a_constant_size_has_that_size() {
        let page = Value::input(InputKind::Query, "page");
        let from = multiply(&subtract(&page, &number(1.0)), &number(20.0));
        let to = subtract(&add(&from, &number(20.0)), &number(1.0));
        let rows = add(&subtract(&to, &from), &number(1.0));
        assert_eq!(rows.as_number(), Some(20.0));
    }

    #[test]
    fn a_page_of_an_input_size_has_that_size() {
        let page = Value::input(InputKind::Query, "page");
        let size = Value::input(InputKind::Query, "size");
        let from = multiply(&page, &size);
        let to = subtract(&add(&from, &size), &number(1.0));
        let rows = add(&subtract(&to, &from), &number(1.0));
        assert_eq!(rows, size);
    }

    #[test]
    fn sums_keep_what_they_depend_on() {
        let page = Value::input(InputKind::Query, "page");
        let next = add(&page, &number(1.0));
        assert_eq!(next.inputs, page.inputs);
        assert_eq!(next.taint, page.taint);
    }
}
