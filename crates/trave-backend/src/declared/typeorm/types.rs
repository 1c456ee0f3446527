//! The types of columns, by database: what TypeORM makes of `{ type: 'varchar', length: 20 }`.

use trave_sql::Dialect;
use trave_ts::ir::ExprKind;

use crate::declared::class::{Erased, Options};
use crate::declared::code::{At, Code};
use crate::declared::name::text;

/// The name of a type as it is written, also as `String` or `Date`.
pub(super) fn type_name(code: &Code<'_>, at: At) -> Option<String> {
    if let Some(ExprKind::Global(name)) = code.kind(at) {
        let erased = match name.as_str() {
            "String" => Erased::Text,
            "Number" => Erased::Number,
            "Boolean" => Erased::Boolean,
            "Date" => Erased::Date,
            _ => return None,
        };
        return Some(erased_type(erased).to_owned());
    }
    let name = code.text(at)?;
    let is_plain = |letter: char| letter.is_alphanumeric() || " _-".contains(letter);
    (!name.is_empty() && name.chars().all(is_plain)).then(|| name.to_string())
}

/// What a type that is only annotated means. TypeORM refuses what is none of these, so that a
/// name that could not be followed stands for a text: the most frequent kind of alias.
pub(super) fn erased_type(erased: Erased) -> &'static str {
    match erased {
        Erased::Number => "Number",
        Erased::Boolean => "Boolean",
        Erased::Date => "Date",
        Erased::Bytes => "Buffer",
        Erased::BigInt => "bigint",
        Erased::Text | Erased::Other => "String",
    }
}

/// The type in SQL.
pub(super) fn data_type(dialect: Dialect, name: &str, options: Options<'_, '_>) -> String {
    match dialect {
        Dialect::Postgres => postgres(name, options),
        Dialect::MySql => mysql(name, options),
        Dialect::Sqlite => sqlite(name, options),
    }
}

fn postgres(name: &str, options: Options<'_, '_>) -> String {
    let size = options.size();
    let plain = match name {
        "Number" | "int" | "int4" | "integer" => "integer".to_owned(),
        "int2" | "smallint" => "smallint".to_owned(),
        "int8" | "bigint" => "bigint".to_owned(),
        "Boolean" | "bool" => "boolean".to_owned(),
        "simple-array" | "simple-json" | "text" => "text".to_owned(),
        "float8" | "float" => "double precision".to_owned(),
        "float4" => "real".to_owned(),
        "Buffer" => "bytea".to_owned(),
        "String" | "varchar" => format!("character varying{size}"),
        "char" => format!("character{size}"),
        "decimal" => format!("numeric{size}"),
        "varbit" => format!("bit varying{size}"),
        "Date" | "timestamp" | "timestamp without time zone" => {
            format!("timestamp{size} without time zone")
        }
        "timestamptz" | "timestamp with time zone" => format!("timestamp{size} with time zone"),
        "time" | "time without time zone" => format!("time{size} without time zone"),
        "timetz" | "time with time zone" => format!("time{size} with time zone"),
        "geometry" | "geography" => spatial(name, options),
        other => format!("{other}{size}"),
    };
    if options.is("array") { format!("{plain}[]") } else { plain }
}

fn spatial(name: &str, options: Options<'_, '_>) -> String {
    match (options.text("spatialFeatureType"), options.number("srid")) {
        (Some(kind), Some(srid)) => format!("{name}({kind},{srid})"),
        (Some(kind), None) => format!("{name}({kind})"),
        _ => name.to_owned(),
    }
}

fn mysql(name: &str, options: Options<'_, '_>) -> String {
    let size = options.size();
    let plain = match name {
        "Number" | "integer" | "int" => "int".to_owned(),
        "String" | "varchar" | "nvarchar" | "national varchar" => {
            let size = if size.is_empty() { "(255)" } else { size.as_str() };
            format!("varchar{size}")
        }
        "uuid" => "varchar(36)".to_owned(),
        "Date" => format!("datetime{size}"),
        "Buffer" => "blob".to_owned(),
        "Boolean" | "bool" | "boolean" => "tinyint".to_owned(),
        "simple-array" | "simple-json" => "text".to_owned(),
        "double precision" | "real" => "double".to_owned(),
        "dec" | "numeric" | "fixed" => format!("decimal{size}"),
        other => format!("{other}{size}"),
    };
    if options.is("unsigned") { format!("{plain} unsigned") } else { plain }
}

fn sqlite(name: &str, options: Options<'_, '_>) -> String {
    let size = options.size();
    match name {
        "Number" => "integer".to_owned(),
        "String" | "uuid" => format!("varchar{size}"),
        "Date" => "datetime".to_owned(),
        "Buffer" => "blob".to_owned(),
        "Boolean" => "boolean".to_owned(),
        "simple-array" | "simple-json" => "text".to_owned(),
        other => format!("{other}{size}"),
    }
}

/// A default in SQL: a constant, or the text that a function returns.
pub(super) fn default(options: Options<'_, '_>) -> Option<String> {
    let is_enum = options.field("enum").is_some();
    let code = options.code;
    let at = options.field("default")?;
    if let crate::declared::code::Meaning::Function(module, function) = code.meaning(at) {
        return code.text(code.returned(module, function)?).map(|sql| sql.to_string());
    }
    if let Some(words) = code.text(at) {
        return Some(text(&words));
    }
    if let Some(number) = code.number(at) {
        return Some(if is_enum { text(&number) } else { number });
    }
    if let Some(truth) = code.truth(at) {
        return Some(truth.to_string());
    }
    if options.is("array") {
        return Some(text(&format!("{{{}}}", code.values_of(at).unwrap_or_default().join(","))));
    }
    match code.kind(at)? {
        ExprKind::Null | ExprKind::Undefined => None,
        _ => code.json(at, 8).map(|json| text(&json)),
    }
}
