//! Queries that run once per element.

use trave_rule::model::{LoopAround, Query};
use trave_rule::query::Operation;
use trave_rule::{Context, rule};

/// Loops of so few rounds are a choice, not an accident.
const ROUNDS_HARMLESS: f64 = 3.0;

#[rule]
fn query_in_loop(query: &Query, cx: &mut Context) {
    if query.in_script || query.facts.incomplete {
        return;
    }
    let ways = query
        .reached
        .iter()
        .filter_map(|reach| reach.in_loop.as_ref().map(|around| (reach.route, around)));
    let Some((route, around)) = ways.into_iter().find(|(_, around)| is_costly(around)) else {
        return;
    };
    let Some(route) = cx.model().route(route) else { return };
    let title = route.title();
    let name = query.facts.table.as_deref().unwrap_or("the database");
    let (deed, help) = match query.facts.operation {
        Some(Operation::Insert | Operation::Upsert) => {
            ("written", "collect the rows and write them with one call")
        }
        Some(Operation::Update | Operation::Delete) => (
            "changed",
            "change them with one statement: `.in(…)`, an upsert of all rows, or an RPC",
        ),
        _ => (
            "queried",
            "ask once, with `.in(column, values)` or an embedded select, and look the rows up in a \
            map",
        ),
    };
    cx.report(
        query.facts.target_origin,
        format!("`{name}` is {deed} once for each round of a loop"),
    )
    .about(name)
    .symbol(title.clone())
    .once_per(format!("{}:{}", query.facts.origin.file.0, query.facts.origin.span.start))
    .label(around.origin, format!("the loop, on the way from {title}"))
    .help(help);
}

fn is_costly(around: &LoopAround) -> bool {
    !around.chunked && around.rounds_max.is_none_or(|rounds| rounds > ROUNDS_HARMLESS)
}
