//! What attributes say of keys, indexes and defaults, in terms of the neutral declaration.

use smol_str::SmolStr;
use trave_sql::Dialect;

use super::syntax::{Attribute, Value};
use super::types;
use crate::declared::name::{BYTES_MAX, cut, quoted, text};

/// A field that an attribute of a block names, with what it says of it.
#[derive(Debug, Clone)]
pub(super) struct Named {
    /// The field.
    pub(super) field: SmolStr,
    /// Operator class and direction, as they follow a key of an index.
    pub(super) rest: String,
}

/// The fields that `@@index([a(sort: Desc), b])` names; empty where one is not understood.
pub(super) fn fields(attribute: &Attribute, dialect: Dialect) -> Vec<Named> {
    let Some(list) = attribute.first_or("fields") else { return Vec::new() };
    let named: Option<Vec<Named>> =
        list.items().iter().map(|item| named_field(item, dialect)).collect();
    named.unwrap_or_default()
}

fn named_field(item: &Value, dialect: Dialect) -> Option<Named> {
    let field = item.as_name().filter(|name| !name.contains('.'))?.clone();
    let mut rest = String::new();
    if let Value::Call(_, arguments) = item {
        let argument = |name: &str| {
            arguments.iter().find(|(own, _)| own.as_deref() == Some(name)).map(|(_, value)| value)
        };
        if let (Dialect::MySql, Some(Value::Number(length))) = (dialect, argument("length")) {
            rest = format!("({length})");
        }
        if let Some(class) = argument("ops").and_then(types::operator_class) {
            rest.push(' ');
            rest.push_str(&class);
        }
        if argument("sort").and_then(Value::as_name).is_some_and(|sort| sort == "Desc") {
            rest.push_str(" desc");
        }
    }
    Some(Named { field, rest })
}

/// The text that `map:` gives, or the only argument of `@map("…")`.
pub(super) fn mapped(attribute: Option<&Attribute>) -> Option<SmolStr> {
    attribute?.first_or("name")?.as_text().cloned()
}

/// The name that Prisma makes up: `Post_authorId_idx`, cut so that the ending stays.
pub(super) fn made_up(table: &str, columns: &[SmolStr], ending: &str, dialect: Dialect) -> SmolStr {
    let limit = if dialect == Dialect::MySql { BYTES_MAX + 1 } else { BYTES_MAX };
    let mut parts = vec![table];
    parts.extend(columns.iter().map(SmolStr::as_str));
    let whole = parts.join("_");
    SmolStr::new(format!("{}{ending}", cut(&whole, limit - ending.len())))
}

/// What `@default(…)` means in SQL, if the database fills the column.
pub(super) fn default(value: &Value, column: &ColumnKind<'_>) -> Option<String> {
    match value {
        Value::Text(words) => Some(text(words)),
        Value::Number(number) => Some(number.to_string()),
        Value::Name(name) if name == "true" || name == "false" => Some(name.to_string()),
        Value::Name(name) => {
            let value = column.values.iter().find(|(written, _)| written == name);
            Some(text(value.map_or(name.as_str(), |(_, stored)| stored.as_str())))
        }
        Value::Call(function, arguments) => match (function.as_str(), column.dialect) {
            ("now", Dialect::MySql) => Some("current_timestamp(3)".to_owned()),
            ("now", _) => Some("CURRENT_TIMESTAMP".to_owned()),
            ("dbgenerated", _) => {
                let written = arguments.first()?.1.as_text()?;
                trave_sql::parse_expression(
                    written,
                    trave_sql::Options { dialect: column.dialect, ..trave_sql::Options::default() },
                )?;
                Some(written.to_string())
            }
            _ => None,
        },
        Value::List(items) if column.dialect == Dialect::Postgres => {
            let items: Option<Vec<String>> =
                items.iter().map(|item| default(item, column)).collect();
            Some(format!("ARRAY[{}]::{}", items?.join(", "), column.data_type))
        }
        Value::List(_) | Value::Unknown => None,
    }
}

/// What a default depends on.
pub(super) struct ColumnKind<'a> {
    /// The database.
    pub(super) dialect: Dialect,
    /// The type in SQL.
    pub(super) data_type: &'a str,
    /// The values of its enum, as written and as stored.
    pub(super) values: &'a [(SmolStr, SmolStr)],
}

/// The key of an index over a column.
pub(super) fn index_key(column: &str, rest: &str) -> crate::declared::IndexKey {
    crate::declared::IndexKey { value: quoted(column), rest: rest.to_owned() }
}
