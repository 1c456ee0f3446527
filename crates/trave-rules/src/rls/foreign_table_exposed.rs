//! Foreign tables that callers of the API read.

use trave_rule::catalog::{Provenance, Table, TableKind};
use trave_rule::model::caller_privileges;
use trave_rule::words::{callers, deeds};
use trave_rule::{Context, rule};

#[rule]
fn foreign_table_exposed(table: &Table, cx: &mut Context) {
    let Provenance::Migration(origin) = table.provenance else { return };
    let Some(catalog) = cx.catalog_of(table) else { return };
    if table.kind != TableKind::Foreign || !catalog.is_exposed(&table.name.schema) {
        return;
    }
    let Some((role, commands)) = caller_privileges(catalog, table) else { return };
    let message = format!(
        "{} can {} every row of `{}`: foreign tables have no policies",
        callers(role),
        deeds(&commands),
        table.name.short()
    );
    cx.report(origin, message)
        .about(&table.name)
        .help(format!("revoke all on {} from anon, authenticated;", table.name));
}
