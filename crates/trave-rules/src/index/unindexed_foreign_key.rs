//! Foreign keys without an index on their own side.

use trave_rule::catalog::{ForeignKey, Table};
use trave_rule::sql::NewIndex;
use trave_rule::words::code_list;
use trave_rule::{Context, rule};

#[rule]
fn unindexed_foreign_key(table: &Table, cx: &mut Context) {
    if !table.provenance.is_migration() || cx.model().is_small(&table.name.name) {
        return;
    }
    for key in table.foreign_keys.iter().filter(|key| !key_has_index(table, key)) {
        report(table, key, cx);
    }
}

fn report(table: &Table, key: &ForeignKey, cx: &mut Context) {
    let name = &table.name.name;
    let columns = code_list(key.columns.iter().map(|column| format!("{name}.{column}")));
    let target = &key.target.name;
    let verb = if key.columns.len() == 1 { "refers" } else { "refer" };
    cx.report(
        key.origin,
        format!(
            "{columns} {verb} to `{target}`, and no index serves it: deleting from `{target}` \
            reads all of `{name}`"
        ),
    )
    .about(&table.name)
    .about(&key.name)
    .help(NewIndex::on(table, &key.columns).to_string());
}

fn key_has_index(table: &Table, key: &ForeignKey) -> bool {
    let columns: Vec<&str> = key.columns.iter().map(|column| &**column).collect();
    table.index_leading_with(&columns).is_some()
}
