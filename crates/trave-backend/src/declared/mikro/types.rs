//! The types of columns, by database: what MikroORM makes of `{ type: 'string', length: 20 }`.

use smol_str::SmolStr;
use trave_sql::Dialect;
use trave_ts::ir::ExprKind;

use crate::declared::class::{Erased, Options};
use crate::declared::code::{At, Code, Meaning};

/// The name of a type: a text, `types.text`, `TextType`, `String`.
pub(super) fn type_name(code: &Code<'_>, at: At) -> Option<SmolStr> {
    if let Some(name) = code.text(at) {
        return Some(name.to_lowercase().into());
    }
    let name = match code.meaning(at) {
        Meaning::External(_, name) => name,
        Meaning::Function(module, function) => {
            return type_name(code, code.returned(module, function)?);
        }
        Meaning::Expr(at) => match code.kind(at)? {
            ExprKind::Global(name) => name.clone(),
            ExprKind::Member { property, .. } => property.clone(),
            ExprKind::New(call) => return type_name(code, At { expr: call.callee, ..at }),
            _ => return None,
        },
        _ => return None,
    };
    let name = name.strip_suffix("Type").unwrap_or(&name).to_lowercase();
    Some(name.into())
}

/// What a type that is only annotated means.
pub(super) fn erased_type(erased: Erased) -> &'static str {
    match erased {
        Erased::Text => "string",
        Erased::Number => "number",
        Erased::BigInt => "bigint",
        Erased::Boolean => "boolean",
        Erased::Date => "datetime",
        Erased::Bytes => "blob",
        Erased::Other => "json",
    }
}

/// The type in SQL.
pub(super) fn data_type(dialect: Dialect, name: &str, options: Options<'_, '_>) -> String {
    let length = options.number("length");
    let sized = |base: &str| match &length {
        Some(length) => format!("{base}({length})"),
        None => base.to_owned(),
    };
    let precision = options.number("precision").unwrap_or_else(|| "10".to_owned());
    let scale = options.number("scale").unwrap_or_else(|| "0".to_owned());
    let is_postgres = dialect == Dialect::Postgres;
    let pick = |postgres: &str, other: &str| {
        if is_postgres { postgres.to_owned() } else { other.to_owned() }
    };
    match name {
        "string" | "varchar" | "character varying" => {
            let length = length.clone().unwrap_or_else(|| "255".to_owned());
            if dialect == Dialect::Sqlite {
                "text".to_owned()
            } else {
                format!("varchar({length})")
            }
        }
        "char" | "character" => sized("char"),
        "number" | "integer" | "int" | "int4" => pick("integer", "int"),
        "bigint" | "int8" => "bigint".to_owned(),
        "smallint" | "int2" | "mediumint" => pick("smallint", name),
        "tinyint" => pick("smallint", "tinyint"),
        "boolean" | "bool" => pick("boolean", "tinyint(1)"),
        "date" => "date".to_owned(),
        "datetime" | "timestamptz" if is_postgres => match length {
            Some(length) => format!("timestamp({length}) with time zone"),
            None => "timestamp with time zone".to_owned(),
        },
        "timestamp" if is_postgres => "timestamp without time zone".to_owned(),
        "time" => sized("time"),
        "json" | "object" | "any" | "jsonb" => pick("jsonb", "json"),
        "blob" | "uint8array" | "buffer" => pick("bytea", "blob"),
        "float" => pick("real", "float"),
        "double" | "double precision" => pick("double precision", "double"),
        "decimal" | "numeric" => format!("numeric({precision},{scale})"),
        "uuid" => pick("uuid", "varchar(36)"),
        "array" | "string[]" => pick("text[]", "text"),
        "text" | "interval" | "citext" | "inet" | "datetime" | "timestamp" => name.to_owned(),
        _ => "text".to_owned(),
    }
}
