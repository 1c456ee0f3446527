//! `knex.raw('… ? …', bindings)`: sent on its own, or put into a query.

use trave_source::Origin;

use super::client;
use crate::clients::pg;
use crate::clients::sql::marks::question;
use crate::clients::sql::part::is_total;
use crate::clients::sql::text::{SqlText, kept, read_kept};
use crate::clients::sql::{Params, Sender, rows, send as send_text};
use crate::library::{LibraryCall, Machine};
use crate::value::{LibraryValue, Value};
use trave_sql::Dialect;

/// The text that a call is given, with its bindings.
pub(super) fn text_of(call: &LibraryCall<'_>) -> SqlText {
    let given = call.arg(0);
    match read(&given, call.arg_origin(0)) {
        Some(text) => text,
        None => question(SqlText::of_argument(call, 0), &call.arg(1)),
    }
}

/// `knex.raw(text, bindings)`.
pub(super) fn make(call: &LibraryCall<'_>) -> Value {
    let text = text_of(call);
    let mut made = LibraryValue::new(call.callee.library, "raw").placed(call.origin);
    made.fields.clone_from(&call.callee.fields);
    let made = made.with("text", kept(&text, call.callee.library));
    let name = if is_total(text.as_str()) { "aggregate" } else { "" };
    made.named(name).into_value().depending_on(call.args)
}

/// The text of a part.
pub(super) fn read(value: &Value, origin: Origin) -> Option<SqlText> {
    let part = value.library().filter(|it| it.kind == "raw")?;
    read_kept(part.kept("text")?, part.place.unwrap_or(origin))
}

/// A call of a method of a part.
pub(super) fn call(
    call: &LibraryCall<'_>,
    method: &str,
    _machine: &mut dyn Machine,
) -> Option<Value> {
    match method {
        "then" | "catch" | "finally" => None,
        // `.transacting(trx)`, `.timeout(…)`, `.as('name')`.
        _ => Some(call.callee.clone().into_value()),
    }
}

/// Sends a text on its own.
pub(super) fn send(value: &LibraryValue, machine: &mut dyn Machine) -> Value {
    let text = value.place.zip(value.kept("text")).and_then(|(place, text)| read_kept(text, place));
    let (Some(text), Some(origin)) = (text, value.place) else { return Value::unknown() };
    let dialect = client::dialect(value, &*machine);
    let sender = Sender { library: value.library, dialect, origin };
    let id = send_text(&sender, &text, &Params::default(), machine);
    let found = rows(id, machine);
    match dialect {
        Dialect::MySql => Value::array(vec![found.clone(), Value::unknown_from(&[found])]),
        Dialect::Sqlite => found,
        Dialect::Postgres => pg::result(found),
    }
}
