//! Expressions: `eb('age', '>', 18)`, `eb.or([…])`, `eb.fn.count('id')`, `jsonArrayFrom(query)`.

use smol_str::SmolStr;

use super::{NAME, builder, client, of_kind, own, sql, thing};
use crate::clients::given::Given;
use crate::library::{LibraryCall, Machine};
use crate::value::{LibraryValue, Shape, Value};

/// Functions that give one value for many rows.
const AGGREGATES: [&str; 8] = ["count", "countAll", "sum", "avg", "min", "max", "jsonAgg", "agg"];

/// Where an expression is written that compares a column.
pub(super) const COLUMN: &str = "column";
/// How it compares.
pub(super) const OPERATOR: &str = "operator";
/// With what.
pub(super) const VALUE: &str = "value";
/// The parts of an expression that is put together.
pub(super) const PARTS: &str = "parts";

/// What a function gives that is handed an expression builder; anything else is itself.
pub(super) fn resolved(value: &Value, of: &LibraryValue, machine: &mut dyn Machine) -> Value {
    match value.shape {
        Shape::Function(_) => machine.run(value, vec![of_kind(of, "eb")]),
        _ => value.clone(),
    }
}

/// `('age', '>', 18)` as an expression.
pub(super) fn comparison(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let made = LibraryValue::new(NAME, "condition").named("compare").placed(call.method_origin);
    let left = resolved(&call.arg(0), call.callee, machine);
    let right = resolved(&call.arg(2), call.callee, machine);
    let made = made.with(COLUMN, left).with(OPERATOR, call.arg(1));
    made.with(VALUE, right).into_value().depending_on(call.args)
}

/// Several expressions as one.
fn joined(name: &'static str, parts: &[Value], call: &LibraryCall<'_>) -> Value {
    let made = LibraryValue::new(NAME, "condition").named(name).placed(call.method_origin);
    let all = Value::array(parts.to_vec());
    made.with(PARTS, all).into_value().depending_on(parts)
}

/// A call of an expression builder, or of what it makes.
pub(super) fn call(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let callee = call.callee;
    match (callee.kind, call.method) {
        ("eb-maker", None) => Some(thing("eb")),
        ("eb", None) if call.args.len() == 1 => Some(call.arg(0)),
        ("eb", None) => Some(comparison(call, machine)),
        ("eb", Some(method)) => Some(method_of_builder(call, method, machine)),
        ("eb-method", None) => Some(method_of_builder(call, &callee.name, machine)),
        ("fn", None) => Some(thing("expression")),
        ("fn", Some(name)) => Some(function(call, name)),
        ("fn-method", None) => Some(function(call, &callee.name)),
        ("dynamic", Some(_)) => Some(Value::unknown_from(call.args)),
        ("condition", Some(method)) => Some(further(call, method, machine)),
        ("expression", Some(method)) => Some(of_expression(call, method)),
        ("helper", None) => {
            for arg in call.args {
                builder::derive(arg, machine);
            }
            Some(thing("expression"))
        }
        ("join", Some(method)) => Some(on(call, method, machine)),
        ("case", Some(_)) => Some(callee.clone().into_value()),
        _ => None,
    }
}

