//! What `drizzle-orm` itself exports: operators, aggregates, `sql`.

use super::{NAME, named, own, table, text, thing};
use crate::library::{LibraryCall, Machine};
use crate::value::{LibraryValue, Shape, Value};

/// Operators whose result is a condition.
const CONDITIONS: [&str; 26] = [
    "eq",
    "ne",
    "gt",
    "gte",
    "lt",
    "lte",
    "like",
    "notLike",
    "ilike",
    "notIlike",
    "inArray",
    "notInArray",
    "isNull",
    "isNotNull",
    "between",
    "notBetween",
    "exists",
    "notExists",
    "and",
    "or",
    "not",
    "arrayContains",
    "arrayContained",
    "arrayOverlaps",
    "asc",
    "desc",
];

const AGGREGATES: [&str; 8] =
    ["count", "countDistinct", "sum", "sumDistinct", "avg", "avgDistinct", "min", "max"];

/// An export by its name.
pub(super) fn import(name: &str) -> Option<Value> {
    let kind = match name {
        "sql" => "sql",
        "getTableColumns"
        | "getColumns"
        | "getViewSelectedFields"
        | "relations"
        | "defineRelations"
        | "defineRelationsPart"
        | "placeholder" => "operator",
        "aliasedTable" => "alias",
        _ if CONDITIONS.contains(&name) || AGGREGATES.contains(&name) => "operator",
        _ => return None,
    };
    Some(named(kind, name))
}

/// A call of an operator, of `sql` or of a part of SQL.
pub(super) fn call(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let callee = call.callee;
    match (callee.kind, call.method) {
        ("operator", None) => operator(call, &callee.name),
        ("sql", None) => Some(text::tagged_part(call)),
        ("sql", Some(method)) => text::helper(call, method),
        // `.as('name')`, `.mapWith(Number)`.
        ("part" | "condition", Some(_)) => Some(callee.clone().into_value()),
        ("cte", Some("as")) => Some(common_table(call, machine)),
        _ => None,
    }
}

fn operator(call: &LibraryCall<'_>, name: &str) -> Option<Value> {
    match name {
        "getTableColumns" | "getColumns" | "getViewSelectedFields" => table::columns(&call.arg(0)),
        "relations" | "defineRelations" | "defineRelationsPart" => Some(thing("relations")),
        "placeholder" => Some(Value::unknown()),
        _ if AGGREGATES.contains(&name) => {
            let made = LibraryValue::new(NAME, "part").named(name).placed(call.origin);
            Some(made.into_value().depending_on(call.args))
        }
        _ => Some(condition(call, name)),
    }
}

fn condition(call: &LibraryCall<'_>, name: &str) -> Value {
    let made = LibraryValue::new(NAME, "condition").named(name).placed(call.origin);
    let args = Value::of(Shape::Array(std::sync::Arc::new(call.args.to_vec())));
    made.with("args", args).into_value().depending_on(call.args)
}

/// Whether a value is an aggregate: one row comes back for each group.
pub(super) fn is_aggregate(value: &Value) -> bool {
    own(value, "part").is_some_and(|part| {
        let name = part.name.as_str();
        AGGREGATES.contains(&name) || name == "aggregate"
    })
}

/// `db.$with('name').as(query)`: what stands in it is sent with the query that uses it.
fn common_table(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let given = call.arg(0);
    let inner = match given.shape {
        Shape::Function(_) => machine.run(&given, vec![super::client::client(call.callee)]),
        _ => given,
    };
    super::builder::derive(&inner, machine)
}
