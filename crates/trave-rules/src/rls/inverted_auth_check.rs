//! Policies that admit callers because they have no session.

use trave_rule::catalog::{Catalog, Command, Condition, Policy, Table, Truth, quoted};
use trave_rule::source::Origin;
use trave_rule::words::deeds;
use trave_rule::{Context, Level, rule};

#[rule]
fn inverted_auth_check(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    if !table.rls_enabled || catalog.is_unknown(&table.name) {
        return;
    }
    for policy in &table.policies {
        if policy.is_for_sessions_only() {
            idle(table, policy, cx);
        } else if let Some(part) = policy.conditions().find_map(Condition::admitting_strangers) {
            let commands = opened(catalog, table, policy);
            if !commands.is_empty() {
                report((table, policy), (part, &commands), cx);
            }
        }
    }
}

/// What callers without a session may do to every row.
fn opened(catalog: &Catalog, table: &Table, policy: &Policy) -> Vec<Command> {
    // `to anon` alone means them.
    if !policy.permissive || !policy.names_role("authenticated") {
        return Vec::new();
    }
    let mut commands = catalog.commands_under(policy, table, "anon");
    commands.retain(|command| {
        admits(policy, *command)
            && !catalog.refuses_strangers(table, *command)
            && (!needs_sight(*command) || is_seen_by_strangers(catalog, table))
    });
    commands
}

/// An update or delete with a filter finds only rows that a SELECT policy shows.
fn needs_sight(command: Command) -> bool {
    matches!(command, Command::Update | Command::Delete)
}

fn is_seen_by_strangers(catalog: &Catalog, table: &Table) -> bool {
    let policies = catalog.policies_for(table, Command::Select, "anon");
    policies
        .into_iter()
        .filter(|policy| policy.permissive)
        .any(|policy| policy.using.as_ref().is_none_or(|using| !using.shuts_out_strangers()))
}

fn admits(policy: &Policy, command: Command) -> bool {
    let guards = policy.guards(command);
    let holds = |guard: &&Condition| {
        guard.admitting_strangers().is_some() || guard.truth() == Truth::Always
    };
    let inverts = |guard: &&Condition| match guard.admitting_strangers() {
        // New rows of strangers, and of nobody else, are what a condition without sides asks for.
        Some(_) => command != Command::Insert || guard.without_strangers().is_some(),
        None => false,
    };
    guards.iter().all(holds) && guards.iter().any(inverts)
}

fn report(
    (table, policy): (&Table, &Policy),
    (part, commands): (Origin, &[Command]),
    cx: &mut Context,
) {
    let name = table.name.short();
    let only_adds = commands == [Command::Insert];
    let what = if only_adds {
        format!("insert any row of `{name}`")
    } else {
        format!("{} every row of `{name}`", deeds(commands))
    };
    let message = format!("anyone with the anon key can {what}: without a session this holds");
    let finding = cx
        .report(part, message)
        .about(&table.name)
        .about(&policy.name)
        .here("true for callers without a session")
        .help(help(table, policy));
    if only_adds {
        finding.level(Level::Warning);
    }
}

fn help(table: &Table, policy: &Policy) -> String {
    let rest = |condition: &Option<Condition>| match condition {
        Some(it) if it.admitting_strangers().is_some() => Some(it.without_strangers()),
        _ => None,
    };
    let mut clauses = Vec::new();
    for (word, condition) in [("using", &policy.using), ("with check", &policy.check)] {
        match rest(condition) {
            Some(Some(text)) => clauses.push(format!(" {word} ({text})")),
            Some(None) => {
                return "test for a session (`(select auth.uid()) is not null`) and compare a \
                    column of the row with the caller"
                    .to_owned();
            }
            None => {}
        }
    }
    let (name, clauses) = (quoted(&policy.name), clauses.concat());
    format!("alter policy {name} on {} to authenticated{clauses};", table.name)
}

/// A policy that no caller without a session ever meets.
fn idle(table: &Table, policy: &Policy, cx: &mut Context) {
    let Some(part) = policy.conditions().find_map(Condition::admitting_strangers) else { return };
    let message = format!(
        "this never holds: policy `{}` is for `authenticated`, and they all have a session",
        policy.name
    );
    cx.report(part, message)
        .level(Level::Warning)
        .about(&table.name)
        .about(&policy.name)
        .help(help(table, policy));
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const TABLE: &str = "
create table notes (id int primary key, owner_id uuid, shared boolean not null);
alter table notes enable row level security;
";

    #[test]
    fn null_is_not_true() {
        for condition in [
            "owner_id <> auth.uid()",
            "not (owner_id = auth.uid())",
            "auth.uid() is null and shared",
            "auth.uid() is null and owner_id is null or owner_id = auth.uid()",
            "auth.role() = 'anon' or owner_id = auth.uid()",
            "shared or owner_id = auth.uid()",
            "current_setting('app.user', true) is null",
        ] {
            check(&super::RULE, &format!("{TABLE}create policy p on notes using ({condition});"));
        }
    }

    #[test]
    fn a_test_may_be_turned_around_in_many_ways() {
        for condition in [
            "not (auth.uid() is not null) or owner_id = auth.uid()",
            "coalesce(owner_id = auth.uid(), true)",
            "(owner_id = auth.uid()) is not false",
            "auth.role() <> 'authenticated' or owner_id = auth.uid()",
            "(select auth.uid()) is null",
        ] {
            let sql = format!("{TABLE}create policy p on notes using ({condition});");
            assert_eq!(findings(&super::RULE, &sql).len(), 1, "{condition}");
        }
    }

    #[test]
    fn a_contact_form_for_strangers_is_meant() {
        let sql = "create policy p on notes for insert with check (auth.uid() is null);
create policy q on notes for select to anon using (auth.uid() is null);";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn rows_that_strangers_do_not_see_stay_as_they_are() {
        let see = "create policy s on notes for select using (owner_id = auth.uid());";
        let sql = "create policy p on notes for delete
  using (auth.uid() is null or owner_id = auth.uid());";
        check(&super::RULE, &format!("{TABLE}{see}{sql}"));
        let see = "create policy s on notes for select using (shared);";
        assert_eq!(findings(&super::RULE, &format!("{TABLE}{see}{sql}")).len(), 1);
    }

    #[test]
    fn what_strangers_may_not_run_opens_nothing() {
        let sql = "create policy p on notes using (auth.uid() is null or owner_id = auth.uid());";
        check(&super::RULE, &format!("{TABLE}{sql} revoke all on notes from anon;"));
        let stop = "create policy stop on notes as restrictive using (auth.uid() is not null);";
        check(&super::RULE, &format!("{TABLE}{sql}{stop}"));
    }

    #[test]
    fn rows_in_the_name_of_others_are_a_warning() {
        let sql = "create policy p on notes for insert
  with check (auth.uid() is null or owner_id = auth.uid());";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert_eq!(found[0].level, trave_rule::Level::Warning);
    }

    #[test]
    fn signed_in_callers_have_a_session() {
        let sql = "create policy p on notes for select to authenticated
  using (auth.uid() is null or owner_id = auth.uid());";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert_eq!(found[0].level, trave_rule::Level::Warning);
        assert_eq!(
            found[0].help.as_deref(),
            Some("alter policy p on public.notes to authenticated using (owner_id = auth.uid());")
        );
    }
}
