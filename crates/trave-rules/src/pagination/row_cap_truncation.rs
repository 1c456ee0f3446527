//! Reads that are taken for the whole table although the API cuts them.

use trave_rule::effect::RowsUse;
use trave_rule::model::Query;
use trave_rule::{Context, rule};

#[rule]
fn row_cap_truncation(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script || query.reached.is_empty() || query.has_constant_list() {
        return;
    }
    let Some((how, origin)) = model.truncating_use(query) else { return };
    let (Some(table), Some(cap)) = (model.endless_list(query), model.rows_cap(query)) else {
        return;
    };
    let name = &table.name.name;
    let what = match how {
        RowsUse::Aggregated => "counted or summed here",
        RowsUse::Indexed => "made into a map or set here",
        _ => "looped over here",
    };
    cx.report(
        query.facts.target_origin,
        format!("at most {cap} rows of `{name}` arrive, and the code takes them for all"),
    )
    .about(&table.name)
    .symbol(model.reached_from(query).unwrap_or_default())
    .label(origin, what)
    .note(format!(
        "the API returns at most {cap} rows (`max_rows`) and says nothing about the rest"
    ))
    .help(
        "let the database count and sum (`count`, a view, an RPC), or read page by page until one \
        comes back short",
    );
}
