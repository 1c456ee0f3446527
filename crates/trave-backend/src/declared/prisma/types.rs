//! The type of a column: what Prisma makes of a field's type, by database.

use smol_str::SmolStr;
use trave_sql::Dialect;

use super::syntax::{Attribute, Value};

/// The type of a scalar field in SQL; none for a name that is no scalar.
pub(super) fn scalar(name: &str, dialect: Dialect) -> Option<&'static str> {
    let (postgres, mysql, sqlite) = match name {
        "String" => ("text", "varchar(191)", "text"),
        "Boolean" => ("boolean", "boolean", "boolean"),
        "Int" => ("integer", "integer", "integer"),
        "BigInt" => ("bigint", "bigint", "bigint"),
        "Float" => ("double precision", "double", "real"),
        "Decimal" => ("decimal(65,30)", "decimal(65,30)", "decimal"),
        "DateTime" => ("timestamp(3)", "datetime(3)", "datetime"),
        "Json" => ("jsonb", "json", "jsonb"),
        "Bytes" => ("bytea", "longblob", "blob"),
        _ => return None,
    };
    Some(match dialect {
        Dialect::Postgres => postgres,
        Dialect::MySql => mysql,
        Dialect::Sqlite => sqlite,
    })
}

/// The type of `@db.VarChar(20)` in SQL.
pub(super) fn native(attribute: &Attribute, dialect: Dialect) -> Option<String> {
    let name = attribute.name.strip_prefix("db.")?;
    let base = match dialect {
        Dialect::Postgres => postgres(name),
        Dialect::MySql => mysql(name),
        Dialect::Sqlite => None,
    };
    let base = base.map_or_else(|| name.to_lowercase(), str::to_owned);
    let numbers = attribute.arguments.iter().filter_map(|argument| match &argument.value {
        Value::Number(number) => Some(number.as_str()),
        _ => None,
    });
    let numbers: Vec<&str> = numbers.collect();
    if numbers.is_empty() {
        return Some(base);
    }
    let modifiers = format!("({})", numbers.join(","));
    // `timestamp(3) with time zone`, `int unsigned`: the words follow the parentheses.
    Some(match base.split_once(' ') {
        Some((first @ ("timestamp" | "time"), rest)) => format!("{first}{modifiers} {rest}"),
        _ => format!("{base}{modifiers}"),
    })
}

fn postgres(name: &str) -> Option<&'static str> {
    Some(match name {
        "DoublePrecision" => "double precision",
        "Timestamptz" => "timestamp with time zone",
        "Timestamp" => "timestamp without time zone",
        "Timetz" => "time with time zone",
        "Time" => "time without time zone",
        "ByteA" => "bytea",
        "VarBit" => "varbit",
        _ => return None,
    })
}

fn mysql(name: &str) -> Option<&'static str> {
    Some(match name {
        "UnsignedInt" => "integer unsigned",
        "UnsignedBigInt" => "bigint unsigned",
        "UnsignedSmallInt" => "smallint unsigned",
        "UnsignedMediumInt" => "mediumint unsigned",
        "UnsignedTinyInt" => "tinyint unsigned",
        "Int" => "integer",
        _ => return None,
    })
}

/// The type of PostgreSQL that counts by itself.
pub(super) fn serial(data_type: &str) -> Option<&'static str> {
    match data_type {
        "integer" => Some("serial"),
        "bigint" => Some("bigserial"),
        "smallint" => Some("smallserial"),
        _ => None,
    }
}

/// The operator class that `ops: JsonbPathOps` or `ops: raw("…")` names.
pub(super) fn operator_class(value: &Value) -> Option<SmolStr> {
    match value {
        Value::Call(_, arguments) => arguments.first()?.1.as_text().cloned(),
        Value::Name(name) => {
            let mut snake = String::new();
            for (at, letter) in name.chars().enumerate() {
                if letter.is_ascii_uppercase() && at > 0 {
                    snake.push('_');
                }
                snake.push(letter.to_ascii_lowercase());
            }
            Some(snake.into())
        }
        _ => None,
    }
}
