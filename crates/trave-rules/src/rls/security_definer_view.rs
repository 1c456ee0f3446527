//! Views that show the rows which policies hide.

use trave_rule::catalog::{Provenance, Table, View};
use trave_rule::words::{callers, code_list};
use trave_rule::{Context, Fix, Level, part_of_name, rule};

/// How many of its tables are shown beside the view.
const TABLES_MAX: usize = 3;

#[rule]
fn security_definer_view(view: &View, cx: &mut Context) {
    let Provenance::Migration(origin) = view.provenance else { return };
    let Some(catalog) = cx.catalog_of(view) else { return };
    if view.materialized || view.security_invoker {
        return;
    }
    let Some(role) = catalog.reader_of(view) else { return };
    // What shows `auth.users` is auth-users-exposed.
    let is_hidden =
        |table: &&Table| !table.name.is("auth", "users") && !catalog.shows_all_rows(table, role);
    let hidden: Vec<&Table> = catalog.tables_of_view(view).into_iter().filter(is_hidden).collect();
    if hidden.is_empty() {
        return;
    }
    let name = view.name.short();
    let tables = code_list(hidden.iter().map(|table| table.name.short()));
    let (level, message) = if view.asks_for_caller() {
        let message = format!("no policy applies to {tables} in `{name}`: only its own text does");
        (Level::Warning, message)
    } else if view.shows_totals_only() {
        let who = callers(role);
        let message =
            format!("{who} can count rows of {tables} through `{name}`, whatever policies say");
        (Level::Warning, message)
    } else {
        let who = callers(role);
        let message = format!("{who} can read {tables} through `{name}`, whatever policies say");
        (Level::Error, message)
    };
    let remedy = format!("alter view {} set (security_invoker = on);", view.name);
    let finding = cx
        .report(origin, message)
        .here("reads with the rights of its owner")
        .about(&view.name)
        .level(level)
        .help(remedy.as_str());
    let title = format!("read `{name}` with the rights of its caller");
    let file = format!("policies_apply_in_{}", part_of_name(&name));
    finding.fix(Fix::migration(title, file, remedy));
    for table in hidden.iter().take(TABLES_MAX) {
        if let Some(origin) = table.rls_origin.filter(|_| table.provenance.is_migration()) {
            finding.label(origin, "row level security is on, and the view goes around it");
        }
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const TABLE: &str = "
create table notes (id int primary key, owner_id uuid not null);
alter table notes enable row level security;
create policy own on notes for select to authenticated using (owner_id = (select auth.uid()));
";

    #[test]
    fn a_view_through_another_is_one_too() {
        let sql = "create schema private;
create view private.all_notes as select * from public.notes;
create view public.latest as select * from private.all_notes;";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert_eq!(
            found[0].message,
            "anyone with the anon key can read `notes` through `latest`, whatever policies say"
        );
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn a_view_that_asks_for_its_caller_is_less_bad() {
        let sql = "create view mine as select * from notes where owner_id = auth.uid();";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert_eq!(found[0].level, trave_rule::Level::Warning);
    }

    #[test]
    fn a_view_that_counts_shows_no_row() {
        let sql = "create view totals as select count(*) as notes from notes;";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert_eq!(
            found[0].message,
            "anyone with the anon key can count rows of `notes` through `totals`, whatever policies say"
        );
        assert_eq!(found[0].level, trave_rule::Level::Warning);
    }

    #[test]
    fn nobody_reads_it() {
        let sql = "create view all_notes as select * from notes;
revoke all on all_notes from anon, authenticated;";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn an_option_that_is_set_later_counts() {
        let sql = "create view all_notes as select * from notes;
alter view all_notes set (security_invoker = true);";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }
}
