//! SQL that goes through Prisma as text: `$queryRaw`, `Prisma.sql` and what is put into them.

use trave_source::Origin;

use super::NAME;
use crate::clients::sql::text::{Hole, SqlText, kept, read_kept};
use crate::clients::sql::{Params, Sender, rows, send as send_text};
use crate::library::{LibraryCall, Machine};
use crate::value::{LibraryValue, Shape, Value};

/// Sends a text. The two whose name ends in `Unsafe` take it as it is, with values behind it.
pub(super) fn send(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Value {
    let (text, params) = if method.ends_with("Unsafe") {
        let values = call.args.get(1..).unwrap_or_default().to_vec();
        (SqlText::of_argument(call, 0), Params { list: Some(values), named: None })
    } else if call.is_tagged {
        (SqlText::tagged(call, push), Params::default())
    } else {
        let mut text = SqlText::new(call.arg_origin(0));
        push(&mut text, &call.arg(0), call.arg_origin(0));
        (text, Params::default())
    };
    let sender = Sender { library: NAME, dialect: machine.dialect(), origin: call.origin };
    let id = send_text(&sender, &text, &params, machine);
    let found = rows(id, machine);
    if method.starts_with("$execute") {
        // How many rows it touched.
        return Value { shape: Shape::Unknown, ..found };
    }
    found
}

/// `Prisma.sql`, `Prisma.raw(text)` and `Prisma.join(values)`: something to put into a text.
pub(super) fn helper(call: &LibraryCall<'_>, name: &str) -> Option<Value> {
    let text = match name {
        "sql" => SqlText::tagged(call, push),
        "raw" => SqlText::of_argument(call, 0),
        "join" => joined(call),
        _ => return None,
    };
    Some(part(&text, call.origin).depending_on(call.args))
}

/// `Prisma.empty`.
pub(super) fn empty() -> Value {
    LibraryValue::new(NAME, "sql").with("text", Value::array(Vec::new())).into_value()
}

fn part(text: &SqlText, origin: Origin) -> Value {
    LibraryValue::new(NAME, "sql").placed(origin).with("text", kept(text, NAME)).into_value()
}

/// A list of values is one hole, as in `IN (${ids})`; parts of SQL are put together.
fn joined(call: &LibraryCall<'_>) -> SqlText {
    let (list, origin) = (call.arg(0), call.arg_origin(0));
    let mut text = SqlText::new(origin);
    let separator = call.args.get(1).and_then(Value::as_text).unwrap_or(", ");
    match &list.shape {
        Shape::Array(items) if items.iter().any(is_part) => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push_text(separator, origin);
                }
                push(&mut text, item, origin);
            }
        }
        // How many conditions there are, and which, cannot be told.
        _ if list.holds(|shape| matches!(shape, Shape::Library(part) if part.kind == "sql")) => {
            text.push_hole(Hole { value: list, origin, bound: false });
        }
        _ => text.push_hole(Hole { value: list, origin, bound: true }),
    }
    text
}

fn is_part(value: &Value) -> bool {
    value.library().is_some_and(|part| part.library == NAME && part.kind == "sql")
}

fn push(text: &mut SqlText, value: &Value, origin: Origin) {
    let part = value.library().filter(|_| is_part(value));
    let inner = part.and_then(|part| read_kept(part.kept("text")?, part.place.unwrap_or(origin)));
    match (inner, value.alternatives()) {
        (Some(inner), _) => text.push_sql(&inner),
        // `${where ? Prisma.sql`…` : Prisma.empty}`: that it may be there is as good as it gets.
        (None, several) if several.len() > 1 && several.iter().any(is_part) => {
            for value in several.iter().filter(|value| is_part(value)) {
                push(text, value, origin);
            }
        }
        (None, _) => text.push_hole(Hole { value: value.clone(), origin, bound: true }),
    }
}
