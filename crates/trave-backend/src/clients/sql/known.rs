//! What the databases bring along: functions, and catalogs of their own.

use smol_str::SmolStr;
use trave_sql::{Expr, ExprKind, ObjectName};

use super::conditions::for_each_part;
use crate::query::Query;

/// Whether it asks the database about itself: its own catalogs.
pub(super) fn is_of_the_database(query: &Query) -> bool {
    const SCHEMAS: [&str; 5] =
        ["pg_catalog", "information_schema", "mysql", "performance_schema", "sys"];
    let is_own = |table: &SmolStr| table.starts_with("pg_") || table.starts_with("sqlite_");
    query.schema.as_ref().is_some_and(|schema| SCHEMAS.contains(&schema.as_str()))
        || (query.schema.is_none() && query.table.as_ref().is_some_and(is_own))
}

/// `count(*)`, `sum(x)`, also inside arithmetic and `coalesce`; a window gives a value a row.
pub(super) fn is_aggregate(expr: &Expr) -> bool {
    let mut found = false;
    for_each_part(expr, &mut |part| {
        if let ExprKind::Call(call) = &part.kind {
            let name = call.name.name.as_str();
            found |= call.window.is_none() && AGGREGATES.contains(&name);
        }
    });
    found
}

/// Aggregates of PostgreSQL, MySQL and SQLite.
const AGGREGATES: &[&str] = &[
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "array_agg",
    "string_agg",
    "json_agg",
    "jsonb_agg",
    "json_object_agg",
    "jsonb_object_agg",
    "bool_and",
    "bool_or",
    "every",
    "group_concat",
    "json_arrayagg",
    "json_group_array",
    "total",
];

/// Functions of the database itself that statements call on their own.
pub(super) fn is_built_in(name: &ObjectName) -> bool {
    let name_only = name.name.as_str();
    name.schema.as_ref().is_some_and(|schema| *schema == "pg_catalog")
        || name_only.starts_with("pg_")
        || name_only.starts_with("json")
        || name.name.is_hole()
        || BUILT_IN.contains(&name_only)
}

const BUILT_IN: &[&str] = &[
    "now",
    "set_config",
    "current_setting",
    "version",
    "nextval",
    "currval",
    "setval",
    "unnest",
    "generate_series",
    "count",
    "coalesce",
    "to_regclass",
    "random",
    "current_database",
    "current_user",
    "sleep",
    "gen_random_uuid",
    "uuid_generate_v4",
    "last_insert_rowid",
    "last_insert_id",
    "exists",
    "greatest",
    "least",
    "string_to_table",
    "regexp_split_to_table",
    "date_trunc",
    "to_tsquery",
    "websearch_to_tsquery",
    "plainto_tsquery",
    "txid_current",
    "lastval",
    "concat",
    "lower",
    "upper",
    "length",
    "array_agg",
    "clock_timestamp",
];
