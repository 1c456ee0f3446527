//! The rows of the larger sections: tables with their parts, views, functions, types.

use serde_json::{Value, json};
use smol_str::SmolStr;

use super::json::holders;
use super::{arguments, identity_arguments, result};
use crate::{
    Catalog, Column, Command, ForeignKey, Function, Identity, Index, IndexKey, IndexTarget, Key,
    Policy, Provenance, QualifiedName, Sequence, Table, TableKind, Trigger, TypeKind, UserType,
    View,
};

pub(super) fn table_row(table: &Table) -> Value {
    let kind = match table.kind {
        TableKind::Ordinary => "table",
        TableKind::Partitioned => "partitioned",
        TableKind::Foreign => "foreign",
    };
    let parents: Vec<String> = table.inherits.iter().map(ToString::to_string).collect();
    let (partition_of, inherits) = match (table.is_partition, parents.is_empty()) {
        (true, _) => (parents.first().cloned(), None),
        (false, false) => (None, Some(parents)),
        (false, true) => (None, None),
    };
    let columns: Vec<Value> = table.columns.iter().map(column_value).collect();
    let row = json!({
        "schema": table.name.schema, "name": table.name.name, "kind": kind,
        "rls_enabled": table.rls_enabled, "rls_forced": table.rls_forced,
        "unlogged": table.unlogged, "partition_of": partition_of, "inherits": inherits,
        "partition_key": table.partition_key,
        "columns": if columns.is_empty() { Value::Null } else { Value::Array(columns) },
    });
    without(row, table.provenance, &["rls_enabled", "rls_forced", "unlogged"])
}

/// A row without what generated types do not tell, where they are all that is known.
fn without(mut row: Value, provenance: Provenance, untold: &[&str]) -> Value {
    if let Some(fields) = row.as_object_mut().filter(|_| provenance.is_generated()) {
        fields.retain(|name, _| !untold.contains(&name.as_str()));
    }
    row
}

fn column_value(column: &Column) -> Value {
    let default = column.default_sql();
    let identity = column.identity.map(|identity| match identity {
        Identity::Always => "always",
        Identity::ByDefault => "by default",
    });
    let mut row = json!({
        "name": column.name, "type": column.type_name, "not_null": column.not_null,
        "has_default": default.is_some(), "default": default, "identity": identity,
        "generated": column.generated,
    });
    if column.type_name.is_empty()
        && let Some(fields) = row.as_object_mut()
    {
        fields.remove("type");
    }
    row
}

pub(super) fn constraint_rows(table: &Table) -> Vec<Value> {
    let key = |key: &Key, kind: &str| {
        json!({
            "schema": table.name.schema, "table": table.name.name, "name": key.name, "type": kind,
            "columns": key.columns, "validated": true, "deferrable": key.deferrable,
        })
    };
    let mut rows: Vec<Value> = Vec::new();
    rows.extend(table.primary_key.iter().map(|one| key(one, "primary_key")));
    rows.extend(table.uniques.iter().map(|one| key(one, "unique")));
    rows.extend(table.exclusions.iter().map(|one| key(one, "exclude")));
    rows.extend(table.checks.iter().map(|check| {
        let columns = if check.columns.is_empty() { Value::Null } else { json!(check.columns) };
        json!({
            "schema": table.name.schema, "table": table.name.name, "name": check.name,
            "type": "check", "columns": columns,
            "definition": format!("CHECK ({})", check.expression),
            "validated": check.validated, "deferrable": false,
        })
    }));
    sorted_by_name(rows)
}

pub(super) fn foreign_key_rows(table: &Table) -> Vec<Value> {
    let row = |key: &ForeignKey| {
        json!({
            "schema": table.name.schema, "table": table.name.name, "name": key.name,
            "columns": key.columns, "ref_schema": key.target.schema, "ref_table": key.target.name,
            "ref_columns": key.target_columns, "on_delete": key.on_delete.words(),
            "on_update": key.on_update.words(), "validated": key.validated,
            "deferrable": key.deferrable,
        })
    };
    sorted_by_name(table.foreign_keys.iter().map(row).collect())
}

pub(super) fn index_rows(
    relation: &QualifiedName,
    indexes: &[Index],
    table: Option<&Table>,
) -> Vec<Value> {
    let primary = table.and_then(|table| table.primary_key.as_ref()).map(|key| &key.name);
    let row = |index: &Index| {
        let keys: Vec<Value> = index.keys.iter().map(|key| key_value(index, key)).collect();
        let include = if index.include.is_empty() { Value::Null } else { json!(index.include) };
        json!({
            "schema": relation.schema, "table": relation.name, "name": index.name,
            "method": index.method, "unique": index.unique,
            "primary": primary == Some(&index.name),
            "nulls_not_distinct": index.nulls_not_distinct, "constraint": index.constraint,
            "keys": keys, "include": include, "predicate": index.predicate, "valid": index.valid,
        })
    };
    sorted_by_name(indexes.iter().map(row).collect())
}

