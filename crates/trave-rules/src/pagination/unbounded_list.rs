//! Lists that a handler reads without an end.

use trave_rule::model::{Query, Route};
use trave_rule::{Context, Level, rule};

#[rule]
fn unbounded_list(query: &Query, cx: &mut Context) {
    if query.in_script || query.has_constant_list() || cx.model().truncating_use(query).is_some() {
        return;
    }
    whole_table(query, cx);
    rows_of_one_parent(query, cx);
}

/// Nothing narrows the list: it is as long as the table.
fn whole_table(query: &Query, cx: &mut Context) {
    let model = cx.model();
    let Some(table) = model.endless_list(query) else { return };
    let Some(way) = model.reached_from(query) else { return };
    let name = &table.name.name;
    let finding = cx
        .report(
            query.facts.target_origin,
            format!("{way} reads all of `{name}`: the answer grows with the table"),
        )
        .about(&table.name)
        .symbol(way)
        .help("add an order and `.limit(50)`, and let the caller ask for the next page");
    if let Some(cap) = model.rows_cap(query) {
        finding.note(format!("the API cuts it at {cap} rows without saying so"));
    }
    if let Some(origin) = table.origin() {
        finding.label(origin, "nothing bounds how many rows this table holds");
    }
}

/// The list holds the rows of one parent, and these grow in number as time goes by.
fn rows_of_one_parent(query: &Query, cx: &mut Context) {
    let model = cx.model();
    let Some((table, parent)) = model.growing_list(query) else { return };
    let reads = model.routes_of(query).into_iter().find(|route| route.is_read());
    let Some(way) = reads.map(Route::title) else { return };
    let name = &table.name.name;
    cx.report(
        query.facts.target_origin,
        format!("{way} returns every row of `{name}` with one `{parent}`, however many there are"),
    )
    .level(Level::Info)
    .about(&table.name)
    .symbol(way)
    .help("add an order and `.limit(50)`, and let the caller ask for the next page");
}
