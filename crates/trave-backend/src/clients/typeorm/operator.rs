//! What stands beside a property in `where`: a value, or `In(…)`, `Not(…)` and their like.

use smol_str::SmolStr;

use super::own;
use crate::clients::entity::{About, Around, Comparison, Conditions};
use crate::library::LibraryCall;
use crate::query::FilterOp;
use crate::value::{LibraryValue, Shape, Value};

/// Operators inside operators: no deeper than this.
const DEPTH_MAX: u32 = 6;

/// Whether an export makes an operator.
pub(super) fn is_operator(name: &str) -> bool {
    const NAMES: [&str; 21] = [
        "Equal",
        "Not",
        "In",
        "Any",
        "IsNull",
        "Like",
        "ILike",
        "Between",
        "LessThan",
        "LessThanOrEqual",
        "MoreThan",
        "MoreThanOrEqual",
        "ArrayContains",
        "ArrayContainedBy",
        "ArrayOverlap",
        "JsonContains",
        "And",
        "Or",
        "Raw",
        "Exists",
        "IsNotNull",
    ];
    NAMES.contains(&name)
}

/// `In(values)`: it depends on what it is given.
pub(super) fn make(call: &LibraryCall<'_>, name: &str) -> Value {
    let made = LibraryValue::new(super::NAME, "operator").named(name).placed(call.origin);
    let made = made.with("args", Value::array(call.args.to_vec()));
    made.into_value().depending_on(call.args)
}

/// Reads what a column is compared with.
pub(super) fn compare(
    conditions: &mut Conditions<'_>,
    column: &SmolStr,
    value: &Value,
    (about, around): (&About, Around),
) {
    read(conditions, (column, value, DEPTH_MAX), (about, around));
}

fn read(
    conditions: &mut Conditions<'_>,
    (column, value, depth): (&SmolStr, &Value, u32),
    (about, around): (&About, Around),
) {
    let Some(depth) = depth.checked_sub(1) else { return };
    // `null` adds no condition, or throws: that depends on the version.
    if matches!(value.shape, Shape::Null) {
        conditions.incomplete = true;
        return;
    }
    let alternatives = value.alternatives();
    if alternatives.len() > 1 && alternatives.iter().any(|it| own(it, "operator").is_some()) {
        let any_of = Some(conditions.group(around));
        for alternative in alternatives.iter().filter(|it| it.is_nullish() != Some(true)) {
            let around = Around { any_of, conditional: true, ..around };
            read(conditions, (column, alternative, depth), (about, around));
        }
        return;
    }
    let Some(operator) = own(value, "operator") else {
        let comparison = Comparison::plain(FilterOp::Eq, value.clone());
        return conditions.push(column, comparison, (about, around));
    };
    let args = match operator.kept("args").map(|args| &args.shape) {
        Some(Shape::Array(args)) => args.to_vec(),
        _ => Vec::new(),
    };
    let first = args.first().cloned().unwrap_or_else(Value::undefined);
    match operator.name.as_str() {
        "Not" => not(conditions, (column, &first, depth), (about, around)),
        "And" => {
            for part in &args {
                read(conditions, (column, part, depth), (about, around));
            }
        }
        "Or" => {
            let any_of = Some(conditions.group(around));
            for part in &args {
                let around = Around { any_of, ..around };
                read(conditions, (column, part, depth), (about, around));
            }
        }
        "Between" => {
            for bound in &args {
                let comparison = Comparison::plain(FilterOp::Range, bound.clone());
                conditions.push(column, comparison, (about, around));
            }
        }
        "IsNull" | "IsNotNull" => {
            let (op, value) = (FilterOp::Is, Value::of(Shape::Null));
            let negated = operator.name == "IsNotNull";
            conditions.push(column, Comparison { op, negated, value }, (about, around));
        }
        name => {
            if name == "Raw" {
                conditions.splice(&args, operator.place);
            }
            conditions.push(column, Comparison::plain(plain(name), first), (about, around));
        }
    }
}

/// `Not(value)`, `Not(In(values))`, `Not(null)`.
fn not(
    conditions: &mut Conditions<'_>,
    (column, value, depth): (&SmolStr, &Value, u32),
    (about, around): (&About, Around),
) {
    let is_null = matches!(value.shape, Shape::Null);
    let inner = if is_null { null_test() } else { value.clone() };
    if own(&inner, "operator").is_some() {
        let around = Around { negated: !around.negated, ..around };
        return read(conditions, (column, &inner, depth), (about, around));
    }
    conditions.push(column, Comparison::plain(FilterOp::Ne, inner), (about, around));
}

fn null_test() -> Value {
    super::named("operator", "IsNull")
}

fn plain(name: &str) -> FilterOp {
    match name {
        "Equal" => FilterOp::Eq,
        "In" | "Any" => FilterOp::In,
        "Like" => FilterOp::Like,
        "ILike" => FilterOp::ILike,
        "LessThan" | "LessThanOrEqual" | "MoreThan" | "MoreThanOrEqual" => FilterOp::Range,
        "ArrayContains" | "ArrayContainedBy" | "JsonContains" => FilterOp::Contains,
        "ArrayOverlap" => FilterOp::Overlaps,
        _ => FilterOp::Other,
    }
}
