//! Policies in which one side of an `or` always holds.

use trave_rule::catalog::{Condition, Part, Policy, Table, Truth, quoted};
use trave_rule::{Context, rule};

#[rule]
fn policy_or_true(table: &Table, cx: &mut Context) {
    if !table.rls_enabled {
        return;
    }
    for policy in table.policies.iter().filter(|policy| policy.is_for_callers()) {
        let found = policy.conditions().find_map(|it| Some((it, open_side(policy, it)?)));
        if let Some((condition, part)) = found {
            report((table, policy), (condition, &part), cx);
        }
    }
}

/// The side that always holds for whoever meets the policy.
fn open_side(policy: &Policy, condition: &Condition) -> Option<Part> {
    // Where strangers may pass by another side, a session is a way of its own.
    let all_signed_in = policy.is_for_sessions_only() || condition.truth() == Truth::AnySession;
    if all_signed_in { condition.open_side_in_session() } else { condition.open_side() }
}

fn report(
    (table, policy): (&Table, &Policy),
    (condition, part): (&Condition, &Part),
    cx: &mut Context,
) {
    let (name, open) = (&policy.name, &part.text);
    let rest = condition.without_side(part.origin);
    let message = if rest.is_some() {
        format!(
            "policy `{name}` {} every row of `{}`: one side of its `or` always holds",
            if policy.permissive { "admits" } else { "restricts nothing, and passes" },
            table.name.short()
        )
    } else {
        format!("part of policy `{name}` asks nothing: one side of its `or` always holds")
    };
    let finding =
        cx.report(part.origin, message).here("always true").about(&table.name).about(name);
    match rest {
        Some(rest) => finding.help(format!(
            "alter policy {} on {} {} ({rest});",
            quoted(name),
            table.name,
            clause(policy, condition)
        )),
        None => finding.help(format!("leave `{open}` out")),
    };
}

fn clause(policy: &Policy, condition: &Condition) -> &'static str {
    let is_using = policy.using.as_ref().is_some_and(|using| using.origin == condition.origin);
    if is_using { "using" } else { "with check" }
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const TABLE: &str = "
create table notes (id int primary key, owner_id uuid not null, shared boolean not null);
alter table notes enable row level security;
";

    #[test]
    fn a_session_is_a_way_of_its_own_beside_what_strangers_may_see() {
        let sql = "create policy p on notes for select using (shared or auth.uid() is not null);";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn for_signed_in_callers_a_session_is_always_there() {
        let sql = "create policy p on notes for select to authenticated
  using (shared or (select auth.role()) = 'authenticated');";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert_eq!(
            found[0].help.as_deref(),
            Some("alter policy p on public.notes using (shared);")
        );
    }

    #[test]
    fn a_part_that_asks_nothing_is_told_from_the_whole() {
        let sql = "create policy p on notes for select
  using (shared and (owner_id = auth.uid() or 1 = 1));";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert!(found[0].message.starts_with("part of policy `p` asks nothing"));
    }

    #[test]
    fn a_plain_constant_is_meant() {
        check(&super::RULE, &format!("{TABLE}create policy p on notes for select using (true);"));
    }
}
