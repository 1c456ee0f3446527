//! `` sql`…` ``: text that names tables and columns by their values.

use trave_source::Origin;

use super::table::TableFacts;
use super::{NAME, own, table};
use crate::clients::sql::part::{is_total, joined};
use crate::clients::sql::text::{Hole, SqlText, kept, read_kept};
use crate::library::LibraryCall;
use crate::value::{LibraryValue, Shape, Value};

/// A part of SQL as a value.
fn part(text: &SqlText, origin: Origin) -> LibraryValue {
    LibraryValue::new(NAME, "part").placed(origin).with("text", kept(text, NAME))
}

/// The part that a tag makes.
pub(super) fn tagged_part(call: &LibraryCall<'_>) -> Value {
    let text = SqlText::tagged(call, push);
    let mut made = part(&text, call.origin);
    if is_total(text.as_str()) {
        made = made.named("aggregate");
    }
    made.into_value().depending_on(call.args)
}

/// `sql.raw(text)`, `sql.join(parts)`, `sql.identifier(name)` and their like.
pub(super) fn helper(call: &LibraryCall<'_>, method: &str) -> Option<Value> {
    let origin = call.arg_origin(0);
    let text = match method {
        "raw" => SqlText::of_argument(call, 0),
        "join" => joined(call, &call.arg(1), push),
        "identifier" => {
            let mut text = SqlText::new(origin);
            match call.args.first().and_then(Value::as_text) {
                Some(name) => text.push_text(&format!("`{name}`"), origin),
                // It is quoted, so that it names something and does no more.
                None => text.push_hole(Hole { value: call.arg(0), origin, bound: true }),
            }
            text
        }
        "empty" => SqlText::new(origin),
        "param" => return Some(call.arg(0)),
        "placeholder" => return Some(Value::unknown()),
        _ => return None,
    };
    Some(part(&text, call.origin).into_value().depending_on(call.args))
}

/// What a hole of a tag becomes: a table or column its name, a part its text, a list a list of
/// parameters, anything else a parameter.
pub(super) fn push(text: &mut SqlText, value: &Value, origin: Origin) {
    if let Some((column, table)) = table::column(value) {
        return text.push_text(&format!("`{table}`.`{column}`"), origin);
    }
    if let Some(table) = TableFacts::of(value) {
        let schema = table.schema.map(|schema| format!("`{schema}`.")).unwrap_or_default();
        return text.push_text(&format!("{schema}`{}`", table.name), origin);
    }
    if let Some(inner) = read(value, origin) {
        return text.push_sql(&inner);
    }
    let is_list = matches!(value.shape, Shape::Array(_) | Shape::List(_));
    if is_list {
        text.push_text("(", origin);
    }
    text.push_hole(Hole { value: value.clone(), origin, bound: true });
    if is_list {
        text.push_text(")", origin);
    }
}

/// The text of a part.
pub(super) fn read(value: &Value, origin: Origin) -> Option<SqlText> {
    let part = own(value, "part")?;
    read_kept(part.kept("text")?, part.place.unwrap_or(origin))
}

/// The text that an argument gives: a part, or a string as it is.
pub(super) fn of_argument(call: &LibraryCall<'_>, index: usize) -> SqlText {
    read(&call.arg(index), call.arg_origin(index))
        .unwrap_or_else(|| SqlText::of_argument(call, index))
}
