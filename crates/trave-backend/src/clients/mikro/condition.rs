//! What stands beside a property: a value, a list, or `{ $in: … }` and its like.

use smol_str::SmolStr;

use crate::clients::entity::{About, Around, Comparison, Conditions};
use crate::clients::given::{Given, GivenField};
use crate::query::FilterOp;
use crate::value::{Shape, Value};

/// Reads a field that is no property: `$or`, `$and`, `$not`, `$some`.
pub(super) fn word(
    conditions: &mut Conditions<'_>,
    field: &GivenField,
    (about, around): (&About, Around),
) -> bool {
    match field.name.as_str() {
        "$and" | "$some" | "$every" => conditions.each(&field.value, about, around),
        "$or" => conditions.any(&field.value, about, around),
        "$not" | "$none" => {
            let around = Around { negated: !around.negated, ..around };
            conditions.each(&field.value, about, around);
        }
        name if name.starts_with('$') => conditions.incomplete = true,
        // SQL as a name: `[raw('lower(name)')]`.
        name if name.contains('(') => conditions.incomplete = true,
        _ => return false,
    }
    true
}

/// Reads what a column is compared with.
pub(super) fn compare(
    conditions: &mut Conditions<'_>,
    column: &SmolStr,
    value: &Value,
    (about, around): (&About, Around),
) {
    let is_object = |value: &Value| matches!(value.shape, Shape::Object(_));
    let given = Given::of(value);
    let operators = given.fields.iter().any(|field| field.name.starts_with('$'));
    if !value.alternatives().iter().any(is_object) || !operators {
        return conditions.push(column, alone(value.clone()), (about, around));
    }
    conditions.incomplete |= given.rest.is_some();
    for field in &given.fields {
        let around = Around { conditional: around.conditional || field.is_optional, ..around };
        match field.name.as_str() {
            "$not" => {
                let around = Around { negated: !around.negated, ..around };
                compare(conditions, column, &field.value, (about, around));
            }
            "$and" | "$or" => conditions.incomplete = true,
            name => match operator(name, &field.value) {
                Some(comparison) => conditions.push(column, comparison, (about, around)),
                None => conditions.incomplete = true,
            },
        }
    }
}

/// A value alone: it is equal, or null, or one of a list.
fn alone(value: Value) -> Comparison {
    let op = match &value.shape {
        Shape::Null => FilterOp::Is,
        Shape::Array(_) | Shape::List(_) => FilterOp::In,
        _ => FilterOp::Eq,
    };
    Comparison::plain(op, value)
}

fn operator(name: &str, value: &Value) -> Option<Comparison> {
    let plain = |op| Comparison::plain(op, value.clone());
    let is_null = matches!(value.shape, Shape::Null);
    Some(match name {
        "$eq" => alone(value.clone()),
        "$ne" if is_null => Comparison { negated: true, ..plain(FilterOp::Is) },
        "$ne" => plain(FilterOp::Ne),
        "$in" => plain(FilterOp::In),
        "$nin" => Comparison { negated: true, ..plain(FilterOp::In) },
        "$gt" | "$gte" | "$lt" | "$lte" => plain(FilterOp::Range),
        "$like" => plain(FilterOp::Like),
        "$ilike" => plain(FilterOp::ILike),
        "$re" => plain(FilterOp::Regex),
        "$fulltext" => plain(FilterOp::TextSearch),
        "$contains" | "$contained" | "$hasKey" | "$hasKeys" | "$hasSomeKeys" => {
            plain(FilterOp::Contains)
        }
        "$overlap" => plain(FilterOp::Overlaps),
        "$exists" | "$size" | "$elemMatch" => plain(FilterOp::Other),
        _ => return None,
    })
}
