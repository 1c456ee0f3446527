//! Writes that ask for their rows back where no SELECT policy shows them.

use trave_rule::model::Query;
use trave_rule::query::Operation;
use trave_rule::{Context, rule};

#[rule]
fn returning_without_select_policy(query: &Query, cx: &mut Context) {
    // Where the write itself is refused, query-without-policy says so.
    let Some(table) = cx.model().returns_hidden_rows(query) else { return };
    let is_upsert = query.facts.operation == Some(Operation::Upsert);
    let name = &table.name.name;
    let what = if is_upsert {
        "an upsert looks at the rows it meets"
    } else {
        "it asks for its rows back"
    };
    let finding = cx
        .report(
            query.facts.target_origin,
            format!("this write to `{name}` fails: {what}, and no SELECT policy shows them"),
        )
        .about(&table.name)
        .once_per(table.name.to_string());
    if let Some(origin) = table.rls_origin {
        finding.label(origin, "row level security is on, and no policy covers SELECT");
    }
    let help = if is_upsert {
        "add a SELECT policy for the rows that a caller may write"
    } else {
        "leave out `.select()`, or add a SELECT policy for the rows that a caller has written"
    };
    finding.help(help);
}
