//! The catalog for others to read: JSON with the field names of `pg_catalog`, SQL, and a
//! diagram.

mod defaults;
mod json;
mod json_parts;
mod mermaid;
mod sql;
mod sql_access;
mod sql_function;
mod sql_table;

pub use json::schema_json;
pub use mermaid::schema_mermaid;
pub use sql::schema_sql;
pub use sql_table::index_sql;

use crate::{Catalog, Function, FunctionArgument, TypeKind};

/// `name type DEFAULT x, …` without the columns of `RETURNS TABLE`; none where a default cannot
/// be printed as PostgreSQL prints it.
fn arguments(catalog: &Catalog, function: &Function) -> Option<String> {
    let arguments = function.arguments.iter().filter(|one| one.mode != "TABLE");
    let argument_text = |one: &FunctionArgument| argument_of(function, one);
    let printed: Option<Vec<String>> = arguments
        .map(|argument| {
            let plain = argument_text(argument);
            match &argument.default {
                None => Some(plain),
                Some(default) => {
                    let base = base_of(catalog, &argument.type_name);
                    let is_null = default.trim().eq_ignore_ascii_case("null");
                    let kind = if is_null { base } else { &argument.type_name };
                    let default = defaults::printed(default, kind)?;
                    Some(format!("{plain} DEFAULT {default}"))
                }
            }
        })
        .collect();
    Some(printed?.join(", "))
}

/// The type below a domain, without modifiers; any other type is its own.
fn base_of<'a>(catalog: &'a Catalog, name: &'a str) -> &'a str {
    let is_it = |kind: &&crate::UserType| name == kind.name.to_string();
    match catalog.types.values().filter(|_| name.contains('.')).find(is_it).map(|one| &one.kind) {
        Some(TypeKind::Domain { base, .. }) => base.split('(').next().unwrap_or_default(),
        _ => name,
    }
}

/// As [`arguments`], without defaults: what a function is told apart by.
fn identity_arguments(function: &Function) -> String {
    let arguments = function.arguments.iter().filter(|one| one.mode != "TABLE");
    arguments.map(|one| argument_of(function, one)).collect::<Vec<_>>().join(", ")
}

/// What a function returns, as PostgreSQL prints it; none for a procedure.
fn result(function: &Function) -> Option<String> {
    if function.is_procedure {
        return None;
    }
    let columns: Vec<String> =
        function.arguments.iter().filter(|one| one.mode == "TABLE").map(argument_text).collect();
    Some(match (columns.is_empty(), function.returns_set) {
        (false, _) => format!("TABLE({})", columns.join(", ")),
        (true, true) => format!("SETOF {}", function.returns),
        (true, false) => function.returns.to_string(),
    })
}

/// An argument in its list: procedures say `IN`.
fn argument_of(function: &Function, argument: &FunctionArgument) -> String {
    let mode = if function.is_procedure && argument.mode == "IN" { "IN " } else { "" };
    format!("{mode}{}", argument_text(argument))
}

fn argument_text(argument: &FunctionArgument) -> String {
    let mode = match argument.mode.as_str() {
        "OUT" | "INOUT" | "VARIADIC" => format!("{} ", argument.mode),
        _ => String::new(),
    };
    match &argument.name {
        Some(name) => format!("{mode}{} {}", trave_sql::Name::exact(name), argument.type_name),
        None => format!("{mode}{}", argument.type_name),
    }
}

#[cfg(test)]
mod tests;
