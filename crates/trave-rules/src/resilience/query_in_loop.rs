//! Queries that run once per element.

use trave_rule::model::{LoopAround, Query, Route, RouteKind};
use trave_rule::query::Operation;
use trave_rule::{Context, Level, rule};

/// Loops of so few rounds are a choice, not an accident.
const ROUNDS_HARMLESS: f64 = 3.0;

#[rule]
fn query_in_loop(query: &Query, cx: &mut Context) {
    if query.in_script || query.facts.incomplete {
        return;
    }
    let Some((route, around)) = worst_way(query, cx) else { return };
    let title = route.title();
    let name = query.facts.table.as_deref().unwrap_or("the database");
    let (deed, help) = advice(query);
    let loop_place = (around.origin.file.0, around.origin.span.start);
    let finding = cx
        .report(
            query.facts.target_origin,
            format!("`{name}` is {deed} once for each round of a loop"),
        )
        .here(format!("`{name}` is {deed} here"))
        .about(name)
        .symbol(title.clone())
        // One loop is one problem, however many queries stand in it.
        .once_per(format!("{loop_place:?}"))
        .label(around.origin, format!("the loop, on the way from {title}"))
        .help(help);
    if route.kind == RouteKind::Job {
        // A job may take its time, and often has to go through its list one by one.
        finding.level(Level::Info);
    }
}

/// The way on which the loop costs most: one that callers wait for, before one of a job.
fn worst_way<'m>(query: &'m Query, cx: &Context<'m>) -> Option<(&'m Route, &'m LoopAround)> {
    let ways = query.reached.iter().filter_map(|reach| {
        let around = reach.in_loop.as_ref().filter(|around| is_costly(around))?;
        Some((cx.model().route(reach.route)?, around))
    });
    ways.min_by_key(|(route, _)| (route.kind == RouteKind::Job, route.id))
}

fn is_costly(around: &LoopAround) -> bool {
    !around.chunked && around.rounds_max.is_none_or(|rounds| rounds > ROUNDS_HARMLESS)
}

/// What happens to the table, and what to do instead.
fn advice(query: &Query) -> (&'static str, &'static str) {
    match query.facts.operation {
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
    }
}
