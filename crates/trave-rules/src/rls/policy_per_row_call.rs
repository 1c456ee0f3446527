//! Session functions that a policy runs once per row.

use trave_rule::catalog::{
    Catalog, Policy, Provenance, RowCall, Table, policy_cycle_with_subselect,
};
use trave_rule::{Context, rule};

/// How many statements a help shows.
const STATEMENTS_MAX: usize = 12;

#[rule]
fn policy_per_row_call(table: &Table, cx: &mut Context) {
    if matches!(table.provenance, Provenance::Platform) {
        return;
    }
    let Some(catalog) = cx.catalog_of(table) else { return };
    let found: Vec<(&Policy, RowCall)> = table
        .policies
        .iter()
        .filter_map(|policy| Some((policy, first(policy, catalog)?)))
        .collect();
    let Some(((policy, call), rest)) = found.split_first() else { return };
    let name = &table.name.name;
    let policies = match rest.len() {
        0 => String::new(),
        more => format!(", in {} policies", more + 1),
    };
    let finding = cx
        .report(
            call.origin,
            format!(
                "`{}` runs once for every row of `{name}` that a query looks at{policies}",
                call.text
            ),
        )
        .about(&table.name)
        .here(format!("in the policy `{}`", policy.name));
    for (policy, call) in rest {
        finding.label(call.origin, format!("and in `{}`", policy.name));
    }
    if policy_cycle_with_subselect(catalog, table).is_some() {
        finding.note(format!(
            "a sub-select alone would make the policies of `{name}` call each other without end: \
            move what they read of `{name}` into a `security definer` function first"
        ));
        return;
    }
    finding.help(help(table, &found, catalog));
}

/// The first call in what decides which rows a query sees. What an INSERT adds is checked row by
/// row anyway, and so is what an UPDATE leaves behind.
fn first(policy: &Policy, catalog: &Catalog) -> Option<RowCall> {
    policy.using.as_ref()?.row_calls(catalog).into_iter().next()
}

/// The statements that change the policies, as far as their conditions could be written anew.
fn help(table: &Table, found: &[(&Policy, RowCall)], catalog: &Catalog) -> String {
    let statement = |policy: &Policy| {
        let using = policy.using.as_ref()?.with_calls_kept(catalog)?;
        let name = policy.name.replace('"', "\"\"");
        Some(format!("alter policy \"{name}\" on {} using ({using});", table.name))
    };
    let statements: Option<Vec<String>> =
        found.iter().take(STATEMENTS_MAX).map(|(policy, _)| statement(policy)).collect();
    let Some(mut statements) = statements else {
        let text = found.first().map_or("auth.uid()", |(_, call)| &call.text);
        return format!("write `(select {text})`: it is then evaluated once per query");
    };
    if found.len() > STATEMENTS_MAX {
        statements.push("-- and so on".to_owned());
    }
    statements.join("\n")
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn what_is_checked_row_by_row_anyway_is_left_alone() {
        check(
            &super::RULE,
            "
create table notes (id int primary key, owner_id uuid not null);
alter table notes enable row level security;
create policy add on notes for insert to authenticated with check (owner_id = auth.uid());
create policy change on notes for update to authenticated
  using (owner_id = (select auth.uid())) with check (owner_id = auth.uid());
",
        );
    }

    #[test]
    fn a_sub_select_of_its_own_runs_once() {
        check(
            &super::RULE,
            "
create table members (team_id int, user_id uuid);
create table notes (id int primary key, team_id int);
alter table notes enable row level security;
create policy read on notes for select to authenticated
  using (team_id in (select team_id from members where user_id = auth.uid()));
",
        );
    }

    #[test]
    fn tables_of_the_platform_are_its_own() {
        check(
            &super::RULE,
            "
create policy mine on storage.objects for update to authenticated using (owner = auth.uid());
",
        );
    }

    #[test]
    fn the_policies_of_a_table_are_one_finding() {
        check(
            &super::RULE,
            "
create table notes (id int primary key, owner_id uuid not null);
alter table notes enable row level security;
create policy read on notes for select to authenticated using (owner_id = auth.uid());
--                                                                        ^^^^^^^^^^ `auth.uid()` runs once for every row of `notes` that a query looks at, in 2 policies
create policy remove on notes for delete to authenticated using (owner_id = auth.uid());
",
        );
    }
}
