//! The server's own tables, as bodies ask them: `pg_policies`, `information_schema.columns` …
//!
//! An object's number (`oid`) is its full name here, and `::regclass` gives the same name.

use smol_str::{SmolStr, ToSmolStr};
use trave_sql::ObjectName;

use super::datum::Datum;
use super::select::{Row, Wanted};
use crate::replay::Missing;
use crate::replay::session::Session;
use crate::replay::store::FunctionKey;
use crate::{Command, Function, Policy, QualifiedName, Table, TableKind, TypeKind, UserType};

/// A row in the making.
macro_rules! row {
    ($($name:literal: $value:expr),* $(,)?) => {
        vec![$((SmolStr::new_static($name), Datum::from($value))),*]
    };
}

impl From<&SmolStr> for Datum {
    fn from(text: &SmolStr) -> Self {
        Self::Text(text.clone())
    }
}

impl From<SmolStr> for Datum {
    fn from(text: SmolStr) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Datum {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<bool> for Datum {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl Session {
    /// The rows of a table of the server; none where they cannot be told.
    pub(super) fn catalog_rows(&self, name: &ObjectName, wanted: &Wanted) -> Option<Vec<Row>> {
        let schema = name.schema.as_ref().map(trave_sql::Name::as_str);
        let rows = match (schema, name.name.as_str()) {
            (Some("information_schema"), view) => self.information_rows(view, wanted)?,
            (None | Some("pg_catalog"), view) if view.starts_with("pg_") => {
                self.server_rows(view, wanted)?
            }
            (Some("storage"), "buckets") => self.bucket_rows(),
            _ => return self.rows_of_own_table(name),
        };
        Some(rows.into_iter().filter(|row| fits(row, wanted)).collect())
    }

    /// Tables of the project are empty on a server that was just set up.
    fn rows_of_own_table(&self, _name: &ObjectName) -> Option<Vec<Row>> {
        (self.missing == Missing::Refused).then(Vec::new)
    }

    fn information_rows(&self, view: &str, wanted: &Wanted) -> Option<Vec<Row>> {
        let catalog = self.catalog();
        let tables = || self.tables_wanted(view, wanted);
        Some(match view {
            "tables" => {
                let views = catalog.views.values().filter(|view| !view.materialized);
                let views = views.map(|view| {
                    row! {"table_schema": &view.name.schema, "table_name": &view.name.name,
                    "table_type": "VIEW"}
                });
                let tables = tables().into_iter().map(|table| {
                    row! {"table_schema": &table.name.schema, "table_name": &table.name.name,
                    "table_type": "BASE TABLE"}
                });
                tables.chain(views).collect()
            }
            "views" => catalog
                .views
                .keys()
                .map(|name| row! {"table_schema": &name.schema, "table_name": &name.name})
                .collect(),
            "columns" => tables().into_iter().flat_map(column_rows).collect(),
            "schemata" => catalog.schemas.keys().map(|name| row! {"schema_name": name}).collect(),
            "table_constraints" | "referential_constraints" => {
                tables().into_iter().flat_map(constraint_rows).collect()
            }
            "key_column_usage" => tables().into_iter().flat_map(key_rows).collect(),
            "constraint_column_usage" => tables().into_iter().flat_map(usage_rows).collect(),
            "triggers" => tables().into_iter().flat_map(trigger_rows).collect(),
            "routines" => catalog
                .functions
                .keys()
                .map(|(name, _)| {
                    row! {"routine_schema": &name.schema, "specific_schema": &name.schema,
                    "routine_name": &name.name}
                })
                .collect(),
            "sequences" => catalog
                .sequences
                .keys()
                .map(|name| row! {"sequence_schema": &name.schema, "sequence_name": &name.name})
                .collect(),
            _ => return None,
        })
    }

    fn server_rows(&self, view: &str, wanted: &Wanted) -> Option<Vec<Row>> {
        let catalog = self.catalog();
        let tables = || self.tables_wanted(view, wanted);
        Some(match view {
            "pg_tables" | "pg_stat_user_tables" => tables()
                .into_iter()
                .map(|table| {
                    row! {"schemaname": &table.name.schema, "tablename": &table.name.name,
                    "relname": &table.name.name, "rowsecurity": table.rls_enabled,
                    "tableowner": "postgres"}
                })
                .collect(),
            "pg_policies" | "pg_policy" => tables().into_iter().flat_map(policy_rows).collect(),
            "pg_indexes" | "pg_index" => tables().into_iter().flat_map(index_rows).collect(),
            "pg_constraint" => {
                let of_domains = catalog.types.values().flat_map(domain_rows);
                tables().into_iter().flat_map(constraint_rows).chain(of_domains).collect()
            }
            "pg_trigger" => tables().into_iter().flat_map(trigger_rows).collect(),
            "pg_attribute" => tables().into_iter().flat_map(column_rows).collect(),
            "pg_class" => self.class_rows(wanted),
            "pg_namespace" => {
                catalog.schemas.keys().map(|name| row! {"oid": name, "nspname": name}).collect()
            }
            "pg_type" | "pg_enum" => self.type_rows(view),
            "pg_proc" => catalog.functions.iter().map(function_row).collect(),
            "pg_depend" => Vec::new(),
            "pg_views" | "pg_matviews" => catalog
                .views
                .values()
                .filter(|one| one.materialized == (view == "pg_matviews"))
                .map(|view| {
                    row! {"schemaname": &view.name.schema, "viewname": &view.name.name,
                    "matviewname": &view.name.name}
                })
                .collect(),
            "pg_extension"
            | "pg_roles"
            | "pg_user"
            | "pg_authid"
            | "pg_sequences"
            | "pg_event_trigger"
            | "pg_publication"
            | "pg_publication_tables" => self.small_rows(view)?,
            _ => return None,
        })
    }

    fn small_rows(&self, view: &str) -> Option<Vec<Row>> {
        let catalog = self.catalog();
        Some(match view {
            "pg_extension" => catalog
                .extensions
                .iter()
                .map(|(name, extension)| {
                    row! {"extname": name, "extnamespace": &extension.schema}
                })
                .collect(),
            "pg_roles" | "pg_authid" => {
                let own = std::iter::once(row! {"rolname": "postgres"});
                own.chain(catalog.roles.keys().map(|name| row! {"rolname": name})).collect()
            }
            "pg_user" => catalog.roles.keys().map(|name| row! {"usename": name}).collect(),
            "pg_sequences" => catalog
                .sequences
                .keys()
                .map(|name| row! {"schemaname": &name.schema, "sequencename": &name.name})
                .collect(),
            "pg_event_trigger" => {
                catalog.event_triggers.keys().map(|name| row! {"evtname": name}).collect()
            }
            "pg_publication" => catalog
                .publications
                .iter()
                .map(|(name, one)| row! {"pubname": name, "puballtables": one.all_tables})
                .collect(),
            "pg_publication_tables" => catalog
                .publications
                .iter()
                .flat_map(|(name, publication)| {
                    publication.tables.keys().map(move |table| {
                        row! {"pubname": name, "schemaname": &table.schema,
                        "tablename": &table.name}
                    })
                })
                .collect(),
            _ => return None,
        })
    }

    fn class_rows(&self, wanted: &Wanted) -> Vec<Row> {
        let class = |name: &QualifiedName, kind: &str, rls: bool| {
            row! {"oid": name.to_smolstr(), "relname": &name.name, "relnamespace": &name.schema,
            "relkind": kind, "relrowsecurity": rls}
        };
        let catalog = self.catalog();
        let mut rows: Vec<Row> = Vec::new();
        for table in self.tables_wanted("pg_class", wanted) {
            let kind = match table.kind {
                TableKind::Ordinary => "r",
                TableKind::Partitioned => "p",
                TableKind::Foreign => "f",
            };
            rows.push(class(&table.name, kind, table.rls_enabled));
        }
        let indexed = catalog
            .tables
            .values()
            .flat_map(|table| table.indexes.iter().map(|index| (&table.name.schema, &index.name)));
        let name_wanted = wanted_text(wanted, &["relname"]);
        for (schema, index) in indexed {
            if name_wanted.is_none_or(|name| name == index) {
                rows.push(class(&QualifiedName::new(schema.clone(), index.clone()), "i", false));
            }
        }
        rows.extend(
            catalog
                .views
                .iter()
                .map(|(name, view)| class(name, if view.materialized { "m" } else { "v" }, false)),
        );
        rows.extend(catalog.sequences.keys().map(|name| class(name, "S", false)));
        rows
    }

    fn type_rows(&self, view: &str) -> Vec<Row> {
        let mut rows = Vec::new();
        for (name, kind) in &self.catalog().types {
            let oid = name.to_smolstr();
            let (letter, labels) = match &kind.kind {
                TypeKind::Enum(labels) => ("e", labels.as_slice()),
                TypeKind::Domain { .. } => ("d", &[][..]),
                TypeKind::Composite(_) => ("c", &[][..]),
                TypeKind::Range => ("r", &[][..]),
                TypeKind::Other => ("b", &[][..]),
            };
            if view == "pg_type" {
                rows.push(row! {"oid": oid, "typname": &name.name, "typnamespace": &name.schema,
                "typtype": letter});
            } else {
                rows.extend(labels.iter().map(|label| {
                    row! {"enumtypid": &oid, "enumlabel": label}
                }));
            }
        }
        if view == "pg_type" {
            let catalog = self.catalog();
            let relations = catalog.tables.keys().chain(catalog.views.keys());
            rows.extend(relations.map(|name| {
                row! {"oid": &SmolStr::new(name.to_string()), "typname": &name.name,
                "typnamespace": &name.schema, "typtype": "c"}
            }));
        }
        rows
    }

    fn bucket_rows(&self) -> Vec<Row> {
        let buckets = self.catalog().buckets.iter();
        buckets.map(|(id, one)| row! {"id": id, "name": id, "public": one.public}).collect()
    }

    /// The tables that can meet the filter, found by name where it gives one.
    fn tables_wanted(&self, view: &str, wanted: &Wanted) -> Vec<&Table> {
        let tables = &self.catalog().tables;
        let columns: [&[&str]; 3] = match view {
            "pg_class" => [&["oid"], &["relnamespace"], &["relname"]],
            "pg_tables" | "pg_policies" | "pg_indexes" => [&[], &["schemaname"], &["tablename"]],
            "pg_policy" | "pg_constraint" | "pg_trigger" | "pg_attribute" => {
                [&["polrelid", "conrelid", "tgrelid", "attrelid"], &[], &[]]
            }
            "triggers" => [&[], &["event_object_schema"], &["event_object_table"]],
            "constraint_column_usage" => [&[], &[], &[]],
            _ => [&[], &["table_schema"], &["table_name"]],
        };
        let [relation, schema, name] = columns.map(|names| wanted_text(wanted, names));
        if let Some(relation) = relation {
            return tables.values().filter(|table| table.name.to_smolstr() == *relation).collect();
        }
        match (schema, name) {
            (Some(schema), Some(name)) => {
                tables.get(&QualifiedName::new(schema.clone(), name.clone())).into_iter().collect()
            }
            (schema, name) => tables
                .values()
                .filter(|table| schema.is_none_or(|schema| table.name.schema == *schema))
                .filter(|table| name.is_none_or(|name| table.name.name == *name))
                .collect(),
        }
    }
}

fn wanted_text<'a>(wanted: &'a Wanted, columns: &[&str]) -> Option<&'a SmolStr> {
    wanted.iter().find(|(name, _)| columns.contains(&name.as_str())).map(|(_, text)| text)
}

/// Whether a row can still meet the equalities of the filter.
fn fits(row: &Row, wanted: &Wanted) -> bool {
    wanted.iter().all(|(column, text)| {
        let value = row.iter().find(|(name, _)| name == column).map(|(_, value)| value);
        match value {
            Some(Datum::Text(own)) => own == text,
            _ => true,
        }
    })
}

fn column_rows(table: &Table) -> Vec<Row> {
    let columns = table.columns.iter().enumerate();
    columns
        .map(|(at, column)| {
            let is_array = column.type_name.ends_with("[]");
            let base = column.type_name.split('(').next().unwrap_or_default();
            let is_own = base.contains('.');
            let kind = match (is_array, is_own) {
                (true, _) => "ARRAY",
                (_, true) => "USER-DEFINED",
                _ => base,
            };
            let default = column.default_sql().map_or(Datum::Null, |text| Datum::text(&text));
            let mut row = row! {
                "table_schema": &table.name.schema, "table_name": &table.name.name,
                "column_name": &column.name, "attname": &column.name, "data_type": kind,
                "udt_name": internal_name(base),
                "is_nullable": if column.not_null { "NO" } else { "YES" },
                "attnotnull": column.not_null,
                "is_generated": if column.generated.is_some() { "ALWAYS" } else { "NEVER" },
                "is_identity": if column.identity.is_some() { "YES" } else { "NO" },
                "attrelid": table.name.to_smolstr(), "attisdropped": false,
            };
            row.push(("column_default".into(), default));
            let number = i64::try_from(at + 1).unwrap_or(0);
            row.push(("attnum".into(), Datum::Number(number)));
            row.push(("ordinal_position".into(), Datum::Number(number)));
            row
        })
        .collect()
}

fn internal_name(printed: &str) -> &str {
    let short = printed.rsplit('.').next().unwrap_or(printed);
    match short {
        "integer" => "int4",
        "bigint" => "int8",
        "smallint" => "int2",
        "boolean" => "bool",
        "character varying" => "varchar",
        "timestamp with time zone" => "timestamptz",
        "timestamp without time zone" => "timestamp",
        "double precision" => "float8",
        "real" => "float4",
        other => other,
    }
}

fn policy_rows(table: &Table) -> Vec<Row> {
    let command = |policy: &Policy| match policy.command {
        None => "ALL",
        Some(Command::Select) => "SELECT",
        Some(Command::Insert) => "INSERT",
        Some(Command::Update) => "UPDATE",
        Some(Command::Delete) => "DELETE",
    };
    table
        .policies
        .iter()
        .map(|policy| {
            let mut row = row! {
                "schemaname": &table.name.schema, "tablename": &table.name.name,
                "policyname": &policy.name, "polname": &policy.name,
                "polrelid": table.name.to_smolstr(), "cmd": command(policy),
                "permissive": if policy.permissive { "PERMISSIVE" } else { "RESTRICTIVE" },
            };
            let roles = policy.roles.iter().map(Datum::from).collect();
            row.push(("roles".into(), Datum::Array(roles)));
            row
        })
        .collect()
}

fn function_row(((name, types), function): (&FunctionKey, &Function)) -> Row {
    let settings: Vec<Datum> = function
        .settings
        .iter()
        .map(|(name, value)| Datum::text(format!("{name}={value}")))
        .collect();
    let mut row = row! {
        "oid": format!("{name}({types})").as_str(), "proname": &name.name,
        "pronamespace": &name.schema, "prosecdef": function.security_definer,
        "prokind": if function.is_procedure { "p" } else { "f" },
        "proargtypes": format!("{name}({types})").as_str(),
    };
    let settings = if settings.is_empty() { Datum::Null } else { Datum::Array(settings) };
    row.push(("proconfig".into(), settings));
    row
}

fn index_rows(table: &Table) -> Vec<Row> {
    let row = |index: &crate::Index| {
        row! {"schemaname": &table.name.schema, "tablename": &table.name.name,
        "indexname": &index.name}
    };
    table.indexes.iter().map(row).collect()
}

fn constraint_rows(table: &Table) -> Vec<Row> {
    let row = |name: &SmolStr, letter: &str, kind: &str| {
        row! {
            "conname": name, "conrelid": table.name.to_smolstr(), "contype": letter,
            "connamespace": &table.name.schema, "constraint_name": name,
            "constraint_type": kind, "table_schema": &table.name.schema,
            "constraint_schema": &table.name.schema, "table_name": &table.name.name,
        }
    };
    let mut rows: Vec<Row> = Vec::new();
    rows.extend(table.primary_key.iter().map(|key| row(&key.name, "p", "PRIMARY KEY")));
    rows.extend(table.uniques.iter().map(|key| row(&key.name, "u", "UNIQUE")));
    rows.extend(table.checks.iter().map(|check| row(&check.name, "c", "CHECK")));
    rows.extend(table.exclusions.iter().map(|key| row(&key.name, "x", "EXCLUDE")));
    for key in &table.foreign_keys {
        let mut row = row(&key.name, "f", "FOREIGN KEY");
        row.push(("confrelid".into(), Datum::Text(key.target.to_smolstr())));
        rows.push(row);
    }
    rows
}

fn domain_rows(domain: &UserType) -> Vec<Row> {
    let row = |name: &SmolStr| {
        row! {
            "conname": name, "conrelid": "0", "contype": "c",
            "connamespace": &domain.name.schema, "contypid": domain.name.to_smolstr(),
        }
    };
    domain.checks().iter().map(row).collect()
}

fn key_rows(table: &Table) -> Vec<Row> {
    let keys = table.primary_key.iter().chain(&table.uniques);
    let keys = keys.map(|key| (&key.name, &key.columns));
    let references = table.foreign_keys.iter().map(|key| (&key.name, &key.columns));
    keys.chain(references)
        .flat_map(|(name, columns)| {
            columns.iter().map(move |column| {
                row! {
                    "constraint_name": name, "table_schema": &table.name.schema,
                    "constraint_schema": &table.name.schema, "table_name": &table.name.name,
                    "column_name": column,
                }
            })
        })
        .collect()
}

fn usage_rows(table: &Table) -> Vec<Row> {
    let row = |of: &QualifiedName, name: &SmolStr, column: &SmolStr| {
        row! {
            "constraint_name": name, "table_schema": &of.schema, "table_name": &of.name,
            "constraint_schema": &table.name.schema, "column_name": column,
        }
    };
    let mut rows = Vec::new();
    for key in &table.foreign_keys {
        rows.extend(key.target_columns.iter().map(|column| row(&key.target, &key.name, column)));
    }
    for key in table.primary_key.iter().chain(&table.uniques) {
        rows.extend(key.columns.iter().map(|column| row(&table.name, &key.name, column)));
    }
    for check in &table.checks {
        rows.extend(check.columns.iter().map(|column| row(&table.name, &check.name, column)));
    }
    rows
}

fn trigger_rows(table: &Table) -> Vec<Row> {
    let row = |trigger: &crate::Trigger| {
        row! {
            "tgname": &trigger.name, "trigger_name": &trigger.name,
            "tgrelid": table.name.to_smolstr(), "tgisinternal": false,
            "event_object_schema": &table.name.schema, "event_object_table": &table.name.name,
            "trigger_schema": &table.name.schema,
        }
    };
    table.triggers.iter().map(row).collect()
}
