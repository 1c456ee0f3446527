//! Restrictive policies that no permissive one stands beside.

use trave_rule::catalog::{Catalog, Command, Policy, Table};
use trave_rule::words::deeds;
use trave_rule::{Context, rule};

#[rule]
fn only_restrictive_policies(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    if !table.rls_enabled
        || !table.provenance.is_migration()
        || table.is_partition
        || catalog.is_unknown(&table.name)
    {
        return;
    }
    let lone: Vec<(Command, Vec<&Policy>)> = Command::ALL
        .into_iter()
        .map(|command| (command, catalog.lone_restrictions(table, command)))
        .filter(|(_, policies)| !policies.is_empty())
        .collect();
    let admits_something = lone.len() < Command::ALL.len();
    // One for all commands narrows those that somebody may run, and nothing is wrong with that.
    let is_odd = |policies: &[&Policy]| {
        !admits_something || policies.iter().any(|policy| policy.command.is_some())
    };
    let lone: Vec<(Command, Vec<&Policy>)> = lone
        .into_iter()
        .filter(|(command, policies)| is_odd(policies) && is_open(catalog, table, *command, cx))
        .collect();
    report(table, &lone, cx);
}

/// Whether callers hold the privilege, and no code of theirs says already that it fails.
fn is_open(catalog: &Catalog, table: &Table, command: Command, cx: &Context) -> bool {
    let mut queries = cx.model().queries_on(table);
    catalog.is_reachable(command, table) == Some(true)
        && !queries.any(|query| query.is_by_caller() && query.commands().contains(&command))
}

fn report(table: &Table, lone: &[(Command, Vec<&Policy>)], cx: &mut Context) {
    let Some(first) = lone.first().and_then(|(_, policies)| policies.first()) else { return };
    let commands: Vec<Command> = lone.iter().map(|(command, _)| *command).collect();
    let deeds = deeds(&commands);
    let name = table.name.short();
    let message =
        format!("nobody can {deeds} rows of `{name}`: it has restrictive policies only for that");
    let finding = cx
        .report(first.origin, message)
        .about(&table.name)
        .note("a row needs a permissive policy that admits it; restrictive ones only take away")
        .help(format!(
            "add a policy without `as restrictive` that says which rows callers may {deeds}"
        ));
    let mut told = vec![first.origin];
    for policy in lone.iter().flat_map(|(_, policies)| policies) {
        if !told.contains(&policy.origin) {
            told.push(policy.origin);
            finding.label(policy.origin, "restrictive too");
        }
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const TABLE: &str = "
create table notes (id int primary key, owner_id uuid not null);
alter table notes enable row level security;
";

    #[test]
    fn a_second_factor_for_all_commands_narrows_the_one_that_is_open() {
        check(
            &super::RULE,
            &format!(
                "{TABLE}create policy mfa on notes as restrictive using (id > 0);
create policy own on notes for select to authenticated using (owner_id = (select auth.uid()));"
            ),
        );
    }

    #[test]
    fn a_refusal_is_meant() {
        let sql = "create policy never on notes as restrictive for delete using (false);";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn a_permission_for_the_server_is_none_for_callers() {
        let sql = "create policy mfa on notes as restrictive for update using (id > 0);
create policy server on notes to service_role using (true);";
        assert_eq!(findings(&super::RULE, &format!("{TABLE}{sql}")).len(), 1);
    }
}
