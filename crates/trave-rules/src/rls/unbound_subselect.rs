//! Sub-selects of policies that nothing ties to the row or the caller.

use trave_rule::catalog::{
    Catalog, Condition, LooseSubselect, Policy, QualifiedName, Shadowed, Shadowing, Table,
};
use trave_rule::words::code_list;
use trave_rule::{Context, rule};

#[rule]
fn unbound_subselect(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    if !table.rls_enabled || catalog.is_unknown(&table.name) {
        return;
    }
    for policy in table.policies.iter().filter(|policy| policy.is_for_callers()) {
        for condition in policy.conditions() {
            if let Some(found) = condition.shadowed(table, catalog).into_iter().next() {
                report_shadowed((table, policy), (condition, &found), cx);
                break;
            }
            if let Some(found) = loose(catalog, (table, policy), condition) {
                report_loose((table, policy), (condition, &found), cx);
                break;
            }
        }
    }
}

/// A sub-select over rows of people, in a condition that ties nothing to the caller.
fn loose(
    catalog: &Catalog,
    (table, policy): (&Table, &Policy),
    condition: &Condition,
) -> Option<LooseSubselect> {
    let found = condition.loose_subselect(table, catalog)?;
    // A table of settings answers all alike, and is meant to.
    let is_of_people = |name: &QualifiedName| {
        catalog
            .table(name)
            .is_some_and(|table| table.columns.iter().any(|it| table.refers_to_person(&it.name)))
    };
    let is_meant = !found.tables.iter().any(is_of_people)
        || !policy.permissive
        || condition.ties_rows_to_caller(catalog);
    (!is_meant).then_some(found)
}

fn report_shadowed(
    (table, policy): (&Table, &Policy),
    (condition, found): (&Condition, &Shadowed),
    cx: &mut Context,
) {
    let (row, inner, column) = (table.name.short(), found.of.short(), &found.column);
    let message = match found.how {
        Shadowing::Itself => format!(
            "policy `{}` never looks at `{column}` of `{row}`: this compares `{inner}.{column}` \
            with itself",
            policy.name
        ),
        Shadowing::Path => format!(
            "policy `{}` never looks at the path of the file: `{column}` is \
            `{inner}.{column}` here",
            policy.name
        ),
    };
    let here = match found.how {
        Shadowing::Itself => "true for every row that has one",
        Shadowing::Path => "the innermost table that has the column wins",
    };
    let alias = &table.name.name;
    let finding = cx.report(condition.at(found.span), message);
    finding.here(here).about(&table.name).about(&policy.name).help(match found.how {
        Shadowing::Itself => format!("name the row: `{alias}.{column}`, in place of one of both"),
        Shadowing::Path => format!("name the row: `{alias}.{column}`"),
    });
}

fn report_loose(
    (table, policy): (&Table, &Policy),
    (condition, found): (&Condition, &LooseSubselect),
    cx: &mut Context,
) {
    let read = code_list(found.tables.iter().map(QualifiedName::short));
    let message = format!(
        "policy `{}` admits everybody as soon as {read} has such a row: nothing ties it to the \
        caller",
        policy.name
    );
    cx.report(condition.at(found.span), message)
        .here("the same answer for every row and every caller")
        .about(&table.name)
        .about(&policy.name)
        .help(
            "compare a column inside with the caller, as in `user_id = (select auth.uid())`, or \
            with the row",
        );
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const TABLE: &str = "
create table teams (id int primary key);
create table members (team_id int not null references teams, user_id uuid not null, role text,
  primary key (team_id, user_id));
create table flags (name text primary key, is_on boolean not null);
create table notes (id int primary key, team_id int not null references teams, name text);
alter table notes enable row level security;
";

    #[test]
    fn settings_answer_all_alike() {
        let sql = "create policy p on notes for select
  using (exists (select 1 from flags where name = 'open' and is_on));";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn the_policies_of_what_is_read_may_tie_it() {
        let sql = "alter table members enable row level security;
create policy own on members for select using (user_id = (select auth.uid()));
create policy p on notes for select
  using (exists (select 1 from members m where m.role = 'admin'));";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn a_condition_that_ties_the_row_elsewhere_is_left_alone() {
        let sql = "create function mine(team int) returns boolean language sql as 'select true';
create policy p on notes for select
  using (exists (select 1 from members m where m.role = 'admin') and mine(team_id));";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn any_admin_at_all_is_no_test_of_the_caller() {
        let sql = "create policy p on notes for select
  using (exists (select 1 from members m where m.role = 'admin'));";
        assert_eq!(
            findings(&super::RULE, &format!("{TABLE}{sql}"))[0].message,
            "policy `p` admits everybody as soon as `members` has such a row: nothing ties it to \
             the caller"
        );
    }

    #[test]
    fn the_path_of_a_file_may_be_shadowed() {
        let sql = "alter table teams add column name text;
create policy p on storage.objects for select using (bucket_id = 'x' and exists (
  select 1 from teams where teams.id::text = (storage.foldername(name))[1]));";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert_eq!(found[0].help.as_deref(), Some("name the row: `objects.name`"));
    }
}
