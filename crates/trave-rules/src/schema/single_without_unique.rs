//! Reads of one row that nothing makes unique.

use trave_rule::model::Query;
use trave_rule::query::Operation;
use trave_rule::words::code_list;
use trave_rule::{Context, rule};

#[rule]
fn single_without_unique(query: &Query, cx: &mut Context) {
    let Some(single) = query.facts.single else { return };
    let reads = query.facts.operation == Some(Operation::Select);
    if !reads || query.in_script || query.facts.incomplete || query.facts.limit.is_some() {
        return;
    }
    let Some(table) = cx.model().table_of(query) else { return };
    if !table.provenance.is_migration() || cx.model().may_be_one_row(query, table) {
        return;
    }
    let columns: Vec<_> = query.fixed_columns().collect();
    let name = &table.name.name;
    if columns.is_empty() {
        return;
    }
    let call = if single.optional { "maybeSingle" } else { "single" };
    let finding = cx
        .report(
            single.origin,
            format!(
                "`{call}` fails once two rows of `{name}` share {}: no unique key prevents it",
                code_list(&columns)
            ),
        )
        .about(format!("{}.{}", table.name, code_list(&columns)))
        .once_per(format!("{} {}", table.name, code_list(&columns)))
        .help(format!(
            "alter table {} add unique ({});  -- or sort and take the first: `.order(…).limit(1)`",
            table.name,
            columns.iter().map(|column| column.as_str()).collect::<Vec<_>>().join(", ")
        ));
    for column in columns.iter().filter_map(|column| table.column(column)) {
        finding.label(column.origin, "part of no unique key that the query pins");
    }
}
