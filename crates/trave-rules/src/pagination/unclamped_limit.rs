//! Page sizes that the caller chooses.

use trave_rule::model::{Query, RouteKind};
use trave_rule::{Context, rule};

#[rule]
fn unclamped_limit(query: &Query, cx: &mut Context) {
    let model = cx.model();
    let Some(limit) = &query.facts.limit else { return };
    if query.in_script || !limit.value.is_unclamped_input() {
        return;
    }
    let routes = model.routes_of(query);
    if !routes.iter().any(|route| route.is_public_way_in() && route.kind != RouteKind::Loader) {
        return;
    }
    let Some(way) = model.reached_from(query) else { return };
    let name = query.facts.table.as_deref().unwrap_or("a table");
    let finding = cx
        .report(
            limit.origin,
            format!(
                "the caller of {way} chooses how many rows of `{name}` are read, without a bound"
            ),
        )
        .about(name)
        .symbol(way)
        .help(
            "bound it, as in `Math.min(limit, 100)`, or validate it with a schema that has a \
            maximum",
        );
    if let Some(cap) = model.rows_cap(query) {
        finding.note(format!("the API's own limit of {cap} rows is all that stands in the way"));
    }
}
