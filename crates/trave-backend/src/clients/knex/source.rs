//! Which tables a builder is on: `'users as u'`, `{ u: 'users' }`, a query inside.

use smol_str::SmolStr;
use trave_source::Origin;

use super::builder;
use crate::clients::build::{Scope, TableRef};
use crate::library::Machine;
use crate::value::{LibraryValue, Shape, Value};

/// Where a builder keeps the schema that its tables are in.
pub(super) const SCHEMA: &str = "schema";

/// Where a builder keeps the names of `with`.
pub(super) const COMMON: &str = "common";

/// The table that an argument names; none for a name of `with`, or something else.
pub(super) fn table_of(
    value: &Value,
    builder: &LibraryValue,
    machine: &dyn Machine,
) -> Option<TableRef> {
    let table = match &value.shape {
        Shape::Object(object) if object.rest.is_none() => {
            let (alias, table) = object.fields.iter().next()?;
            TableRef::of(table.as_text()?).called(alias)
        }
        _ => TableRef::of(value.as_text()?),
    };
    let is_named = |name: &Value| name.as_text() == Some(table.name.as_str());
    let names = common(builder);
    let is_later = !names.is_empty() && machine.knows_table(&table.name) == Some(false);
    if table.schema.is_none() && (is_later || names.iter().any(is_named)) {
        return None;
    }
    let schema = builder.kept(SCHEMA).and_then(Value::as_text).map(SmolStr::new);
    Some(TableRef { schema: table.schema.clone().or(schema), ..table })
}

/// The names that a builder gave to queries.
pub(super) fn common(builder: &LibraryValue) -> Vec<Value> {
    match builder.kept(COMMON).map(|common| &common.shape) {
        Some(Shape::Array(names)) => names.to_vec(),
        _ => Vec::new(),
    }
}

/// The builder on a table.
pub(super) fn name(
    builder: LibraryValue,
    (table, origin): (&Value, Origin),
    machine: &mut dyn Machine,
) -> LibraryValue {
    let named = table_of(table, &builder, machine);
    let Some(query) = builder.query.and_then(|id| machine.query_mut(id)) else { return builder };
    query.target_origin = origin;
    match named {
        Some(named) => {
            query.table = Some(named.name.clone());
            query.schema.clone_from(&named.schema);
            Scope::led(builder, &named)
        }
        None if table.as_text().is_some() || is_query(table) => {
            builder::inside(table, &builder, machine);
            // It reads what other queries find, which are sent with it.
            LibraryValue { kind: "derived", query: None, ..builder }
        }
        None => Scope::opened(builder),
    }
}

fn is_query(value: &Value) -> bool {
    let is_builder = |it: &LibraryValue| matches!(it.kind, "builder" | "derived");
    matches!(value.shape, Shape::Function(_)) || value.library().is_some_and(is_builder)
}
