//! A declared schema and the SQL that its own tool makes of it leave the same catalog behind.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;

use serde_json::Value;
use trave_catalog::schema_json;
use trave_workspace::{Settings, analyse};

/// The objects of one list of a catalog, by schema, table and name.
fn objects(catalog: &Value, list: &str) -> BTreeMap<String, Value> {
    let all = catalog.get(list).and_then(Value::as_array).unwrap();
    let part = |object: &Value, key: &str| {
        object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let key = |object: &Value| ["schema", "table", "name"].map(|name| part(object, name)).join(".");
    all.iter().map(|object| (key(object), without_texts(object))).collect()
}

/// Expressions are texts that each writes in its own way: only that they are there counts. The
/// order of columns is that of the declaration.
fn without_texts(object: &Value) -> Value {
    match object {
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                let is_text = matches!(
                    name.as_str(),
                    "default" | "definition" | "predicate" | "expression" | "generated"
                );
                let value =
                    if is_text { Value::from(value.is_null()) } else { without_texts(value) };
                (name.clone(), value)
            };
            Value::Object(fields.iter().map(field).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_texts).collect()),
        other => other.clone(),
    }
}

fn catalog(path: &str, text: &str) -> Value {
    let model = analyse(vec![(path.to_owned(), text.to_owned())], &Settings::default());
    assert_eq!(model.catalogs.len(), 1, "{path}");
    assert!(model.notices.is_empty(), "{:?}", model.notices);
    schema_json(&model.catalogs.into_iter().next().unwrap())
}

#[track_caller]
fn same(declared: &Value, migrated: &Value) {
    for list in ["tables", "constraints", "foreign_keys", "indexes", "types", "sequences"] {
        let (declared, migrated) = (objects(declared, list), objects(migrated, list));
        assert!(!migrated.is_empty(), "{list}");
        let names = |of: &BTreeMap<String, Value>| of.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&declared), names(&migrated), "{list}");
        for (name, object) in &declared {
            assert_eq!(Some(object), migrated.get(name), "{list} {name}");
        }
    }
}

#[test]
fn prisma() {
    let declared = catalog("prisma/schema.prisma", include_str!("declared/schema.prisma"));
    let path = "prisma/migrations/20250101000000_init/migration.sql";
    same(&declared, &catalog(path, include_str!("declared/prisma.sql")));
}

#[test]
fn drizzle() {
    let declared = catalog("src/db/schema.ts", include_str!("declared/drizzle.ts"));
    same(&declared, &catalog("drizzle/0000_init.sql", include_str!("declared/drizzle.sql")));
}

#[test]
fn typeorm() {
    let declared = catalog("src/entities.ts", include_str!("declared/typeorm.ts"));
    same(&declared, &catalog("migrations/0001_init.sql", include_str!("declared/typeorm.sql")));
}

#[test]
fn mikro() {
    let declared = catalog("src/entities.ts", include_str!("declared/mikro.ts"));
    same(&declared, &catalog("migrations/0001_init.sql", include_str!("declared/mikro.sql")));
}
