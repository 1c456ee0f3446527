//! Reads that are taken for the whole table although the API cuts them.

use trave_rule::effect::RowsUse;
use trave_rule::model::{Query, Truncation};
use trave_rule::{Context, rule};

#[rule]
fn row_cap_truncation(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script || query.reached.is_empty() || query.has_constant_list() {
        return;
    }
    let Some(truncation) = model.truncation(query) else { return };
    let Truncation { table, cap, asked, how, origin } = truncation;
    let name = &table.name.name;
    let what = match how {
        RowsUse::Aggregated => "counted or summed here",
        RowsUse::Indexed => "made into a map or set here",
        _ => "looped over here",
    };
    let asks = match asked {
        Some(asked) => format!("this asks for {asked} rows of `{name}`, and at most {cap} arrive"),
        None => {
            format!("at most {cap} rows of `{name}` arrive, and the code takes them for all")
        }
    };
    cx.report(query.facts.target_origin, asks)
        .about(&table.name)
        .symbol(model.reached_from(query).unwrap_or_default())
        .label(origin, what)
        .note(format!(
            "the API returns at most {cap} rows (`max_rows`) and says nothing about the rest"
        ))
        .help(remedy(how));
}

/// What to do instead, which depends on what the rows are for.
fn remedy(how: RowsUse) -> &'static str {
    match how {
        RowsUse::Aggregated => {
            "let the database count and sum (`count`, a view, an RPC), or read page by page until \
            one comes back short"
        }
        RowsUse::Indexed => {
            "ask the database for what is looked up or counted (`.in(…)`, a view, an RPC), or read \
            page by page until one comes back short"
        }
        _ => "read page by page, in the order of a unique column, until one comes back short",
    }
}
