//! Policies that ask who is calling, and never for what.

use trave_rule::catalog::{Catalog, Command, Condition, Membership, Policy, Table, Truth, quoted};
use trave_rule::words::deeds;
use trave_rule::{Context, rule};

#[rule]
fn policy_ignores_row(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    if !table.rls_enabled || catalog.is_unknown(&table.name) {
        return;
    }
    for policy in table.policies.iter().filter(|policy| policy.permissive) {
        let commands = catalog.commands_under(policy, table, "authenticated");
        let Some(guard) = commands.first().and_then(|it| policy.guard(*it)) else { continue };
        if commands.iter().any(|command| is_open_anyway(table, policy, *command)) {
            continue;
        }
        if let Some(membership) = guard.any_membership(catalog) {
            any_member((catalog, table), (policy, guard), (&membership, &commands), cx);
        } else if policy.command == Some(Command::Select)
            && guard.truth() == Truth::AnySession
            && guard.open_side_in_session().is_none()
            && !cx.model().is_public(&table.name.name)
        {
            any_session(table, (policy, guard), cx);
        }
    }
}

/// Whether another policy admits every row for a command, so that this one decides nothing.
fn is_open_anyway(table: &Table, policy: &Policy, command: Command) -> bool {
    table.policies.iter().any(|other| {
        other.name != policy.name
            && other.permissive
            && other.is_for(command)
            && other.names_role("authenticated")
            && other.guard(command).is_some_and(|it| it.truth() == Truth::Always)
    })
}

fn any_member(
    (catalog, table): (&Catalog, &Table),
    (policy, guard): (&Policy, &Condition),
    (membership, commands): (&Membership, &[Command]),
    cx: &mut Context,
) {
    let Some((inner, own)) = catalog.link_of(table, membership) else { return };
    let (name, members) = (table.name.short(), membership.of.short());
    let finding = cx
        .report(
            guard.at(membership.span),
            format!(
                "whoever has any row in `{members}` can {} every row of `{name}`: this never \
                compares its `{own}`",
                deeds(commands)
            ),
        )
        .about(&table.name)
        .about(&policy.name);
    if guard.expr.conjuncts().len() == 1 && policy.check.is_none() == (policy.using.is_some()) {
        let clause = if policy.using.is_some() { "using" } else { "with check" };
        finding.help(format!(
            "alter policy {} on {} {clause} ({} in (select {} from {} where {} = \
            (select auth.uid())));",
            quoted(&policy.name),
            table.name,
            quoted(&own),
            quoted(&inner),
            membership.of,
            quoted(&membership.person)
        ));
    } else {
        finding.help(format!("compare `{inner}` inside with `{}.{own}`", table.name.name));
    }
}

/// Every signed-in user reads what belongs to single ones.
fn any_session(table: &Table, (policy, guard): (&Policy, &Condition), cx: &mut Context) {
    // Who wrote something is shown with it; rows that are the person are profiles.
    let is_owner = |column: &str| {
        let is_author = matches!(column, "created_by" | "author_id" | "updated_by" | "profile_id");
        let is_key = table.picks_one_row(&[column]);
        table.refers_to_person(column) && !is_author && !is_key
    };
    let Some(owner) = table.columns.iter().find(|column| is_owner(&column.name)) else { return };
    let name = table.name.short();
    cx.report(
        guard.origin,
        format!(
            "every signed-in user can read every row of `{name}`, whatever its `{}`",
            owner.name
        ),
    )
    .about(&table.name)
    .about(&policy.name)
    .label(owner.origin, "whom a row belongs to")
    .help(format!(
        "alter policy {} on {} to authenticated using ({} = (select auth.uid()));",
        quoted(&policy.name),
        table.name,
        quoted(&owner.name)
    ));
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const TABLE: &str = "
create table teams (id int primary key);
create table members (team_id int not null references teams, user_id uuid not null, role text,
  primary key (team_id, user_id));
create table orders (id int primary key, team_id int not null references teams, user_id uuid);
alter table orders enable row level security;
";

    #[test]
    fn a_role_is_a_reason_to_see_all_rows() {
        for condition in [
            "exists (select 1 from members where user_id = auth.uid() and role = 'admin')",
            "(auth.jwt() -> 'app_metadata' ->> 'role') = 'admin'",
            "is_admin()",
            "true",
        ] {
            let sql = format!(
                "create policy p on orders for select to authenticated using ({condition});"
            );
            check(
                &super::RULE,
                &format!(
                    "{TABLE}create function is_admin() returns boolean language sql as 'select true';{sql}"
                ),
            );
        }
    }

    #[test]
    fn a_policy_that_adds_nothing_decides_nothing() {
        let sql = "create policy p on orders for select using (auth.uid() is not null);
create policy q on orders for select using (true);";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn rows_of_nobody_may_be_for_all_who_are_signed_in() {
        let sql = "alter table teams enable row level security;
create policy p on teams for select using (auth.role() = 'authenticated');";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn members_of_any_team_are_not_members_of_this_one() {
        let sql = "create policy p on orders to authenticated
  using (auth.uid() in (select m.user_id from members m));";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert_eq!(
            found[0].message,
            "whoever has any row in `members` can read and change every row of `orders`: this \
             never compares its `team_id`"
        );
    }
}