fn key_value(index: &Index, key: &IndexKey) -> Value {
    let (column, expression) = match &key.what {
        IndexTarget::Column(column) => (Some(column), None),
        IndexTarget::Expression(text) => (None, Some(text)),
    };
    let of_vectors = matches!(index.method.as_str(), "hnsw" | "ivfflat");
    let default = of_vectors.then(|| SmolStr::new("vector_l2_ops"));
    json!({
        "column": column, "expression": expression, "opclass": key.opclass.clone().or(default),
        "desc": key.descending, "nulls_first": key.nulls_first,
    })
}

pub(super) fn policy_rows(table: &Table) -> Vec<Value> {
    let row = |policy: &Policy| {
        let command = policy.command.map_or("ALL", Command::privilege);
        json!({
            "schema": table.name.schema, "table": table.name.name, "name": policy.name,
            "command": command, "permissive": policy.permissive, "roles": policy.roles,
            "using": policy.using.as_ref().map(|one| &one.text),
            "with_check": policy.check.as_ref().map(|one| &one.text),
        })
    };
    sorted_by_name(table.policies.iter().map(row).collect())
}

pub(super) fn trigger_rows(
    relation: &QualifiedName,
    triggers: &[Trigger],
    order: &[SmolStr],
) -> Vec<Value> {
    let row = |trigger: &Trigger| {
        let events: Vec<String> =
            trigger.events.iter().map(|event| event.to_ascii_lowercase()).collect();
        let mut columns = trigger.update_of.clone();
        columns.sort_by_key(|column| order.iter().position(|other| other == column));
        let function = match trigger.function.schema.as_str() {
            "pg_catalog" => trigger.function.name.to_string(),
            _ => trigger.function.to_string(),
        };
        json!({
            "schema": relation.schema, "table": relation.name, "name": trigger.name,
            "timing": trigger.timing.to_ascii_lowercase(), "events": events,
            "update_of": if columns.is_empty() { Value::Null } else { json!(columns) },
            "level": if trigger.for_each_row { "row" } else { "statement" },
            "function": function, "enabled": trigger.enabled, "when": trigger.condition,
        })
    };
    sorted_by_name(triggers.iter().map(row).collect())
}

pub(super) fn view_row(view: &View) -> Value {
    let kind = if view.materialized { "materialized view" } else { "view" };
    let mut row = json!({
        "schema": view.name.schema, "name": view.name.name, "kind": kind,
        "security_invoker": view.security_invoker, "security_barrier": view.security_barrier,
    });
    if let Some(fields) = row.as_object_mut().filter(|_| view.columns_known) {
        let columns: Vec<Value> = view.columns.iter().map(|name| json!({"name": name})).collect();
        let columns = if columns.is_empty() { Value::Null } else { Value::Array(columns) };
        fields.insert("columns".to_owned(), columns);
    }
    without(row, view.provenance, &["kind", "security_invoker", "security_barrier"])
}

pub(super) fn function_row(catalog: &Catalog, function: &Function) -> Value {
    let settings: Vec<String> =
        function.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut row = json!({
        "schema": function.name.schema, "name": function.name.name,
        "identity_args": identity_arguments(function),
        "kind": if function.is_procedure { "procedure" } else { "function" },
        "returns": result(function), "language": function.language,
        "security_definer": function.security_definer,
        "volatility": function.volatility.to_ascii_lowercase(), "strict": function.strict,
        "config": if settings.is_empty() { Value::Null } else { json!(settings) },
        "execute": holders(&function.grants, "EXECUTE"),
    });
    let arguments = arguments(catalog, function);
    if let (Some(fields), Some(arguments)) = (row.as_object_mut(), arguments) {
        fields.insert("args".to_owned(), Value::String(arguments));
    }
    let untold = ["language", "security_definer", "volatility", "strict", "config", "execute"];
    without(row, function.provenance, &untold)
}

pub(super) fn type_row(kind: &UserType) -> Value {
    let (name, labels, base, attributes) = match &kind.kind {
        TypeKind::Enum(labels) => ("enum", json!(labels), Value::Null, Value::Null),
        TypeKind::Domain { base, .. } => ("domain", Value::Null, json!(base), Value::Null),
        TypeKind::Composite(list) => {
            let parts = list.iter().map(|(name, kind)| json!({"name": name, "type": kind}));
            let parts = if list.is_empty() { Value::Null } else { parts.collect() };
            ("composite", Value::Null, Value::Null, parts)
        }
        TypeKind::Range => ("range", Value::Null, Value::Null, Value::Null),
        TypeKind::Other => ("base", Value::Null, Value::Null, Value::Null),
    };
    json!({
        "schema": kind.name.schema, "name": kind.name.name, "kind": name, "labels": labels,
        "base": base, "attributes": attributes,
    })
}

pub(super) fn sequence_row(sequence: &Sequence) -> Value {
    json!({"schema": sequence.name.schema, "name": sequence.name.name})
}

fn sorted_by_name(mut rows: Vec<Value>) -> Vec<Value> {
    let name = |row: &Value| row.get("name").and_then(Value::as_str).map(str::to_owned);
    rows.sort_by_key(name);
    rows
}
