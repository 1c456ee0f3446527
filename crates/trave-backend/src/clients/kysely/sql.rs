//! `` sql`…` ``: text with values, names and other parts in it.

use smol_str::SmolStr;
use trave_source::Origin;

use super::{NAME, builder, expression, own};
use crate::clients::sql::part::{is_total, joined};
use crate::clients::sql::text::{Hole, SqlText, kept, read_kept};
use crate::clients::sql::{Params, Sender, rows};
use crate::library::{LibraryCall, Machine};
use crate::value::{LibraryValue, Shape, Value};

/// A part of SQL as a value.
fn part(text: &SqlText, call: &LibraryCall<'_>) -> Value {
    let made = LibraryValue::new(NAME, "part").placed(call.origin).with("text", kept(text, NAME));
    let name = if is_total(text.as_str()) { "aggregate" } else { "" };
    made.named(name).into_value().depending_on(call.args)
}

/// A call of `sql`, or of a method of a part.
pub(super) fn call(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    match (call.callee.kind, call.method) {
        ("sql", None) if call.is_tagged => {
            let mut inner = Vec::new();
            let text = SqlText::tagged(call, |text, value, origin| {
                if own(value, "builder").is_some() {
                    inner.push(value.clone());
                }
                push(text, value, origin);
            });
            for query in inner {
                builder::derive(&query, machine);
            }
            Some(part(&text, call))
        }
        ("sql", Some(method)) => helper(call, method),
        ("part", Some("execute")) => {
            let this = call.callee.clone().into_value();
            let rows = send(&this, call, machine);
            Some(result(rows))
        }
        // `.as('name')`, `.$castTo<T>()`, `.withPlugin(…)`.
        ("part", Some(_)) => Some(call.callee.clone().into_value()),
        _ => None,
    }
}

/// `{ rows, numAffectedRows }`.
pub(super) fn result(rows: Value) -> Value {
    let count = Value::of(Shape::Unknown).and_dependencies(&rows);
    Value::object([("numAffectedRows", count), ("rows", rows)])
}

/// Sends a part on its own; what a client is told to turn, it does not turn in a text.
pub(super) fn send(part: &Value, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let Some(text) = read(part, call.origin) else { return Value::unknown() };
    let sender = Sender { library: NAME, dialect: machine.dialect(), origin: call.origin };
    let id = crate::clients::sql::send(&sender, &text, &Params::default(), machine);
    rows(id, machine)
}

/// `sql.raw(text)`, `sql.join(parts)`, `sql.ref('u.id')`, `sql.table('users')` and their like.
fn helper(call: &LibraryCall<'_>, method: &str) -> Option<Value> {
    let origin = call.arg_origin(0);
    let text = match method {
        "raw" => SqlText::of_argument(call, 0),
        "join" => joined(call, &call.arg(1), |text, value, origin| match value.shape {
            // Without a separator parts stand in a list.
            Shape::Undefined => text.push_text(", ", origin),
            _ => push(text, value, origin),
        }),
        "ref" | "table" | "id" | "column" => names(call),
        "val" | "value" | "lit" | "literal" | "param" => {
            let mut text = SqlText::new(origin);
            text.push_hole(Hole { value: call.arg(0), origin, bound: true });
            text
        }
        _ => return None,
    };
    let made = part(&text, call);
    let is_name = matches!(method, "ref" | "id" | "column");
    match (is_name, call.arg(0).as_text(), made.library()) {
        (true, Some(name), Some(part)) if call.args.len() == 1 => {
            let column = Value::text(SmolStr::new(name));
            Some(part.clone().with(expression::COLUMN, column).into_value())
        }
        _ => Some(made),
    }
}

/// `sql.id('public', 'users')`, `sql.ref('users.id')`: names that are quoted, part by part.
fn names(call: &LibraryCall<'_>) -> SqlText {
    let origin = call.arg_origin(0);
    let mut text = SqlText::new(origin);
    for (at, name) in call.args.iter().enumerate() {
        if at > 0 {
            text.push_text(".", origin);
        }
        match name.as_text() {
            Some(name) => {
                let quoted: Vec<String> = name.split('.').map(|it| format!("`{it}`")).collect();
                text.push_text(&quoted.join("."), origin);
            }
            // It is quoted, so that it names something and does no more.
            None => text.push_hole(Hole { value: name.clone(), origin, bound: true }),
        }
    }
    text
}

/// What a hole of a tag becomes: a part its text, a column its name, anything else a parameter.
fn push(text: &mut SqlText, value: &Value, origin: Origin) {
    if let Some(inner) = read(value, origin) {
        return text.push_sql(&inner);
    }
    if own(value, "expression").is_some()
        && let Some(column) = expression::column(value)
    {
        let quoted: Vec<String> = column.split('.').map(|it| format!("`{it}`")).collect();
        return text.push_text(&quoted.join("."), origin);
    }
    let value = match value.library() {
        Some(_) => Value::unknown().and_dependencies(value),
        None => value.clone(),
    };
    text.push_hole(Hole { value, origin, bound: true });
}

/// The text of a part.
pub(super) fn read(value: &Value, origin: Origin) -> Option<SqlText> {
    let part = own(value, "part")?;
    read_kept(part.kept("text")?, part.place.unwrap_or(origin))
}

/// The column that a part is, if it names one and does no more.
pub(super) fn column(value: &Value) -> Option<SmolStr> {
    own(value, "part")?.kept(expression::COLUMN)?.as_text().map(SmolStr::new)
}
