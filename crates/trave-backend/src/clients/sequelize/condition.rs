//! `where`: values, `{ [Op.gt]: 5 }`, `[Op.or]: […]`, conditions on rows that come along.

use smol_str::SmolStr;

use super::own;
use crate::clients::entity::{About, Around, Comparison, Conditions};
use crate::clients::given::{Given, GivenField, items};
use crate::query::FilterOp;
use crate::value::{Shape, Value};

/// How deep conditions inside conditions are followed.
const DEPTH_MAX: u32 = 16;

/// A field that is no attribute: `[Op.or]`, `[Op.and]`, `[Op.not]`, `'$user.name$'`.
pub(super) fn word(
    conditions: &mut Conditions<'_>,
    field: &GivenField,
    (about, around): (&About, Around),
) -> bool {
    match field.name.as_str() {
        "$and" => conditions.each(&field.value, about, around),
        "$or" => any(conditions, &field.value, (about, around)),
        "$not" => {
            let around = Around { negated: !around.negated, ..around };
            conditions.each(&field.value, about, around);
        }
        // Rows of a table that comes along.
        name if name.starts_with('$') => conditions.incomplete = true,
        _ => return false,
    }
    true
}

/// Alternatives: a list, or an object each of whose fields is one.
fn any(conditions: &mut Conditions<'_>, value: &Value, (about, around): (&About, Around)) {
    if !matches!(value.shape, Shape::Object(_)) {
        return conditions.any(value, about, around);
    }
    let any_of = Some(conditions.group(around)).filter(|_| !around.negated);
    conditions.all(value, about, Around { any_of, ..around });
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
    let alternatives = value.alternatives();
    if alternatives.len() > 1 && alternatives.iter().any(says_how) {
        for alternative in alternatives {
            let around = Around { conditional: true, ..around };
            read(conditions, (column, alternative, depth), (about, around));
        }
        return;
    }
    if !says_how(value) {
        let comparison = match &value.shape {
            Shape::Null => Comparison::plain(FilterOp::Is, value.clone()),
            Shape::Array(_) | Shape::List(_) => Comparison::plain(FilterOp::In, value.clone()),
            Shape::Library(_) => Comparison::plain(FilterOp::Eq, of_part(value)),
            _ => Comparison::plain(FilterOp::Eq, value.clone()),
        };
        return conditions.push(column, comparison, (about, around));
    }
    for field in Given::of(value).fields {
        let around = Around { conditional: around.conditional || field.is_optional, ..around };
        one(conditions, (column, &field, depth), (about, around));
    }
}

/// Whether a value is an object of operators.
fn says_how(value: &Value) -> bool {
    match &value.shape {
        Shape::Object(object) => object.fields.keys().any(|name| name.starts_with('$')),
        _ => false,
    }
}

/// One operator.
fn one(
    conditions: &mut Conditions<'_>,
    (column, field, depth): (&SmolStr, &GivenField, u32),
    (about, around): (&About, Around),
) {
    let value = of_part(&field.value);
    match field.name.as_str() {
        "$or" | "$and" => {
            let several = field.name == "$or" && items(&field.value).0.len() > 1;
            let any_of = several.then(|| conditions.group(around)).or(around.any_of);
            for (item, _) in items(&field.value).0 {
                read(conditions, (column, &item, depth), (about, Around { any_of, ..around }));
            }
        }
        "$not" if says_how(&field.value) => {
            let around = Around { negated: !around.negated, ..around };
            read(conditions, (column, &field.value, depth), (about, around));
        }
        "$between" | "$notBetween" => {
            let negated = field.name == "$notBetween";
            for (bound, _) in items(&field.value).0 {
                let comparison =
                    Comparison { op: FilterOp::Range, negated, value: of_part(&bound) };
                conditions.push(column, comparison, (about, around));
            }
        }
        name => {
            let (op, negated) = operator(name, &field.value);
            conditions.push(column, Comparison { op, negated, value }, (about, around));
        }
    }
}

/// How an operator compares, and whether it means the contrary.
fn operator(name: &str, value: &Value) -> (FilterOp, bool) {
    let is_null = matches!(value.shape, Shape::Null);
    match name {
        "$eq" if is_null => (FilterOp::Is, false),
        "$eq" => (FilterOp::Eq, false),
        "$ne" if is_null => (FilterOp::Is, true),
        "$ne" => (FilterOp::Ne, false),
        "$is" => (FilterOp::Is, false),
        "$not" if is_null || matches!(value.shape, Shape::Bool(_)) => (FilterOp::Is, true),
        "$not" => (FilterOp::Eq, true),
        "$gt" | "$gte" | "$lt" | "$lte" => (FilterOp::Range, false),
        "$in" | "$any" => (FilterOp::In, false),
        "$notIn" => (FilterOp::In, true),
        "$like" | "$startsWith" | "$endsWith" | "$substring" => (FilterOp::Like, false),
        "$notLike" => (FilterOp::Like, true),
        "$iLike" => (FilterOp::ILike, false),
        "$notILike" => (FilterOp::ILike, true),
        "$regexp" | "$iRegexp" => (FilterOp::Regex, false),
        "$notRegexp" | "$notIRegexp" => (FilterOp::Regex, true),
        "$contains" | "$contained" => (FilterOp::Contains, false),
        "$overlap" => (FilterOp::Overlaps, false),
        "$match" => (FilterOp::TextSearch, false),
        _ => (FilterOp::Other, false),
    }
}

/// A value; what SQL gives that stands in its place is not known.
fn of_part(value: &Value) -> Value {
    match own(value, "part") {
        Some(_) => Value::unknown().and_dependencies(value),
        None => value.clone(),
    }
}
