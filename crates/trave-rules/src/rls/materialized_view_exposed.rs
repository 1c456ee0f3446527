//! Materialized views that callers of the API read.

use trave_rule::catalog::{Command, Provenance, Table, View};
use trave_rule::words::{callers, code_list};
use trave_rule::{Context, rule};

#[rule]
fn materialized_view_exposed(view: &View, cx: &mut Context) {
    let Provenance::Migration(origin) = view.provenance else { return };
    let Some(catalog) = cx.catalog_of(view) else { return };
    if !view.materialized {
        return;
    }
    let Some(role) = catalog.reader_of(view) else { return };
    let tables = catalog.tables_of_view(view);
    // That is auth-users-exposed.
    if tables.iter().any(|table| table.name.is("auth", "users")) {
        return;
    }
    let is_seen = |table: &&Table| {
        catalog.may(role, Command::Select, table) == Some(true)
            && catalog.shows_all_rows(table, role)
    };
    let hidden: Vec<&Table> = tables.iter().copied().filter(|table| !is_seen(table)).collect();
    if hidden.is_empty() && !tables.is_empty() {
        return;
    }
    let name = view.name.short();
    let message = format!(
        "{} can read every row of `{name}`: materialized views have no policies",
        callers(role)
    );
    let finding = cx
        .report(origin, message)
        .about(&view.name)
        .help(format!("revoke all on {} from anon, authenticated;", view.name));
    if !hidden.is_empty() {
        let tables = code_list(hidden.iter().map(|table| table.name.short()));
        finding.here(format!("made of {tables}, which callers do not see all of"));
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn what_nobody_reads_is_fine() {
        check(
            &super::RULE,
            "create schema private;
create table private.sales (id int primary key, amount int not null);
create materialized view private.totals as select sum(amount) as total from private.sales;",
        );
    }
}
