//! What is there before the first migration: the platform of a Supabase project.

use std::sync::{Arc, LazyLock};

use smol_str::SmolStr;

use super::PLATFORM;
use super::session::{Frame, Session};
use super::store::Store;
use crate::{Grant, Provenance, Schema};

static PRELUDE: LazyLock<Store> = LazyLock::new(make);

/// A database as Supabase hands it out.
pub(super) fn store() -> Store {
    PRELUDE.clone()
}

fn make() -> Store {
    let text = include_str!("prelude.sql");
    let mut session = Session::bare(Store::default());
    session.platform = true;
    session.store.put(SmolStr::new("public"), public_schema());
    let parsed = trave_sql::parse(text, trave_sql::Options::default());
    session.within(Frame::of_file(PLATFORM.file, Arc::from(text)), |session| {
        for parsed in &parsed.statements {
            session.run_top(&parsed.statement, parsed.span);
        }
    });
    session.read_bodies();
    let mut store = session.store;
    store.catalog.statements = 0;
    store.catalog.statements_understood = 0;
    store
}

/// The schema that every database begins with.
pub(super) fn public_schema() -> Schema {
    let usage = Grant {
        role: "public".into(),
        privilege: "USAGE".into(),
        columns: Vec::new(),
        origin: None,
    };
    Schema { provenance: Provenance::Platform, grants: vec![usage] }
}

/// A project that exposes nothing by itself: new objects are granted to nobody.
pub(super) fn revoke_defaults(store: &mut Store) {
    store.default_privileges().retain(|entry| entry.origin.is_some());
}

/// The extension that makes a type.
pub(super) fn extension_of_type(name: &str) -> Option<&'static str> {
    Some(match name {
        "vector" | "halfvec" | "sparsevec" => "vector",
        "geometry" | "geography" | "box2d" | "box3d" => "postgis",
        "citext" => "citext",
        "ltree" | "lquery" | "ltxtquery" => "ltree",
        "hstore" => "hstore",
        "cube" => "cube",
        "gtrgm" => "pg_trgm",
        _ => return None,
    })
}

/// The extension that makes a schema.
pub(super) fn extension_of_schema(name: &str) -> Option<&'static str> {
    Some(match name {
        "cron" => "pg_cron",
        "net" => "pg_net",
        "pgmq" => "pgmq",
        _ => return None,
    })
}

/// The schema that an extension makes or insists on.
pub(super) fn schema_of_extension(name: &str) -> Option<&'static str> {
    Some(match name {
        "pg_cron" => "cron",
        "pg_net" => "net",
        "pgmq" => "pgmq",
        "pg_tle" => "pgtle",
        "pg_graphql" => "graphql",
        "pgsodium" => "pgsodium",
        "supabase_vault" => "vault",
        _ => return None,
    })
}

/// Whether the extension itself lives in that schema, rather than only its objects.
pub(super) fn insists_on_schema(name: &str) -> bool {
    matches!(name, "pg_graphql" | "pg_tle" | "pgsodium" | "supabase_vault")
}

#[cfg(test)]
mod tests {
    use crate::QualifiedName;

    #[test]
    fn the_platform_replays_without_a_failure() {
        let catalog = super::store().catalog;
        let users = &catalog.tables[&QualifiedName::new("auth", "users")];
        assert_eq!(users.columns.len(), 35);
        assert!(users.rls_enabled && users.indexes.len() == 6);
        assert_eq!(catalog.publications.len(), 1);
        assert!(catalog.history.is_empty());
    }
}
