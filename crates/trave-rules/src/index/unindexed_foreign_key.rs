//! Foreign keys without an index on their own side.

use trave_rule::catalog::{ForeignKey, QualifiedName, ReferentialAction, Table};
use trave_rule::sql::NewIndex;
use trave_rule::words::code_list;
use trave_rule::{Context, Level, rule};

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
    let target = shown(&key.target);
    let verb = if key.columns.len() == 1 { "refers" } else { "refer" };
    let lost = cx.catalog_of(table).and_then(|it| cx.model().loses_rows(it, &key.target));
    let finding = cx
        .report(
            key.origin,
            format!(
                "{columns} {verb} to `{target}`, and no index serves it: deleting from `{target}` \
                reads all of `{name}`{}",
                purpose(key.on_delete)
            ),
        )
        .about(&table.name)
        .about(&key.name)
        .help(NewIndex::on(table, &key.columns).to_string());
    match lost {
        Some(why) => finding.note(why),
        None => finding.level(Level::Info),
    };
}

/// A table as people call it: `public` goes without saying.
fn shown(name: &QualifiedName) -> String {
    if name.schema == "public" { name.name.to_string() } else { name.to_string() }
}

/// What the rows that refer to a deleted one are looked for.
fn purpose(action: ReferentialAction) -> &'static str {
    match action {
        ReferentialAction::Cascade => " to delete what refers to it",
        ReferentialAction::SetNull | ReferentialAction::SetDefault => " to reset the key",
        ReferentialAction::NoAction | ReferentialAction::Restrict => "",
    }
}

fn key_has_index(table: &Table, key: &ForeignKey) -> bool {
    let columns: Vec<&str> = key.columns.iter().map(|column| &**column).collect();
    table.index_leading_with(&columns).is_some()
}