fn method_of_builder(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Value {
    match method {
        "and" => joined("and", &parts(call), call),
        "or" => joined("or", &parts(call), call),
        "not" => joined("not", &[call.arg(0)], call),
        "parens" if call.args.len() == 1 => call.arg(0),
        "eb" | "parens" => comparison(call, machine),
        "exists" => {
            builder::inside(&call.arg(0), call.callee, machine);
            LibraryValue::new(NAME, "condition").named("exists").into_value()
        }
        "between" | "betweenSymmetric" => {
            let made = LibraryValue::new(NAME, "condition").named("between");
            let made = made.placed(call.method_origin).with(COLUMN, call.arg(0));
            let bounds = Value::array(vec![call.arg(1), call.arg(2)]);
            made.with(VALUE, bounds).into_value().depending_on(call.args)
        }
        "ref" => reference(&call.arg(0)),
        "val" | "lit" => {
            let made = LibraryValue::new(NAME, "expression").with(VALUE, call.arg(0));
            made.into_value().depending_on(call.args)
        }
        "case" => thing("case"),
        "selectFrom" => client::select_from(call, machine),
        _ => thing("expression"),
    }
}

/// The expressions of a list, or the comparisons of an object.
fn parts(call: &LibraryCall<'_>) -> Vec<Value> {
    let given = call.arg(0);
    if !matches!(given.shape, Shape::Object(_)) {
        return vec![given];
    }
    let compared = |name: SmolStr, value: Value| {
        let made = LibraryValue::new(NAME, "condition").named("compare");
        let made = made.placed(call.method_origin).with(COLUMN, Value::text(name));
        made.with(OPERATOR, Value::text("=")).with(VALUE, value).into_value()
    };
    Given::of(&given).fields.into_iter().map(|field| compared(field.name, field.value)).collect()
}

/// `.and('x', '=', 1)`, `.or(…)`, `.as('name')` of a condition.
fn further(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Value {
    let this = call.callee.clone().into_value();
    let name = match method {
        "and" => "and",
        "or" => "or",
        _ => return this,
    };
    let other = if call.args.len() > 1 { comparison(call, machine) } else { call.arg(0) };
    joined(name, &[this, other], call)
}

/// `eb.ref('u.id')`.
fn reference(column: &Value) -> Value {
    LibraryValue::new(NAME, "expression").named("ref").with(COLUMN, column.clone()).into_value()
}

/// `eb.fn.count('id')`.
fn function(call: &LibraryCall<'_>, name: &str) -> Value {
    let made = LibraryValue::new(NAME, "expression");
    let is_total = AGGREGATES.contains(&name);
    made.named(if is_total { "aggregate" } else { "" }).into_value().depending_on(call.args)
}

/// `.as('total')`, `.over()`, `.filterWhere(…)` of an expression: over a window it is no total.
fn of_expression(call: &LibraryCall<'_>, method: &str) -> Value {
    let again = call.callee.clone();
    match method {
        "over" => again.named("").into_value(),
        "as" if again.name == "ref" => {
            let column = again.kept(COLUMN).and_then(Value::as_text);
            match (column, call.arg(0).as_text()) {
                (Some(column), Some(alias)) => {
                    reference(&Value::text(format!("{column} as {alias}")))
                }
                _ => again.into_value(),
            }
        }
        _ => again.into_value(),
    }
}

/// `.onRef('a.id', '=', 'b.a_id')`, `.on('b.kind', '=', kind)` of a join.
fn on(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Value {
    let mut parts = match call.callee.kept(PARTS).map(|parts| &parts.shape) {
        Some(Shape::Array(parts)) => parts.to_vec(),
        _ => Vec::new(),
    };
    match method {
        "on" if call.args.len() > 1 => parts.push(comparison(call, machine)),
        "on" => parts.push(resolved(&call.arg(0), call.callee, machine)),
        // Columns of two tables tie them; `onTrue()` says nothing.
        _ => {}
    }
    call.callee.clone().with(PARTS, Value::array(parts)).into_value()
}

/// Whether a value is a total: one row comes back for each group.
pub(super) fn is_aggregate(value: &Value) -> bool {
    let named = |kind| own(value, kind).is_some_and(|it| it.name == "aggregate");
    named("expression") || named("part")
}

/// The value that `eb.val(…)` hands over; anything else is itself.
pub(super) fn handed(value: &Value) -> Value {
    let inner = own(value, "expression").and_then(|expression| expression.kept(VALUE));
    inner.unwrap_or(value).clone()
}

/// The column that a value names.
pub(super) fn column(value: &Value) -> Option<SmolStr> {
    match value.as_text() {
        Some(text) => Some(SmolStr::new(text)),
        None => match own(value, "expression") {
            Some(expression) => expression.kept(COLUMN)?.as_text().map(SmolStr::new),
            None => sql::column(value),
        },
    }
}
