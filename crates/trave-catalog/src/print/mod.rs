//! The catalog for others to read: JSON with the field names of `pg_catalog`, SQL, and a
//! diagram.

mod defaults;
mod json;
mod json_parts;
mod mermaid;
mod sql;
mod sql_access;
mod sql_table;

pub use json::schema_json;
pub use mermaid::schema_mermaid;
pub use sql::schema_sql;

use crate::{Function, FunctionArgument};

/// `name type DEFAULT x, …` without the columns of `RETURNS TABLE`; none where a default cannot
/// be printed as PostgreSQL prints it.
fn arguments(function: &Function) -> Option<String> {
    let arguments = function.arguments.iter().filter(|one| one.mode != "TABLE");
    let printed: Option<Vec<String>> = arguments
        .map(|argument| {
            let plain = argument_text(argument);
            match &argument.default {
                None => Some(plain),
                Some(default) => {
                    let default = defaults::printed(default, &argument.type_name)?;
                    Some(format!("{plain} DEFAULT {default}"))
                }
            }
        })
        .collect();
    Some(printed?.join(", "))
}

/// As [`arguments`], without defaults: what a function is told apart by.
fn identity_arguments(function: &Function) -> String {
    let arguments = function.arguments.iter().filter(|one| one.mode != "TABLE");
    arguments.map(argument_text).collect::<Vec<_>>().join(", ")
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
