//! The catalog as JSON: the sections and fields of a dump of `pg_catalog`, of what the
//! migrations made or changed.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use smol_str::SmolStr;

use super::json_parts::{
    constraint_rows, foreign_key_rows, function_row, index_rows, policy_rows, sequence_row,
    table_row, trigger_rows, type_row, view_row,
};
use crate::{Catalog, Grant, Provenance, QualifiedName};

/// Everything that the migrations made or changed, sorted. Expressions are as written.
pub fn schema_json(catalog: &Catalog) -> Value {
    let before = sections(&crate::replay::before(catalog));
    let mut out = Map::new();
    for (name, rows) in sections(catalog) {
        let old = before.get(name);
        let is_new = |row: &&Value| old.is_none_or(|old| !old.contains(*row));
        let rows: Vec<Value> = rows.iter().filter(is_new).cloned().collect();
        out.insert(name.to_owned(), Value::Array(rows));
    }
    Value::Object(out)
}

type Sections = BTreeMap<&'static str, Vec<Value>>;

fn sections(catalog: &Catalog) -> Sections {
    let made = |table: &&crate::Table| !matches!(table.provenance, Provenance::Unknown(_));
    let tables = || catalog.tables.values().filter(made);
    let mut sections = Sections::from([
        ("schemas", schemas(catalog)),
        ("tables", tables().map(table_row).collect()),
        ("constraints", tables().flat_map(constraint_rows).collect()),
        ("foreign_keys", tables().flat_map(foreign_key_rows).collect()),
        (
            "indexes",
            tables()
                .flat_map(|table| index_rows(&table.name, &table.indexes, Some(table)))
                .collect(),
        ),
        ("policies", tables().flat_map(policy_rows).collect()),
        ("views", catalog.views.values().map(view_row).collect()),
        ("functions", catalog.functions.values().map(|one| function_row(catalog, one)).collect()),
        (
            "triggers",
            tables()
                .flat_map(|table| trigger_rows(&table.name, &table.triggers, &names(table)))
                .collect(),
        ),
        ("event_triggers", event_triggers(catalog)),
        ("types", catalog.types.values().map(type_row).collect()),
        ("sequences", catalog.sequences.values().map(sequence_row).collect()),
        ("extensions", extensions(catalog)),
        ("grants", grants(catalog)),
        ("column_grants", column_grants(catalog)),
        ("default_privileges", default_privileges(catalog)),
        ("roles", roles(catalog)),
        ("publications", publications(catalog)),
        ("buckets", buckets(catalog)),
    ]);
    for (name, view) in &catalog.views {
        let indexes = index_rows(name, &view.indexes, None);
        sections.entry("indexes").or_default().extend(indexes);
        sections.entry("triggers").or_default().extend(trigger_rows(name, &view.triggers, &[]));
    }
    sections
}

fn names(table: &crate::Table) -> Vec<SmolStr> {
    table.columns.iter().map(|column| column.name.clone()).collect()
}

/// Roles whose privileges are shown: not those of the platform's own services.
fn is_shown(role: &str) -> bool {
    let of_platform = role.starts_with("supabase_") || role.starts_with("pgsodium_");
    !of_platform && !matches!(role, "postgres" | "authenticator" | "dashboard_user" | "pgbouncer")
}

