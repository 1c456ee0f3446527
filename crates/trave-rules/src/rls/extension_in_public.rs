//! Extensions whose functions the API serves.

use trave_rule::catalog::{Catalog, quoted};
use trave_rule::{Context, rule};

/// Extensions that cannot be moved once they are there.
const FIXED: [&str; 14] = [
    "plpgsql",
    "postgis",
    "postgis_raster",
    "postgis_sfcgal",
    "postgis_tiger_geocoder",
    "postgis_topology",
    "pg_cron",
    "pg_net",
    "pg_partman",
    "pg_tle",
    "pgmq",
    "pgsodium",
    "supabase_vault",
    "timescaledb",
];

#[rule]
fn extension_in_public(catalog: &Catalog, cx: &mut Context) {
    for (name, extension) in &catalog.extensions {
        let Some(origin) = extension.provenance.origin() else { continue };
        let schema = &extension.schema;
        let is_open = extension.provenance.is_migration() && catalog.is_exposed(schema);
        if !is_open || FIXED.contains(&name.as_str()) {
            continue;
        }
        let message = format!("the API serves what `{name}` brings: it is in schema `{schema}`");
        cx.report(origin, message)
            .about(name)
            .help(format!("alter extension {} set schema extensions;", quoted(name)));
    }
}
