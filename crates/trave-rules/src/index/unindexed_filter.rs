//! Filters that make each run of a query read the whole table.

use trave_rule::catalog::{Column, Table};
use trave_rule::model::{Query, Serving};
use trave_rule::query::Filter;
use trave_rule::words::code_list;
use trave_rule::{Context, Level, rule};

#[rule]
fn unindexed_filter(query: &Query, cx: &mut Context) {
    if query.in_script || query.reached.is_empty() {
        return;
    }
    let model = cx.model();
    let Some(table) = model.table_of(query) else { return };
    if !table.provenance.is_migration() || model.is_small(&table.name.name) {
        return;
    }
    let Serving::Unserved(filters) = model.serving(query, table) else { return };
    let columns: Vec<&Column> = columns_of(&filters, table);
    let (Some(first), Some(filter)) = (columns.first(), filters.first()) else { return };
    let only_flags = columns.iter().all(|column| column.type_name == "boolean");
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let table_name = &table.name.name;
    let way = model.reached_from(query).unwrap_or_default();
    let finding = cx
        .report(
            filter.origin,
            format!(
                "`{table_name}` is filtered by {}, which no index serves: every call reads the \
                whole table",
                code_list(&names)
            ),
        )
        .here(format!("filtered here, for {way}"))
        .about(format!("{}.{}", table.name, names.join(",")))
        .once_per(format!("{} {}", table.name, names.join(",")))
        .help(if only_flags { partial_index(table, &names) } else { index(table, &names) });
    if only_flags {
        finding.level(Level::Info);
    }
    let is_foreign_key =
        table.foreign_keys.iter().any(|key| key.columns.first() == Some(&first.name));
    let note = if is_foreign_key {
        "a foreign key makes no index"
    } else {
        "no index begins with this column"
    };
    finding.label(first.origin, note);
}

/// The filtered columns, each once, equalities first: the order an index wants them in.
fn columns_of<'t>(filters: &[&Filter], table: &'t Table) -> Vec<&'t Column> {
    let mut sorted = filters.to_vec();
    sorted.sort_by_key(|filter| filter.op);
    let mut columns: Vec<&Column> = Vec::new();
    for column in sorted.iter().filter_map(|filter| table.column(&filter.column)) {
        if !columns.iter().any(|known| known.name == column.name) {
            columns.push(column);
        }
    }
    columns
}

fn index(table: &Table, columns: &[&str]) -> String {
    format!(
        "create index concurrently {}_{}_idx on {} ({});",
        table.name.name,
        columns.join("_"),
        table.name,
        columns.join(", ")
    )
}

/// A flag alone tells few rows apart; an index over the rare value does.
fn partial_index(table: &Table, flags: &[&str]) -> String {
    format!(
        "where few rows match: create index concurrently {}_{}_idx on {} (id) where {};",
        table.name.name,
        flags.join("_"),
        table.name,
        flags.join(" and ")
    )
}