/// The roles that hold a privilege on the whole object, sorted; null for nobody.
pub(super) fn holders(grants: &[Grant], privilege: &str) -> Value {
    let mut names: Vec<&str> = grants
        .iter()
        .filter(|grant| grant.privilege == privilege && is_shown(&grant.role))
        .map(|grant| grant.role.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() { Value::Null } else { json!(names) }
}

fn schemas(catalog: &Catalog) -> Vec<Value> {
    // The schema that an extension makes belongs to the extension.
    let of_extension = |name: &str, one: &crate::Schema| {
        matches!(name, "cron" | "net" | "pgmq" | "pg_catalog")
            && one.provenance == Provenance::Platform
    };
    let rows = catalog.schemas.iter().filter(|(name, one)| !of_extension(name, one));
    rows.map(|(name, one)| json!({"name": name, "usage": holders(&one.grants, "USAGE")})).collect()
}

fn event_triggers(catalog: &Catalog) -> Vec<Value> {
    let rows = catalog.event_triggers.iter();
    rows.map(|(name, trigger)| {
        json!({"name": name, "event": trigger.event, "function": trigger.function.to_string()})
    })
    .collect()
}

fn extensions(catalog: &Catalog) -> Vec<Value> {
    let rows = catalog.extensions.iter();
    rows.map(|(name, one)| json!({"name": name, "schema": one.schema})).collect()
}

fn granted(catalog: &Catalog) -> impl Iterator<Item = (&QualifiedName, &[Grant])> {
    let made = |table: &&crate::Table| !matches!(table.provenance, Provenance::Unknown(_));
    let tables = catalog.tables.values().filter(made);
    let tables = tables.map(|table| (&table.name, table.grants.as_slice()));
    let views = catalog.views.values().map(|view| (&view.name, view.grants.as_slice()));
    let sequences = catalog.sequences.values().map(|one| (&one.name, one.grants.as_slice()));
    tables.chain(views).chain(sequences)
}

fn grants(catalog: &Catalog) -> Vec<Value> {
    let mut rows: BTreeMap<(&QualifiedName, &SmolStr), Vec<&str>> = BTreeMap::new();
    for (name, grants) in granted(catalog) {
        for grant in grants.iter().filter(|grant| grant.columns.is_empty() && is_shown(&grant.role))
        {
            rows.entry((name, &grant.role)).or_default().push(&grant.privilege);
        }
    }
    rows.into_iter()
        .map(|((name, role), mut privileges)| {
            privileges.sort_unstable();
            json!({"schema": name.schema, "name": name.name, "grantee": role,
                   "privileges": privileges})
        })
        .collect()
}

fn column_grants(catalog: &Catalog) -> Vec<Value> {
    let mut rows: BTreeMap<(&QualifiedName, &SmolStr, &SmolStr), Vec<&str>> = BTreeMap::new();
    for (name, grants) in granted(catalog) {
        for grant in grants.iter().filter(|grant| is_shown(&grant.role)) {
            for column in &grant.columns {
                rows.entry((name, column, &grant.role)).or_default().push(&grant.privilege);
            }
        }
    }
    rows.into_iter()
        .map(|((name, column, role), mut privileges)| {
            privileges.sort_unstable();
            json!({"schema": name.schema, "name": name.name, "column": column, "grantee": role,
                   "privileges": privileges})
        })
        .collect()
}

fn default_privileges(catalog: &Catalog) -> Vec<Value> {
    type Key<'a> = (Option<&'a SmolStr>, &'a SmolStr, &'a SmolStr);
    let mut rows: BTreeMap<Key<'_>, Vec<(&SmolStr, Vec<&str>)>> = BTreeMap::new();
    for entry in &catalog.default_privileges {
        let key = (entry.schema.as_ref(), &entry.for_role, &entry.objects);
        let holders = rows.entry(key).or_default();
        match holders.iter_mut().find(|(role, _)| *role == &entry.role) {
            Some((_, privileges)) => privileges.push(&entry.privilege),
            None => holders.push((&entry.role, vec![&entry.privilege])),
        }
    }
    rows.into_iter()
        .map(|((schema, for_role, objects), holders)| {
            let mut holders = holders;
            holders.sort_by_key(|(role, _)| (age_of(role), *role));
            let items: Vec<String> =
                holders.iter().map(|(role, list)| access_item(role, list, for_role)).collect();
            json!({"schema": schema, "for_role": for_role,
                   "objects": objects.to_ascii_lowercase(),
                   "acl": format!("{{{}}}", items.join(","))})
        })
        .collect()
}

/// Access lists are sorted by the age of their roles.
fn age_of(role: &str) -> u8 {
    match role {
        "public" => 0,
        "postgres" => 1,
        "anon" | "authenticated" | "service_role" => 2,
        _ => 3,
    }
}

/// `anon=arwdDxt/postgres`, as an `aclitem` prints.
fn access_item(role: &str, privileges: &[&str], grantor: &str) -> String {
    const LETTERS: [(&str, char); 12] = [
        ("INSERT", 'a'),
        ("SELECT", 'r'),
        ("UPDATE", 'w'),
        ("DELETE", 'd'),
        ("TRUNCATE", 'D'),
        ("REFERENCES", 'x'),
        ("TRIGGER", 't'),
        ("EXECUTE", 'X'),
        ("USAGE", 'U'),
        ("CREATE", 'C'),
        ("CONNECT", 'c'),
        ("TEMPORARY", 'T'),
    ];
    let holds = |(name, letter): &(&str, char)| privileges.contains(name).then_some(*letter);
    let letters: String = LETTERS.iter().filter_map(holds).collect();
    let role = if role == "public" { "" } else { role };
    format!("{role}={letters}/{grantor}")
}

fn roles(catalog: &Catalog) -> Vec<Value> {
    let rows = catalog.roles.iter();
    rows.map(
        |(name, role)| json!({"name": name, "bypass_rls": role.bypass_rls, "superuser": false}),
    )
    .collect()
}

fn publications(catalog: &Catalog) -> Vec<Value> {
    let rows = catalog.publications.iter();
    rows.map(|(name, publication)| {
        let mut tables: Vec<String> = publication
            .tables
            .keys()
            .map(|table| format!("{}.{}", table.schema, table.name))
            .collect();
        tables.sort();
        let tables = if tables.is_empty() { Value::Null } else { json!(tables) };
        json!({"name": name, "all_tables": publication.all_tables, "tables": tables})
    })
    .collect()
}

fn buckets(catalog: &Catalog) -> Vec<Value> {
    let rows = catalog.buckets.iter();
    rows.map(|(id, bucket)| json!({"id": id, "public": bucket.public})).collect()
}
