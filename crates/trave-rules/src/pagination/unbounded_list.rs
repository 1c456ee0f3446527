//! Lists that a handler reads without an end.

use trave_rule::model::Query;
use trave_rule::{Context, rule};

#[rule]
fn unbounded_list(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script || query.has_constant_list() || model.truncating_use(query).is_some() {
        return;
    }
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
